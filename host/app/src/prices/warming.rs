//! Fetching ahead, of sources that fetch: before the open what is held, and before the evening's scan everything, what is held
//! first.
//!
//! Once a minute it is asked whether something is due; an admin may ask for it at any time. It goes on beside the schedule, one
//! share after the other and one fetch at a time, and what it does and did is told. A source that fails is tried again a while
//! later.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use parking_lot::Mutex;
use prahari_brokers::{Session, Sessions, WarmFor, WarmStep, Warmed};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};
use tokio::sync::OwnedMutexGuard;

use crate::day_log::Kind;
use crate::error::AppError;
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

/// Most shares of one kind that are kept by name of a fetch; the others are counted.
const MOST_NAMED: usize = 100;

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
    /// The newest fetch of each kind, which may go on.
    newest: [Option<Warming>; 2],
}

/// What is fetched ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarmKind {
    /// What users hold or have orders of, for the prices of the day.
    Held,
    /// Everything, for the bars of the day.
    Universe,
}

/// A fetch ahead, which may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warming {
    /// What is fetched.
    pub kind: WarmKind,
    /// The admin who asked for it; none when it was due by itself.
    pub asked_by: Option<UserId>,
    /// When it began, by the daemon's clock.
    pub began_at: Timestamp,
    /// When it ended; none while it goes on.
    pub ended_at: Option<Timestamp>,
    /// The source that fetches, or was the last to; none before the first share.
    pub source: Option<&'static str>,
    /// Shares that are done.
    pub done: usize,
    /// Shares altogether; of a chain those that its source has to fetch.
    pub of: usize,
    /// Shares that something was fetched of.
    pub fetched: usize,
    /// Shares of which everything was there, once it has ended.
    pub known: usize,
    /// Number of shares that the source does not list, once it has ended.
    pub unlisted: usize,
    /// Number of shares that could not be fetched.
    pub failed: usize,
    /// The first of those that are not listed, once it has ended; 100 at most.
    pub unlisted_shares: Vec<Symbol>,
    /// The first of those that could not be fetched, with the reason, once it has ended; 100 at most.
    pub failures: Vec<(Symbol, String)>,
    /// Why nothing was fetched at all; none when something was.
    pub problem: Option<String>,
}

/// How fetching ahead stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarmState {
    /// Whether there is a source of which something is fetched ahead.
    pub fetches: bool,
    /// The newest fetch of what is held since the start of the daemon.
    pub held: Option<Warming>,
    /// The newest fetch of everything since then.
    pub universe: Option<Warming>,
    /// When what failed is tried again; none when nothing did.
    pub again_at: Option<Timestamp>,
}

impl WarmKind {
    const fn words(self) -> &'static str {
        match self {
            Self::Held => "of what is held, before the open",
            Self::Universe => "of all shares, for the scan of the market",
        }
    }

    /// Name of the kind, as programs know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Universe => "universe",
        }
    }
}

impl Warming {
    fn begun(kind: WarmKind, asked_by: Option<UserId>, now: Timestamp) -> Self {
        Self {
            kind,
            asked_by,
            began_at: now,
            ended_at: None,
            source: None,
            done: 0,
            of: 0,
            fetched: 0,
            known: 0,
            unlisted: 0,
            failed: 0,
            unlisted_shares: Vec::new(),
            failures: Vec::new(),
            problem: None,
        }
    }

    fn step(&mut self, WarmStep { source, done, of, fetched, failed }: WarmStep) {
        (self.source, self.done, self.of) = (Some(source), done, of);
        (self.fetched, self.failed) = (fetched, failed);
    }

    fn ended(&mut self, result: Result<Warmed, String>, now: Timestamp) {
        self.ended_at = Some(now);
        match result {
            Ok(Warmed { fetched, known, mut unlisted, mut failed }) => {
                (self.fetched, self.known) = (fetched, known);
                (self.unlisted, self.failed) = (unlisted.len(), failed.len());
                unlisted.truncate(MOST_NAMED);
                failed.truncate(MOST_NAMED);
                (self.unlisted_shares, self.failures) = (unlisted, failed);
            }
            Err(problem) => self.problem = Some(problem),
        }
    }
}

impl State {
    /// Returns what is due at an instant of a day with this session.
    fn due(&self, session: &Session, now: Timestamp) -> Option<WarmKind> {
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return None;
        }
        let in_time = Self::in_time(session, now)?;
        let done = match in_time {
            WarmKind::Held => self.held,
            WarmKind::Universe => self.universe,
        };
        (done != Some(session.day)).then_some(in_time)
    }

    /// What the day wants at an instant, whether it is done or not.
    fn in_time(session: &Session, now: Timestamp) -> Option<WarmKind> {
        if now >= session.closes().plus_minutes(AFTER_CLOSE_MINUTES) {
            Some(WarmKind::Universe)
        } else {
            (now >= session.pre_open.plus_minutes(-BEFORE_OPEN_MINUTES)).then_some(WarmKind::Held)
        }
    }

    /// Notes that what a day wants is done, or that it failed.
    fn ended(&mut self, kind: WarmKind, day: Day, failed: bool, now: Timestamp) {
        self.not_before = failed.then(|| now.plus_minutes(AGAIN_MINUTES));
        let done = (!failed).then_some(day);
        match kind {
            WarmKind::Held => self.held = done,
            WarmKind::Universe => self.universe = done,
        }
    }

    fn newest(&mut self, kind: WarmKind) -> &mut Option<Warming> {
        let [held, universe] = &mut self.newest;
        match kind {
            WarmKind::Held => held,
            WarmKind::Universe => universe,
        }
    }

    /// Changes the fetch of a kind that goes on.
    fn change(&mut self, kind: WarmKind, change: impl FnOnce(&mut Warming)) {
        if let Some(warming) = self.newest(kind) {
            change(warming);
        }
    }
}

impl Prices {
    /// How fetching ahead stands.
    pub fn warming(&self) -> WarmState {
        let state = self.warmer.state.lock();
        let [held, universe] = state.newest.clone();
        WarmState { fetches: self.may_warm(), held, universe, again_at: state.not_before }
    }

    /// Begins to fetch ahead what is due. Asked once a minute; in lockstep never, where nothing is fetched.
    pub(crate) fn warm_when_due(self: &Arc<Self>) {
        let now = self.handles.clock.now();
        if !self.may_warm() {
            return;
        }
        let Some(session) = self.handles.calendar.session(now.ist_day()) else { return };
        let Ok(turn) = self.warmer.turn.clone().try_lock_owned() else { return };
        let Some(due) = self.warmer.state.lock().due(&session, now) else { return };
        self.begin_warming(due, None, now, turn);
    }

    /// Begins to fetch ahead because an admin wants it, whether it is due or not; how it has begun. What is there already is
    /// not fetched again.
    ///
    /// # Errors
    /// When nothing is ever fetched ahead, or something is at present.
    pub fn warm_now(self: &Arc<Self>, kind: WarmKind, by: UserId) -> Result<Warming, AppError> {
        if !self.may_warm() {
            return Err(AppError::NothingToWarm);
        }
        let Ok(turn) = self.warmer.turn.clone().try_lock_owned() else { return Err(AppError::Warming) };
        Ok(self.begin_warming(kind, Some(by), self.handles.clock.now(), turn))
    }

    fn may_warm(&self) -> bool {
        !self.handles.clock.is_lockstep() && self.trading.market.fetches()
    }

    /// Fetches ahead in the background for as long as the turn lasts.
    fn begin_warming(
        self: &Arc<Self>,
        kind: WarmKind,
        by: Option<UserId>,
        now: Timestamp,
        turn: OwnedMutexGuard<()>,
    ) -> Warming {
        let begun = Warming::begun(kind, by, now);
        *self.warmer.state.lock().newest(kind) = Some(begun.clone());
        let prices = Arc::clone(self);
        self.background.spawn(async move {
            let stopped = prices.handles.shutdown.begun();
            let warmed = tokio::select! {
                warmed = prices.warm(kind, now) => warmed,
                // Thousands of shares take longer than a stop may.
                _ = stopped => return,
            };
            prices.tell_warmed(kind, &warmed);
            let is_failed = warmed.as_ref().map_or(true, |warmed| !warmed.failed.is_empty());
            let (ended, session) =
                (prices.handles.clock.now(), prices.handles.calendar.session(now.ist_day()));
            let mut state = prices.warmer.state.lock();
            state.change(kind, |warming| warming.ended(warmed, ended));
            // What somebody wanted at another time does not take the place of what the day wants.
            if let Some(session) = session.filter(|session| State::in_time(session, now) == Some(kind)) {
                state.ended(kind, session.day, is_failed, ended);
            }
            drop(state);
            drop(turn);
        });
        begun
    }

    /// Fetches ahead.
    ///
    /// # Errors
    /// A sentence when what there is cannot be had.
    async fn warm(&self, kind: WarmKind, now: Timestamp) -> Result<Warmed, String> {
        let mut symbols = self.held_shares().await;
        let reason = match kind {
            WarmKind::Held => WarmFor::Prices,
            WarmKind::Universe => {
                let universe = self.trading.market.universe().await.map_err(|error| error.to_string())?;
                // What is held first: of it most depends, and all of it takes long.
                let held: BTreeSet<Symbol> = symbols.iter().cloned().collect();
                symbols.extend(universe.iter().filter(|symbol| !held.contains(*symbol)).cloned());
                WarmFor::Bars
            }
        };
        let progress = |step: WarmStep| {
            self.warmer.state.lock().change(kind, |warming| warming.step(step));
            let WarmStep { done, of, source, .. } = step;
            let part = of.div_ceil(TOLD_STEPS).max(1);
            if done > 0 && done < of && done.is_multiple_of(part) {
                tracing::info!(source, done, of, "prices are fetched ahead");
            }
        };
        Ok(self.trading.market.warm(&symbols, reason, now, &progress).await)
    }

    /// What anybody holds or has orders of, by symbol. A desk that is busy is waited for beside the others: its broker's calls end.
    async fn held_shares(&self) -> Vec<Symbol> {
        let users = self.users.all();
        let held = join_all(users.iter().map(|user| at_stake(user))).await;
        held.into_iter().flatten().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn tell_warmed(&self, kind: WarmKind, warmed: &Result<Warmed, String>) {
        let (level, what) = match warmed {
            Err(problem) => {
                (Kind::Warn, format!("the source does not say which shares there are: {problem}"))
            }
            Ok(warmed) if warmed.failed.is_empty() => (Kind::Info, warmed.sentence()),
            Ok(warmed) => (Kind::Warn, warmed.sentence()),
        };
        self.handles.day_log.noted(None, level, &format!("prices {}: {what}", kind.words()));
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
        assert_eq!(state.due(&session, at("08:30")), Some(WarmKind::Held));
        // The source was down: a while later again, also when the session has begun.
        state.ended(WarmKind::Held, day, true, at("09:10"));
        assert_eq!(state.due(&session, at("09:19")), None);
        assert_eq!(state.due(&session, at("09:20")), Some(WarmKind::Held));
        state.ended(WarmKind::Held, day, false, at("09:21"));
        assert_eq!(state.due(&session, at("15:49")), None);
        assert_eq!(state.due(&session, at("15:50")), Some(WarmKind::Universe));
        state.ended(WarmKind::Universe, day, false, at("15:58"));
        assert_eq!(state.due(&session, at("23:59")), None);
    }

    #[test]
    fn what_a_fetch_left_behind_is_counted_whole_and_named_in_part() {
        let symbols: Vec<Symbol> =
            (0..MOST_NAMED + 5).map(|number| format!("S{number}").parse().unwrap()).collect();
        let failed: Vec<_> = symbols.iter().map(|symbol| (symbol.clone(), "no line".to_owned())).collect();
        let mut warming = Warming::begun(WarmKind::Universe, None, Timestamp(1));
        warming.step(WarmStep { source: "net", done: 7, of: 250, fetched: 5, failed: 2 });
        assert_eq!((warming.source, warming.done, warming.of, warming.failed), (Some("net"), 7, 250, 2));
        let warmed = Warmed { fetched: 30, known: 10, unlisted: symbols, failed };
        warming.ended(Ok(warmed), Timestamp(9));
        assert_eq!((warming.ended_at, warming.fetched, warming.known), (Some(Timestamp(9)), 30, 10));
        assert_eq!((warming.unlisted, warming.unlisted_shares.len()), (MOST_NAMED + 5, MOST_NAMED));
        assert_eq!((warming.failed, warming.failures.len()), (MOST_NAMED + 5, MOST_NAMED));
    }
}
