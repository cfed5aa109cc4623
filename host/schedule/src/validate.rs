//! Whether a schedule may be saved.

use chrono::{NaiveTime, Timelike};
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::text::is_plain_lines;

use crate::clock_time::{clock, text};
use crate::preview::answered;
use crate::{After, DaySlots, Evaluator, Rule, Schedule, ScheduleError};

/// Most rules of one schedule.
pub const MAX_RULES: usize = 8;

/// Checks that each rule fits the task, what the schedule waits for as far as it can be seen alone, and that scripts, cron expressions
/// and several rules together answer on every trading day of the calendar and of the year after it: what fails on some day only
/// would fail when it is too late to ask anybody.
///
/// # Errors
/// With the first thing that is wrong.
pub fn validate(schedule: &Schedule, calendar: &Calendar) -> Result<(), ScheduleError> {
    let wrong = |detail: String| Err(ScheduleError::Rule { task: schedule.task, detail });
    let count = schedule.rules.len();
    if !(1..=MAX_RULES).contains(&count) {
        return wrong(format!("it has {count} rules, not 1 to {MAX_RULES}"));
    }
    if let Some(detail) = schedule.after.as_ref().and_then(After::fault) {
        return wrong(detail);
    }
    schedule.rules.iter().try_for_each(|rule| fits(schedule, rule))?;
    let plain = |rule: &Rule| !matches!(rule, Rule::Script(_) | Rule::Cron { .. });
    if count == 1 && schedule.rules.iter().all(plain) { Ok(()) } else { check_days(schedule, calendar) }
}

/// Whether a rule is one that the task may have.
fn fits(schedule: &Schedule, rule: &Rule) -> Result<(), ScheduleError> {
    let wrong = |detail: String| Err(ScheduleError::Rule { task: schedule.task, detail });
    match (schedule.task, rule) {
        (_, Rule::Cron { .. }) => Ok(()),
        (_, Rule::Script(script)) => match unseen_signs(script) {
            Some(detail) => wrong(detail),
            None => Ok(()),
        },
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

/// Whoever reads such a script would read another one than the one that runs.
fn unseen_signs(script: &str) -> Option<String> {
    let detail = "the script has characters that cannot be seen; write them as \\u";
    (!is_plain_lines(script)).then(|| detail.to_owned())
}

fn check_days(schedule: &Schedule, calendar: &Calendar) -> Result<(), ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let (from, to) = calendar.covers();
    let year_after = to.checked_add_months(chrono::Months::new(12)).unwrap_or(to);
    let mut fires = false;
    for day in answered(calendar, from, year_after) {
        let slots = evaluator.slots(&calendar.trading_day(day)?)?;
        fires |= !matches!(&slots, DaySlots::Times(times) if times.is_empty());
        if schedule.task != Task::SellMonitor && matches!(slots, DaySlots::Continuous { .. }) {
            let detail = "only sell_monitor runs each minute".to_owned();
            return Err(ScheduleError::Rule { task: schedule.task, detail });
        }
    }
    // A script may have its reasons; an expression that fits no day is a slip.
    if !fires && schedule.rules.iter().any(|rule| matches!(rule, Rule::Cron { .. })) {
        let detail = format!("its rules are due on no trading day from {from} to {year_after}");
        return Err(ScheduleError::Rule { task: schedule.task, detail });
    }
    Ok(())
}
