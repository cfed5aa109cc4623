//! The host's limits on a user's orders. No module and no API call passes them by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::money::Paise;

/// What a user's tasks may do at most. Limits missing from stored JSON take their default.
///
/// Limits on money and count bind buys only: at a limit it must stay possible to leave a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskLimits {
    /// Stops every new order and every change, sells too; only cancellations pass. Default off.
    pub kill_switch: bool,
    /// Most money in one buy. A buy above it is refused. Default Rs 5,00,000, as the strategy's own limit.
    pub max_order_value: Paise,
    /// Most buys written down per trading date, rejected ones counted. Default 50: several times what a full portfolio
    /// with every re-entry needs, few enough to stop a task that loops.
    pub max_buys_per_day: u32,
    /// The same for sells. Default 500: a monitor that is refused each minute of a session does not use it up.
    pub max_sells_per_day: u32,
    /// Loss realised on a trading date, charges included, from which on only sells pass. Default Rs 25,000.
    pub max_daily_loss: Paise,
    /// Most money in one symbol: cost of what is held, open buys and the new buy. Default Rs 10,00,000.
    pub max_position_value: Paise,
    /// Most symbols held or being bought. Default 20, the most that a strategy may ask for.
    pub max_positions: u32,
    /// The only symbols that may be traded; `None` allows all that the exchange lists. Default `None`.
    pub allowed_symbols: Option<BTreeSet<Symbol>>,
}

impl Default for RiskLimits {
    fn default() -> Self {
        Self {
            kill_switch: false,
            max_order_value: Paise::rupees(500_000),
            max_buys_per_day: 50,
            max_sells_per_day: 500,
            max_daily_loss: Paise::rupees(25_000),
            max_position_value: Paise::rupees(1_000_000),
            max_positions: 20,
            allowed_symbols: None,
        }
    }
}

/// A limit that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the limit {limit} is {value} rupees, but must not be below 0")]
pub struct LimitsError {
    /// The limit's name in configuration and API.
    pub limit: &'static str,
    /// What was given.
    pub value: Paise,
}

impl RiskLimits {
    /// Checks that no amount is negative; zero is a limit that lets nothing pass.
    ///
    /// # Errors
    /// With the first limit that is negative.
    pub fn validate(&self) -> Result<(), LimitsError> {
        let amounts = [
            ("max_order_value", self.max_order_value),
            ("max_daily_loss", self.max_daily_loss),
            ("max_position_value", self.max_position_value),
        ];
        match amounts.into_iter().find(|(_, value)| value.0 < 0) {
            Some((limit, value)) => Err(LimitsError { limit, value }),
            None => Ok(()),
        }
    }
}
