//! Where the fields of a list of corporate actions stand, by its header.

use csv::ByteRecord;
use prahari_domain::text::one_line;

/// The names of each field's column: in the `bc` file, in the table of the exchange's site, and in its answers.
const SYMBOL: &[&str] = &["symbol"];
const SERIES: &[&str] = &["series"];
const PURPOSE: &[&str] = &["purpose", "subject"];
const EX_DAY: &[&str] = &["ex_dt", "ex_date", "exdate"];

/// Largest number of column names that a message repeats.
const NAMES_SHOWN: usize = 20;

/// Places of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub symbol: usize,
    pub series: usize,
    pub purpose: usize,
    pub ex_day: usize,
    /// Number of fields that a row must have to hold all of these.
    pub least: usize,
    /// Number of fields of the header; what stands beyond them belongs to no column.
    pub most: usize,
}

impl Columns {
    /// Returns whether a header is one of the exchange's, perhaps with a column that is missing or mistyped. No other list has these
    /// columns; the symbol is one that any list has.
    pub fn are_meant(header: &ByteRecord) -> bool {
        let names: Vec<String> = header.iter().map(name_of).collect();
        let own = [SERIES, PURPOSE, EX_DAY];
        let lacked = own.iter().filter(|wanted| !names.iter().any(|name| wanted.contains(&name.as_str())));
        lacked.count() <= MOST_LACKED
    }

    /// Finds the columns.
    ///
    /// # Errors
    /// The reason: a column is missing or there twice.
    pub fn find(header: &ByteRecord) -> Result<Self, String> {
        let names: Vec<String> = header.iter().map(name_of).collect();
        let at = |wanted| position(&names, wanted)?.ok_or_else(|| missing(wanted, header));
        let (symbol, series, purpose, ex_day) = (at(SYMBOL)?, at(SERIES)?, at(PURPOSE)?, at(EX_DAY)?);
        let least = symbol.max(series).max(purpose).max(ex_day) + 1;
        Ok(Self { symbol, series, purpose, ex_day, least, most: header.len() })
    }
}

/// Most columns of the exchange's own that a header may lack and still be one of its lists.
const MOST_LACKED: usize = 1;

/// A name without what Windows and spreadsheets put around it; `EX-DATE`, `Ex Date` and `ex_date` are one.
fn name_of(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    let text = text.trim_start_matches('\u{feff}');
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '_' | '-' | '"'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_lowercase()
}

fn position(names: &[String], wanted: &[&str]) -> Result<Option<usize>, String> {
    let mut places = names.iter().enumerate().filter(|(_, name)| wanted.contains(&name.as_str()));
    match (places.next(), places.next()) {
        (Some((_, name)), Some(_)) => Err(format!("the column {name} is there twice")),
        (first, _) => Ok(first.map(|(at, _)| at)),
    }
}

fn missing(wanted: &[&str], header: &ByteRecord) -> String {
    if header.is_empty() {
        return "it is empty".to_owned();
    }
    let found: Vec<_> = header.iter().take(NAMES_SHOWN).map(String::from_utf8_lossy).collect();
    let more = header.len().saturating_sub(NAMES_SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "the column {} is missing: needed are SYMBOL, SERIES, EX_DT and PURPOSE, in any order; found are {}{more}",
        wanted.first().copied().unwrap_or_default(),
        one_line(&found.join(", "))
    )
}
