//! What a schedule will do, for people who are about to save it: its next slots, a stretch of days, and what two
//! schedules do differently. Everything is asked of the evaluator that arms the timers.

use std::collections::BTreeMap;

use prahari_domain::calendar::{Calendar, LAST_DAY};
use prahari_domain::time::{Day, Timestamp};
use serde::Serialize;

use crate::slots::Evaluator;
use crate::{Schedule, ScheduleError, Slot};

/// Number of days ahead in which the next slots are searched. A schedule that has none in a year has none that
/// anybody waits for.
pub(crate) const DAYS_AHEAD: u64 = 400;

/// The next `count` slots that are due at `from` or later; none of a disabled schedule. Fewer when there are not so
/// many in the next 400 days. Days after the published calendar count as they are presumed to be.
///
/// # Errors
/// When the schedule's script cannot be read or fails on one of the days.
pub fn preview(
    schedule: &Schedule,
    calendar: &Calendar,
    from: Timestamp,
    count: usize,
) -> Result<Vec<Slot>, ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let mut due = Vec::new();
    let first = from.ist_day();
    let last = first.checked_add_days(chrono::Days::new(DAYS_AHEAD)).unwrap_or(LAST_DAY);
    for day in answered(calendar, first, last) {
        if due.len() >= count || !schedule.enabled {
            break;
        }
        let slots = evaluator.armed(&calendar.trading_day(day)?)?;
        due.extend(slots.into_iter().filter(|slot| slot.due_at >= from));
    }
    due.truncate(count);
    Ok(due)
}

/// Slots of a schedule over a stretch of days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// First day asked for that the calendar answers for; none when it answers for none of them.
    pub from: Option<Day>,
    /// Last day asked for that the calendar answers for; none when it answers for none of them.
    pub to: Option<Day>,
    /// First of these days that is presumed, because no list of holidays is known for it; none when no day is.
    pub presumed_from: Option<Day>,
    /// Days on which the exchange has a session.
    pub trading_days: u32,
    /// Trading days on which the schedule has a slot.
    pub days_with_slots: u32,
    /// Every slot, in order.
    pub slots: Vec<Slot>,
}

impl Stretch {
    /// Returns how many runs the slots expect together.
    pub fn runs(&self) -> u64 {
        self.slots.iter().map(|slot| u64::from(slot.ticks)).sum()
    }

    /// Returns how many runs the slots of each day (IST) expect, for days with slots, in order.
    pub fn runs_by_day(&self) -> BTreeMap<Day, u64> {
        let mut days = BTreeMap::new();
        for slot in &self.slots {
            let runs: &mut u64 = days.entry(slot.due_at.ist_day()).or_default();
            *runs = runs.saturating_add(u64::from(slot.ticks));
        }
        days
    }
}

/// Every slot of a schedule from one day to another, both included; none of a disabled schedule.
///
/// # Errors
/// As [`preview`].
pub fn stretch(
    schedule: &Schedule,
    calendar: &Calendar,
    from: Day,
    to: Day,
) -> Result<Stretch, ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let mut stretch = Stretch::default();
    for day in answered(calendar, from, to) {
        let trading_day = calendar.trading_day(day)?;
        let slots = evaluator.armed(&trading_day)?;
        stretch.from.get_or_insert(day);
        stretch.to = Some(day);
        if trading_day.presumed {
            stretch.presumed_from.get_or_insert(day);
        }
        stretch.trading_days += u32::from(trading_day.open);
        stretch.days_with_slots += u32::from(!slots.is_empty());
        stretch.slots.extend(slots);
    }
    Ok(stretch)
}

/// A day on which two schedules differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayDifference {
    /// The date in India.
    pub day: Day,
    /// Slots of the earlier schedule that the later one does not have.
    pub removed: Vec<Slot>,
    /// Slots of the later schedule that the earlier one did not have.
    pub added: Vec<Slot>,
}

impl DayDifference {
    /// The difference between the slots that a day had and those that it has; none when they are the same.
    pub fn of(day: Day, old: &[Slot], new: &[Slot]) -> Option<Self> {
        let only = |these: &[Slot], those: &[Slot]| -> Vec<Slot> {
            these.iter().filter(|slot| !those.contains(slot)).copied().collect()
        };
        let (removed, added) = (only(old, new), only(new, old));
        let same = removed.is_empty() && added.is_empty();
        (!same).then_some(Self { day, removed, added })
    }
}

/// The days, from one to another with both included, on which `after` fires otherwise than `before`.
///
/// # Errors
/// As [`preview`].
pub fn differences(
    before: &Schedule,
    after: &Schedule,
    calendar: &Calendar,
    from: Day,
    to: Day,
) -> Result<Vec<DayDifference>, ScheduleError> {
    let (before, after) = (Evaluator::of(before)?, Evaluator::of(after)?);
    let mut differences = Vec::new();
    for day in answered(calendar, from, to) {
        let trading_day = calendar.trading_day(day)?;
        let (old, new) = (before.armed(&trading_day)?, after.armed(&trading_day)?);
        differences.extend(DayDifference::of(day, &old, &new));
    }
    Ok(differences)
}

/// The days of a stretch that the calendar answers for, be it presumed.
pub(crate) fn answered(calendar: &Calendar, from: Day, to: Day) -> impl Iterator<Item = Day> + use<> {
    let first = calendar.covers().0;
    let last = to.min(LAST_DAY);
    from.max(first).iter_days().take_while(move |day| *day <= last)
}
