//! The switch of one link: what goes wrong now, and how often it has.

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};

use super::settings::Chaos;
use crate::seeded_hash::SeededHash;

/// How long a book that lagged may still be in somebody's hands, in milliseconds: longer than a call may take.
const LINGERS_MS: i64 = 60_000;

/// Shapes which answers are lost.
const SEED: u64 = 1;

/// Time as a misbehaving link needs it.
#[async_trait]
pub trait ChaosTime: Send + Sync {
    /// Returns the time by the daemon's clock.
    fn now(&self) -> Timestamp;

    /// Lets an answer be late by this many milliseconds. Returns whether anybody waits for it still; where time stands still
    /// while work is done, nothing passes and only that is told.
    async fn be_late(&self, late_ms: u32) -> bool;
}

/// How often something went wrong on purpose since the switch was last turned on, or the link made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChaosCounts {
    /// Answers that came late.
    pub late: u64,
    /// Answers that were lost.
    pub lost: u64,
    /// Answers with the order book that left something out.
    pub lagged: u64,
    /// Calls that did not arrive.
    pub refused: u64,
}

/// Whether one user's link misbehaves. Whoever turns it writes it down.
pub struct ChaosSwitch {
    user: UserId,
    pub(super) time: Arc<dyn ChaosTime>,
    /// Time at which the link was made: of what was reported before, nothing is known.
    linked_at: Timestamp,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    chaos: Option<Chaos>,
    counts: ChaosCounts,
    /// Answers of a day that could have been lost.
    answers: (Day, u32),
    /// By how much a book lagged, in milliseconds, that somebody may hold still from before the switch was last turned, and
    /// until when.
    before: Option<(i64, Timestamp)>,
}

impl ChaosSwitch {
    /// A switch of this user's new link, turned off.
    pub fn new(user: UserId, time: Arc<dyn ChaosTime>) -> Self {
        let linked_at = time.now();
        Self { user, time, linked_at, state: Mutex::default() }
    }

    /// Turns it on, in place of what was on before, or off. Counting begins anew when it is turned on.
    pub fn set(&self, chaos: Option<Chaos>) {
        let now = self.time.now();
        let mut state = self.state.lock();
        let behind_ms = state.behind_ms(now);
        state.before = (behind_ms > 0).then_some((behind_ms, now.plus_millis(LINGERS_MS)));
        if chaos.is_some() {
            state.counts = ChaosCounts::default();
        }
        state.chaos = chaos;
    }

    /// Returns what goes wrong now.
    pub fn in_force(&self) -> Option<Chaos> {
        let now = self.time.now();
        self.state.lock().chaos.filter(|chaos| now < chaos.until)
    }

    /// Returns what was on and has come to its end, and was not turned off yet.
    pub fn ended(&self) -> Option<Chaos> {
        let now = self.time.now();
        self.state.lock().chaos.filter(|chaos| chaos.until <= now)
    }

    /// Returns how often something went wrong on purpose.
    pub fn counts(&self) -> ChaosCounts {
        self.state.lock().counts
    }

    pub(super) fn count(&self, what: impl FnOnce(&mut ChaosCounts) -> &mut u64) {
        let mut state = self.state.lock();
        let count = what(&mut state.counts);
        *count = count.saturating_add(1);
    }

    /// By how many milliseconds the order book lags, if it does.
    pub(super) fn lag_ms(&self) -> Option<i64> {
        self.in_force()?.modes.lag_ms.map(i64::from)
    }

    /// By how many milliseconds a book may be behind that was given a moment ago, or is given now; 0 for none.
    pub(super) fn behind_ms(&self) -> i64 {
        let now = self.time.now();
        self.state.lock().behind_ms(now)
    }

    /// Returns why the book cannot be had yet: what happened before the link was made may have been reported to a process
    /// that is gone, so a book that does not show all of it settles nothing.
    pub(super) fn not_yet(&self, lag_ms: i64) -> Option<String> {
        let from = self.linked_at.plus_millis(lag_ms);
        let left = from.millis_since(self.time.now());
        (left > 0).then(|| format!("its book lags, and shows what was before this start in {left} ms"))
    }

    /// Returns whether the next answer to a call that was taken is lost: each `every`-th of a day, and with which of them it
    /// begins follows from user and day. After a start the count begins anew.
    pub(super) fn loses(&self, every: u32, day: Day) -> bool {
        let every = u64::from(every.max(1));
        let hash = SeededHash::new(SEED).with(self.user.0).with_text(&day.to_string());
        let first = hash.below(every);
        let mut state = self.state.lock();
        let count = if state.answers.0 == day { state.answers.1 } else { 0 };
        state.answers = (day, count.wrapping_add(1));
        u64::from(count) % every == first
    }
}

impl State {
    /// By how many milliseconds a book may be behind that somebody holds now.
    fn behind_ms(&self, now: Timestamp) -> i64 {
        let lingers = |chaos: &Chaos| now < chaos.until.plus_millis(LINGERS_MS);
        let lag_ms = self.chaos.filter(lingers).and_then(|chaos| chaos.modes.lag_ms).map_or(0, i64::from);
        let before = self.before.filter(|(_, until)| now < *until).map_or(0, |(lag_ms, _)| lag_ms);
        lag_ms.max(before)
    }
}
