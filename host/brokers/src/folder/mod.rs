//! Markets made of files in a folder: what the `csv` and `bhavcopy` sources have in common.
//!
//! A folder is read as a whole, on a thread that may block, and swapped in at once: whoever asks meanwhile is answered
//! from the bars of before. What changes while it is read is not taken up; the next look reads it.

mod bands;
mod deliveries;
pub(crate) mod files;
mod jumps;
mod market;
mod report;
mod versions;

use std::collections::HashMap;
use std::path::Path;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

pub(crate) use bands::{Band, BandHistory};
pub(crate) use deliveries::Deliveries;
pub use market::FolderMarket;
pub use report::BarsReport;
pub(crate) use report::{Notes, name_of, passed_over};

use crate::announced::SourceActions;
use crate::market::MarketError;
use crate::sessions::Sessions;

/// The series whose trades are those of the share: the ordinary one and the two in which delivery is compulsory.
pub(crate) const SERIES: [&str; 3] = ["EQ", "BE", "BZ"];

/// How the files of a source are found and read.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    /// Name of the source, as `--market` has it.
    pub source: &'static str,
    /// Whether its prices are as they were traded; otherwise its owner has adjusted them, and prices of past days are computed
    /// back by the corporate actions that are known.
    pub raw: bool,
    /// Returns a hash of the names, sizes and times of the folder's files, without opening any.
    pub fingerprint: fn(&Path) -> Result<blake3::Hash, MarketError>,
    /// Reads every file of the folder; rows of days after this one have not come, and are left out.
    pub read: fn(&Path, &dyn Sessions, Day) -> Result<FolderBars, MarketError>,
}

/// What a folder holds.
pub(crate) struct FolderBars {
    /// Daily bars by symbol, each symbol's oldest first; none without a bar.
    pub bars: Vec<(Symbol, Vec<Candle>)>,
    /// The series of the shares that were ever in another one than `EQ`.
    pub series: SeriesHistory,
    /// The price bands of shares, as far as the folder tells them.
    pub bands: BandHistory,
    /// Which part of each day's trades was delivered, as far as the folder tells it.
    pub deliveries: Deliveries,
    /// Corporate actions that the folder tells, by ex-date and symbol.
    pub actions: SourceActions,
    /// What an operator should know of it.
    pub report: BarsReport,
    /// Fingerprint of the files as they stood before they were read.
    pub fingerprint: blake3::Hash,
}

/// In which series shares were traded: for each share the days on which its series began, oldest first.
#[derive(Default)]
pub(crate) struct SeriesHistory(pub HashMap<Symbol, Vec<(Day, &'static str)>>);

impl SeriesHistory {
    /// The series of a share before a day, which is what is known on its morning; `EQ` of a share that was never in
    /// another one.
    pub fn before(&self, symbol: &Symbol, day: Day) -> &'static str {
        let usual = SERIES.first().copied().unwrap_or_default();
        let Some(history) = self.0.get(symbol) else { return usual };
        let at = history.partition_point(|(from, _)| *from < day).saturating_sub(1);
        history.get(at).map_or(usual, |(_, series)| *series)
    }
}

/// A file that cannot be used as a whole, with the reason in one sentence.
pub(crate) fn refuse(file: &Path, reason: String) -> MarketError {
    MarketError::File { file: file.display().to_string(), reason }
}
