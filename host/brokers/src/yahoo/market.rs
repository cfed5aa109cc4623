//! The questions of [`MarketData`], answered from what is known of the shares and fetched for it.
//!
//! A question waits as long as its patience for what is missing. Then it is answered from what there is, which says how old
//! it is; what was begun goes on, so that the next question finds it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::time::Timestamp;

use super::SOURCE;
use super::cache::BarCache;
use super::flights::{Flights, Waiting};
use super::held::{Held, Maker};
use super::line::Line;
use super::news::News;
use super::settings::YahooSettings;
use super::shares::Shares;
use super::shelf::Shelf;
use super::tape::{SoFar, minute_of};
use crate::announced::SourceActions;
use crate::fetching::{OnProgress, Pace, SourceNews, WarmFor, Warmed};
use crate::folder::BarsReport;
use crate::market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use crate::sessions::Sessions;
use crate::source_state::{LineState, SourceState};

/// Prices from Yahoo Finance: closed days by their bars, the running day by its minutes.
pub struct YahooMarket {
    pub(super) shares: Arc<Shares>,
    pub(super) universe: Arc<[Symbol]>,
    patience: Duration,
    most_bars: usize,
    /// What there is, once nothing is fetched any more.
    pub(super) report: OnceLock<BarsReport>,
}

impl YahooMarket {
    /// A source of which nothing was asked yet. The seed shapes the minute paths of past days and how long it waits where
    /// it need not be exact.
    ///
    /// # Errors
    /// When the exchange's rules that ship with the program do not read.
    pub fn new(
        settings: YahooSettings,
        seed: u64,
        sessions: Arc<dyn Sessions>,
        cache: Arc<dyn BarCache>,
        pace: Arc<dyn Pace>,
    ) -> Result<Self, MarketError> {
        let news = Arc::new(News::default());
        let shares = Shares {
            maker: Maker::new(seed, sessions)?,
            line: Line::new(&settings, seed, pace, Arc::clone(&news)),
            news,
            cache,
            shelf: Mutex::new(Shelf::new(settings.most_bars)),
            tapes: Mutex::default(),
            told: Mutex::default(),
            factors: RwLock::default(),
            most_tapes: settings.most_tapes.max(1),
            flights: Arc::new(Flights::default()),
            frozen: false.into(),
        };
        let mut universe = settings.universe;
        universe.sort();
        universe.dedup();
        Ok(Self {
            shares: Arc::new(shares),
            universe: universe.into(),
            patience: settings.patience,
            most_bars: settings.most_bars,
            report: OnceLock::new(),
        })
    }

    /// How many requests were sent since the start.
    pub fn requests(&self) -> u64 {
        self.shares.line.asked()
    }

    /// Fetches what is missing at `now`, waiting as long as patience lasts; of shares of which nothing is known then, why.
    async fn gather(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
        minutes: bool,
    ) -> HashMap<Symbol, MarketError> {
        let mut failed = HashMap::new();
        let gathering = async {
            let days = begin(symbols, &mut failed, |symbol| self.shares.begin_days(symbol, now));
            landed(days, &mut failed).await;
            if minutes {
                let tapes = begin(symbols, &mut failed, |symbol| self.shares.begin_minutes(symbol, now));
                landed(tapes, &mut HashMap::new()).await;
            }
        };
        if self.shares.is_frozen() {
            // Only the cache is waited for, and what is answered must not depend on how fast that is.
            gathering.await;
        } else if tokio::time::timeout(self.patience, gathering).await.is_err() {
            tracing::debug!(shares = symbols.len(), "a question is answered before all is fetched");
        }
        failed
    }

    /// What is known of each share after gathering, in the order asked.
    ///
    /// # Errors
    /// When nothing is known of any of them.
    async fn known(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
        minutes: bool,
    ) -> Result<Vec<Option<Arc<Held>>>, MarketError> {
        let mut failed = self.gather(symbols, now, minutes).await;
        let known: Vec<_> = symbols.iter().map(|symbol| self.shares.held(symbol)).collect();
        match symbols.first() {
            Some(first) if known.iter().all(Option::is_none) => {
                let being_fetched = || MarketError::Unavailable(format!("{first} is still being fetched"));
                Err(failed.remove(first).unwrap_or_else(being_fetched))
            }
            _ => Ok(known),
        }
    }

    /// The running day of a share, where it is told by its minutes.
    fn running(&self, held: &Held, symbol: &Symbol, now: Timestamp) -> Option<SoFar> {
        let day = now.ist_day();
        if held.has(day) {
            return None;
        }
        self.shares.tape(symbol, day)?.so_far(now)
    }

    /// The price of a share at an instant. What it closed at before is as it was traded then, which after an ex-date the
    /// source does not have any more.
    async fn quote(&self, held: &Held, symbol: &Symbol, now: Timestamp) -> Option<Quote> {
        let seen = self.shares.seen(held, symbol, now.ist_day())?;
        let before = one(seen.market.quotes(std::slice::from_ref(symbol), now).await);
        let before = before.map(|quote| seen.told(quote, &held.bars, now.ist_day()));
        let Some(SoFar { bar, at }) = self.running(held, symbol, now) else { return before };
        Some(Quote {
            symbol: symbol.clone(),
            last: bar.close,
            indicative: None,
            open: Some(bar.open),
            high: Some(bar.high),
            low: Some(bar.low),
            previous_close: before.as_ref().map_or(bar.open, |before| before.previous_close),
            volume: bar.volume,
            at,
            source: SOURCE,
            derived: before.is_some_and(|before| before.derived),
        })
    }
}

/// Begins to fetch what is missing of each share, and notes what cannot be begun.
fn begin(
    symbols: &[Symbol],
    failed: &mut HashMap<Symbol, MarketError>,
    begin: impl Fn(&Symbol) -> Result<Option<Waiting>, MarketError>,
) -> Vec<(Symbol, Waiting)> {
    let mut waiting = Vec::new();
    for symbol in symbols {
        match begin(symbol) {
            Ok(Some(begun)) => waiting.push((symbol.clone(), begun)),
            Ok(None) => {}
            Err(error) => {
                failed.insert(symbol.clone(), error);
            }
        }
    }
    waiting
}

/// Waits for what is being fetched, and notes what failed.
async fn landed(waiting: Vec<(Symbol, Waiting)>, failed: &mut HashMap<Symbol, MarketError>) {
    for (symbol, waiting) in waiting {
        if let Err(error) = waiting.landed().await {
            failed.insert(symbol, error);
        }
    }
}

/// The answer to a question about one share.
fn one<T>(answers: Result<Vec<Option<T>>, MarketError>) -> Option<T> {
    answers.ok()?.into_iter().next().flatten()
}

#[async_trait]
impl MarketData for YahooMarket {
    fn source(&self) -> &'static str {
        SOURCE
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        Ok(Arc::clone(&self.universe))
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let known = self.known(symbols, now, true).await?;
        let mut quotes = Vec::with_capacity(symbols.len());
        for (symbol, held) in symbols.iter().zip(known) {
            quotes.push(match held {
                Some(held) => self.quote(&held, symbol, now).await,
                None => None,
            });
        }
        Ok(quotes)
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        let known = self.known(std::slice::from_ref(symbol), now, forming).await?;
        let held = known.into_iter().next().flatten();
        let seen =
            held.as_ref().and_then(|held| Some((held, self.shares.seen(held, symbol, now.ist_day())?)));
        let Some((held, seen)) = seen else { return Ok(Candles::none(SOURCE)) };
        let candles = match self.running(held, symbol, now).filter(|_| forming) {
            Some(SoFar { bar, at }) => seen.market.candles_with(symbol, interval, count, bar, at),
            None => seen.market.candles(symbol, interval, count, forming, now).await?,
        };
        Ok(candles.derived_if(seen.derived))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        let known = self.known(symbols, now, false).await?;
        let mut instruments = Vec::with_capacity(symbols.len());
        for (symbol, held) in symbols.iter().zip(known) {
            let seen = held.and_then(|held| self.shares.seen(&held, symbol, now.ist_day()));
            instruments.push(match seen {
                Some(seen) => one(seen.market.instruments(std::slice::from_ref(symbol), now).await),
                None => None,
            });
        }
        Ok(instruments)
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        // The minute is asked for when it is over.
        let over = minute_of(instant).plus_minutes(1);
        let known = self.known(std::slice::from_ref(symbol), over, true).await?;
        if let Some(tape) = self.shares.tape(symbol, instant.ist_day()) {
            return Ok(tape.minute(instant));
        }
        let held = known.into_iter().next().flatten();
        match held.and_then(|held| self.shares.seen(&held, symbol, instant.ist_day())) {
            Some(seen) => seen.market.minute(symbol, instant).await,
            None => Ok(None),
        }
    }

    fn report(&self) -> Option<BarsReport> {
        let factors = Arc::clone(&self.shares.factors.read());
        // Jumps are told by the actions that are known.
        self.report.get().cloned().map(|report| report.with_actions(factors.actions()))
    }

    fn fetches(&self) -> bool {
        !self.shares.is_frozen()
    }

    async fn warm(
        &self,
        symbols: &[Symbol],
        _reason: WarmFor,
        now: Timestamp,
        progress: OnProgress<'_>,
    ) -> Warmed {
        self.warm_days(symbols, now, progress).await
    }

    fn news(&self) -> Vec<SourceNews> {
        self.shares.news.take()
    }

    fn actions(&self) -> Arc<SourceActions> {
        Arc::new(self.shares.actions())
    }

    fn take_actions(&self, factors: &Arc<ActionFactors>) {
        *self.shares.factors.write() = Arc::clone(factors);
    }

    fn sources(&self) -> Vec<SourceState> {
        let (bars, newest) = {
            let shelf = self.shares.shelf.lock();
            (shelf.bars(), shelf.newest())
        };
        let (trouble, line) = self.shares.line.state();
        let (tapes, waiting) = (self.shares.tapes.lock().len(), self.shares.flights.count());
        let (most_bars, most_tapes) = (self.most_bars, self.shares.most_tapes);
        vec![SourceState {
            shares: self.universe.len(),
            newest,
            report: self.report(),
            trouble,
            line: Some(LineState { waiting, bars, most_bars, tapes, most_tapes, ..line }),
            ..SourceState::new(SOURCE)
        }]
    }
}
