//! The `csv` source: every price file of a folder, each with the bars of one share.

use std::path::Path;
use std::sync::Arc;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

use super::listing::Listing;
use super::read;
use crate::announced::SourceActions;
use crate::fetching::Pace;
use crate::folder::{
    BandHistory, Deliveries, FolderBars, FolderMarket, Layout, Notes, SeriesHistory, passed_over, refuse,
};
use crate::market::MarketError;
use crate::sessions::Sessions;

/// The `csv` market source: a folder with one file of daily bars for each symbol.
#[derive(Debug, Clone, Copy)]
pub struct CsvMarket;

/// How its folder is read.
const LAYOUT: Layout = Layout { source: "csv", raw: false, fingerprint, read: bars };

/// How a folder is read whose prices are as traded: the same, under a name of its own, so that they are told apart.
const RAW: Layout = Layout { source: "csv-raw", raw: true, ..LAYOUT };

impl CsvMarket {
    /// Reads every file of a folder into memory. The seed shapes the minute paths within the bars.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, a row makes no sense, or two files name the same symbol; the message
    /// names the file and the line.
    pub fn open(dir: &Path, seed: u64, sessions: Arc<dyn Sessions>) -> Result<FolderMarket, MarketError> {
        FolderMarket::open(dir, LAYOUT, seed, sessions, None)
    }

    /// The same of a folder whose owner says that its prices are as they were traded. They are not adjusted here: that is for
    /// [`AdjustedMarket`](crate::AdjustedMarket).
    ///
    /// # Errors
    /// As [`CsvMarket::open`].
    pub fn open_raw(dir: &Path, seed: u64, sessions: Arc<dyn Sessions>) -> Result<FolderMarket, MarketError> {
        FolderMarket::open(dir, RAW, seed, sessions, None)
    }

    /// The same of a folder of bars that the market has made: a row of a day that has not come by this time is a fault, and is left
    /// out. `raw` says whether prices are as they were traded.
    ///
    /// # Errors
    /// As [`CsvMarket::open`].
    pub fn open_in_time(
        dir: &Path,
        raw: bool,
        seed: u64,
        sessions: Arc<dyn Sessions>,
        time: Arc<dyn Pace>,
    ) -> Result<FolderMarket, MarketError> {
        let layout = if raw { RAW } else { LAYOUT };
        FolderMarket::open(dir, layout, seed, sessions, Some(time))
    }
}

fn fingerprint(dir: &Path) -> Result<blake3::Hash, MarketError> {
    Ok(Listing::of(dir)?.fingerprint)
}

fn bars(dir: &Path, sessions: &dyn Sessions, last: Day) -> Result<FolderBars, MarketError> {
    let listing = Listing::of(dir)?;
    let reason = "the files of a csv folder lie in it directly";
    if listing.files.is_empty() {
        let deeper = passed_over(&listing.folders, reason);
        return Err(MarketError::EmptyFolder(dir.display().to_string(), deeper));
    }
    let mut notes = Notes::default();
    for (file, kind) in &listing.left_out {
        notes.leave_out(file, kind);
    }
    notes.folders_passed_over(&listing.folders, reason);
    let mut bars: Vec<(Symbol, Vec<Candle>)> = Vec::new();
    for (symbol, file) in listing.files {
        let found = read::bars(&file, &symbol, sessions, last)?;
        notes.rows_ahead(&file, &found.ahead);
        notes.unreadable_rows(&file, &found.elsewhere);
        notes.closed_days(&file, &found.closed_days);
        notes.without_volume(&file, found.without_volume);
        notes.other_series(&file, found.other_series);
        notes.bars(Some(&file), &symbol, &found.bars);
        if found.bars.is_empty() {
            notes.leave_out(&file, "it has no row with volume on a trading day");
        } else {
            bars.push((symbol, found.bars));
        }
    }
    if bars.is_empty() {
        return Err(refuse(dir, "no file has a row with volume on a trading day".to_owned()));
    }
    let report = notes.finish(bars.len(), &[]);
    Ok(FolderBars {
        bars,
        series: SeriesHistory::default(),
        bands: BandHistory::default(),
        deliveries: Deliveries::default(),
        actions: SourceActions::default(),
        report,
        fingerprint: listing.fingerprint,
    })
}
