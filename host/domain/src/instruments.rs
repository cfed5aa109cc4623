//! Symbols and what the exchange says of them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::money::Paise;

/// An NSE symbol without its series, such as `RELIANCE`, `M&M` or `BAJAJ-AUTO`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Symbol(Arc<str>);

/// A text that cannot be a symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a symbol: 1 to 32 of A-Z, 0-9, & and -")]
pub struct SymbolError(pub String);

impl Symbol {
    /// Checks the characters and the length.
    ///
    /// # Errors
    /// When it is empty, longer than 32 characters, or has a character no NSE symbol has.
    pub fn new(text: &str) -> Result<Self, SymbolError> {
        let allowed = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'&' || c == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(SymbolError(text.chars().take(40).collect()))
        }
    }

    /// Returns the symbol as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Symbol {
    type Err = SymbolError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<Arc<str>> for Symbol {
    type Error = SymbolError;
    fn try_from(text: Arc<str>) -> Result<Self, Self::Error> {
        Self::new(&text).map(|_| Self(text))
    }
}

impl From<Symbol> for Arc<str> {
    fn from(symbol: Symbol) -> Self {
        symbol.0
    }
}

/// What the exchange's security master says of a symbol on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Symbol of the instrument.
    pub symbol: Symbol,
    /// Series, `EQ` for ordinary shares.
    pub series: String,
    /// Smallest step of a price.
    pub tick: Paise,
    /// Quantities are multiples of it; 1 in EQ.
    pub lot: u32,
    /// Largest quantity of one order.
    pub freeze_quantity: u32,
    /// Lowest price an order may name today.
    pub band_low: Paise,
    /// Highest price an order may name today.
    pub band_high: Paise,
    /// Whether it takes part in the closing auction (from 2026-08-03, shares with derivatives).
    pub closing_auction: bool,
}

/// Series whose trades are delivered one by one: what was bought can be sold only once it has arrived.
pub const TRADE_FOR_TRADE: [&str; 4] = ["BE", "BZ", "ST", "SZ"];

impl Instrument {
    /// Returns whether its trades are delivered one by one ([`TRADE_FOR_TRADE`]).
    pub fn is_trade_for_trade(&self) -> bool {
        TRADE_FOR_TRADE.contains(&self.series.as_str())
    }
}

/// One bar of a symbol. Prices are adjusted for splits and bonus issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candle {
    /// Trading date; for a weekly bar the Monday of its week.
    pub day: crate::time::Day,
    /// Opening price.
    pub open: Paise,
    /// Highest price of the period.
    pub high: Paise,
    /// Lowest price of the period.
    pub low: Paise,
    /// Closing price of the period; of a session that still runs, its last price so far.
    pub close: Paise,
    /// Number of shares traded in the period.
    pub volume: u64,
}
