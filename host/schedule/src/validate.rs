//! Whether a schedule may be saved.

use prahari_domain::calendar::Calendar;
use prahari_domain::text::is_plain_lines;

use crate::preview::answered;
use crate::{After, DaySlots, Evaluator, Rule, RuleBounds, Schedule, ScheduleError};

/// Most rules of one schedule.
pub const MAX_RULES: usize = 8;

/// Checks that each rule fits the task, what the schedule waits for as far as it can be seen alone, and that
/// scripts, cron expressions and several rules together answer on every trading day of the calendar and of the year
/// after it: what fails on some day only would fail when it is too late to ask anybody.
///
/// # Errors
/// With the first thing that is wrong.
pub fn validate(schedule: &Schedule, bounds: &RuleBounds, calendar: &Calendar) -> Result<(), ScheduleError> {
    let wrong = |detail: String| Err(ScheduleError::Rule { task: schedule.task, detail });
    let count = schedule.rules.len();
    if !(1..=MAX_RULES).contains(&count) {
        return wrong(format!("it has {count} rules, not 1 to {MAX_RULES}"));
    }
    if let Some(detail) = schedule.after.as_ref().and_then(After::fault) {
        return wrong(detail);
    }
    if let Some(detail) = schedule.rules.iter().find_map(|rule| misfit(rule, bounds)) {
        return wrong(detail);
    }
    let plain = |rule: &Rule| !matches!(rule, Rule::Script(_) | Rule::Cron { .. });
    if count == 1 && schedule.rules.iter().all(plain) {
        Ok(())
    } else {
        check_days(schedule, bounds, calendar)
    }
}

/// Returns what keeps a rule from being one that the task may have.
fn misfit(rule: &Rule, bounds: &RuleBounds) -> Option<String> {
    match rule {
        Rule::Script(script) => unseen_signs(script),
        _ => bounds.misfit(rule),
    }
}

/// Returns what is wrong with a script that has invisible characters: it reads differently from how it runs.
fn unseen_signs(script: &str) -> Option<String> {
    let detail = "the script has characters that cannot be seen; write them as \\u";
    (!is_plain_lines(script)).then(|| detail.to_owned())
}

fn check_days(schedule: &Schedule, bounds: &RuleBounds, calendar: &Calendar) -> Result<(), ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let (from, to) = calendar.covers();
    let year_after = to.checked_add_months(chrono::Months::new(12)).unwrap_or(to);
    let mut fires = false;
    for day in answered(calendar, from, year_after) {
        let slots = evaluator.slots(&calendar.trading_day(day)?)?;
        fires |= !matches!(&slots, DaySlots::Times(times) if times.is_empty());
        if !bounds.are_continuous() && matches!(slots, DaySlots::Continuous { .. }) {
            let detail = "it may not run each minute".to_owned();
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
