//! One line of a log, as it is shown.

use prahari_domain::text::into_one_line;
use serde::Serialize;
use serde_json::Value;

use super::{OfRun, OfService};
use crate::command::moment;
use crate::exit::try_print_line;

/// A line of a run or about services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    /// Time of the line by the daemon's clock; of a run that has ended, the time at which it began.
    pub at: String,
    /// The run that wrote it; none for one about services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<u64>,
    /// The task of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// The text.
    pub message: String,
}

impl Line {
    /// A line of a run with what it is sorted by.
    pub fn of_run(of: OfRun) -> (String, u32, Self) {
        let OfRun { execution, task, started_at, number, level, message } = of;
        let line =
            Self { at: started_at.clone(), execution: Some(execution), task: Some(task), level, message };
        (started_at, number, line)
    }

    /// A line about services with what it is sorted by.
    pub fn of_service(of: OfService) -> (String, u32, Self) {
        let OfService { at, level, message } = of;
        (at.clone(), 0, Self { at, execution: None, task: None, level, message })
    }

    /// The line that an event of the live stream tells of, if it does, and the user that it is about.
    pub fn of_event(event: &Value) -> Option<(u64, Self)> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).map(str::to_owned);
        if event.get("type")?.as_str()? != "log" {
            return None;
        }
        let line = Self {
            at: text("at")?,
            execution: event.get("run").and_then(Value::as_u64),
            task: text("task"),
            level: text("level")?,
            message: text("message")?,
        };
        Some((event.get("user")?.as_u64()?, line))
    }

    /// Prints it; answers whether somebody reads.
    pub fn print(&self, json: bool) -> bool {
        if json {
            let text = serde_json::to_string(self).map(into_one_line).unwrap_or_default();
            return try_print_line(format_args!("{text}"));
        }
        let from = match (&self.task, self.execution) {
            (Some(task), Some(run)) => format!("{task} run {run}"),
            _ => "services".to_owned(),
        };
        try_print_line(format_args!("{} {:<5} {from}: {}", moment(&self.at), self.level, self.message))
    }
}
