//! The `csv` source: the bars of a folder, and their renewal while a daemon runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::RwLock;
use prahari_domain::instruments::{Candle, Instrument, Symbol};
use prahari_domain::time::{Day, Timestamp};

use super::folder::Listing;
use super::report::{BarsReport, Notes};
use super::{read, refuse};
use crate::bars::BarMarket;
use crate::market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use crate::sessions::Sessions;

/// The `csv` market source: a folder of daily bars.
pub struct CsvMarket {
    dir: PathBuf,
    seed: u64,
    sessions: Arc<dyn Sessions>,
    loaded: RwLock<Arc<Loaded>>,
}

/// A folder as it was read.
struct Loaded {
    market: BarMarket,
    report: BarsReport,
    fingerprint: blake3::Hash,
    /// Generation of the sessions, which decide which rows are kept.
    generation: u64,
}

impl CsvMarket {
    /// Reads every file of a folder into memory. The seed shapes the minute paths within the bars.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, a row makes no sense, or two files name the same symbol; the message
    /// names the file and the line.
    pub fn open(dir: &Path, seed: u64, sessions: Arc<dyn Sessions>) -> Result<Self, MarketError> {
        let loaded = Loaded::read(dir, Listing::of(dir)?, seed, &sessions)?;
        Ok(Self { dir: dir.to_owned(), seed, sessions, loaded: RwLock::new(Arc::new(loaded)) })
    }

    /// First and last day with a bar of any symbol.
    pub fn covers(&self) -> Option<(Day, Day)> {
        self.loaded().market.covers()
    }

    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read())
    }
}

impl Loaded {
    fn read(
        dir: &Path,
        listing: Listing,
        seed: u64,
        sessions: &Arc<dyn Sessions>,
    ) -> Result<Self, MarketError> {
        if listing.files.is_empty() {
            return Err(MarketError::EmptyFolder(dir.display().to_string()));
        }
        let generation = sessions.generation();
        let mut notes = Notes::default();
        for (file, kind) in &listing.left_out {
            notes.leave_out(file, kind);
        }
        let mut bars: Vec<(Symbol, Vec<Candle>)> = Vec::new();
        for (symbol, file) in listing.files {
            let found = read::bars(&file, &symbol, sessions.as_ref())?;
            notes.add(&file, &symbol, &found);
            if found.bars.is_empty() {
                notes.leave_out(&file, "it has no row with volume on a trading day");
            } else {
                bars.push((symbol, found.bars));
            }
        }
        if bars.is_empty() {
            return Err(refuse(dir, "no file has a row with volume on a trading day".to_owned()));
        }
        let report = notes.finish(bars.len());
        let market = BarMarket::new(bars, seed, Arc::clone(sessions))?;
        Ok(Self { market, report, fingerprint: listing.fingerprint, generation })
    }
}

#[async_trait]
impl MarketData for CsvMarket {
    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.loaded().market.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        self.loaded().market.quotes(symbols, now).await
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        self.loaded().market.candles(symbol, interval, count, forming, now).await
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        self.loaded().market.instruments(symbols, now).await
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.loaded().market.minute(symbol, instant).await
    }

    /// Reads the folder again when a file of it was added, removed or changed, or the calendar was. One that can no
    /// longer be read leaves the bars as they were.
    async fn refresh(&self) -> Result<Option<BarsReport>, MarketError> {
        let (dir, seed, sessions) = (self.dir.clone(), self.seed, Arc::clone(&self.sessions));
        let loaded = self.loaded();
        let known = (loaded.fingerprint, loaded.generation);
        let read = tokio::task::spawn_blocking(move || {
            let listing = Listing::of(&dir)?;
            if (listing.fingerprint, sessions.generation()) == known {
                return Ok(None);
            }
            Loaded::read(&dir, listing, seed, &sessions).map(Some)
        });
        let read = read.await.map_err(|error| MarketError::Unavailable(error.to_string()))??;
        let Some(loaded) = read else { return Ok(None) };
        let report = loaded.report.clone();
        *self.loaded.write() = Arc::new(loaded);
        Ok(Some(report))
    }

    fn report(&self) -> Option<BarsReport> {
        Some(self.loaded().report.clone())
    }
}
