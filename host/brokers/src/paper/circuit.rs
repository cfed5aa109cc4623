//! What the exchange's price limits do to a match.
//!
//! No order is executed outside the day's band. At one end of it the market has one side only: at the upper circuit
//! everybody wants to buy and nobody sells, at the lower one the other way round, so an order of the crowded side
//! waits in a queue that is served last. Prices alone do not say where a share's circuit lies, so a minute in which
//! all trades were made at one price counts as locked when that price is the farthest of the day so far and as far
//! from the previous close as one of the exchange's bands.

use prahari_domain::instruments::Instrument;
use prahari_domain::money::Paise;
use prahari_domain::orders::Side;

use crate::market::{MinuteBar, Quote};

/// The exchange's fixed bands, in percent of the previous close.
const BANDS: [i64; 4] = [2, 5, 10, 20];

/// The price limits of a share in a minute.
#[derive(Debug)]
pub(super) struct Circuit {
    /// What the exchange says of the share; nothing is known without it.
    pub instrument: Option<Instrument>,
    /// The day as it was at the minute's start.
    pub quote: Option<Quote>,
}

impl Circuit {
    /// Returns whether an order of this side can be executed at this price within the minute.
    pub fn lets_through(&self, side: Side, price: Paise, bar: &MinuteBar) -> bool {
        let within = |instrument: &Instrument| (instrument.band_low..=instrument.band_high).contains(&price);
        self.instrument.as_ref().is_none_or(within) && self.locked_side(bar) != Some(side)
    }

    /// The step of prices.
    pub fn tick(&self) -> Paise {
        self.instrument.as_ref().map_or(Paise(1), |instrument| instrument.tick)
    }

    /// The side that finds nobody to trade with.
    fn locked_side(&self, bar: &MinuteBar) -> Option<Side> {
        let quote = self.quote.as_ref().filter(|_| bar.low == bar.high)?;
        let (price, before) = (bar.open, quote.previous_close);
        if !BANDS.iter().any(|percent| self.is_limit(price, before, *percent)) {
            return None;
        }
        if price > before && quote.high.is_none_or(|high| price >= high) {
            Some(Side::Buy)
        } else if price < before && quote.low.is_none_or(|low| price <= low) {
            Some(Side::Sell)
        } else {
            None
        }
    }

    /// Returns whether a price is this far from the previous close, up to the rounding to a tick.
    fn is_limit(&self, price: Paise, before: Paise, percent: i64) -> bool {
        before.scale(percent, 100).is_some_and(|wide| {
            let distance = if price > before { price - before } else { before - price };
            (distance - wide).0.abs() <= self.tick().0
        })
    }
}
