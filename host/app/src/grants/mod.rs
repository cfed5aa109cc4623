//! What the operator allows each task: which capabilities, how much of the machine, which orders.

mod allowance;
mod held;
mod limits;

use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::Capability;
use prahari_runtime::{Budget, Grant};

pub use allowance::{Allowance, AllowanceError};
pub use held::Grants;
pub use limits::{DayLimits, RunLimits};

/// The default grant of a task: the least that its work needs. Only tasks that place, change or settle orders may trade.
pub(crate) fn default_grant(task: Task) -> Grant {
    use Capability::{
        BrokerRead, BrokerTrade, Calendar, Config, Decision, Log, Market, Notify, SignalsPublish,
        SignalsRead, State,
    };
    let everyone = [Calendar, Config, State, Notify, Log, Decision];
    let more: &[Capability] = match task {
        Task::PremarketRetry | Task::BuyOrders => &[Market, BrokerRead, BrokerTrade, SignalsRead],
        Task::PremarketAmoAdjustment | Task::SellMonitor | Task::EodCleanup => {
            &[Market, BrokerRead, BrokerTrade]
        }
        Task::PositionMonitor => &[Market, BrokerRead, SignalsRead, SignalsPublish],
        Task::Analysis => &[Market, SignalsRead, SignalsPublish],
    };
    everyone.into_iter().chain(more.iter().copied()).collect()
}

/// The default budget of a task.
pub(crate) fn default_budget(task: Task) -> Budget {
    if task.is_shared() { Budget::for_analysis() } else { Budget::default() }
}
