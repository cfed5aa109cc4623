//! How the sources of market data stand.

use prahari_brokers::{Sessions, SourceState};
use prahari_domain::calendar::BAR_SETTLING_MINUTES;
use prahari_domain::time::{Day, Timestamp};

use super::Queries;

/// Longest time, in calendar days, for which the exchange has been closed, and some more.
const LONGEST_CLOSURE: usize = 16;

/// The sources of market data, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketSources {
    /// Each of them.
    pub sources: Vec<SourceState>,
    /// The last day whose bar is final now: a source whose newest bar is of an earlier one is stale. None when the calendar
    /// knows no such day.
    pub expected: Option<Day>,
}

impl Queries {
    /// Returns how each source of market data stands. Nothing is asked over the net for it.
    pub fn market_sources(&self) -> MarketSources {
        let (now, calendar) = (self.clock.now(), self.trading.calendar.as_ref());
        let days = now.ist_day().iter_days().rev().take(LONGEST_CLOSURE);
        let mut sessions = days.filter_map(|day| calendar.session(day));
        let is_final = |closes: Timestamp| now >= closes.plus_minutes(BAR_SETTLING_MINUTES);
        let expected = sessions.find(|session| is_final(session.closes())).map(|session| session.day);
        MarketSources { sources: self.trading.market.sources(), expected }
    }
}
