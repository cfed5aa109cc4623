//! What positions are worth, and by which price.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveTime;
use prahari_brokers::Quote;
use prahari_domain::book::Position;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Desk, TradingServices};

/// A position with the price that it is valued at.
#[derive(Debug, Clone, PartialEq)]
pub struct Valuation {
    /// The open position.
    pub position: Position,
    /// Price per share.
    pub price: Paise,
    /// Time of the price; the usual end of the session where only its day is known.
    pub at: Timestamp,
    /// Whether the market tells none that can be believed; the one here is then the last that was known.
    pub unpriced: bool,
    /// Name of the source that told the price, such as `csv`; none of a price that was known before.
    pub source: Option<&'static str>,
}

/// A position without a price in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpricedPosition {
    /// Symbol of the position.
    pub symbol: Symbol,
    /// The price per share that was known last.
    pub price: Paise,
    /// The date of that price.
    pub priced_on: Day,
}

impl From<Valuation> for UnpricedPosition {
    fn from(valuation: Valuation) -> Self {
        let Valuation { position, price, at, .. } = valuation;
        Self { symbol: position.symbol, price, priced_on: at.ist_day() }
    }
}

impl Valuation {
    /// Returns the market value of the position.
    pub fn value(&self) -> Paise {
        // More money than there is cannot have been paid for it either.
        self.price.times(self.position.quantity).unwrap_or(self.position.invested)
    }
}

impl TradingServices {
    /// Values positions at their last price. Where the market tells none, at the one that was known last; after a
    /// jump that nobody has explained, at the one before it, for the price after it is of other shares than those
    /// that are held.
    pub async fn value(&self, positions: Vec<Position>, now: Timestamp) -> Vec<Valuation> {
        let mut symbols: Vec<Symbol> = positions.iter().map(|position| position.symbol.clone()).collect();
        // Sorted by symbol, as positions are; several strategies may hold one.
        symbols.dedup();
        let quotes =
            if symbols.is_empty() { Ok(Vec::new()) } else { self.market.quotes(&symbols, now).await };
        let quotes = quotes.unwrap_or_else(|error| {
            tracing::warn!(%error, "positions are valued without the market");
            Vec::new()
        });
        let quotes: BTreeMap<Symbol, Quote> =
            quotes.into_iter().flatten().map(|quote| (quote.symbol.clone(), quote)).collect();
        let mut valued = Vec::with_capacity(positions.len());
        for position in positions {
            let (price, at, source) = match quotes.get(&position.symbol) {
                Some(quote) => match self.before_jump(&position, now).await {
                    Some((price, at)) => (price, at, None),
                    None => (quote.last, quote.at, Some(quote.source)),
                },
                None => {
                    let (price, at) = self.last_known(&position).await;
                    (price, at, None)
                }
            };
            valued.push(Valuation { position, price, at, unpriced: source.is_none(), source });
        }
        valued
    }

    async fn before_jump(&self, position: &Position, now: Timestamp) -> Option<(Paise, Timestamp)> {
        let jump = self.unexplained_jump(&position.symbol, now).await.ok().flatten()?;
        (jump.day > position.opened_on).then(|| (jump.previous_close, close_of(jump.previous_day)))
    }

    /// The price that was kept at a close, or that of the last buy when it is later or there is none.
    async fn last_known(&self, position: &Position) -> (Paise, Timestamp) {
        let kept = self.store.system().last_price(&position.symbol).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a last price cannot be read");
            None
        });
        let last_buy = position.entries.last().map(|entry| (entry.price, close_of(entry.day)));
        // Of two of one day the kept one: it is that of the close.
        let known = last_buy.into_iter().chain(kept).max_by_key(|(_, at)| *at);
        known.unwrap_or((position.average_price, close_of(position.opened_on)))
    }
}

/// The usual end of a session, where only the day of a price is known.
fn close_of(day: Day) -> Timestamp {
    Timestamp::from_ist(day, NaiveTime::from_hms_opt(15, 30, 0).unwrap_or_default())
}

impl Desk {
    /// Returns the open positions, each valued at its last price.
    pub async fn valuations(&self, now: Timestamp) -> Vec<Valuation> {
        self.trading.value(self.book.positions(), now).await
    }

    /// Returns the value of the open positions at the last prices.
    pub async fn market_value(&self, now: Timestamp) -> Paise {
        self.valuations(now).await.iter().map(Valuation::value).sum()
    }

    /// The shares that are held or have an open order.
    pub(crate) fn symbols_at_stake(&self) -> BTreeSet<Symbol> {
        let ordered = self.book.active_orders().map(|order| &order.request.symbol);
        self.book.held_symbols().chain(ordered).cloned().collect()
    }
}
