//! One row of a list of corporate actions. Errors are the reason only; the list adds the line.

use chrono::NaiveDate;
use csv::ByteRecord;
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::text::is_plain;
use prahari_domain::time::Day;

use super::columns::Columns;
use crate::csv::row::date;

/// Most characters of what happens in words; the exchange's have up to some 150.
const LONGEST_PURPOSE: usize = 300;

/// What a row says.
pub(super) struct Row {
    pub symbol: Symbol,
    pub ex_day: Day,
    pub purpose: String,
}

/// Returns a field as text with single spaces; empty where the row has no such field. Names of companies are not always
/// UTF-8.
pub(super) fn field(record: &ByteRecord, at: usize) -> String {
    let text = String::from_utf8_lossy(record.get(at).unwrap_or_default());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether nothing stands in a row: files end with empty lines, and some with the mark of an end.
pub(super) fn is_blank(record: &ByteRecord) -> bool {
    record.iter().flatten().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1a)
}

/// Why a row cannot be used that says something beyond the columns of its header: a comma within a field, such as the name of a
/// company, shifts those behind it. Empty fields at the end say nothing.
pub(crate) fn surplus(record: &ByteRecord, columns: usize) -> Option<String> {
    let says = record.iter().skip(columns).any(|field| !field.trim_ascii().is_empty());
    let fields = || counted(record.len(), "field", "fields");
    says.then(|| format!("the row has {} and the header {columns}", fields()))
}

/// The action of a row; none where it has no ex-date.
///
/// # Errors
/// The reason.
pub(super) fn parse(record: &ByteRecord, columns: &Columns) -> Result<Option<Row>, String> {
    if record.len() < columns.least {
        let fields = counted(record.len(), "field", "fields");
        return Err(format!("the row has {fields} and needs {}", columns.least));
    }
    surplus(record, columns.most).map_or(Ok(()), Err)?;
    let symbol = Symbol::new(&field(record, columns.symbol)).map_err(|error| error.to_string())?;
    let Some(ex_day) = day(&field(record, columns.ex_day)).map_err(|reason| format!("ex-date {reason}"))?
    else {
        return Ok(None);
    };
    let purpose = field(record, columns.purpose);
    if purpose.is_empty() {
        return Err("the purpose is empty".to_owned());
    }
    if purpose.chars().count() > LONGEST_PURPOSE || !is_plain(&purpose) {
        return Err(format!("the purpose is not a text of at most {LONGEST_PURPOSE} characters"));
    }
    Ok(Some(Row { symbol, ex_day, purpose }))
}

/// `2026-06-05`, `28/10/2019` or `28-Oct-2024`; none of an empty field, which some lists write as `-`.
fn day(text: &str) -> Result<Option<Day>, String> {
    if text.is_empty() || text == "-" {
        return Ok(None);
    }
    let with_slashes = NaiveDate::parse_from_str(text, "%d/%m/%Y").ok();
    date(&with_slashes.map_or_else(|| text.to_owned(), |day| day.to_string())).map(Some)
}
