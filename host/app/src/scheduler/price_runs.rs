//! What of one user runs on changes of price: what they hold, the changes that wait for a run, and how many runs there were.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use prahari_domain::instruments::Symbol;
use prahari_domain::price_cause::PriceCause;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::prices::PriceChange;

/// The most runs on prices of a user within a minute, over all tasks: one in ten seconds. Each costs what a tick costs, which
/// there is one of in a minute.
pub const MOST_PRICE_RUNS_A_MINUTE: u32 = 6;

/// The most runs on prices of a user on a date, over all tasks: more than twice as many as a session has ticks. The budget of a
/// task for a date holds beside it, for ticks and these together.
pub const MOST_PRICE_RUNS_A_DAY: u32 = 1_000;

const MINUTE_MS: i64 = 60_000;

/// What of a user runs on changes of price.
#[derive(Debug, Default)]
pub struct UserPriceRuns {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The shares that count, as of the last minute; none while no task of the user may run on prices.
    held: BTreeSet<Symbol>,
    /// The change that each task is about to run on.
    waiting: BTreeMap<Task, PriceCause>,
    used: Used,
}

#[derive(Debug, Default)]
struct Used {
    day: Option<Day>,
    /// Whether the runs of an earlier process on the day are counted.
    is_complete: bool,
    minute: i64,
    in_minute: u32,
    of_day: PriceRunsUse,
    /// Whether it was told that the day has had its runs.
    told: bool,
}

/// Runs on prices of a user on a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PriceRunsUse {
    /// Runs that began.
    pub runs: u32,
    /// Changes without a run because something of the user was executing.
    pub busy: u32,
    /// Changes without a run because the minute had its [`MOST_PRICE_RUNS_A_MINUTE`].
    pub over_minute: u32,
    /// Changes without a run because the day had its [`MOST_PRICE_RUNS_A_DAY`].
    pub over_day: u32,
}

/// Whether a run may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// It may, and is counted.
    Taken,
    /// It may not, and that is counted.
    Refused,
    /// It may not, because the day has had its runs, which is to be told.
    DayIsFull,
}

impl UserPriceRuns {
    /// The runs on prices of a date, as far as this process knows them.
    pub fn used_on(&self, day: Day) -> PriceRunsUse {
        let state = self.state.lock();
        if state.used.day == Some(day) { state.used.of_day } else { PriceRunsUse::default() }
    }

    /// Replaces the shares whose prices count.
    pub(super) fn set_held(&self, held: BTreeSet<Symbol>) {
        self.state.lock().held = held;
    }

    /// Returns whether the price of any share counts.
    pub(super) fn is_on(&self) -> bool {
        !self.state.lock().held.is_empty()
    }

    /// The shares whose prices count.
    pub(super) fn held(&self) -> BTreeSet<Symbol> {
        self.state.lock().held.clone()
    }

    /// The change that a run of this user would be for: of several at once that of the greatest part of its price, of equal ones the
    /// first by name. One run sees them all.
    pub(super) fn greatest<'a>(&self, changes: &'a BTreeMap<Symbol, PriceChange>) -> Option<&'a PriceChange> {
        let state = self.state.lock();
        let of_user = state.held.iter().filter_map(|symbol| changes.get(symbol));
        of_user.reduce(|greatest, next| if is_greater(next, greatest) { next } else { greatest })
    }

    /// Has a change wait for a run of a task; a later one takes its place.
    pub(super) fn wait(&self, task: Task, cause: PriceCause) {
        self.state.lock().waiting.insert(task, cause);
    }

    /// Takes the change that a task is to run on.
    pub(super) fn take(&self, task: Task) -> Option<PriceCause> {
        self.state.lock().waiting.remove(&task)
    }

    /// Counts a change without a run, because something of the user was executing.
    pub(super) fn busy(&self, now: Timestamp) {
        self.state.lock().used.on(now.ist_day()).of_day.busy += 1;
    }

    /// Whether the runs of a date are known, those of earlier processes included.
    pub(super) fn knows(&self, day: Day) -> bool {
        let state = self.state.lock();
        state.used.day == Some(day) && state.used.is_complete
    }

    /// Counts the runs that the database has of a date, before the first one of this process.
    pub(super) fn know(&self, day: Day, runs: u64) {
        let mut state = self.state.lock();
        let used = state.used.on(day);
        used.of_day.runs = used.of_day.runs.max(u32::try_from(runs).unwrap_or(u32::MAX));
        used.is_complete = true;
    }

    /// Takes one of the runs that there may be.
    pub(super) fn claim(&self, now: Timestamp) -> Claim {
        let mut state = self.state.lock();
        let used = state.used.on(now.ist_day());
        let minute = now.0.div_euclid(MINUTE_MS);
        if used.minute != minute {
            (used.minute, used.in_minute) = (minute, 0);
        }
        if used.of_day.runs >= MOST_PRICE_RUNS_A_DAY {
            used.of_day.over_day += 1;
            let is_news = !std::mem::replace(&mut used.told, true);
            return if is_news { Claim::DayIsFull } else { Claim::Refused };
        }
        if used.in_minute >= MOST_PRICE_RUNS_A_MINUTE {
            used.of_day.over_minute += 1;
            return Claim::Refused;
        }
        used.in_minute += 1;
        used.of_day.runs += 1;
        Claim::Taken
    }
}

impl Used {
    /// What was used on a date; that of another date is forgotten.
    fn on(&mut self, day: Day) -> &mut Self {
        if self.day != Some(day) {
            *self = Self { day: Some(day), ..Self::default() };
        }
        self
    }
}

/// Returns whether a price has changed by a greater part of what it was.
fn is_greater(one: &PriceChange, other: &PriceChange) -> bool {
    let moved = |change: &PriceChange| i128::from((change.last - change.before).0.abs());
    moved(one) * i128::from(other.before.0) > moved(other) * i128::from(one.before.0)
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;

    use super::*;

    fn change(name: &str, before: i64, last: i64) -> (Symbol, PriceChange) {
        let symbol = Symbol::new(name).unwrap();
        let (before, last) = (Paise(before), Paise(last));
        (symbol.clone(), PriceChange { symbol, before, last, at: Timestamp(0) })
    }

    #[test]
    fn of_several_changes_the_greatest_of_what_is_held_is_the_cause() {
        let changes =
            BTreeMap::from([change("AAA", 100, 101), change("BBB", 1_000, 980), change("CCC", 100, 200)]);
        let runs = UserPriceRuns::default();
        assert_eq!(runs.greatest(&changes), None, "nothing is held");
        let held = |names: &[&str]| names.iter().map(|name| Symbol::new(name).unwrap()).collect();
        runs.set_held(held(&["AAA", "BBB", "OTHER"]));
        assert_eq!(runs.greatest(&changes), changes.get(&Symbol::new("BBB").unwrap()));
        let same = BTreeMap::from([change("AAA", 100, 101), change("BBB", 200, 198)]);
        assert_eq!(runs.greatest(&same), same.get(&Symbol::new("AAA").unwrap()), "of equal ones the first");
    }

    #[test]
    fn a_minute_and_a_day_have_so_many_runs_and_what_is_left_out_is_counted() {
        let day: Day = "2025-01-03".parse().unwrap();
        let (runs, start) = (UserPriceRuns::default(), Timestamp::start_of(day));
        let claim = |minute: i64| runs.claim(start.plus_minutes(minute));
        for _ in 0..MOST_PRICE_RUNS_A_MINUTE {
            assert_eq!(claim(0), Claim::Taken);
        }
        assert_eq!(claim(0), Claim::Refused);
        assert_eq!(claim(1), Claim::Taken);
        assert_eq!(runs.used_on(day), PriceRunsUse { runs: 7, over_minute: 1, ..PriceRunsUse::default() });
        // A process that comes after counts those of before.
        assert!(!runs.knows(day));
        runs.know(day, u64::from(MOST_PRICE_RUNS_A_DAY) - 1);
        assert!(runs.knows(day));
        assert_eq!([2, 2, 2].map(claim), [Claim::Taken, Claim::DayIsFull, Claim::Refused]);
        assert_eq!((runs.used_on(day).runs, runs.used_on(day).over_day), (MOST_PRICE_RUNS_A_DAY, 2));
        assert_eq!(claim(24 * 60), Claim::Taken, "the next day has its own");
        assert_eq!(runs.used_on(day), PriceRunsUse::default());
    }
}
