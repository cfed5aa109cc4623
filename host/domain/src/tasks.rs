//! The trading tasks by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A trading task. The order of the variants is the order in which tasks due at the same instant run for a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Retries failed buys before the open.
    PremarketRetry,
    /// Re-prices and re-sizes pending buys from pre-market prices.
    PremarketAmoAdjustment,
    /// Places and follows the sells of open positions, each minute.
    SellMonitor,
    /// Finds re-entries and exits of open positions, hourly.
    PositionMonitor,
    /// Scans the universe and publishes signals; one shared run for all users, started by an admin's service.
    Analysis,
    /// Buys on active signals.
    BuyOrders,
    /// Closes the trading date.
    EodCleanup,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 7] = [
        Self::PremarketRetry,
        Self::PremarketAmoAdjustment,
        Self::SellMonitor,
        Self::PositionMonitor,
        Self::Analysis,
        Self::BuyOrders,
        Self::EodCleanup,
    ];

    /// Its name in the database, the API and the modules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PremarketRetry => "premarket_retry",
            Self::PremarketAmoAdjustment => "premarket_amo_adjustment",
            Self::SellMonitor => "sell_monitor",
            Self::PositionMonitor => "position_monitor",
            Self::Analysis => "analysis",
            Self::BuyOrders => "buy_orders",
            Self::EodCleanup => "eod_cleanup",
        }
    }

    /// Whether it runs once for all users instead of once for each.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Analysis)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a task; tasks are premarket_retry, premarket_amo_adjustment, sell_monitor, position_monitor, analysis, buy_orders and eod_cleanup"
)]
pub struct UnknownTask(pub String);

impl FromStr for Task {
    type Err = UnknownTask;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|task| task.name() == text).ok_or_else(|| UnknownTask(text.to_owned()))
    }
}
