//! Corporate actions as the exchange announces them, in lists that people keep beside the daily bars.
//!
//! Two layouts are read, each found by its header: the `bc` file of the exchange's daily reports, and the table of
//! corporate actions that its site lets people save. Both say what happens in words (`BONUS 1:1`,
//! `FVSPLT FRM RS 10 TO RS 2`); what the words mean is not decided here.

mod columns;
mod row;

use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use crate::folder::SERIES;
use columns::Columns;

/// Most rows of one list. The exchange's lists of a day have a few hundred, and those of a year of its site some 3,000.
pub const MOST_ANNOUNCED: usize = 20_000;

/// A corporate action as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedAction {
    /// The share, by its symbol on the day of the list.
    pub symbol: Symbol,
    /// The first day on which the share is traded without what the action gives.
    pub ex_day: Day,
    /// What happens, in the exchange's words, with single spaces between them.
    pub purpose: String,
    /// The day on which holders are written down; none where the list does not say it.
    pub record_day: Option<Day>,
    /// Name of the list, such as `bc28102024.csv`; of an import what the caller calls it.
    pub list: Arc<str>,
    /// Line of the row in the list; the header is line 1.
    pub line: u64,
}

/// A row of a list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRow {
    /// Line of the row; the header is line 1.
    pub line: u64,
    /// What is wrong, in a few words that name the field.
    pub reason: String,
}

/// What a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnouncedList {
    /// Its rows of shares with an ex-date, in their order.
    pub rows: Vec<AnnouncedAction>,
    /// Its rows that cannot be used.
    pub unreadable: Vec<UnreadableRow>,
    /// Number of rows of series that are not the share's, such as the interest of bonds.
    pub other_series: usize,
    /// Number of rows without an ex-date, such as a closure of books for a meeting: they change no share.
    pub without_ex_day: usize,
}

impl AnnouncedList {
    /// Returns whether a text begins with the header of one of the exchange's lists.
    pub fn is_one(text: &[u8]) -> bool {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
        reader.byte_headers().is_ok_and(|header| Columns::find(header).is_ok())
    }

    /// Reads the text of a list that is called `list`.
    ///
    /// # Errors
    /// When it has no header of one of the layouts, or more than [`MOST_ANNOUNCED`] rows; one sentence. A row that cannot
    /// be used is in the result.
    pub fn read(list: &str, text: &[u8]) -> Result<Self, String> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
        let columns = Columns::find(reader.byte_headers().map_err(|error| error.to_string())?)?;
        let (mut found, list) = (Self::default(), Arc::from(list));
        let mut record = ByteRecord::new();
        let mut rows = 0;
        while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
            let line = record.position().map_or(0, csv::Position::line);
            rows += 1;
            if rows > MOST_ANNOUNCED {
                return Err(format!("it has more than {MOST_ANNOUNCED} rows"));
            }
            found.take(&record, &columns, (&list, line));
        }
        Ok(found)
    }

    fn take(&mut self, record: &ByteRecord, columns: &Columns, (list, line): (&Arc<str>, u64)) {
        let series = row::field(record, columns.series);
        if row::is_blank(record) {
            return;
        }
        if !series.is_empty() && !SERIES.contains(&series.as_str()) {
            self.other_series += 1;
            return;
        }
        match row::parse(record, columns) {
            Ok(None) => self.without_ex_day += 1,
            Ok(Some(row::Row { symbol, ex_day, purpose, record_day })) => {
                let list = Arc::clone(list);
                self.rows.push(AnnouncedAction { symbol, ex_day, purpose, record_day, list, line });
            }
            Err(reason) => self.unreadable.push(UnreadableRow { line, reason }),
        }
    }
}

#[cfg(test)]
mod tests;
