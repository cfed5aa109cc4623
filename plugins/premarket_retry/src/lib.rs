//! Tries rejected buys again before the open, with a fresh price and quantity: in the pre-open as orders of the session,
//! at an hour at which only after-market orders are taken as such.
//!
//! The host lists only rejections that may be tried again. One whose reason to exist is gone is given up; one that
//! cannot be placed this morning is kept until it expires.
//!
//! - `retry`: one run, order by order.
//! - `checks`: why an order is given up or kept; pure.

mod checks;
mod retry;
#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct PremarketRetry;

impl Task for PremarketRetry {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "premarket_retry".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Scheduled,
            capabilities: vec![
                Capability::Calendar,
                Capability::Market,
                Capability::BrokerRead,
                Capability::BrokerTrade,
                Capability::SignalsRead,
                Capability::Config,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "09:00 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| retry::retry_all(host, context, report))
    }
}

export_task!(PremarketRetry);
