//! The closed days of one share, in memory.

use std::sync::Arc;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::{Day, Timestamp};

use super::SOURCE;
use crate::bars::BarMarket;
use crate::market::MarketError;
use crate::rules::TickTable;
use crate::sessions::Sessions;

/// What every share's bars are made into a market with.
pub(super) struct Maker {
    pub seed: u64,
    pub sessions: Arc<dyn Sessions>,
    ticks: Arc<TickTable>,
}

impl Maker {
    /// With the rules that ship with the program.
    ///
    /// # Errors
    /// When they do not read.
    pub fn new(seed: u64, sessions: Arc<dyn Sessions>) -> Result<Self, MarketError> {
        Ok(Self { seed, sessions, ticks: Arc::new(TickTable::embedded()?) })
    }

    /// A share with these bars.
    pub fn held(&self, symbol: &Symbol, bars: Vec<Candle>, from: Day, fetched_at: Timestamp) -> Held {
        let (sessions, ticks) = (Arc::clone(&self.sessions), Arc::clone(&self.ticks));
        let market = BarMarket::with_ticks(SOURCE, vec![(symbol.clone(), bars)], self.seed, sessions, ticks);
        Held { bars: market.daily(symbol), market: Some(market), from, fetched_at }
    }
}

/// The closed days of a share.
pub(super) struct Held {
    /// The share as a market of bars; none of one that the source does not list.
    pub market: Option<BarMarket>,
    /// Its bars, oldest first.
    pub bars: Arc<[Candle]>,
    /// First day that was asked for.
    pub from: Day,
    /// The real time at which it was last asked for.
    pub fetched_at: Timestamp,
}

impl Held {
    /// A share that the source does not list.
    pub fn unlisted(from: Day, fetched_at: Timestamp) -> Self {
        Self { market: None, bars: Arc::from([]), from, fetched_at }
    }

    /// Day of the newest bar.
    pub fn last(&self) -> Option<Day> {
        self.bars.last().map(|bar| bar.day)
    }

    /// Returns whether the bar of a day is there.
    pub fn has(&self, day: Day) -> bool {
        self.bars.binary_search_by_key(&day, |bar| bar.day).is_ok()
    }
}
