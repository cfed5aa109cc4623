//! A market from a folder of daily bars: one `.csv` or `.csv.gz` file per symbol, named after it.
//!
//! Columns are found by their header: `date,open,high,low,close,volume`; others, such as `adj_close`, are not read. Prices
//! are rupees and are taken to the paisa. Bars without volume are dropped: in public data they are phantoms of holidays.

mod read;
mod row;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use prahari_domain::instruments::{Candle, Symbol};

use crate::bars::BarMarket;
use crate::market::MarketError;
use crate::sessions::Sessions;

/// The `csv` source.
#[derive(Debug, Clone, Copy)]
pub struct CsvMarket;

impl CsvMarket {
    /// Reads every file of a folder into memory. The seed shapes the minute paths within the bars.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, a row makes no sense, or two files name the same symbol; the message
    /// names the file and the line.
    pub fn open(dir: &Path, seed: u64, sessions: Arc<dyn Sessions>) -> Result<BarMarket, MarketError> {
        let mut bars: Vec<(Symbol, Vec<Candle>)> = Vec::new();
        for (symbol, file) in files(dir)? {
            bars.push((symbol, read::bars(&file)?));
        }
        BarMarket::new(bars, seed, sessions)
    }
}

/// The price files of a folder by symbol.
fn files(dir: &Path) -> Result<BTreeMap<Symbol, PathBuf>, MarketError> {
    let unreadable = |error: std::io::Error| MarketError::Folder {
        path: dir.display().to_string(),
        reason: error.to_string(),
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let Some(stem) = price_file_stem(&file) else { continue };
        let symbol = Symbol::new(&stem).map_err(|error| refuse(&file, error.to_string()))?;
        if let Some(other) = files.insert(symbol, file.clone()) {
            return Err(refuse(&file, format!("{} holds the same symbol", other.display())));
        }
    }
    if files.is_empty() {
        return Err(MarketError::EmptyFolder(dir.display().to_string()));
    }
    Ok(files)
}

fn price_file_stem(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_string_lossy();
    let stem = name.strip_suffix(".csv").or_else(|| name.strip_suffix(".csv.gz"))?;
    Some(stem.to_owned())
}

fn refuse(file: &Path, reason: String) -> MarketError {
    MarketError::File { file: file.display().to_string(), reason }
}

#[cfg(test)]
mod tests;
