//! The slots of one day.

use chrono::NaiveTime;
use prahari_domain::calendar::TradingDay;
use prahari_domain::time::Timestamp;

use crate::engine::{Answer, evaluate};
use crate::{Schedule, ScheduleError};

/// When a task is due on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaySlots {
    /// Once at each of these instants, ascending; none on a closed day.
    Times(Vec<Timestamp>),
    /// Again and again within windows, ends not included.
    Continuous {
        /// One slot each, in order.
        windows: Vec<(Timestamp, Timestamp)>,
        /// Milliseconds from one tick to the next.
        every_ms: i64,
    },
}

/// One minute, the only pace of continuous tasks.
const EVERY_MS: i64 = 60_000;

/// The slots of a schedule on a day, whether or not it is enabled. Closed days have none.
///
/// # Errors
/// When its script fails, runs into a limit, or answers something that is no time of that day.
pub fn slots(schedule: &Schedule, day: &TradingDay) -> Result<DaySlots, ScheduleError> {
    if !day.open {
        return Ok(DaySlots::Times(Vec::new()));
    }
    let answer = evaluate(&schedule.rule.source(), day).map_err(|detail| ScheduleError::Script {
        task: schedule.task,
        day: day.day,
        detail,
    })?;
    let midnight = Timestamp::from_ist(day.day, NaiveTime::MIN);
    let at = |minute: i64| midnight.plus_minutes(minute);
    Ok(match answer {
        Answer::Times(minutes) => DaySlots::Times(minutes.into_iter().map(at).collect()),
        Answer::EachMinute(stretches) => DaySlots::Continuous {
            windows: stretches.into_iter().map(|(from, to)| (at(from), at(to))).collect(),
            every_ms: EVERY_MS,
        },
    })
}
