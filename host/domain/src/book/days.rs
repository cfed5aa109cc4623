//! The fills, charges and result of recent days.

use serde::{Deserialize, Serialize};

use crate::charges::{self, BrokeragePlan, ChargeSchedule, ChargesError, DayFill};
use crate::money::Paise;
use crate::strategies::StrategyName;
use crate::time::Day;

use super::results::Results;

/// Calendar days before the newest traded day whose fills are kept.
///
/// A fill that is told late changes the contract note of its own day, because tax and depository charge are
/// computed over the whole day. Ten days cover the longest closure of the exchange (five days) and a daemon that
/// was down for the week around it. A fill that is older still gets a note of its own.
pub const KEPT_DAYS: i64 = 10;

/// Trades of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TradedDay {
    pub day: Day,
    pub fills: Vec<DayFill>,
    pub realised: Paise,
    pub charges: Paise,
    /// The same of each strategy.
    pub results: Results,
}

/// Recent traded days, in the order of their dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RecentDays(Vec<TradedDay>);

impl RecentDays {
    pub fn get(&self, day: Day) -> Option<&TradedDay> {
        self.0.iter().find(|traded| traded.day == day)
    }

    /// The fills that are kept of a day and later ones.
    pub fn fills_since(&self, day: Day) -> impl Iterator<Item = &DayFill> {
        self.0.iter().filter(move |traded| traded.day >= day).flat_map(|traded| &traded.fills)
    }

    /// The first day of which, as of every later one, all fills are kept.
    pub fn kept_from(&self) -> Day {
        let newest = self.0.last().map(|traded| traded.day);
        newest
            .and_then(|day| day.checked_sub_days(chrono::Days::new(KEPT_DAYS.unsigned_abs())))
            .unwrap_or(Day::MIN)
    }

    /// The charges of a day with one more fill.
    pub fn charges_with(
        &self,
        day: Day,
        fill: &DayFill,
        schedule: &ChargeSchedule,
        plan: &BrokeragePlan,
    ) -> Result<Paise, ChargesError> {
        let mut fills = self.get(day).map_or_else(Vec::new, |traded| traded.fills.clone());
        fills.push(fill.clone());
        Ok(charges::note(&fills, day, schedule, plan)?.total())
    }

    /// Books a fill and the day's charges with it; answers by how much the charges grew (they shrink when a trade
    /// turns delivery into intraday).
    pub fn book(
        &mut self,
        day: Day,
        fill: DayFill,
        (strategy, realised): (StrategyName, Paise),
        charges: Paise,
    ) -> Paise {
        self.change(day, realised, charges, |traded, added| {
            traded.results.add(strategy, realised, added);
            traded.fills.push(fill);
        })
    }

    /// The charges of a day without one of its fills; none when the day, or such a fill of it, is not kept.
    pub fn charges_without(
        &self,
        day: Day,
        fill: &DayFill,
        schedule: &ChargeSchedule,
        plan: &BrokeragePlan,
    ) -> Result<Option<Paise>, ChargesError> {
        let Some(traded) = self.get(day) else { return Ok(None) };
        let mut fills = traded.fills.clone();
        if !take_out(&mut fills, fill) {
            return Ok(None);
        }
        Ok(Some(charges::note(&fills, day, schedule, plan)?.total()))
    }

    /// Takes a fill back, and the day's charges with it; answers by how much the charges change.
    pub fn withdraw(
        &mut self,
        day: Day,
        fill: &DayFill,
        (strategy, realised): (StrategyName, Paise),
        charges: Paise,
    ) -> Paise {
        self.change(day, realised, charges, |traded, added| {
            traded.results.withdraw(strategy, realised, added);
            take_out(&mut traded.fills, fill);
        })
    }

    /// Sets the charges of a day, adds to its result, and does what is left with both; answers by how much the charges change.
    fn change(
        &mut self,
        day: Day,
        realised: Paise,
        charges: Paise,
        rest: impl FnOnce(&mut TradedDay, Paise),
    ) -> Paise {
        let mut added = Paise::ZERO;
        if let Some(traded) = self.day(day) {
            added = charges - traded.charges;
            traded.charges = charges;
            traded.realised += realised;
            rest(traded, added);
        }
        self.prune_old();
        added
    }

    /// Adds income of what a strategy holds.
    pub fn add_income(&mut self, day: Day, strategy: StrategyName, income: Paise) {
        if let Some(traded) = self.day(day) {
            traded.results.add_income(strategy, income);
        }
        self.prune_old();
    }

    /// A day, which begins empty.
    fn day(&mut self, day: Day) -> Option<&mut TradedDay> {
        let place = self.0.partition_point(|traded| traded.day < day);
        if self.0.get(place).is_none_or(|traded| traded.day != day) {
            let (fills, results) = (Vec::new(), Results::default());
            let empty = TradedDay { day, fills, realised: Paise::ZERO, charges: Paise::ZERO, results };
            self.0.insert(place, empty);
        }
        self.0.get_mut(place)
    }

    /// A copy with these days and the newest, which decides what is forgotten; none when no days are asked for.
    pub fn only(&self, days: &[Day]) -> Self {
        let newest = self.0.last().map(|traded| traded.day).filter(|_| !days.is_empty());
        let asked = |traded: &&TradedDay| days.contains(&traded.day) || Some(traded.day) == newest;
        Self(self.0.iter().filter(asked).cloned().collect())
    }

    /// Takes over days that changed elsewhere.
    pub fn take_over(&mut self, changed: Self) {
        for traded in changed.0 {
            let place = self.0.partition_point(|kept| kept.day < traded.day);
            match self.0.get_mut(place).filter(|kept| kept.day == traded.day) {
                Some(kept) => *kept = traded,
                None => self.0.insert(place, traded),
            }
        }
        self.prune_old();
    }

    fn prune_old(&mut self) {
        let Some(newest) = self.0.last().map(|traded| traded.day) else { return };
        self.0.retain(|traded| newest.signed_duration_since(traded.day).num_days() <= KEPT_DAYS);
    }
}

/// Takes the newest fill that looks so out of a list; answers whether there was one.
fn take_out(fills: &mut Vec<DayFill>, fill: &DayFill) -> bool {
    let place = fills.iter().rposition(|kept| kept == fill);
    place.inspect(|place| drop(fills.remove(*place))).is_some()
}
