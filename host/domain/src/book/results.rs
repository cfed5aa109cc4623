//! What each strategy has brought and cost.

use serde::{Deserialize, Serialize};

use crate::money::Paise;
use crate::strategies::StrategyName;

/// What the fills of one strategy came to. Those of all strategies add up to the user's, to the paisa.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyResult {
    /// The strategy.
    pub strategy: StrategyName,
    /// Sale value less first-in-first-out cost of its own lots, charges not included.
    pub realised: Paise,
    /// By how much its fills made the contract notes of their days grow. Tax and depository charge are computed over all trades of
    /// a day, so this depends on what was booked before; what several strategies share, the first of the day pays.
    pub charges: Paise,
    /// Its executions.
    pub fills: u32,
    /// Dividends of what it held, in paise; no trading cash.
    #[serde(default)]
    pub income: Paise,
}

/// Results by strategy, in the order of the names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Results(Vec<StrategyResult>);

impl Results {
    pub fn all(&self) -> &[StrategyResult] {
        &self.0
    }

    /// Adds one fill of a strategy.
    pub fn add(&mut self, strategy: StrategyName, realised: Paise, charges: Paise) {
        if let Some(result) = self.of(strategy) {
            result.realised += realised;
            result.charges += charges;
            result.fills = result.fills.saturating_add(1);
        }
    }

    /// Takes one fill of a strategy back. The amounts are by how much its result and its charges change.
    pub fn withdraw(&mut self, strategy: StrategyName, realised: Paise, charges: Paise) {
        if let Some(result) = self.of(strategy) {
            result.realised += realised;
            result.charges += charges;
            result.fills = result.fills.saturating_sub(1);
        }
    }

    /// Adds income of what a strategy holds.
    pub fn add_income(&mut self, strategy: StrategyName, income: Paise) {
        if let Some(result) = self.of(strategy) {
            result.income += income;
        }
    }

    fn of(&mut self, strategy: StrategyName) -> Option<&mut StrategyResult> {
        let place = match self.0.binary_search_by_key(&strategy, |result| result.strategy) {
            Ok(place) => place,
            Err(place) => {
                let none = Paise::ZERO;
                let result =
                    StrategyResult { strategy, realised: none, charges: none, fills: 0, income: none };
                self.0.insert(place, result);
                place
            }
        };
        self.0.get_mut(place)
    }
}
