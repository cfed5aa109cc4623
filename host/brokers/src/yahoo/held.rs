//! The closed days of one share, in memory.

use std::sync::Arc;

use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::{Day, Timestamp};

use super::SOURCE;
use super::events::{self, Event};
use crate::as_traded::{LastSeen, Seen, Share};
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

    /// A share with these bars, and what the company did.
    pub fn held(
        &self,
        symbol: &Symbol,
        (bars, events): (Vec<Candle>, Vec<Event>),
        from: Day,
        fetched_at: Timestamp,
    ) -> Held {
        let market = self.market(symbol, bars);
        let bars = market.daily(symbol);
        Held {
            bars,
            events: events.into(),
            market: Some(Arc::new(market)),
            from,
            fetched_at,
            seen: LastSeen::default(),
        }
    }

    fn market(&self, symbol: &Symbol, bars: Vec<Candle>) -> BarMarket {
        let (sessions, ticks) = (Arc::clone(&self.sessions), Arc::clone(&self.ticks));
        BarMarket::with_ticks(SOURCE, vec![(symbol.clone(), bars)], self.seed, sessions, ticks)
    }
}

/// The closed days of a share.
pub(super) struct Held {
    /// The share as a market of bars; none of one that the source does not list.
    pub market: Option<Arc<BarMarket>>,
    /// Its bars as the source has them, oldest first.
    pub bars: Arc<[Candle]>,
    /// What the company did, as the source tells it, by day.
    pub events: Arc<[Event]>,
    /// First day that was asked for.
    pub from: Day,
    /// The real time at which it was last asked for.
    pub fetched_at: Timestamp,
    /// How it was last seen.
    seen: LastSeen,
}

impl Held {
    /// A share that the source does not list.
    pub fn unlisted(from: Day, fetched_at: Timestamp) -> Self {
        let (bars, events) = (Arc::from([]), Arc::from([]));
        Self { market: None, bars, events, from, fetched_at, seen: LastSeen::default() }
    }

    /// Day of the newest bar.
    pub fn last(&self) -> Option<Day> {
        self.bars.last().map(|bar| bar.day)
    }

    /// Returns whether the bar of a day is there.
    pub fn has(&self, day: Day) -> bool {
        self.bars.binary_search_by_key(&day, |bar| bar.day).is_ok()
    }

    /// The share in the prices of a day, by the corporate actions that are known; none of one that the source does not list.
    pub fn on(&self, day: Day, symbol: &Symbol, factors: &Arc<ActionFactors>, maker: &Maker) -> Option<Seen> {
        let market = self.market.as_ref()?;
        let share = Share { symbol, bars: &self.bars, market };
        let told = |ex_day, factor| events::tell(&self.events, ex_day, factor);
        Some(self.seen.on(day, share, factors, told, |bars| maker.market(symbol, bars)))
    }
}
