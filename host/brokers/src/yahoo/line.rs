//! The line to the source: one question at a time, at a pace, and none while the source wants none.
//!
//! - Between two questions lies at least the time that the pace allows, and up to half of it more.
//! - What may go well another time is asked again twice, after growing waits.
//! - After a lock-out nobody asks for at least a quarter of an hour, twice as long after each further one.
//! - After some questions in a row without an answer nobody asks for a minute, and longer each time. Everything fails at once
//!   meanwhile, so that nobody waits for a source that is down.
//!
//! How much longer than it has to a wait takes is a hash of what is waited for, so that daemons that were locked out together
//! do not come back together.

use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

use super::client::Client;
use super::news::News;
use super::settings::YahooSettings;
use super::wire::{self, Reply, Trouble};
use crate::fetching::Pace;
use crate::line_record::LineRecord;
use crate::market::MarketError;
use crate::seeded_hash::SeededHash;
use crate::source_state::{LineState, SourceTrouble};

const MINUTE_MS: i64 = 60_000;

/// How often a question is asked at most.
const ATTEMPTS: u32 = 3;

/// How long it is waited before a question is asked again, in milliseconds; doubled each time.
const BACKOFF_MS: i64 = 2_000;

/// Shortest time that nobody asks after a lock-out, in milliseconds: a quarter of an hour; and the longest, four hours.
const LOCKED_OUT_MS: (i64, i64) = (15 * 60_000, 4 * 60 * 60_000);

/// Questions in a row without an answer, after which the source is down.
const DOWN_AFTER: u32 = 3;

/// Shortest time that nobody asks a source that is down, in milliseconds: a minute; and the longest, a quarter of an hour.
const DOWN_MS: (i64, i64) = (60_000, 15 * 60_000);

/// The line to the source.
pub(super) struct Line {
    client: Client,
    pace: Arc<dyn Pace>,
    /// Seed of how much longer waits are than they have to be.
    draw: SeededHash,
    /// Most questions in a minute.
    per_minute: u32,
    /// Shortest time between two questions, in milliseconds.
    every: i64,
    /// When the next question may be asked; held while one is.
    next: tokio::sync::Mutex<Timestamp>,
    state: Mutex<State>,
    news: Arc<News>,
}

#[derive(Default)]
struct State {
    record: LineRecord,
    lock_outs: u32,
    failures: u32,
}

impl Line {
    /// A line on which nothing was asked yet.
    pub fn new(settings: &YahooSettings, seed: u64, pace: Arc<dyn Pace>, news: Arc<News>) -> Self {
        let per_minute = settings.per_minute.max(1);
        let every = MINUTE_MS / i64::from(per_minute);
        let draw = SeededHash::new(seed).with_text("line");
        Self {
            client: Client::new(settings),
            pace,
            draw,
            per_minute,
            every,
            next: tokio::sync::Mutex::new(Timestamp(i64::MIN)),
            state: Mutex::default(),
            news,
        }
    }

    /// The real time.
    pub fn now(&self) -> Timestamp {
        self.pace.now()
    }

    /// How many questions were asked since the start.
    pub fn asked(&self) -> u64 {
        self.state.lock().record.asked()
    }

    /// Why the source is down, if it is, and how the line is used; what is in memory is not known here.
    pub fn state(&self) -> (Option<SourceTrouble>, LineState) {
        self.state.lock().record.shown(self.pace.now(), self.per_minute)
    }

    /// Returns why the source is not asked at present; nothing when it may be.
    pub fn closed(&self) -> Option<MarketError> {
        let state = self.state.lock();
        let (until, reason) = state.record.closed.as_ref().filter(|(until, _)| self.pace.now() < *until)?;
        let until = until.ist_time().format("%H:%M");
        Some(MarketError::Unavailable(format!("it is not asked before {until} IST: {reason}")))
    }

    /// Asks for a path, about a share as the source names it.
    ///
    /// # Errors
    /// [`MarketError::Unavailable`] when there is no answer, or the source is not asked at present.
    pub async fn ask(&self, path: &str, symbol: &str) -> Result<Reply, MarketError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.ask_once(path, symbol).await? {
                Ok(reply) => {
                    self.went_well();
                    return Ok(reply);
                }
                Err(Trouble::LockedOut) => return Err(self.locked_out()),
                Err(Trouble::Passing(_)) if attempt < ATTEMPTS => self.back_off(symbol, attempt).await,
                Err(Trouble::Passing(reason) | Trouble::Lasting(reason)) => return Err(self.failed(reason)),
            }
        }
    }

    /// Asks when it is this question's turn; the outer error says that the source is not asked.
    async fn ask_once(&self, path: &str, symbol: &str) -> Result<Result<Reply, Trouble>, MarketError> {
        let mut next = self.next.lock().await;
        // Closed, perhaps, by a question before this one.
        if let Some(closed) = self.closed() {
            return Err(closed);
        }
        self.pace.wait_until(*next).await;
        let number = self.state.lock().record.note(self.pace.now());
        let answer = self.client.get(path).await;
        let longer = self.draw.with(number).between(1.0, 1.5);
        *next = self.pace.now().plus_millis(longer_by(self.every, longer));
        Ok(answer.and_then(|(status, body)| wire::read(status, &body, symbol)))
    }

    async fn back_off(&self, symbol: &str, attempt: u32) {
        let now = self.pace.now();
        let draw = self.draw.with_text(symbol).with(u64::from(attempt)).with(now.0.unsigned_abs());
        let wait = doubled(BACKOFF_MS, attempt - 1, i64::MAX);
        self.pace.wait_until(now.plus_millis(longer_by(wait, draw.between(1.0, 2.0)))).await;
    }

    fn went_well(&self) {
        let mut state = self.state.lock();
        let was_down = state.record.down_since.take().is_some();
        (state.record.closed, state.lock_outs, state.failures) = (None, 0, 0);
        state.record.answered_at = Some(self.pace.now());
        drop(state);
        if was_down {
            self.news.up();
        }
    }

    fn locked_out(&self) -> MarketError {
        let mut state = self.state.lock();
        let wait = doubled(LOCKED_OUT_MS.0, state.lock_outs, LOCKED_OUT_MS.1);
        state.lock_outs += 1;
        let reason = "it says that it was asked too often".to_owned();
        self.close(state, wait, reason)
    }

    fn failed(&self, reason: String) -> MarketError {
        let mut state = self.state.lock();
        state.failures += 1;
        match state.failures.checked_sub(DOWN_AFTER) {
            None => {
                state.record.failed = Some((self.pace.now(), reason.clone()));
                MarketError::Unavailable(reason)
            }
            Some(further) => {
                let wait = doubled(DOWN_MS.0, further, DOWN_MS.1);
                self.close(state, wait, reason)
            }
        }
    }

    /// Asks nobody for a while.
    fn close(&self, mut state: parking_lot::MutexGuard<'_, State>, wait: i64, reason: String) -> MarketError {
        let draw = self.draw.with_text("closed").with(state.record.asked()).with(u64::from(state.lock_outs));
        let now = self.pace.now();
        let until = now.plus_millis(longer_by(wait, draw.between(1.0, 1.25)));
        state.record.closed = Some((until, reason.clone()));
        state.record.failed = Some((now, reason.clone()));
        let is_new = state.record.down_since.is_none();
        state.record.down_since.get_or_insert(now);
        drop(state);
        if is_new {
            self.news.down(&reason);
        }
        MarketError::Unavailable(reason)
    }
}

fn doubled(millis: i64, times: u32, most: i64) -> i64 {
    millis.saturating_mul(1_i64 << times.min(20)).min(most)
}

fn longer_by(millis: i64, factor: f64) -> i64 {
    (millis as f64 * factor) as i64
}
