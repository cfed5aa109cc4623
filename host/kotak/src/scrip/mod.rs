//! The file of all shares: which name, tick, lot and freeze quantity the broker takes for a symbol.
//!
//! What is known of it: names in the header carry blanks and semicolons; almost every share has a second row for the block
//! window, with the same ISIN; the field that says whether trading is permitted is zero on nearly all rows; an ISIN that
//! begins with `INF` marks every fund, and a name with `ETF` in it does not; a name changes its series between days.

mod read;

use std::collections::{BTreeMap, HashMap};

use prahari_brokers::ShareRules;
use prahari_domain::instruments::{Symbol, TRADE_FOR_TRADE};
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{OrderKind, Side};
use prahari_domain::time::Day;

pub use read::ScripError;

/// The shares of a day, by symbol.
#[derive(Debug, Clone)]
pub struct ScripMaster {
    /// Date in the address of the file; none where it has none.
    pub dated: Option<Day>,
    shares: BTreeMap<Symbol, Scrip>,
    by_token: HashMap<String, Symbol>,
}

/// One share, as the broker knows it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrip {
    /// Symbol, without its series.
    pub symbol: Symbol,
    /// The broker's number of the share.
    pub token: String,
    /// The broker's name of the share in orders, such as `DEMO-EQ`.
    pub trading_symbol: String,
    /// Series, such as `EQ`.
    pub series: String,
    /// ISIN.
    pub isin: String,
    /// Smallest step of a price.
    pub tick: Paise,
    /// Quantities are multiples of it.
    pub lot: u32,
    /// Largest quantity of one order; none where there is no limit.
    pub freeze_quantity: Option<u32>,
    /// Lowest price that an order may name, as of the file.
    pub band_low: Option<Paise>,
    /// Highest price that an order may name, as of the file.
    pub band_high: Option<Paise>,
}

impl Scrip {
    /// Returns whether it is a unit of a fund, exchange-traded ones included.
    pub fn is_fund(&self) -> bool {
        self.isin.starts_with("INF")
    }

    /// Returns whether each trade is delivered by itself: nothing can be sold before it has arrived.
    pub fn is_trade_for_trade(&self) -> bool {
        TRADE_FOR_TRADE.contains(&self.series.as_str())
    }

    /// Returns what orders of the share have to keep to; `of_today` says whether the file is that of today. The band of another
    /// day is around another close, and says nothing.
    pub fn rules(&self, of_today: bool) -> ShareRules {
        ShareRules {
            series: self.series.clone(),
            tick: self.tick,
            lot: self.lot,
            freeze_quantity: self.freeze_quantity,
            band_low: self.band_low.filter(|_| of_today),
            band_high: self.band_high.filter(|_| of_today),
        }
    }

    /// Returns why an order cannot be placed; none when it can. Shares that were bought before their series changed can
    /// be sold.
    pub fn refusal(&self, side: Side, quantity: u32, kind: OrderKind) -> Option<String> {
        let name = &self.trading_symbol;
        if side == Side::Buy && self.is_trade_for_trade() {
            return Some(format!("{name} is traded trade for trade and is not bought"));
        }
        if quantity == 0 || !quantity.is_multiple_of(self.lot) {
            return Some(format!("{name} is traded in multiples of {}", self.lot));
        }
        if let Some(freeze) = self.freeze_quantity.filter(|freeze| quantity > *freeze) {
            return Some(format!("an order of {name} has at most {}", counted(freeze, "share", "shares")));
        }
        match kind {
            OrderKind::Limit(price) if price <= Paise::ZERO => Some("the limit is not above zero".to_owned()),
            OrderKind::Limit(price) if price.round_down_to(self.tick) != price => {
                let (price, tick) = (rupees(price), rupees(self.tick));
                Some(format!("the limit {price} of {name} is not a multiple of {tick}"))
            }
            _ => None,
        }
    }
}

impl ScripMaster {
    /// Reads a file whose address ends with this path.
    ///
    /// # Errors
    /// When it is not such a file, a row cannot be read, or it has fewer than `fewest` shares.
    pub fn read(file: &[u8], path: &str, fewest: usize) -> Result<Self, ScripError> {
        read::read(file, path, fewest)
    }

    /// Returns whether it is the file of a day, as far as it says: one without a date is taken for it.
    pub fn is_of(&self, day: Day) -> bool {
        self.dated.is_none_or(|dated| dated == day)
    }

    /// Returns the share with exactly this symbol.
    pub fn find(&self, symbol: &Symbol) -> Option<&Scrip> {
        self.shares.get(symbol)
    }

    /// Returns the share with this number of the broker's.
    pub fn by_token(&self, token: &str) -> Option<&Scrip> {
        self.find(self.by_token.get(token)?)
    }

    /// Returns all shares, sorted by symbol.
    pub fn all(&self) -> impl Iterator<Item = &Scrip> {
        self.shares.values()
    }

    /// Returns the number of shares.
    pub fn len(&self) -> usize {
        self.shares.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shares.is_empty()
    }
}

#[cfg(test)]
mod tests;
