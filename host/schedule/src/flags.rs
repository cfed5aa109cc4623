//! What may be saved of a schedule and is probably a slip: it is pointed out, and saved when somebody confirms it.

use std::fmt;

use prahari_domain::calendar::{Calendar, LAST_DAY, UnknownDays};
use prahari_domain::time::{Day, Timestamp};
use serde::Serialize;

use crate::bounds::UsefulHours;
use crate::clock_time::text;
use crate::preview::answered;
use crate::{Evaluator, Rule, RuleBounds, Schedule, ScheduleError, Slot};

/// Something odd about a schedule that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ScheduleFlag {
    /// It is due on no trading day of the year from this day on.
    NeverDue {
        /// First day of the year.
        from: Day,
    },
    /// It is due at a time at which the task can do nothing.
    Idle {
        /// The first such slot on an ordinary trading day.
        slot: Slot,
        /// Hours in which the task can do something.
        useful: Vec<UsefulHours>,
    },
}

impl fmt::Display for ScheduleFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverDue { from } => write!(f, "it is due on no trading day within a year from {from} on"),
            Self::Idle { slot, useful } => {
                let hours = |hours: &UsefulHours| format!("{} to {}", text(hours.from), text(hours.until));
                let hours = useful.iter().map(hours).collect::<Vec<_>>().join(" and ");
                let (day, time) = (slot.due_at.ist_day(), text(slot.due_at.ist_time()));
                write!(
                    f,
                    "it is due at {time} on {day}, and the task can do nothing outside of {hours} (IST)"
                )
            }
        }
    }
}

/// Returns what is odd about a schedule that [`validate`](crate::validate()) lets pass, as if it were enabled. Special sessions
/// are not judged: times move with them.
///
/// # Errors
/// When a rule cannot be read or fails on a day of the year from `now` on.
pub fn flags(
    schedule: &Schedule,
    bounds: &RuleBounds,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Vec<ScheduleFlag>, ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let calendar = calendar.clone().with_unknown_days(UnknownDays::Session);
    let from = now.ist_day();
    let to = from.checked_add_months(chrono::Months::new(12)).unwrap_or(LAST_DAY);
    let plain = schedule.rules.iter().all(Rule::is_plain);
    let (mut is_due, mut idle) = (false, None);
    for day in answered(&calendar, from, to) {
        let trading_day = calendar.trading_day(day)?;
        let slots = evaluator.slots(&trading_day)?.list();
        is_due |= slots.iter().any(|slot| slot.due_at >= now);
        let is_ordinary = trading_day.open && !trading_day.special;
        if is_ordinary && idle.is_none() {
            idle = slots.into_iter().find(|slot| !is_useful(slot, &bounds.useful));
        }
        // A plain rule does the same on each ordinary day.
        if plain && is_ordinary && is_due {
            break;
        }
    }
    let never = (!is_due).then_some(ScheduleFlag::NeverDue { from });
    let idle = idle.map(|slot| ScheduleFlag::Idle { slot, useful: bounds.useful.clone() });
    Ok(never.into_iter().chain(idle).collect())
}

/// A task that names no hours can do something at any time.
fn is_useful(slot: &Slot, useful: &[UsefulHours]) -> bool {
    let begins = slot.due_at.ist_time();
    useful.is_empty()
        || useful.iter().any(|hours| match slot.ends_at {
            None => (hours.from..=hours.until).contains(&begins),
            // Part of a stretch is enough.
            Some(end) => begins <= hours.until && end.ist_time() > hours.from,
        })
}
