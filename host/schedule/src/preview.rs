//! What a schedule will do, for people who are about to save it: its next slots, a stretch of days, and what two
//! schedules do differently. Everything is asked of the evaluator that arms the timers.

use prahari_domain::calendar::Calendar;
use prahari_domain::time::{Day, Timestamp};
use serde::Serialize;

use crate::slots::Evaluator;
use crate::{Schedule, ScheduleError, Slot};

/// The next `count` slots that are due at `from` or later; none of a disabled schedule. Fewer when the published
/// calendar ends before.
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
    for day in covered(calendar, from.ist_day(), Day::MAX) {
        if due.len() >= count || !schedule.enabled {
            break;
        }
        let slots = evaluator.armed(&calendar.trading_day(day)?)?;
        due.extend(slots.into_iter().filter(|slot| slot.due_at >= from));
    }
    due.truncate(count);
    Ok(due)
}

/// What a schedule does over a stretch of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// First day asked for that the calendar covers; none when it covers none of them.
    pub from: Option<Day>,
    /// Last such day.
    pub to: Option<Day>,
    /// Days on which the exchange has a session.
    pub trading_days: u32,
    /// Trading days on which the schedule has a slot.
    pub days_with_slots: u32,
    /// Every slot, in order.
    pub slots: Vec<Slot>,
}

impl Stretch {
    /// How many runs the slots expect together.
    pub fn runs(&self) -> u64 {
        self.slots.iter().map(|slot| u64::from(slot.ticks)).sum()
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
    let mut stretch =
        Stretch { from: None, to: None, trading_days: 0, days_with_slots: 0, slots: Vec::new() };
    for day in covered(calendar, from, to) {
        let trading_day = calendar.trading_day(day)?;
        let slots = evaluator.armed(&trading_day)?;
        stretch.from.get_or_insert(day);
        stretch.to = Some(day);
        stretch.trading_days += u32::from(trading_day.open);
        stretch.days_with_slots += u32::from(!slots.is_empty());
        stretch.slots.extend(slots);
    }
    Ok(stretch)
}

/// A day on which two schedules differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayDifference {
    /// Which day.
    pub day: Day,
    /// Slots of the earlier schedule that the later one does not have.
    pub removed: Vec<Slot>,
    /// Slots of the later schedule that the earlier one did not have.
    pub added: Vec<Slot>,
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
    for day in covered(calendar, from, to) {
        let trading_day = calendar.trading_day(day)?;
        let (old, new) = (before.armed(&trading_day)?, after.armed(&trading_day)?);
        let only = |these: &[Slot], those: &[Slot]| -> Vec<Slot> {
            these.iter().filter(|slot| !those.contains(slot)).copied().collect()
        };
        let (removed, added) = (only(&old, &new), only(&new, &old));
        if !removed.is_empty() || !added.is_empty() {
            differences.push(DayDifference { day, removed, added });
        }
    }
    Ok(differences)
}

/// The days of a stretch that the calendar covers.
pub(crate) fn covered(calendar: &Calendar, from: Day, to: Day) -> impl Iterator<Item = Day> + use<> {
    let (first, last) = calendar.covers();
    let last = last.min(to);
    from.max(first).iter_days().take_while(move |day| *day <= last)
}
