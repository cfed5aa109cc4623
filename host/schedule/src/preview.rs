//! What a schedule will do, from the same evaluator that arms it.

use prahari_domain::calendar::Calendar;
use prahari_domain::time::{Day, Timestamp};

use crate::evaluate::{DaySlots, slots};
use crate::schedule::{Schedule, ScheduleError};

/// One expected slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When; of a continuous slot its first tick.
    pub at: Timestamp,
    /// When a continuous slot ends.
    pub ends: Option<Timestamp>,
}

/// The slots from `from` on, at most `count` of them, through the end of what the calendar covers.
///
/// # Errors
/// When `from` is outside the calendar or a script fails.
pub fn preview(
    schedule: &Schedule,
    calendar: &Calendar,
    from: Day,
    count: usize,
) -> Result<Vec<Due>, ScheduleError> {
    let mut found = Vec::new();
    let (_, last) = calendar.covers();
    calendar.trading_day(from)?;
    for day in from.iter_days().take_while(|day| *day <= last) {
        match slots(schedule, &calendar.trading_day(day)?)? {
            DaySlots::Times(times) => found.extend(times.into_iter().map(|at| Due { at, ends: None })),
            DaySlots::Continuous { windows, .. } => {
                found.extend(windows.into_iter().map(|(at, ends)| Due { at, ends: Some(ends) }));
            }
        }
        if found.len() >= count {
            break;
        }
    }
    found.truncate(count);
    Ok(found)
}
