//! The line to the broker for prices: what was asked, and when nobody asks for a while after an answer that was none.

use std::collections::VecDeque;

use parking_lot::Mutex;
use prahari_brokers::{LineRecord, LineState, SourceNews, SourceTrouble};
use prahari_domain::time::Timestamp;

use super::SOURCE;

const MINUTE_MS: i64 = 60_000;

/// Shortest time that nobody asks after a question without an answer, in milliseconds; and the longest.
const CLOSED_MS: (i64, i64) = (5_000, MINUTE_MS);

/// How the line is used, and whether it is.
#[derive(Default)]
pub(super) struct Line {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    record: LineRecord,
    /// Questions without an answer, in a row.
    failures: u32,
    news: VecDeque<SourceNews>,
}

impl State {
    fn is_down(&mut self, now: Timestamp, reason: &str) {
        self.record.failed = Some((now, reason.to_owned()));
        if self.record.down_since.is_none() {
            self.record.down_since = Some(now);
            self.tell(SourceNews::Down { source: SOURCE, reason: reason.to_owned() });
        }
    }

    /// Keeps the last news; nobody may be there to take them.
    fn tell(&mut self, news: SourceNews) {
        self.news.push_back(news);
        if self.news.len() > MOST_NEWS {
            self.news.pop_front();
        }
    }
}

/// Most news that wait to be taken.
const MOST_NEWS: usize = 16;

impl Line {
    /// Notes a question.
    pub fn asked(&self, now: Timestamp) {
        self.state.lock().record.note(now);
    }

    /// Notes a usable answer.
    pub fn answered(&self, now: Timestamp) {
        let mut state = self.state.lock();
        (state.record.closed, state.failures, state.record.answered_at) = (None, 0, Some(now));
        if state.record.down_since.take().is_some() {
            state.tell(SourceNews::Up { source: SOURCE });
        }
    }

    /// Notes that the broker was not asked, because something on this machine is missing. What is missing may be there at once.
    pub fn not_asked(&self, now: Timestamp, reason: &str) {
        let mut state = self.state.lock();
        state.record.closed = None;
        state.is_down(now, reason);
    }

    /// Notes that there was none: nobody asks for a while, each time longer.
    pub fn failed(&self, now: Timestamp, reason: &str) {
        let mut state = self.state.lock();
        let longer = 1_i64.checked_shl(state.failures.min(16)).unwrap_or(i64::MAX);
        let wait = CLOSED_MS.0.saturating_mul(longer).min(CLOSED_MS.1);
        state.failures = state.failures.saturating_add(1);
        state.record.closed = Some((now.plus_millis(wait), reason.to_owned()));
        state.is_down(now, reason);
    }

    /// Returns why nobody asks at present; nothing when it may be asked.
    pub fn closed(&self, now: Timestamp) -> Option<String> {
        let state = self.state.lock();
        let (until, reason) = state.record.closed.as_ref()?;
        let left = until.millis_since(now);
        // A clock that was set back closes nothing for longer than the longest time.
        (1..=CLOSED_MS.1).contains(&left).then(|| reason.clone())
    }

    /// Returns why the source is down; nothing while it is not.
    pub fn down(&self) -> Option<String> {
        let state = self.state.lock();
        state.record.down_since?;
        state.record.failed.as_ref().map(|(_, reason)| reason.clone())
    }

    /// Takes what happened since this was last asked.
    pub fn news(&self) -> Vec<SourceNews> {
        self.state.lock().news.drain(..).collect()
    }

    /// Why the source is down, if it is, and how the line is used.
    pub fn state(&self, now: Timestamp, per_minute: u32) -> (Option<SourceTrouble>, LineState) {
        self.state.lock().record.shown(now, per_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_asks_for_a_while_after_a_failure_each_time_longer_up_to_a_minute() {
        let line = Line::default();
        let mut now = Timestamp(0);
        for wait in [5_000, 10_000, 20_000, 40_000, 60_000, 60_000] {
            line.failed(now, "no session");
            assert_eq!(line.closed(now.plus_millis(wait - 1)).as_deref(), Some("no session"));
            assert_eq!(line.closed(now.plus_millis(wait)), None);
            now = now.plus_millis(wait);
        }
        let (trouble, _) = line.state(now, 120);
        assert_eq!(trouble.unwrap().since, Some(Timestamp(0)));
        line.answered(now);
        line.failed(now, "no session");
        assert_eq!(line.closed(now.plus_millis(5_000)), None);
        // What is missing here closes nothing.
        line.not_asked(now, "no session");
        assert_eq!(line.closed(now.plus_millis(1)), None);
        // Each change is told once.
        let down = || SourceNews::Down { source: SOURCE, reason: "no session".to_owned() };
        assert_eq!(line.news(), [down(), SourceNews::Up { source: SOURCE }, down()]);
        assert_eq!(line.news(), []);
    }

    #[test]
    fn what_was_asked_in_the_last_minute_is_counted() {
        let line = Line::default();
        for second in 0..100 {
            line.asked(Timestamp(second * 1_000));
        }
        let (trouble, state) = line.state(Timestamp(99_000), 120);
        assert_eq!((trouble, state.asked, state.asked_last_minute), (None, 100, 60));
    }
}
