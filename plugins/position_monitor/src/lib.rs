//! Finds re-entries and exits of open positions, hourly.
//!
//! It publishes signals and places nothing: re-entries become orders in buy_orders, after today's close has confirmed
//! their level; exits are for the user to see, sell_monitor acts on them itself.
//!
//! - `monitor`: one run, position by position.
//! - `ladder`: which rung of averaging down is due; pure.
//! - `cycle`: what is kept of each position from run to run.

mod cycle;
mod ladder;
mod monitor;
#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct PositionMonitor;

impl Task for PositionMonitor {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "position_monitor".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Scheduled,
            capabilities: vec![
                Capability::Market,
                Capability::BrokerRead,
                Capability::SignalsPublish,
                Capability::Config,
                Capability::State,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "hourly from 09:30 to 15:30 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| monitor::watch(host, context, report))
    }
}

export_task!(PositionMonitor);
