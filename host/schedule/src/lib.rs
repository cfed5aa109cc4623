//! Schedules: data and pure scripts that turn a trading day into the times at which a task is due.
//!
//! One evaluator answers everybody who asks: the preview, the armed timers, the slot ledger and the watchdog. The
//! plain rules are written as scripts for it, so that there is nothing a plain rule can do that a script cannot;
//! cron expressions stand beside them.

mod after;
mod bounds;
mod clock_time;
mod cron;
mod day;
mod engine;
mod flags;
mod late;
mod preview;
mod rule;
mod slots;
mod terms;
mod validate;
mod zone;

pub use after::{After, MAX_AFTER, Then, check_after};
pub use bounds::{RuleBounds, RuleKind, UsefulHours};
pub use clock_time::{parse as parse_time, text as time_text};
pub use cron::MAX_CRON_BYTES;
pub use engine::{MAX_OPERATIONS, MAX_SCRIPT_BYTES, MAX_TIMES};
pub use flags::{ScheduleFlag, flags};
pub use late::{LatePolicy, latest_start};
pub use preview::{DayDifference, Stretch, differences, preview, stretch};
pub use rule::{Rule, Schedule};
pub use slots::{DaySlots, Evaluator, Slot, TICK_MS, slots};
pub use terms::ScheduleTerms;
pub use validate::{MAX_RULES, validate};
pub use zone::{india, parse as parse_zone};

use prahari_domain::calendar::CalendarError;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;

/// A schedule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// A rule did not give an answer for a day.
    #[error("the schedule of {task} gives no times for {day}: {detail}")]
    Script {
        /// The task whose schedule it is.
        task: Task,
        /// Trading day whose slots could not be found.
        day: Day,
        /// What went wrong, with the rule where there are several and the script's line where there is one.
        detail: String,
    },
    /// A rule does not fit the task, or its times do not fit each other.
    #[error("the schedule of {task} is not valid: {detail}")]
    Rule {
        /// The task whose schedule it is.
        task: Task,
        /// What is wrong, with the rule where there are several.
        detail: String,
    },
    /// The calendar could not answer.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

#[cfg(test)]
mod after_tests;
#[cfg(test)]
mod cron_tests;
#[cfg(test)]
mod flag_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
