//! Whether a schedule may be saved.

use prahari_domain::calendar::Calendar;
use prahari_domain::text::is_plain_lines;

use crate::preview::answered;
use crate::{DaySlots, Evaluator, Rule, RuleBounds, Schedule, ScheduleError};

/// Checks that the rule fits the bounds of its task and, of a script, that it answers on every trading day of the calendar and
/// of the year after it: a script that fails on some day only would fail when it is too late to ask anybody.
///
/// # Errors
/// With the first thing that is wrong.
pub fn validate(schedule: &Schedule, bounds: &RuleBounds, calendar: &Calendar) -> Result<(), ScheduleError> {
    if let Rule::Script(script) = &schedule.rule {
        return check_script(schedule, script, bounds, calendar);
    }
    match bounds.misfit(&schedule.rule) {
        Some(detail) => Err(ScheduleError::Rule { task: schedule.task, detail }),
        None => Ok(()),
    }
}

fn check_script(
    schedule: &Schedule,
    script: &str,
    bounds: &RuleBounds,
    calendar: &Calendar,
) -> Result<(), ScheduleError> {
    let wrong = |detail: &str| ScheduleError::Rule { task: schedule.task, detail: detail.to_owned() };
    if !is_plain_lines(script) {
        // Whoever reads it would read another script than the one that runs.
        return Err(wrong("the script has characters that cannot be seen; write them as \\u"));
    }
    let evaluator = Evaluator::of(schedule)?;
    let (from, to) = calendar.covers();
    let year_after = to.checked_add_months(chrono::Months::new(12)).unwrap_or(to);
    for day in answered(calendar, from, year_after) {
        let slots = evaluator.slots(&calendar.trading_day(day)?)?;
        if !bounds.are_continuous() && matches!(slots, DaySlots::Continuous { .. }) {
            return Err(wrong("it may not run each minute"));
        }
    }
    Ok(())
}
