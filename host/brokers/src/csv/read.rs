//! One file of bars.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;

use super::columns::{Columns, others_than_cash};
use super::{listing, row};
use crate::folder::{SERIES, files, refuse};
use crate::line_number::line_of;
use crate::market::MarketError;
use crate::sessions::Sessions;

/// The bars of a file and what was left out of them.
#[derive(Debug, Default)]
pub(super) struct FileBars {
    /// Bars of the file, the oldest first.
    pub bars: Vec<Candle>,
    /// Number of rows without a volume.
    pub without_volume: usize,
    /// Days of rows on which there was no session.
    pub closed_days: Vec<Day>,
    /// Rows of series that are not the share's.
    pub other_series: usize,
    /// Rows of other segments or exchanges, each with its line and the reason.
    pub elsewhere: Vec<(u64, String)>,
    /// Rows of days that have not come, each with its line.
    pub ahead: Vec<(u64, Day)>,
}

/// Reads a file. Rows of days after `last` have not come, and are left out.
///
/// # Errors
/// When it cannot be read, or a row makes no sense; with the file and, where there is one, the line.
pub(super) fn bars(
    file: &Path,
    symbol: &Symbol,
    sessions: &dyn Sessions,
    last: Day,
) -> Result<FileBars, MarketError> {
    bars_of(&files::text(file, listing::packing(file))?, file, symbol, sessions, last)
}

/// Reads the text of a file; see [`bars`].
pub(super) fn bars_of(
    text: &[u8],
    file: &Path,
    symbol: &Symbol,
    sessions: &dyn Sessions,
    last: Day,
) -> Result<FileBars, MarketError> {
    let mut reader = ReaderBuilder::new().from_reader(text);
    let header = reader.headers().map_err(|error| unreadable(text, file, &error))?;
    let columns = Columns::find(header).map_err(|reason| refuse(file, reason))?;
    let mut found = FileBars { bars: Vec::with_capacity(text.len() / 48), ..FileBars::default() };
    let mut record = StringRecord::new();
    let mut previous: Option<Day> = None;
    let mut headers_left = if columns.stacked { 2 } else { 0 };
    while reader.read_record(&mut record).map_err(|error| unreadable(text, file, &error))? {
        let line = line_of(text, record.position());
        let located = |reason| MarketError::Row { file: file.display().to_string(), line, reason };
        if headers_left > 0 {
            headers_left -= 1;
            check_tickers(&record, symbol).map_err(located)?;
            continue;
        }
        check_symbol(&record, &columns, symbol).map_err(located)?;
        if let Some(reason) = columns.elsewhere(&record) {
            found.elsewhere.push((line, reason));
            continue;
        }
        if is_other_series(&record, &columns) {
            found.other_series += 1;
            continue;
        }
        let bar = row::parse(&record, &columns).map_err(located)?;
        row::check_order(previous, bar.day).map_err(located)?;
        previous = Some(bar.day);
        if bar.day > last {
            found.ahead.push((line, bar.day));
        } else {
            found.keep(bar, sessions);
        }
    }
    if previous.is_none() {
        return Err(refuse(file, format!("there are no rows{}", others_than_cash(&found.elsewhere))));
    }
    Ok(found)
}

impl FileBars {
    fn keep(&mut self, bar: Candle, sessions: &dyn Sessions) {
        // Of days that the calendar does not cover nothing is known, so they are not refused.
        if sessions.is_open(bar.day) == Some(false) {
            self.closed_days.push(bar.day);
        } else if bar.volume == 0 {
            self.without_volume += 1;
        } else {
            self.bars.push(bar);
        }
    }
}

/// A row of another symbol makes one share trade at another's price.
fn check_symbol(record: &StringRecord, columns: &Columns, symbol: &Symbol) -> Result<(), String> {
    let Some(named) = columns.symbol.and_then(|at| record.get(at)).map(str::trim) else { return Ok(()) };
    if is_of(named, symbol) { Ok(()) } else { Err(other_symbol(named, symbol)) }
}

/// The second header line of a yfinance table names the symbol of each column; the third names the first column only.
fn check_tickers(record: &StringRecord, symbol: &Symbol) -> Result<(), String> {
    let named = record.iter().skip(1).map(str::trim).find(|named| !named.is_empty() && !is_of(named, symbol));
    named.map_or(Ok(()), |named| Err(other_symbol(named, symbol)))
}

fn is_of(named: &str, symbol: &Symbol) -> bool {
    let upper = named.to_uppercase();
    upper.strip_suffix(".NS").unwrap_or(&upper) == symbol.as_str()
}

fn other_symbol(named: &str, symbol: &Symbol) -> String {
    format!("the row is of {named:?}, but the file is named after {symbol}")
}

fn is_other_series(record: &StringRecord, columns: &Columns) -> bool {
    let series = columns.series.and_then(|at| record.get(at)).map(str::trim);
    series.is_some_and(|series| !SERIES.contains(&series))
}

/// A text that is no table, with the line where there is one.
pub(crate) fn unreadable(text: &[u8], file: &Path, error: &csv::Error) -> MarketError {
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {} instead of {expected_len}", counted(*len, "field", "fields"))
        }
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    match line_of(text, error.position()) {
        0 => refuse(file, reason),
        line => MarketError::Row { file: file.display().to_string(), line, reason },
    }
}
