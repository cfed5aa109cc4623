//! Reading the file of all shares.

use std::collections::{BTreeMap, HashMap};

use csv::{ReaderBuilder, StringRecord};
use prahari_brokers::line_of;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;

use super::{Scrip, ScripMaster};
use crate::wire::decimal::{paise, rupees, whole};

/// Series of shares, the best first: what has a row in several is traded in the first. Block windows, funds outside the
/// exchange, bonds and indices have others.
const SERIES: &[&str] = &["EQ", "SM", "BE", "BZ", "ST", "SZ"];

/// What stands for no freeze quantity.
const NO_FREEZE: u32 = 99_999_999;

/// Most rows that are read; a file has some eight thousand.
const MOST_ROWS: usize = 200_000;

/// Reasons why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScripError {
    /// It is no table of shares.
    #[error("it has no column {0}")]
    NoColumn(&'static str),
    /// A row is wrong.
    #[error("line {line}: {reason}")]
    Row {
        /// Line number; the header is line 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// It is half a file.
    #[error("it has {}, and a whole file has at least {fewest}", counted(*found, "share", "shares"))]
    TooFew {
        /// Shares in the file.
        found: usize,
        /// Fewest that a whole file has.
        fewest: usize,
    },
    /// It has more rows than a file can have.
    #[error("it has more than {MOST_ROWS} rows")]
    TooMany,
}

/// Where the columns stand.
struct Columns {
    token: usize,
    series: usize,
    segment: usize,
    symbol: usize,
    trading_symbol: usize,
    isin: usize,
    tick: usize,
    lot: usize,
    freeze: usize,
    band_low: usize,
    band_high: usize,
    band: usize,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, ScripError> {
        let names: HashMap<&str, usize> = header
            .iter()
            .enumerate()
            .map(|(at, name)| (name.trim().trim_end_matches(';').trim(), at))
            .collect();
        let column = |name: &'static str| names.get(name).copied().ok_or(ScripError::NoColumn(name));
        Ok(Self {
            token: column("pSymbol")?,
            series: column("pGroup")?,
            segment: column("pExchSeg")?,
            symbol: column("pSymbolName")?,
            trading_symbol: column("pTrdSymbol")?,
            isin: column("pISIN")?,
            tick: column("dTickSize")?,
            lot: column("lLotSize")?,
            freeze: column("lFreezeQty")?,
            band_low: column("dLowPriceRange")?,
            band_high: column("dHighPriceRange")?,
            band: column("pCreditRating")?,
        })
    }
}

/// Reads a file; see [`ScripMaster::read`].
pub(super) fn read(file: &[u8], path: &str, fewest: usize) -> Result<ScripMaster, ScripError> {
    let mut reader = ReaderBuilder::new().from_reader(file);
    let columns = Columns::find(reader.headers().map_err(|error| broken(file, &error))?)?;
    let mut shares: BTreeMap<Symbol, Scrip> = BTreeMap::new();
    for (count, record) in reader.records().enumerate() {
        let record = record.map_err(|error| broken(file, &error))?;
        if count >= MOST_ROWS {
            return Err(ScripError::TooMany);
        }
        let line = line_of(file, record.position());
        let read = scrip(&columns, &record).map_err(|reason| ScripError::Row { line, reason })?;
        let Some(scrip) = read else { continue };
        let known = shares.get(&scrip.symbol).is_some_and(|other| rank(&other.series) <= rank(&scrip.series));
        if !known {
            shares.insert(scrip.symbol.clone(), scrip);
        }
    }
    if shares.len() < fewest {
        return Err(ScripError::TooFew { found: shares.len(), fewest });
    }
    let by_token = shares.values().map(|scrip| (scrip.token.clone(), scrip.symbol.clone())).collect();
    Ok(ScripMaster { dated: dated(path), shares, by_token })
}

fn broken(file: &[u8], error: &csv::Error) -> ScripError {
    let line = line_of(file, error.position());
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {} instead of {expected_len}", counted(*len, "column", "columns"))
        }
        csv::ErrorKind::Utf8 { .. } => "it is not text".to_owned(),
        _ => "it cannot be read".to_owned(),
    };
    ScripError::Row { line, reason }
}

fn rank(series: &str) -> Option<usize> {
    SERIES.iter().position(|other| *other == series)
}

/// The share of a row; none of a row that is of something else.
fn scrip(columns: &Columns, record: &StringRecord) -> Result<Option<Scrip>, String> {
    let field = |at: usize| record.get(at).unwrap_or_default().trim();
    let (series, isin) = (field(columns.series), field(columns.isin));
    // Indices have neither; names of other exchanges stand in other files.
    if field(columns.segment) != "nse_cm" || rank(series).is_none() || isin.is_empty() {
        return Ok(None);
    }
    // A name that cannot be asked for by its symbol is not missed.
    let Ok(symbol) = Symbol::new(field(columns.symbol)) else { return Ok(None) };
    let tick = paise(field(columns.tick)).filter(|tick| *tick > Paise::ZERO);
    let count = |at: usize| {
        whole(field(at)).and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
    };
    let (token, trading_symbol) = (field(columns.token).to_owned(), field(columns.trading_symbol).to_owned());
    if token.is_empty() || trading_symbol.is_empty() {
        return Err(format!("{symbol} has no number or no name"));
    }
    let (band_low, band_high) = band(field(columns.band))
        .unwrap_or_else(|| (limit(field(columns.band_low)), limit(field(columns.band_high))));
    Ok(Some(Scrip {
        tick: tick.ok_or_else(|| format!("{symbol} has no tick"))?,
        lot: count(columns.lot).ok_or_else(|| format!("{symbol} has no lot"))?,
        freeze_quantity: count(columns.freeze).filter(|freeze| *freeze < NO_FREEZE),
        series: series.to_owned(),
        isin: isin.to_owned(),
        band_low,
        band_high,
        symbol,
        token,
        trading_symbol,
    }))
}

/// A price in paise above zero.
fn limit(text: &str) -> Option<Paise> {
    paise(text).filter(|price| *price > Paise::ZERO)
}

/// A band in rupees, such as `225.00-275.00`.
fn band(text: &str) -> Option<(Option<Paise>, Option<Paise>)> {
    let (low, high) = text.split_once('-')?;
    let price = |text| rupees(text).filter(|price| *price > Paise::ZERO);
    Some((Some(price(low)?), Some(price(high)?)))
}

/// The date of a folder in an address, such as `2026-11-02`.
fn dated(path: &str) -> Option<Day> {
    path.split('/').find_map(|part| part.parse().ok())
}
