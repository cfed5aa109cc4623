//! The market of a folder's bars, and its renewal while a daemon runs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::time::{Day, Timestamp};

use super::versions::{MOST_WAITING, versions};
use super::{BandHistory, BarsReport, Deliveries, FolderBars, Layout, SeriesHistory};
use crate::announced::SourceActions;
use crate::as_traded::{LastSeen, Seen, Share};
use crate::bars::BarMarket;
use crate::fetching::{Pace, SourceNews};
use crate::market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use crate::rules;
use crate::sessions::Sessions;
use crate::source_state::{SourceState, SourceTrouble};

/// A market source made of the daily bars of a folder, held in memory: 48 bytes a bar and 10 more for the weeks, so a
/// year of 2,100 shares takes 30 MB, and twice that while a folder that changed is read again.
pub struct FolderMarket {
    dir: PathBuf,
    layout: Layout,
    seed: u64,
    sessions: Arc<dyn Sessions>,
    loaded: RwLock<Arc<Loaded>>,
    /// Why it could not be read again, when it could not at the last try.
    unread: RwLock<Option<String>>,
    /// The corporate actions that are known; none before somebody has said which.
    factors: RwLock<Option<Arc<ActionFactors>>>,
    /// What was restated when it was last read, and was not asked for yet.
    news: Mutex<Vec<SourceNews>>,
    /// Tells the day after which no row can be; none where any day counts, as of bars that somebody has made up.
    time: Option<Arc<dyn Pace>>,
}

/// A folder as it was read.
struct Loaded {
    market: Arc<BarMarket>,
    /// Shares with corporate actions as they were last seen, where prices are adjusted.
    seen: Mutex<HashMap<Symbol, Arc<LastSeen>>>,
    series: SeriesHistory,
    bands: BandHistory,
    deliveries: Deliveries,
    actions: Arc<SourceActions>,
    report: BarsReport,
    fingerprint: blake3::Hash,
    /// Generation of the sessions, which decide which rows are kept.
    generation: u64,
    /// The last day of which rows were taken.
    last: Day,
}

impl FolderMarket {
    /// Reads every file of a folder into memory. The seed shapes the minute paths within the bars. With the real time, rows of days
    /// that have not come by it are left out, now and whenever the folder is read again; without it any day counts.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or a row makes no sense; the message names the file and the line.
    pub(crate) fn open(
        dir: &Path,
        layout: Layout,
        seed: u64,
        sessions: Arc<dyn Sessions>,
        time: Option<Arc<dyn Pace>>,
    ) -> Result<Self, MarketError> {
        let loaded = Loaded::read(dir, layout, seed, &sessions, last_day(time.as_ref()))?;
        let (loaded, unread) = (RwLock::new(Arc::new(loaded)), RwLock::default());
        let factors = RwLock::default();
        Ok(Self {
            dir: dir.to_owned(),
            layout,
            seed,
            sessions,
            loaded,
            unread,
            factors,
            news: Mutex::default(),
            time,
        })
    }

    /// First and last day with a bar of any symbol.
    pub fn covers(&self) -> Option<(Day, Day)> {
        self.loaded().market.covers()
    }

    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read())
    }

    /// What was found when `loaded` was read. Jumps are told by the actions that are known; until somebody has said which, by those
    /// that the folder tells.
    fn report_of(&self, loaded: &Loaded) -> BarsReport {
        let report = loaded.report.clone();
        match self.factors.read().clone() {
            Some(factors) => report.with_actions(factors.actions()),
            None => report,
        }
    }

    /// A share of `loaded` in the prices of a day, where they may be others than it has: its prices are adjusted, and there are
    /// actions of it.
    fn seen(&self, loaded: &Loaded, symbol: &Symbol, day: Day) -> Option<Seen> {
        let factors = self.factors.read().clone()?;
        if self.layout.raw || !factors.has(symbol) {
            return None;
        }
        let last = Arc::clone(loaded.seen.lock().entry(symbol.clone()).or_default());
        let bars = loaded.market.daily(symbol);
        let share = Share { symbol, bars: &bars, market: &loaded.market };
        let make = |bars| loaded.market.with_bars_of(symbol, bars);
        // A folder tells no action of prices that it has adjusted: its bars say which are in it.
        Some(last.on(day, share, &factors, |_, _| false, make))
    }
}

/// The last day of which rows are taken.
fn last_day(time: Option<&Arc<dyn Pace>>) -> Day {
    time.map_or(Day::MAX, |time| time.now().ist_day())
}

impl Loaded {
    fn read(
        dir: &Path,
        layout: Layout,
        seed: u64,
        sessions: &Arc<dyn Sessions>,
        last: Day,
    ) -> Result<Self, MarketError> {
        // Asked before the bars: a calendar that comes in between makes them look old, never the other way round.
        let generation = sessions.generation();
        let FolderBars { bars, series, bands, deliveries, actions, report, fingerprint } =
            (layout.read)(dir, sessions.as_ref(), last)?;
        let market = Arc::new(BarMarket::new(layout.source, bars, seed, Arc::clone(sessions))?);
        let (actions, seen) = (Arc::new(actions), Mutex::default());
        Ok(Self { market, seen, series, bands, deliveries, actions, report, fingerprint, generation, last })
    }

    /// Reads a folder again where it or the calendar has changed; nothing while it is still being written.
    fn renew(
        dir: &Path,
        layout: Layout,
        seed: u64,
        sessions: &Arc<dyn Sessions>,
        last: Day,
        known: &Self,
    ) -> Result<Option<(Self, Vec<SourceNews>)>, MarketError> {
        let before = (layout.fingerprint)(dir)?;
        // What had not come may have come since.
        let is_same = known.report.ahead == 0 || last == known.last;
        if is_same && (before, sessions.generation()) == (known.fingerprint, known.generation) {
            return Ok(None);
        }
        let mut newer = match Self::read(dir, layout, seed, sessions, last) {
            Ok(newer) => newer,
            // Half of a file does not read, and is no fault: whoever writes it goes on.
            Err(_) if (layout.fingerprint)(dir)? != before => return Ok(None),
            Err(error) => return Err(error),
        };
        if (layout.fingerprint)(dir)? != newer.fingerprint {
            return Ok(None);
        }
        let restated = known.market.restated_by(&newer.market);
        let (news, left_out) =
            versions(layout.source, &restated, (known.market.as_ref(), newer.market.as_ref()));
        newer.report.tell_restated(&restated, left_out);
        Ok(Some((newer, news)))
    }
}

#[async_trait]
impl MarketData for FolderMarket {
    fn source(&self) -> &'static str {
        self.layout.source
    }

    fn folders(&self) -> Vec<PathBuf> {
        vec![self.dir.clone()]
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.loaded().market.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let (loaded, day) = (self.loaded(), now.ist_day());
        let mut quotes = loaded.market.quotes(symbols, now).await?;
        for quote in quotes.iter_mut().flatten() {
            let Some(seen) = self.seen(&loaded, &quote.symbol, day) else { continue };
            let one = seen.market.quotes(std::slice::from_ref(&quote.symbol), now).await?.pop().flatten();
            if let Some(one) = one {
                *quote = seen.told(one, &loaded.market.daily(&quote.symbol), day);
            }
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
        let loaded = self.loaded();
        let Some(seen) = self.seen(&loaded, symbol, now.ist_day()) else {
            return loaded.market.candles(symbol, interval, count, forming, now).await;
        };
        let candles = seen.market.candles(symbol, interval, count, forming, now).await?;
        Ok(candles.derived_if(seen.derived))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        let (loaded, day) = (self.loaded(), now.ist_day());
        let mut instruments = loaded.market.instruments(symbols, now).await?;
        for instrument in instruments.iter_mut().flatten() {
            let seen = self.seen(&loaded, &instrument.symbol, day);
            let market = seen.as_ref().map_or(&loaded.market, |seen| &seen.market);
            if seen.is_some() {
                let one = market.instruments(std::slice::from_ref(&instrument.symbol), now).await?;
                *instrument = one.into_iter().next().flatten().unwrap_or_else(|| instrument.clone());
            }
            loaded.series.before(&instrument.symbol, day).clone_into(&mut instrument.series);
            let percent = loaded.bands.of(&instrument.symbol, &instrument.series, day);
            let base = market.previous_close(&instrument.symbol, day);
            if let (Some(percent), Some(base)) = (percent, base) {
                (instrument.band_low, instrument.band_high) = rules::band(base, percent, instrument.tick);
            }
        }
        Ok(instruments)
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        let loaded = self.loaded();
        match self.seen(&loaded, symbol, instant.ist_day()) {
            Some(seen) => seen.market.minute(symbol, instant).await,
            None => loaded.market.minute(symbol, instant).await,
        }
    }

    /// Reads the folder again when a file of it was added, removed or changed, or the calendar was. One that can no
    /// longer be read leaves the bars as they were.
    async fn refresh(&self) -> Result<Option<BarsReport>, MarketError> {
        let (dir, layout, seed) = (self.dir.clone(), self.layout, self.seed);
        let (sessions, known, last) =
            (Arc::clone(&self.sessions), self.loaded(), last_day(self.time.as_ref()));
        let renew = move || Loaded::renew(&dir, layout, seed, &sessions, last, &known);
        let read = tokio::task::spawn_blocking(renew).await;
        let read = read.map_err(|error| MarketError::Unavailable(error.to_string())).flatten();
        *self.unread.write() = read.as_ref().err().map(ToString::to_string);
        let Some((loaded, news)) = read? else { return Ok(None) };
        {
            let mut waiting = self.news.lock();
            waiting.extend(news);
            waiting.truncate(MOST_WAITING);
        }
        let report = self.report_of(&loaded);
        *self.loaded.write() = Arc::new(loaded);
        Ok(Some(report))
    }

    fn news(&self) -> Vec<SourceNews> {
        std::mem::take(&mut *self.news.lock())
    }

    fn delivered(&self, symbol: &Symbol, day: Day) -> Option<u16> {
        self.loaded().deliveries.of(symbol, day)
    }

    fn actions(&self) -> Arc<SourceActions> {
        Arc::clone(&self.loaded().actions)
    }

    fn take_actions(&self, factors: &Arc<ActionFactors>) {
        *self.factors.write() = Some(Arc::clone(factors));
    }

    fn report(&self) -> Option<BarsReport> {
        Some(self.report_of(&self.loaded()))
    }

    fn sources(&self) -> Vec<SourceState> {
        let loaded = self.loaded();
        let trouble = |reason| SourceTrouble { reason, since: None, until: None, keeps_old: true };
        vec![SourceState {
            folders: self.folders(),
            shares: loaded.report.symbols,
            newest: loaded.market.covers().map(|(_, last)| last),
            report: Some(self.report_of(&loaded)),
            trouble: self.unread.read().clone().map(trouble),
            ..SourceState::new(self.source())
        }]
    }
}
