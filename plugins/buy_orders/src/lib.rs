//! Buys on active signals after the close, for the next session.
//!
//! First the analysis' signals, those with the best combined score first, then this user's re-entries. Each is one
//! after-market limit order at the last close, placed by a call of its own: so money and duplicates are always the host's present truth, and a run that was
//! interrupted can be run again and places only what is missing.
//!
//! - `buyer`: one run, signal by signal.
//! - `checks`: why a signal is not bought; pure.
//! - `confirm`: whether a re-entry's level still holds at today's close; pure.
//! - `gate`: what the user asks of the past of a share, which is nothing by default; pure.

mod buyer;
mod checks;
mod confirm;
mod gate;
#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct BuyOrders;

impl Task for BuyOrders {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "buy_orders".to_owned(),
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
            default_schedule: "16:05 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| buyer::buy(host, context, report))
    }
}

export_task!(BuyOrders);
