//! The next runs of a schedule, for people who are about to save it.

use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;

use crate::{DaySlots, Schedule, ScheduleError, slots};

/// The next `count` instants from `from` on at which the schedule is due; a continuous window counts once, with its start.
/// Fewer when the published calendar ends before.
///
/// # Errors
/// When the schedule's script fails on one of the days.
pub fn preview(
    schedule: &Schedule,
    calendar: &Calendar,
    from: Timestamp,
    count: usize,
) -> Result<Vec<Timestamp>, ScheduleError> {
    let (first, last) = calendar.covers();
    let days = from.ist_day().max(first).iter_days().take_while(|day| *day <= last);
    let mut due = Vec::new();
    for day in days {
        if due.len() >= count {
            break;
        }
        let starts = match slots(schedule, &calendar.trading_day(day)?)? {
            DaySlots::Times(times) => times,
            DaySlots::Continuous { windows, .. } => windows.into_iter().map(|(start, _)| start).collect(),
        };
        due.extend(starts.into_iter().filter(|at| *at >= from));
    }
    due.truncate(count);
    Ok(due)
}
