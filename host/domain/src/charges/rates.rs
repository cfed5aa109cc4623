//! Rates by effective date, read from `data/charges.json`. A new rate is a new line of data, not a change of code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::money::Paise;
use crate::time::Day;

/// A rate on value: paise per crore rupees (10,000,000 rupees). Every published rate is a whole number of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerCrore(pub u32);

/// One crore rupees, in paise.
pub(super) const CRORE_IN_PAISE: i128 = 1_000_000_000;

impl PerCrore {
    /// The charge on a value before rounding, as a numerator over one crore in paise.
    pub(super) fn exact(self, value: Paise) -> i128 {
        i128::from(value.0) * i128::from(self.0)
    }

    /// The charge on a value, rounded half up to the paisa.
    pub fn on(self, value: Paise) -> Paise {
        round(self.exact(value), 1)
    }
}

/// A numerator over one crore in paise, rounded half up to a multiple of `unit` paise.
pub(super) fn round(numerator: i128, unit: i64) -> Paise {
    Paise(round_over(numerator, CRORE_IN_PAISE * i128::from(unit.max(1))).0.saturating_mul(unit))
}

/// `numerator / denominator` paise, rounded half up; the denominator is positive.
pub(super) fn round_over(numerator: i128, denominator: i128) -> Paise {
    let rounded = (2 * numerator + denominator).div_euclid(2 * denominator);
    Paise(i64::try_from(rounded).unwrap_or(i64::MAX))
}

/// The rates of the state and the exchange from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargeRates {
    /// First day they hold.
    pub from: Day,
    /// The circular they come from.
    pub source: String,
    /// Securities transaction tax on delivery, both sides.
    pub stt_delivery: PerCrore,
    /// Securities transaction tax on the sale of shares bought and sold within the day.
    pub stt_intraday: PerCrore,
    /// Securities transaction tax on delivered units of equity funds, on the sale only.
    pub stt_fund_sale: PerCrore,
    /// The exchange's transaction charge, both sides.
    pub transaction: PerCrore,
    /// Investor Protection Fund Trust, both sides.
    pub ipft: PerCrore,
    /// The regulator's fee, both sides.
    pub sebi: PerCrore,
    /// Stamp duty on delivery, buys only.
    pub stamp_delivery: PerCrore,
    /// Stamp duty on what was sold again within the day, buys only.
    pub stamp_intraday: PerCrore,
    /// Goods and services tax, percent of brokerage, transaction charge, IPFT, regulator's fee and depository charge.
    pub gst_percent: u8,
}

/// What the broker charges; a setting of the user's account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokeragePlan {
    /// Brokerage on delivery trades, both sides.
    pub delivery: PerCrore,
    /// Brokerage on what was bought and sold within the day.
    pub intraday: PerCrore,
    /// Depository charge on delivery sells, per symbol and day, before GST.
    pub depository: PerCrore,
    /// The least depository charge per symbol and day, before GST.
    pub depository_minimum: Paise,
}

/// Rates that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChargesError {
    /// Not the expected JSON.
    #[error("the table of charges cannot be read: {0}")]
    Format(String),
    /// No rates, or not in the order of their dates.
    #[error("the table of charges needs at least one regime, and regimes in the order of their dates")]
    Order,
    /// A plan that the table does not have.
    #[error("the table of charges has no brokerage plan {0:?}")]
    NoPlan(String),
}

/// The exchange-traded funds whose securities transaction tax is that of equity funds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct EquityFunds {
    symbols: BTreeSet<Symbol>,
}

/// Every known set of rates and the plans of the broker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChargeSchedule {
    regimes: Vec<ChargeRates>,
    equity_funds: EquityFunds,
    plans: BTreeMap<String, BrokeragePlan>,
}

static EMBEDDED: LazyLock<Result<ChargeSchedule, ChargesError>> =
    LazyLock::new(|| ChargeSchedule::from_json(include_str!("../../data/charges.json")));

impl ChargeSchedule {
    /// The table that is part of the program.
    ///
    /// # Errors
    /// Never with the table as released; a test reads it.
    pub fn embedded() -> Result<&'static Self, ChargesError> {
        EMBEDDED.as_ref().map_err(Clone::clone)
    }

    /// Reads a table in the format of `data/charges.json`.
    ///
    /// # Errors
    /// When it is not such a table, is empty, or its dates do not ascend.
    pub fn from_json(text: &str) -> Result<Self, ChargesError> {
        let schedule: Self =
            serde_json::from_str(text).map_err(|error| ChargesError::Format(error.to_string()))?;
        let ascending = schedule.regimes.is_sorted_by(|earlier, later| earlier.from < later.from);
        if schedule.regimes.is_empty() || !ascending { Err(ChargesError::Order) } else { Ok(schedule) }
    }

    /// The rates of a day. Days before the first known rates use those, because older rates were not verified.
    ///
    /// # Errors
    /// When the table is empty, which reading it excludes.
    pub fn on(&self, day: Day) -> Result<&ChargeRates, ChargesError> {
        let known = self.regimes.iter().rev().find(|rates| rates.from <= day);
        known.or_else(|| self.regimes.first()).ok_or(ChargesError::Order)
    }

    /// Returns whether a symbol is an exchange-traded fund of shares.
    pub fn is_equity_fund(&self, symbol: &Symbol) -> bool {
        self.equity_funds.symbols.contains(symbol)
    }

    /// A plan by its name in the table, such as `trade_api`.
    ///
    /// # Errors
    /// When the table has no such plan.
    pub fn plan(&self, name: &str) -> Result<BrokeragePlan, ChargesError> {
        self.plans.get(name).copied().ok_or_else(|| ChargesError::NoPlan(name.to_owned()))
    }
}
