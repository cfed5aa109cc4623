//! A share of an adjusted source in the prices of a day.

use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::actions::{ActionFactors, PriceFactor};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

use super::Adjustment;
use crate::bars::BarMarket;
use crate::market::Quote;

/// A share as its source has it.
pub(crate) struct Share<'a> {
    /// Its symbol.
    pub symbol: &'a Symbol,
    /// Its bars, oldest first.
    pub bars: &'a [Candle],
    /// A market that has these bars, perhaps those of other shares too.
    pub market: &'a Arc<BarMarket>,
}

/// A share in the prices of a day.
#[derive(Clone)]
pub(crate) struct Seen {
    /// A market of its bars: the source's own where its prices are those of the day.
    pub market: Arc<BarMarket>,
    /// Whether its prices are computed back from adjusted ones: the source does not have what was traded.
    pub derived: bool,
    adjustment: Arc<Adjustment>,
}

/// How a share was last seen. Days between two actions are seen alike, so it is made anew once for each action; it takes as
/// much room as the share's bars.
#[derive(Default)]
pub(crate) struct LastSeen(Mutex<Option<Last>>);

struct Last {
    factors: Arc<ActionFactors>,
    stage: usize,
    seen: Seen,
}

impl LastSeen {
    /// The share in the prices of a day, by the actions that are known; `told` says which of them the source has told itself,
    /// and `make` makes a market of the share's bars alone.
    pub fn on(
        &self,
        day: Day,
        share: Share<'_>,
        factors: &Arc<ActionFactors>,
        told: impl Fn(Day, PriceFactor) -> bool,
        make: impl FnOnce(Vec<Candle>) -> BarMarket,
    ) -> Seen {
        let Share { symbol, bars, market } = share;
        if !factors.has(symbol) {
            return Seen { market: Arc::clone(market), derived: false, adjustment: Arc::default() };
        }
        let mut last = self.0.lock();
        let known = last.as_ref().filter(|last| Arc::ptr_eq(&last.factors, factors));
        let adjustment = match known {
            Some(Last { stage, seen, .. }) if *stage == seen.adjustment.stage(day) => return seen.clone(),
            Some(Last { seen, .. }) => Arc::clone(&seen.adjustment),
            None => Arc::new(Adjustment::of(&factors.of_share(symbol), bars, told)),
        };
        let market = if adjustment.changes(day) {
            Arc::new(make(bars.iter().map(|bar| adjustment.on(day, *bar)).collect()))
        } else {
            Arc::clone(market)
        };
        let (stage, derived) = (adjustment.stage(day), adjustment.is_derived(day));
        let seen = Seen { market, derived, adjustment };
        *last = Some(Last { factors: Arc::clone(factors), stage, seen: seen.clone() });
        seen
    }
}

impl Seen {
    /// A quote of this market on a day, with the close before as it was traded on its own day, of these bars of the source.
    pub fn told(&self, quote: Quote, bars: &[Candle], day: Day) -> Quote {
        let before = bars.partition_point(|bar| bar.day < day).checked_sub(1).and_then(|at| bars.get(at));
        let Some(before) = before else { return Quote { derived: self.derived, ..quote } };
        let previous_close = self.adjustment.as_traded(before.close, before.day);
        Quote { previous_close, derived: self.derived || self.adjustment.is_derived(before.day), ..quote }
    }
}
