//! Follows the sells of open positions, each minute of the session.
//!
//! Every position has one limit sell for its whole quantity at the real-time EMA9. The limit is only ever lowered. When
//! the RSI recovers above the user's exit level the sell becomes a market order. A minute in which nothing changes asks
//! the host five questions and writes nothing.
//!
//! - `memory`: what is kept from minute to minute for each position.
//! - `monitor`: one minute, from reading to saving.
//! - `plan`: what should be done about one position; pure.
//! - `act`: doing it, and saying so once.

mod act;
mod memory;
mod monitor;
mod plan;
#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct SellMonitor;

impl Task for SellMonitor {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "sell_monitor".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Continuous,
            capabilities: vec![
                Capability::Calendar,
                Capability::Market,
                Capability::BrokerRead,
                Capability::BrokerTrade,
                Capability::Config,
                Capability::State,
                Capability::Notify,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "each minute from 09:15 to 15:30 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| monitor::tick(host, context, report))
    }
}

export_task!(SellMonitor);
