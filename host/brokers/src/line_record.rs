//! What was asked over the line to a source, and what came of it.

use std::collections::VecDeque;

use prahari_domain::time::Timestamp;

use crate::source_state::{LineState, SourceTrouble};

const MINUTE_MS: i64 = 60_000;

/// The record of a line. Times are real ones.
#[derive(Debug, Default)]
pub struct LineRecord {
    /// Until when nobody asks, and why.
    pub closed: Option<(Timestamp, String)>,
    /// Since when the source is down.
    pub down_since: Option<Timestamp>,
    /// When it last gave a usable answer.
    pub answered_at: Option<Timestamp>,
    /// When there was last no usable answer, and why.
    pub failed: Option<(Timestamp, String)>,
    asked: u64,
    /// When the questions of the last minute were asked, oldest first.
    recent: VecDeque<Timestamp>,
}

impl LineRecord {
    /// Notes a question, and returns its number.
    pub fn note(&mut self, now: Timestamp) -> u64 {
        self.forget_old(now);
        self.recent.push_back(now);
        self.asked += 1;
        self.asked
    }

    /// Returns how many questions were asked.
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// Why the source is down, if it is, and how the line is used; what is in memory is not known here.
    pub fn shown(&mut self, now: Timestamp, per_minute: u32) -> (Option<SourceTrouble>, LineState) {
        self.forget_old(now);
        let trouble = self.down_since.map(|since| SourceTrouble {
            reason: self.failed.as_ref().map_or_else(String::new, |(_, reason)| reason.clone()),
            since: Some(since),
            until: self.closed.as_ref().map(|(until, _)| *until),
            keeps_old: false,
        });
        let line = LineState {
            asked: self.asked,
            asked_last_minute: self.recent.len(),
            per_minute,
            waiting: 0,
            answered_at: self.answered_at,
            failed: self.failed.clone(),
            bars: 0,
            most_bars: 0,
            tapes: 0,
            most_tapes: 0,
        };
        (trouble, line)
    }

    /// Forgets when questions of more than a minute ago were asked.
    fn forget_old(&mut self, now: Timestamp) {
        while self.recent.front().is_some_and(|asked| now.millis_since(*asked) >= MINUTE_MS) {
            self.recent.pop_front();
        }
    }
}
