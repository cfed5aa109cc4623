//! A schedule row and its validation.

use chrono::{NaiveTime, Timelike};
use prahari_domain::calendar::CalendarError;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};

use crate::script;

/// When a task runs on a trading day. Times are IST, of an ordinary day; see [`crate::slots`] for special sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Rule {
    /// Once.
    At {
        /// When.
        time: NaiveTime,
    },
    /// At `start` and each full hour after it, through `end`.
    Hourly {
        /// First run.
        start: NaiveTime,
        /// Last possible run.
        end: NaiveTime,
    },
    /// One continuous slot that ticks each minute from `start` until before `end`.
    EachMinute {
        /// First tick.
        start: NaiveTime,
        /// After the last tick.
        end: NaiveTime,
    },
    /// A Rhai script with a function `slots(day)` that answers the times of the day.
    Script {
        /// Its text.
        source: String,
    },
}

/// What runs when. A change makes a new version; a running service keeps the one it started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// What runs.
    pub task: Task,
    /// When.
    pub rule: Rule,
    /// Whether it runs at all.
    pub enabled: bool,
    /// From 1.
    pub version: u64,
    /// For people.
    pub description: String,
}

/// Why a schedule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The times make no sense for this task.
    #[error("the schedule of {task} is not valid: {reason}")]
    Invalid {
        /// Whose.
        task: Task,
        /// Why.
        reason: String,
    },
    /// The script could not be evaluated.
    #[error("the schedule script of {task} fails on {day}: {reason}")]
    Script {
        /// Whose.
        task: Task,
        /// On which day.
        day: Day,
        /// Why.
        reason: String,
    },
    /// The preview reaches days that the calendar does not cover.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl Schedule {
    /// Checks what can be checked without a day; a script is compiled.
    ///
    /// # Errors
    /// When the times contradict each other or the task, or the script does not compile.
    pub fn validate(&self) -> Result<(), ScheduleError> {
        let invalid = |reason: String| Err(ScheduleError::Invalid { task: self.task, reason });
        match &self.rule {
            Rule::At { time } if !(at(9, 0)..=at(18, 0)).contains(time) => {
                invalid(format!("{time} is not between 09:00 and 18:00"))
            }
            Rule::Hourly { start, end } | Rule::EachMinute { start, end } if start >= end => {
                invalid(format!("its start {start} is not before its end {end}"))
            }
            Rule::Hourly { start, .. } if self.task == Task::PositionMonitor && start.minute() != 30 => {
                invalid(format!("hourly runs start at half past the hour, not at {start}"))
            }
            Rule::Script { source } => script::check(source).or_else(invalid),
            Rule::At { .. } | Rule::Hourly { .. } | Rule::EachMinute { .. } => Ok(()),
        }
    }
}

/// A time of day; midnight for numbers that are none.
pub(crate) fn at(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}
