//! A market made of daily bars: what the `csv` and `synthetic` sources have in common.
//!
//! The past is the bars themselves; the running day is a minute path derived from its bar. Nothing later than the
//! minute of the instant asked about is shown, and of a market that moves within minutes nothing later than its step, with one exception, which is what an exchange does too: from the
//! start of the pre-open session an indicative price moves towards the day's open.
//!
//! A symbol without a bar before today has no quote until the session opens; its previous close is then its own open.
//!
//! A day without a bar for a symbol (a gap in the data, or after its last row): its quote is the previous close with no
//! volume, and nothing matches.

mod answers;
mod market_day;
mod moves;
mod restated;
mod series;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

use crate::market::MarketError;
use crate::rules::TickTable;
use crate::seeded_hash::SeededHash;
use crate::sessions::Sessions;
use market_day::MarketDay;
pub(crate) use restated::Restated;
pub use restated::bar_changes;
pub(crate) use series::{Series, extend, monday};

/// Days whose minute paths stay in memory: the running one, the one before, and a spare for a late report.
const BOARDS: usize = 3;

/// Daily bars of many symbols, answering as a market.
pub struct BarMarket {
    source: &'static str,
    seed: u64,
    sessions: Arc<dyn Sessions>,
    ticks: Arc<TickTable>,
    universe: Arc<[Symbol]>,
    series: Vec<Series>,
    index: HashMap<Symbol, usize>,
    days: RwLock<VecDeque<Arc<MarketDay>>>,
    /// Whether prices move within a minute, and are pushed when they do.
    moves: bool,
}

impl BarMarket {
    /// A market of these bars, which are of the source of this name; each symbol's are sorted by day, no day twice.
    ///
    /// # Errors
    /// When the exchange's rules that ship with the program do not read.
    pub(crate) fn new(
        source: &'static str,
        bars: Vec<(Symbol, Vec<Candle>)>,
        seed: u64,
        sessions: Arc<dyn Sessions>,
    ) -> Result<Self, MarketError> {
        Ok(Self::with_ticks(source, bars, seed, sessions, Arc::new(TickTable::embedded()?)))
    }

    /// The same with a table of ticks that many markets share.
    pub(crate) fn with_ticks(
        source: &'static str,
        mut bars: Vec<(Symbol, Vec<Candle>)>,
        seed: u64,
        sessions: Arc<dyn Sessions>,
        ticks: Arc<TickTable>,
    ) -> Self {
        bars.sort_by(|a, b| a.0.cmp(&b.0));
        let universe: Arc<[Symbol]> = bars.iter().map(|(symbol, _)| symbol.clone()).collect();
        let index = universe.iter().enumerate().map(|(at, symbol)| (symbol.clone(), at)).collect();
        let paths = SeededHash::new(seed).with_text("minutes");
        let series = bars
            .into_iter()
            .map(|(symbol, bars)| Series::new(bars, paths.with_text(symbol.as_str())))
            .collect();
        Self { source, seed, sessions, ticks, universe, series, index, days: RwLock::default(), moves: false }
    }

    /// A market like this one of these bars of one share.
    pub(crate) fn with_bars_of(&self, symbol: &Symbol, bars: Vec<Candle>) -> Self {
        let (sessions, ticks) = (Arc::clone(&self.sessions), Arc::clone(&self.ticks));
        Self::with_ticks(self.source, vec![(symbol.clone(), bars)], self.seed, sessions, ticks)
    }

    /// The same market with prices that move within a minute, and are pushed when they do.
    pub(crate) fn moving(self) -> Self {
        Self { moves: true, ..self }
    }

    /// The seed of the minute paths.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// First and last day with a bar of any symbol.
    pub fn covers(&self) -> Option<(Day, Day)> {
        let firsts = self.series.iter().filter_map(|series| series.daily().first().map(|bar| bar.day));
        let lasts = self.series.iter().filter_map(|series| series.daily().last().map(|bar| bar.day));
        Some((firsts.min()?, lasts.max()?))
    }

    /// The daily bars of a share, oldest first; none of one that is not here.
    pub(crate) fn daily(&self, symbol: &Symbol) -> Arc<[Candle]> {
        self.find(symbol).map_or_else(|| Arc::from([]), |(_, series)| Arc::clone(series.daily()))
    }

    fn find(&self, symbol: &Symbol) -> Option<(usize, &Series)> {
        let at = *self.index.get(symbol)?;
        Some((at, self.series.get(at)?))
    }

    /// Returns the data of a day. Reads take a shared lock for the length of a look-up among a few days.
    fn day_data(&self, day: Day) -> Arc<MarketDay> {
        let generation = self.sessions.generation();
        let is_valid = |day_data: &&Arc<MarketDay>| day_data.day == day && day_data.generation == generation;
        let known = |days: &VecDeque<Arc<MarketDay>>| days.iter().find(is_valid).cloned();
        if let Some(day_data) = known(&self.days.read()) {
            return day_data;
        }
        let day_data = Arc::new(MarketDay::new(day, self.sessions.as_ref(), self.series.len()));
        let mut days = self.days.write();
        if let Some(day_data) = known(&days) {
            return day_data;
        }
        days.push_front(Arc::clone(&day_data));
        days.truncate(BOARDS);
        day_data
    }
}

#[cfg(test)]
mod tests;
