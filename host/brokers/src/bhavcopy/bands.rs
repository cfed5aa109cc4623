//! One list of price bands of the exchange.

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::lists::ListFile;
use crate::announced::surplus;
use crate::folder::{Band, BandHistory, SERIES, files};
use crate::line_number::line_of;

/// Most rows of a list; the exchange's have some 3,500.
const MOST_ROWS: usize = 50_000;

/// Adds what a list says of shares, and answers of which rows it says nothing that can be used: line and reason.
///
/// # Errors
/// When the list as a whole cannot be used, in one sentence that does not name it.
pub(super) fn read(
    file: &Path,
    list: &ListFile,
    into: &mut BandHistory,
) -> Result<Vec<(u64, String)>, String> {
    let text = files::text(file, list.packing).map_err(|error| error.reason())?;
    read_text(&text, list.day, into)
}

/// Adds what the text of a list says of shares; see [`read`].
pub(super) fn read_text(text: &[u8], day: Day, into: &mut BandHistory) -> Result<Vec<(u64, String)>, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.byte_headers().map_err(|error| error.to_string())?;
    let at = |name: &str| {
        let place = header.iter().position(|field| name_of(field) == name);
        place.ok_or_else(|| format!("the column {name} is missing: needed are Symbol, Series and Band"))
    };
    let (columns, most) = ([at("symbol")?, at("series")?, at("band")?], header.len());
    into.add_list(day);
    let (mut record, mut rows, mut unreadable) = (ByteRecord::new(), 0, Vec::new());
    while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
        rows += 1;
        if rows > MOST_ROWS {
            return Err(format!("it has more than {MOST_ROWS} rows"));
        }
        let line = line_of(text, record.position());
        let [symbol, series, band] = columns.map(|at| field(&record, at));
        let Some(series) = SERIES.iter().position(|known| *known == series) else { continue };
        let added = surplus(&record, most)
            .map_or(Ok(()), Err)
            .and_then(|()| Symbol::new(&symbol).map_err(|error| error.to_string()))
            .and_then(|symbol| into.add(symbol, series, day, band_of(&band)?));
        unreadable.extend(added.err().map(|reason| (line, reason)));
    }
    Ok(unreadable)
}

/// A name of a column in small letters, without what Windows puts before the first.
fn name_of(field: &[u8]) -> String {
    String::from_utf8_lossy(field).trim_start_matches('\u{feff}').trim().to_lowercase()
}

fn field(record: &ByteRecord, at: usize) -> String {
    String::from_utf8_lossy(record.get(at).unwrap_or_default()).trim().to_owned()
}

/// `20`, `20.00` or `No Band`.
fn band_of(text: &str) -> Result<Band, String> {
    if text.eq_ignore_ascii_case("no band") {
        return Ok(Band::Open);
    }
    let (whole, zeros) = text.split_once('.').unwrap_or((text, ""));
    let percent = whole.parse().ok().filter(|percent| (1..=99).contains(percent));
    let percent = percent.filter(|_| zeros.bytes().all(|byte| byte == b'0'));
    percent
        .map(Band::Percent)
        .ok_or_else(|| format!("the band {text:?} is neither a whole percentage nor \"No Band\""))
}
