//! Closes the trading date: settles the books with the broker, gives up what has expired, and sums up the day. What the
//! date came to is told by the host, so the task sends no message.
//!
//! Nothing of the next day depends on it: daily state is keyed by the trading date everywhere, so a failed run blocks nothing.
//!
//! - `close`: the run.

mod close;
#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct EodCleanup;

impl Task for EodCleanup {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "eod_cleanup".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Scheduled,
            capabilities: vec![
                Capability::Calendar,
                Capability::BrokerRead,
                Capability::BrokerTrade,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "18:00 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| close::close(host, context, report))
    }
}

export_task!(EodCleanup);
