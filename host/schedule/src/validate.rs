//! Whether a schedule may be saved.

use chrono::{NaiveTime, Timelike};
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::text::is_plain_lines;

use crate::clock_time::{clock, text};
use crate::preview::answered;
use crate::{DaySlots, Evaluator, Rule, Schedule, ScheduleError};

/// Checks that the rule fits the task and, of a script, that it answers on every trading day of the calendar and of the
/// year after it: a script that fails on some day only would fail when it is too late to ask anybody.
///
/// # Errors
/// With the first thing that is wrong.
pub fn validate(schedule: &Schedule, calendar: &Calendar) -> Result<(), ScheduleError> {
    let wrong = |detail: String| Err(ScheduleError::Rule { task: schedule.task, detail });
    match (schedule.task, &schedule.rule) {
        (_, Rule::Script(_)) => check_script(schedule, calendar),
        (Task::SellMonitor, Rule::EachMinute { start, end }) => match ordered(*start, *end) {
            Some(detail) => wrong(detail),
            None => Ok(()),
        },
        (Task::PositionMonitor, Rule::Hourly { start, end }) => match half_hours(*start, *end) {
            Some(detail) => wrong(detail),
            None => Ok(()),
        },
        (Task::SellMonitor, _) => {
            wrong("it runs each minute from a start to an end, or by a script".to_owned())
        }
        (Task::PositionMonitor, _) => {
            wrong("it runs hourly from a start to an end, or by a script".to_owned())
        }
        (_, Rule::At { time }) if (first_hour()..=last_hour()).contains(time) && time.second() == 0 => Ok(()),
        (_, Rule::At { time }) => wrong(format!(
            "{} is not a whole minute from {} to {}",
            time,
            text(first_hour()),
            text(last_hour())
        )),
        (_, Rule::Hourly { .. } | Rule::EachMinute { .. }) => {
            wrong("it runs at one time of the day, or by a script".to_owned())
        }
    }
}

/// One-shot tasks run from the pre-open on.
fn first_hour() -> NaiveTime {
    clock(9, 0)
}

/// The day is closed by then; later times would collide with the close of special evening sessions.
fn last_hour() -> NaiveTime {
    clock(18, 0)
}

fn ordered(start: NaiveTime, end: NaiveTime) -> Option<String> {
    (start >= end).then(|| format!("its start {} is not before its end {}", text(start), text(end)))
}

fn half_hours(start: NaiveTime, end: NaiveTime) -> Option<String> {
    if (start.minute(), end.minute()) != (30, 30) {
        return Some(format!(
            "it runs at half past the hour only, not from {} to {}",
            text(start),
            text(end)
        ));
    }
    (start > end).then(|| format!("its start {} is after its end {}", text(start), text(end)))
}

fn check_script(schedule: &Schedule, calendar: &Calendar) -> Result<(), ScheduleError> {
    if let Rule::Script(script) = &schedule.rule
        && !is_plain_lines(script)
    {
        // Whoever reads it would read another script than the one that runs.
        let detail = "the script has characters that cannot be seen; write them as \\u".to_owned();
        return Err(ScheduleError::Rule { task: schedule.task, detail });
    }
    let evaluator = Evaluator::of(schedule)?;
    let (from, to) = calendar.covers();
    let year_after = to.checked_add_months(chrono::Months::new(12)).unwrap_or(to);
    for day in answered(calendar, from, year_after) {
        let slots = evaluator.slots(&calendar.trading_day(day)?)?;
        if schedule.task != Task::SellMonitor && matches!(slots, DaySlots::Continuous { .. }) {
            let detail = "only sell_monitor runs each minute".to_owned();
            return Err(ScheduleError::Rule { task: schedule.task, detail });
        }
    }
    Ok(())
}
