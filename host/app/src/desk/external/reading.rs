//! What the broker holds of a share beside what the books do.

use std::collections::{BTreeMap, BTreeSet};

use prahari_brokers::Holding;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;
use prahari_store::{DifferenceCause, NewDifference};

use crate::desk::Desk;
use crate::error::AppError;

/// Shares of one symbol at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) struct Reading {
    pub theirs: u32,
    pub ours: u32,
    pub of_others: u32,
}

impl Reading {
    /// Shares that the broker has too many of, below zero when some are missing.
    pub fn excess(self) -> i64 {
        i64::from(self.theirs) - i64::from(self.ours) - i64::from(self.of_others)
    }

    /// The sentence about it.
    pub fn in_words(self) -> String {
        let Self { theirs, ours, of_others } = self;
        let ours = if ours == 0 { "none".to_owned() } else { ours.to_string() };
        let others = match of_others {
            0 => String::new(),
            others => format!(", {} not ours", counted(others, "is", "are")),
        };
        format!("the broker holds {}, our books {ours}{others}", counted(theirs, "share", "shares"))
    }

    /// The difference as it is kept.
    pub fn as_seen(
        self,
        symbol: &Symbol,
        cause: DifferenceCause,
        broker_cost: Option<Paise>,
        detail: String,
        seen_at: Timestamp,
    ) -> NewDifference {
        NewDifference {
            symbol: symbol.clone(),
            cause,
            quantity: u32::try_from(self.excess().unsigned_abs()).unwrap_or(u32::MAX),
            broker_quantity: self.theirs,
            book_quantity: self.ours,
            broker_cost,
            detail,
            seen_at,
        }
    }
}

impl Desk {
    /// The broker's shares by symbol.
    pub(in crate::desk) async fn ask_holdings(&self) -> Result<BTreeMap<Symbol, Holding>, AppError> {
        let held = self.link.broker.holdings().await?;
        Ok(held.into_iter().map(|held| (held.symbol.clone(), held)).collect())
    }

    /// What the broker holds of a symbol, what the books do, and what is of others.
    pub(in crate::desk) fn reading(&self, symbol: &Symbol, theirs: &BTreeMap<Symbol, Holding>) -> Reading {
        Reading {
            theirs: theirs.get(symbol).map_or(0, |held| held.quantity),
            // The broker knows nothing of strategies: their lots are one position there.
            ours: self.book.held(symbol),
            of_others: self.outside.of_others.get(symbol).copied().unwrap_or(0),
        }
    }

    /// The symbols of which the broker holds more or fewer than are known, in order.
    pub(super) fn differing(&self, theirs: &BTreeMap<Symbol, Holding>) -> Vec<(Symbol, Reading)> {
        let known = self.book.held_symbols().chain(self.outside.of_others.keys());
        let symbols: BTreeSet<&Symbol> = known.chain(theirs.keys()).collect();
        let readings = symbols.into_iter().map(|symbol| (symbol.clone(), self.reading(symbol, theirs)));
        readings.filter(|(_, reading)| reading.excess() != 0).collect()
    }
}
