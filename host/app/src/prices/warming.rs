//! Fetching ahead, of sources that fetch: before the open what is held, and before the evening's scan everything.
//!
//! Once a minute it is asked whether something is due. It goes on beside the schedule, one share after the other, and what
//! it did is told. A source that fails is tried again a while later.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use parking_lot::Mutex;
use prahari_brokers::{Session, Sessions, WarmFor, Warmed};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};

use crate::day_log::Kind;
use crate::prices::Prices;
use crate::user::User;

/// How long before the pre-open session what is held is fetched, in minutes.
const BEFORE_OPEN_MINUTES: i64 = 30;

/// How long after the session everything is fetched, in minutes: sources over the net have the final bar then, which for shares
/// with derivatives is that of the closing auction.
const AFTER_CLOSE_MINUTES: i64 = 20;

/// How long after what failed it is tried again, in minutes.
const AGAIN_MINUTES: i64 = 10;

/// How often the progress of many shares is told.
const TOLD_STEPS: usize = 4;

/// What was fetched ahead, and what is.
#[derive(Debug, Default)]
pub struct Warmer {
    /// Held while something is fetched.
    turn: Arc<tokio::sync::Mutex<()>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last day of which it is done.
    held: Option<Day>,
    universe: Option<Day>,
    /// Nothing is tried before: the last try failed.
    not_before: Option<Timestamp>,
    progress: Option<WarmProgress>,
}

/// How far fetching ahead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmProgress {
    /// Shares that are done.
    pub done: usize,
    /// Shares altogether.
    pub of: usize,
}

/// What is fetched ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// What users hold, for the prices of the day.
    Held,
    /// Everything, for the bars of the day.
    Universe,
}

impl Due {
    const fn words(self) -> &'static str {
        match self {
            Self::Held => "of what is held, before the open",
            Self::Universe => "of all shares, for the scan of the market",
        }
    }
}

impl State {
    /// Returns what is due at an instant of a day with this session.
    fn due(&self, session: &Session, now: Timestamp) -> Option<Due> {
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return None;
        }
        let is_final = now >= session.closes().plus_minutes(AFTER_CLOSE_MINUTES);
        let is_morning = now >= session.pre_open.plus_minutes(-BEFORE_OPEN_MINUTES) && !is_final;
        if is_morning && self.held != Some(session.day) {
            return Some(Due::Held);
        }
        (is_final && self.universe != Some(session.day)).then_some(Due::Universe)
    }

    fn ended(&mut self, due: Due, day: Day, failed: bool, now: Timestamp) {
        self.progress = None;
        self.not_before = failed.then(|| now.plus_minutes(AGAIN_MINUTES));
        let done = (!failed).then_some(day);
        match due {
            Due::Held => self.held = done,
            Due::Universe => self.universe = done,
        }
    }
}

impl Prices {
    /// How far fetching ahead has come; none while nothing is fetched.
    pub fn warming(&self) -> Option<WarmProgress> {
        self.warmer.state.lock().progress
    }

    /// Begins to fetch ahead what is due. Asked once a minute; in lockstep never, where nothing is fetched.
    pub(crate) fn warm_when_due(self: &Arc<Self>) {
        let now = self.handles.clock.now();
        if self.handles.clock.is_lockstep() || !self.trading.market.fetches() {
            return;
        }
        let Some(session) = self.handles.calendar.session(now.ist_day()) else { return };
        let Ok(turn) = self.warmer.turn.clone().try_lock_owned() else { return };
        let Some(due) = self.warmer.state.lock().due(&session, now) else { return };
        let prices = Arc::clone(self);
        self.background.spawn(async move {
            let stopped = prices.handles.shutdown.begun();
            let warmed = tokio::select! {
                warmed = prices.warm(due, now) => warmed,
                // Thousands of shares take longer than a stop may.
                _ = stopped => return,
            };
            let is_failed = warmed.as_ref().is_none_or(|warmed| !warmed.failed.is_empty());
            prices.tell_warmed(due, warmed.as_ref());
            let ended = prices.handles.clock.now();
            prices.warmer.state.lock().ended(due, session.day, is_failed, ended);
            drop(turn);
        });
    }

    /// Fetches ahead; nothing when what there is cannot be had.
    async fn warm(&self, due: Due, now: Timestamp) -> Option<Warmed> {
        let (symbols, reason) = match due {
            Due::Held => (self.held_shares().await, WarmFor::Prices),
            Due::Universe => (self.trading.market.universe().await.ok()?.to_vec(), WarmFor::Bars),
        };
        let progress = |done: usize, of: usize| {
            self.warmer.state.lock().progress = Some(WarmProgress { done, of });
            let step = of.div_ceil(TOLD_STEPS).max(1);
            if done > 0 && done < of && done.is_multiple_of(step) {
                tracing::info!(done, of, "prices are fetched ahead");
            }
        };
        Some(self.trading.market.warm(&symbols, reason, now, &progress).await)
    }

    /// What anybody holds or has orders of. A desk that is busy is waited for beside the others: its broker's calls end.
    async fn held_shares(&self) -> Vec<Symbol> {
        let users = self.users.all();
        let held = join_all(users.iter().map(|user| at_stake(user))).await;
        held.into_iter().flatten().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn tell_warmed(&self, due: Due, warmed: Option<&Warmed>) {
        let (kind, what) = match warmed {
            None => (Kind::Warn, "the source does not say which shares there are".to_owned()),
            Some(warmed) if warmed.failed.is_empty() => (Kind::Info, warmed.sentence()),
            Some(warmed) => (Kind::Warn, warmed.sentence()),
        };
        self.handles.day_log.noted(None, kind, &format!("prices {}: {what}", due.words()));
    }
}

async fn at_stake(user: &User) -> BTreeSet<Symbol> {
    user.desk.lock().await.symbols_at_stake()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use prahari_domain::calendar::Calendar;

    use super::*;

    #[test]
    fn what_is_held_is_due_before_the_open_and_everything_after_the_close_once_each() {
        let day: Day = "2025-01-03".parse().unwrap();
        let at = |time| Timestamp::from_ist(day, NaiveTime::parse_from_str(time, "%H:%M").unwrap());
        let session = Calendar::embedded().unwrap().session(day).unwrap();
        let mut state = State::default();
        assert_eq!(state.due(&session, at("08:29")), None);
        assert_eq!(state.due(&session, at("08:30")), Some(Due::Held));
        // The source was down: a while later again, also when the session has begun.
        state.ended(Due::Held, day, true, at("09:10"));
        assert_eq!(state.due(&session, at("09:19")), None);
        assert_eq!(state.due(&session, at("09:20")), Some(Due::Held));
        state.ended(Due::Held, day, false, at("09:21"));
        assert_eq!(state.due(&session, at("15:49")), None);
        assert_eq!(state.due(&session, at("15:50")), Some(Due::Universe));
        state.ended(Due::Universe, day, false, at("15:58"));
        assert_eq!(state.due(&session, at("23:59")), None);
    }
}
