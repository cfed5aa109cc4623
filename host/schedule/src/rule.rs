//! Schedule rows and the rules of which they are made.

use chrono::NaiveTime;
use chrono_tz::Tz;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};

use crate::after::After;
use crate::clock_time::{self, text};
use crate::zone;

/// Schedule of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The task that runs.
    pub task: Task,
    /// At which times: those of all rules together, an instant of several of them once. There is at least one.
    pub rules: Vec<Rule>,
    /// Tasks that it waits for; none when it waits for nothing.
    pub after: Option<After>,
    /// Whether it is armed. Its times can be asked for in any case.
    pub enabled: bool,
    /// Description of the schedule, one sentence.
    pub description: String,
}

impl Schedule {
    /// A schedule of one rule that is enabled and waits for nothing.
    pub fn of(task: Task, rule: Rule) -> Self {
        Self { task, rules: vec![rule], after: None, enabled: true, description: String::new() }
    }
}

/// The times of a trading day. Those of the plain rules are IST and written for an ordinary day; on a special
/// session they move with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Once on each trading day.
    At {
        /// Time of the run (IST).
        #[serde(with = "clock_time")]
        time: NaiveTime,
    },
    /// Each hour from the start to the end, both included.
    Hourly {
        /// Time of the first run (IST).
        #[serde(with = "clock_time")]
        start: NaiveTime,
        /// Last time, if the hours meet it.
        #[serde(with = "clock_time")]
        end: NaiveTime,
    },
    /// Each minute from the start until before the end, as one continuous slot.
    EachMinute {
        /// First minute (IST), included.
        #[serde(with = "clock_time")]
        start: NaiveTime,
        /// End (IST), not included.
        #[serde(with = "clock_time")]
        end: NaiveTime,
    },
    /// A Rhai script that defines `fn slots(day)`. It answers a time, an array of times, nothing, or
    /// `day.each_minute(start, end)`; a time is a text such as `"09:15"` or minutes since midnight.
    Script(String),
    /// A cron expression of five fields: minute, hour, day of the month, month, day of the week. What of it lies
    /// within a trading day, from its midnight to the next in India, is due. It does not move with special
    /// sessions.
    Cron {
        /// Such as `30 9 * * MON-FRI`.
        expression: String,
        /// The time zone whose clocks it means.
        #[serde(with = "zone", default = "zone::india")]
        zone: Tz,
    },
}

impl Rule {
    /// Returns whether it is one of the built-in rules, which do the same on each ordinary day.
    pub const fn is_plain(&self) -> bool {
        matches!(self, Self::At { .. } | Self::Hourly { .. } | Self::EachMinute { .. })
    }

    /// The rule as a script for the evaluator; a cron expression is none.
    pub fn script(&self) -> Option<String> {
        let answer = match self {
            Self::At { time } => format!("day.moved({:?})", text(*time)),
            Self::Hourly { start, end } => format!("day.hourly({:?}, {:?})", text(*start), text(*end)),
            Self::EachMinute { start, end } => {
                format!("day.each_minute({:?}, {:?})", text(*start), text(*end))
            }
            Self::Script(script) => return Some(script.clone()),
            Self::Cron { .. } => return None,
        };
        Some(format!("fn slots(day) {{ {answer} }}"))
    }
}
