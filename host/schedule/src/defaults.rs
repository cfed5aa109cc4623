//! The schedules that ship with the program.

use prahari_domain::tasks::Task;

use crate::schedule::{Rule, Schedule, at};

/// The schedule of each task, version 1. Trading days only.
pub fn defaults() -> Vec<Schedule> {
    let one = |task, hour, minute| (task, Rule::At { time: at(hour, minute) });
    [
        one(Task::PremarketRetry, 9, 0),
        one(Task::PremarketAmoAdjustment, 9, 5),
        (Task::SellMonitor, Rule::EachMinute { start: at(9, 15), end: at(15, 30) }),
        (Task::PositionMonitor, Rule::Hourly { start: at(9, 30), end: at(15, 30) }),
        one(Task::Analysis, 16, 0),
        one(Task::BuyOrders, 16, 5),
        one(Task::EodCleanup, 18, 0),
    ]
    .into_iter()
    .map(|(task, rule)| Schedule { task, rule, enabled: true, version: 1, description: describe(task).to_owned() })
    .collect()
}

fn describe(task: Task) -> &'static str {
    match task {
        Task::PremarketRetry => "before the open, retry buys that failed for want of funds",
        Task::PremarketAmoAdjustment => "before the open, bring pending buys to today's prices",
        Task::SellMonitor => "through the session, each minute",
        Task::PositionMonitor => "through the session, each hour",
        Task::Analysis => "after the close, once for all users",
        Task::BuyOrders => "after the analysis",
        Task::EodCleanup => "in the evening, close the trading date",
    }
}
