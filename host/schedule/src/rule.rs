//! Schedule rows and the plain rules.

use chrono::NaiveTime;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};

use crate::clock_time::{self, text};

/// When a task is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// What runs.
    pub task: Task,
    /// At which times.
    pub rule: Rule,
    /// Whether it is armed. Its times can be asked for in any case.
    pub enabled: bool,
    /// For people.
    pub description: String,
}

/// The times of a trading day. Times are IST and written for an ordinary day; on a special session they move with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Once.
    At {
        /// When.
        #[serde(with = "clock_time")]
        time: NaiveTime,
    },
    /// Each hour from the start to the end, both included.
    Hourly {
        /// First time.
        #[serde(with = "clock_time")]
        start: NaiveTime,
        /// Last time, if the hours meet it.
        #[serde(with = "clock_time")]
        end: NaiveTime,
    },
    /// Each minute from the start until before the end, as one continuous slot.
    EachMinute {
        /// First minute.
        #[serde(with = "clock_time")]
        start: NaiveTime,
        /// End, not included.
        #[serde(with = "clock_time")]
        end: NaiveTime,
    },
    /// A Rhai script that defines `fn slots(day)`. It answers a time, an array of times, nothing, or
    /// `day.each_minute(start, end)`; a time is a text such as `"09:15"` or minutes since midnight.
    Script(String),
}

impl Rule {
    /// The rule as a script for the evaluator.
    pub fn source(&self) -> String {
        let answer = match self {
            Self::At { time } => format!("day.moved({:?})", text(*time)),
            Self::Hourly { start, end } => format!("day.hourly({:?}, {:?})", text(*start), text(*end)),
            Self::EachMinute { start, end } => {
                format!("day.each_minute({:?}, {:?})", text(*start), text(*end))
            }
            Self::Script(script) => return script.clone(),
        };
        format!("fn slots(day) {{ {answer} }}")
    }
}
