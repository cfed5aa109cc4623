//! Whether a schedule may be saved.

use prahari_domain::calendar::{Calendar, UnknownDays};
use prahari_domain::text::is_plain_lines;
use prahari_domain::time::Timestamp;

use crate::preview::{DAYS_AHEAD, answered};
use crate::slots::named;
use crate::{After, DaySlots, Evaluator, Rule, RuleBounds, Schedule, ScheduleError, preview};

/// Most rules of one schedule.
pub const MAX_RULES: usize = 8;

/// Checks that each rule fits the task, what the schedule waits for as far as it can be seen alone, and that scripts, cron expressions
/// and several rules together answer on every trading day of the calendar and of the year after it: what fails on some day only
/// would fail when it is too late to ask anybody. Each cron expression has to be due once within a year after `now`: one that is due in
/// the past only, or on days that never trade, is a slip.
///
/// # Errors
/// With the first thing that is wrong.
pub fn validate(
    schedule: &Schedule,
    bounds: &RuleBounds,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<(), ScheduleError> {
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
    if count == 1 && schedule.rules.iter().all(Rule::is_plain) {
        Ok(())
    } else {
        check_days(schedule, bounds, calendar)?;
        check_expressions(schedule, calendar, now)
    }
}

/// A script may have its reasons for answering nothing; an expression that fits no day to come is a slip, whatever stands beside it.
fn check_expressions(schedule: &Schedule, calendar: &Calendar, now: Timestamp) -> Result<(), ScheduleError> {
    let count = schedule.rules.len();
    // Where the days of which no holidays are known count as closed, the expression is no slip for that.
    let calendar = calendar.clone().with_unknown_days(UnknownDays::Session);
    for (place, rule) in schedule.rules.iter().enumerate() {
        let Rule::Cron { expression, .. } = rule else { continue };
        let alone = Schedule::of(schedule.task, rule.clone());
        if preview(&alone, &calendar, now, 1)?.is_empty() {
            let today = now.ist_day();
            let detail = format!(
                "the cron expression {expression:?} is due on no trading day within {DAYS_AHEAD} days from {today} on"
            );
            let detail = named(place, count, detail);
            return Err(ScheduleError::Rule { task: schedule.task, detail });
        }
    }
    Ok(())
}

/// What keeps a rule from being one that the task may have.
fn misfit(rule: &Rule, bounds: &RuleBounds) -> Option<String> {
    match rule {
        Rule::Script(script) => unseen_signs(script),
        _ => bounds.misfit(rule),
    }
}

/// Returns the fault of a script with characters that cannot be seen: it is not the script that its reader sees.
fn unseen_signs(script: &str) -> Option<String> {
    let detail = "the script has characters that cannot be seen; write them as \\u";
    (!is_plain_lines(script)).then(|| detail.to_owned())
}

fn check_days(schedule: &Schedule, bounds: &RuleBounds, calendar: &Calendar) -> Result<(), ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let (from, to) = calendar.covers();
    let year_after = to.checked_add_months(chrono::Months::new(12)).unwrap_or(to);
    for day in answered(calendar, from, year_after) {
        let slots = evaluator.slots(&calendar.trading_day(day)?)?;
        if !bounds.are_continuous() && matches!(slots, DaySlots::Continuous { .. }) {
            let detail = "it may not run each minute".to_owned();
            return Err(ScheduleError::Rule { task: schedule.task, detail });
        }
    }
    Ok(())
}
