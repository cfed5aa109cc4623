//! One file of bars.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;
use prahari_domain::instruments::Candle;
use prahari_domain::time::Day;

use super::refuse;
use super::row::{self, Columns};
use crate::market::MarketError;

/// The bars of a file, oldest first, without those that have no volume.
pub(super) fn bars(file: &Path) -> Result<Vec<Candle>, MarketError> {
    let text = text(file)?;
    let mut reader = ReaderBuilder::new().from_reader(text.as_slice());
    let header = reader.headers().map_err(|error| unreadable(file, &error))?;
    let columns = Columns::find(header).map_err(|reason| refuse(file, reason))?;
    let mut bars = Vec::with_capacity(text.len() / 48);
    let mut record = StringRecord::new();
    let mut previous: Option<Day> = None;
    while reader.read_record(&mut record).map_err(|error| unreadable(file, &error))? {
        let line = record.position().map_or(0, csv::Position::line);
        let located = |reason| MarketError::Row { file: file.display().to_string(), line, reason };
        let bar = row::parse(&record, &columns).map_err(located)?;
        row::check_order(previous, bar.day).map_err(located)?;
        previous = Some(bar.day);
        if bar.volume > 0 {
            bars.push(bar);
        }
    }
    if previous.is_none() {
        return Err(refuse(file, "there are no rows".to_owned()));
    }
    Ok(bars)
}

fn text(file: &Path) -> Result<Vec<u8>, MarketError> {
    let failed = |error: std::io::Error| refuse(file, error.to_string());
    let mut text = Vec::new();
    let mut opened = File::open(file).map_err(failed)?;
    if file.extension().is_some_and(|extension| extension == "gz") {
        MultiGzDecoder::new(opened).read_to_end(&mut text).map_err(failed)?;
    } else {
        opened.read_to_end(&mut text).map_err(failed)?;
    }
    Ok(text)
}

fn unreadable(file: &Path, error: &csv::Error) -> MarketError {
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} fields instead of {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    match error.position() {
        Some(at) => MarketError::Row { file: file.display().to_string(), line: at.line(), reason },
        None => refuse(file, reason),
    }
}
