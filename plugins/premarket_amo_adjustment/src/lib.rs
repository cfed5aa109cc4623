//! Re-prices and re-sizes pending buys from pre-market prices.
//!
//! A buy whose share is about to open near its nine-day average has lost its reason and is cancelled. The others become
//! market orders of a fresh quantity, or limit orders a little above the price where market orders are frozen.
//!
//! - `adjust`: one run, order by order.
//! - `plan`: what should be done about one order; pure.

mod adjust;
mod plan;
#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct PremarketAmoAdjustment;

impl Task for PremarketAmoAdjustment {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "premarket_amo_adjustment".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Scheduled,
            capabilities: vec![
                Capability::Calendar,
                Capability::Market,
                Capability::BrokerRead,
                Capability::BrokerTrade,
                Capability::Config,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "09:05 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| adjust::adjust_all(host, context, report))
    }
}

export_task!(PremarketAmoAdjustment);
