//! What one calendar says otherwise than another.

use crate::time::Day;

use super::{Calendar, LAST_DAY, TradingDay};

/// A day of which two calendars say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayChange {
    /// The day by the earlier calendar.
    pub before: TradingDay,
    /// The day by the later calendar.
    pub after: TradingDay,
}

/// The days, in order, of which `after` says something else than `before`: whether there is a session, its phases,
/// whether it settles, or its name. A day that becomes known and is what it was presumed to be is not among them.
///
/// All days are looked at from the first that either knows until `through`, at least until the last that either knows.
pub fn changes(before: &Calendar, after: &Calendar, through: Day) -> Vec<DayChange> {
    let first = before.covers().0.min(after.covers().0);
    let last = before.covers().1.max(after.covers().1).max(through).min(LAST_DAY);
    let days = first.iter_days().take_while(|day| *day <= last);
    let change = |day| DayChange { before: before.day_or_closed(day), after: after.day_or_closed(day) };
    days.map(change).filter(|change| !is_same(&change.before, &change.after)).collect()
}

fn is_same(before: &TradingDay, after: &TradingDay) -> bool {
    let sessions = |day: &TradingDay| {
        let TradingDay { open, special, settlement, .. } = *day;
        (open, special, settlement)
    };
    // The note of a presumed day only says that it is presumed.
    let notes_differ = !before.presumed && !after.presumed && before.note != after.note;
    sessions(before) == sessions(after)
        && before.windows == after.windows
        && before.auction_windows == after.auction_windows
        && !notes_differ
}
