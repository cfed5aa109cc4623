//! The part of each strategy in a statement. The parts add up to the user's figures.

use std::collections::BTreeMap;

use prahari_domain::book::StrategyResult;
use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use serde::{Deserialize, Serialize};

use super::{DailyStatement, Valuation};

/// What one strategy did on a trading date, and what it held at its end. Money in paise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrategyStatement {
    /// The strategy.
    pub strategy: StrategyName,
    /// Realised on the date with its own lots, before charges.
    pub realised: Paise,
    /// By how much its fills made the charges of the date grow.
    pub charges: Paise,
    /// Its executions.
    pub fills: u32,
    /// Its lots still held, at cost.
    pub invested: Paise,
    /// The same at the last price, or at the last that was known.
    pub market_value: Paise,
    /// Symbols of which it holds lots.
    pub open_positions: u32,
    /// Dividends of what it held: paid to the bank, and no part of the cash.
    #[serde(default)]
    pub income: Paise,
}

impl StrategyStatement {
    fn of(strategy: StrategyName) -> Self {
        let none = Paise::ZERO;
        Self {
            strategy,
            realised: none,
            charges: none,
            fills: 0,
            invested: none,
            market_value: none,
            open_positions: 0,
            income: none,
        }
    }

    /// Returns what the date brought: realised profit or loss and income, less charges.
    pub fn net(&self) -> Paise {
        self.realised + self.income - self.charges
    }

    /// Market value less cost.
    pub fn unrealised(&self) -> Paise {
        self.market_value - self.invested
    }
}

impl DailyStatement {
    /// The part of each strategy, by name. A statement that names none is of `rebound` alone.
    pub fn by_strategy(&self) -> Vec<StrategyStatement> {
        if !self.strategies.is_empty() {
            return self.strategies.clone();
        }
        vec![StrategyStatement {
            strategy: StrategyName::REBOUND,
            realised: self.realised,
            charges: self.charges,
            fills: self.fills,
            invested: self.invested,
            market_value: self.market_value,
            open_positions: self.open_positions,
            income: self.income,
        }]
    }
}

/// The parts of the strategies in what was done and what is held; none where everything is of `rebound`, which the whole says.
pub(super) fn parts(results: &[StrategyResult], held: &[Valuation]) -> Vec<StrategyStatement> {
    let mut parts: BTreeMap<StrategyName, StrategyStatement> = BTreeMap::new();
    for result in results {
        let part = parts.entry(result.strategy).or_insert_with(|| StrategyStatement::of(result.strategy));
        (part.realised, part.charges, part.fills) = (result.realised, result.charges, result.fills);
        part.income = result.income;
    }
    for valued in held {
        let strategy = valued.position.strategy;
        let part = parts.entry(strategy).or_insert_with(|| StrategyStatement::of(strategy));
        part.invested += valued.position.invested;
        part.market_value += valued.value();
        part.open_positions = part.open_positions.saturating_add(1);
    }
    if parts.keys().all(StrategyName::is_rebound) {
        return Vec::new();
    }
    parts.into_values().collect()
}
