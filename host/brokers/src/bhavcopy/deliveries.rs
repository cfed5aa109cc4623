//! Which part of a day's trades was delivered: the figures that only the daily files with deliveries have, also where the
//! bars of the day come from another file.

use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;

use super::name::DayFile;
use crate::announced::surplus;
use crate::csv::row::volume;
use crate::folder::{Deliveries, SERIES, files};
use crate::line_number::line_of;

/// The columns that are read.
const COLUMNS: [&str; 4] = ["SYMBOL", "SERIES", "TTL_TRD_QNTY", "DELIV_QTY"];

/// Adds the figures of a file, and answers which of its rows cannot be used: line and reason.
///
/// # Errors
/// When the file as a whole cannot be used, in one sentence that does not name it.
pub(super) fn read(
    file: &Path,
    named: &DayFile,
    into: &mut Deliveries,
) -> Result<Vec<(u64, String)>, String> {
    let text = files::text(file, named.packing).map_err(|error| error.reason())?;
    read_text(&text, named.day, into)
}

/// Adds the figures of the text of a file; see [`read`].
pub(super) fn read_text(text: &[u8], day: Day, into: &mut Deliveries) -> Result<Vec<(u64, String)>, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.byte_headers().map_err(|error| error.to_string())?;
    let at = |name: &str| {
        let is_it = |field: &[u8]| field.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        header.iter().position(is_it).ok_or_else(|| format!("the column {name} is missing"))
    };
    let [symbol, series, traded, delivered] = COLUMNS.map(at);
    let (columns, most) = ([symbol?, series?, traded?, delivered?], header.len());
    let (mut record, mut unreadable, mut rows) = (ByteRecord::new(), Vec::new(), Vec::new());
    while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
        let line = line_of(text, record.position());
        match surplus(&record, most).map_or_else(|| row(&record, columns), Err) {
            Ok(row) => rows.extend(row),
            Err(reason) => unreadable.push((line, reason)),
        }
    }
    // Of several series of a share on a day the first one counts, as for its bar.
    rows.sort_by_key(|(_, series, _)| *series);
    for (symbol, _, delivered) in rows {
        into.add(symbol, day, delivered)?;
    }
    Ok(unreadable)
}

/// Share, series and part of a row; none of another series, or where nothing is told.
fn row(record: &ByteRecord, columns: [usize; 4]) -> Result<Option<(Symbol, usize, u16)>, String> {
    let field = |at: usize| String::from_utf8_lossy(record.get(at).unwrap_or_default()).trim().to_owned();
    let [symbol, series, traded, delivered] = columns.map(field);
    let Some(series) = SERIES.iter().position(|known| *known == series) else { return Ok(None) };
    if delivered == "-" || delivered.is_empty() {
        return Ok(None);
    }
    let symbol = Symbol::new(&symbol).map_err(|error| error.to_string())?;
    let delivered = volume(&delivered).map_err(|reason| format!("delivered {reason}"))?;
    let traded = volume(&traded)?;
    match Deliveries::part(delivered, traded) {
        Some(part) => Ok(Some((symbol, series, part))),
        None if traded == 0 => Ok(None),
        None => {
            let delivered = counted(delivered, "share was", "shares were");
            Err(format!("{symbol}: {delivered} delivered and {traded} traded"))
        }
    }
}
