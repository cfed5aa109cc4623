//! The exchange's own lists of corporate actions.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder};
use prahari_domain::actions::{CorporateAction, MOST_PARTS, Provenance, read_purpose};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::columns::Columns;
use super::row::{self, Row};
use super::{MOST_ANNOUNCED, ToldAction, UnreadableRow};
use crate::folder::SERIES;
use crate::line_number::line_of;

/// What a list holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ExchangeList {
    /// What it says of each share and ex-date, in the order of their first rows.
    rows: Vec<Announced>,
    /// Its rows that cannot be used.
    pub unreadable: Vec<UnreadableRow>,
    /// Number of rows of series that are not the share's, such as the interest of bonds.
    pub other_series: usize,
    /// Number of rows without an ex-date, such as a closure of books for a meeting: they change no share.
    pub without_ex_day: usize,
    /// Where a share and ex-date stand in `rows`.
    places: HashMap<(Symbol, Day), usize>,
}

/// What a list says of a share and ex-date.
#[derive(Debug, PartialEq, Eq)]
struct Announced {
    symbol: Symbol,
    ex_day: Day,
    /// Line of the first row.
    line: u64,
    /// What happens, in the words of each row; the same words count once. Two dividends of a day stand in two rows of some
    /// lists and in one of others.
    purposes: Vec<String>,
}

impl ExchangeList {
    /// Returns whether a text begins with the header of one of the exchange's lists, perhaps with one that lacks a column.
    pub fn is_meant(text: &[u8]) -> bool {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
        reader.byte_headers().is_ok_and(Columns::are_meant)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When it has no header of one of the layouts, or more than [`MOST_ANNOUNCED`] rows; one sentence. A row that cannot
    /// be used is in the result.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text);
        let columns = Columns::find(reader.byte_headers().map_err(|error| error.to_string())?)?;
        let (mut list, mut record, mut rows) = (Self::default(), ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).map_err(|error| error.to_string())? {
            rows += 1;
            if rows > MOST_ANNOUNCED {
                return Err(format!("it has more than {MOST_ANNOUNCED} rows"));
            }
            list.take(&record, &columns, line_of(text, record.position()));
        }
        Ok(list)
    }

    /// What its words mean, and which of them cannot be read.
    pub fn actions(&self, provenance: &Provenance) -> (Vec<ToldAction>, Vec<UnreadableRow>) {
        let (mut told, mut unreadable) = (Vec::new(), Vec::new());
        for Announced { symbol, ex_day, line, purposes } in &self.rows {
            let words = purposes.join("/");
            let purpose = read_purpose(&words);
            let mut refuse = |reason: String| {
                let reason = format!("{symbol} of {ex_day}: {reason}");
                unreadable.push(UnreadableRow { line: *line, reason });
            };
            for kind in purpose.actions {
                match CorporateAction::new(symbol.clone(), *ex_day, kind, provenance.clone(), &words) {
                    Ok(action) => told.push(ToldAction { line: *line, action }),
                    Err(error) => refuse(error.to_string()),
                }
            }
            purpose.unreadable.into_iter().for_each(refuse);
        }
        (told, unreadable)
    }

    fn take(&mut self, record: &ByteRecord, columns: &Columns, line: u64) {
        if row::is_blank(record) {
            return;
        }
        let series = row::field(record, columns.series);
        if !series.is_empty() && !SERIES.contains(&series.as_str()) {
            self.other_series += 1;
            return;
        }
        match row::parse(record, columns) {
            Ok(None) => self.without_ex_day += 1,
            Ok(Some(row)) => self.add(row, line),
            Err(reason) => self.unreadable.push(UnreadableRow { line, reason }),
        }
    }

    fn add(&mut self, Row { symbol, ex_day, purpose }: Row, line: u64) {
        let next = self.rows.len();
        let at = *self.places.entry((symbol.clone(), ex_day)).or_insert(next);
        match self.rows.get_mut(at) {
            // One more than can be read, so that it is told.
            Some(known) if known.purposes.len() > MOST_PARTS || known.purposes.contains(&purpose) => {}
            Some(known) => known.purposes.push(purpose),
            None => self.rows.push(Announced { symbol, ex_day, line, purposes: vec![purpose] }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{DAILY, OF_THE_SITE};
    use super::*;

    fn read(text: &str) -> Result<ExchangeList, String> {
        ExchangeList::read(text.as_bytes())
    }

    fn told(list: &ExchangeList) -> Vec<String> {
        let row = |row: &Announced| {
            format!("{}: {} {} {}", row.line, row.symbol, row.ex_day, row.purposes.join("/"))
        };
        list.rows.iter().map(row).collect()
    }

    #[test]
    fn dates_of_both_ages_and_padded_fields_are_read() {
        let list = read(&format!(
            "{DAILY}EQ,RELIANCE  ,RELIANCE INDUSTRIES LTD,2024-10-28,,,2024-10-28,,,BONUS 1:1      \n\
             EQ,M&M,MAHINDRA,05/07/2019,,,04/07/2019,,,DIV - RS 8.50 PER SH\n\
             BE,OLD,OLD LTD,,,,28-Oct-2019,,,FVSPLT  FRM RS 10 TO RS 2\n\
             EQ,M&M,MAHINDRA,05/07/2019,,,04/07/2019,,,SPLDIV - RE 1 PER SH\n\
             BE,M&M,MAHINDRA,05/07/2019,,,04/07/2019,,,SPLDIV - RE 1 PER SH\n"
        ))
        .unwrap();
        let expected = [
            "2: RELIANCE 2024-10-28 BONUS 1:1",
            "3: M&M 2019-07-04 DIV - RS 8.50 PER SH/SPLDIV - RE 1 PER SH",
            "4: OLD 2019-10-28 FVSPLT FRM RS 10 TO RS 2",
        ];
        assert_eq!(told(&list), expected);
    }

    #[test]
    fn the_table_of_the_site_is_read_by_its_header() {
        let row = "\"RELIANCE\",\"Reliance\",\"EQ\",\"Bonus 1:1\",\"10\",\"28-Oct-2024\",\"28-Oct-2024\",\"-\",\"-\"\n";
        let list = read(&format!("{OF_THE_SITE}{row}")).unwrap();
        assert_eq!(told(&list), ["2: RELIANCE 2024-10-28 Bonus 1:1"]);
        assert!(ExchangeList::is_meant(OF_THE_SITE.as_bytes()));
        assert!(!ExchangeList::is_meant(b"symbol,ex_day,kind\n"));
    }

    #[test]
    fn other_series_and_rows_without_an_ex_date_are_counted_and_bad_rows_are_named() {
        let list = read(&format!(
            "{DAILY}N1,754GS2036,A BOND,,,,2024-10-28,,,INTEREST PAYMENT\n\
             EQ,ABC,ABC LTD,,2024-09-01,2024-09-07,,,,AGM\n\
             EQ,ABC,ABC LTD,,,,28/13/2024,,,BONUS 1:1\n\
             EQ,a b,ABC LTD,,,,2024-10-28,,,BONUS 1:1\n\
             EQ,ABC,ABC LTD,,,,2024-10-28,,,\n\
             EQ,ABC,ABC LTD\n\
             EQ,ABC,ABC LTD,,,,2024-10-28,,,BONUS 1:1\n\n\u{1a}\n"
        ))
        .unwrap();
        assert_eq!((list.other_series, list.without_ex_day), (1, 1));
        assert_eq!(told(&list), ["8: ABC 2024-10-28 BONUS 1:1"]);
        let reasons: Vec<_> = list.unreadable.iter().map(|row| (row.line, row.reason.as_str())).collect();
        let expected = [
            (4, "ex-date \"28/13/2024\" is not a date such as 2025-01-31"),
            (5, "\"a b\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -"),
            (6, "the purpose is empty"),
            (7, "the row has 3 fields and needs 10"),
        ];
        assert_eq!(reasons, expected);
    }

    #[test]
    fn a_header_that_lacks_a_column_or_has_it_twice_is_refused_in_one_sentence() {
        let missing = "the column ex_dt is missing: needed are SYMBOL, SERIES, EX_DT and PURPOSE, in any order; found are \
                       SERIES, SYMBOL, PURPOSE";
        assert_eq!(read("SERIES,SYMBOL,PURPOSE\n").unwrap_err(), missing);
        let twice = read("SERIES,SYMBOL,EX_DT,EX-DATE,PURPOSE\n").unwrap_err();
        assert_eq!(twice, "the column ex_dt is there twice");
    }

    #[test]
    fn a_list_is_bounded() {
        let row = "EQ,ABC,ABC LTD,,,,2024-10-28,,,BONUS 1:1\n";
        let most = format!("{DAILY}{}", row.repeat(MOST_ANNOUNCED));
        assert_eq!(told(&read(&most).unwrap()).len(), 1);
        assert_eq!(read(&format!("{most}{row}")).unwrap_err(), "it has more than 20000 rows");
    }

    proptest! {
        #[test]
        fn every_row_of_shares_comes_back(
            rows in prop::collection::hash_map(
                ("[A-Z][A-Z0-9&-]{0,9}", 9_000i32..25_000),
                "[A-Z0-9:@./-]([A-Z0-9:@./ -]{0,20}[A-Z0-9])?",
                0..20,
            ),
            slashes in any::<bool>(),
        ) {
            let mut text = DAILY.to_owned();
            let mut expected = Vec::new();
            for (((symbol, day), purpose), line) in rows.iter().zip(2..) {
                let day = prahari_domain::time::day_from_number(*day).unwrap();
                let written = if slashes { day.format("%d/%m/%Y").to_string() } else { day.to_string() };
                text += &format!("EQ,{symbol},A NAME,{written},,,{written},,,{purpose}\n");
                let words = purpose.split_whitespace().collect::<Vec<_>>().join(" ");
                expected.push(format!("{line}: {symbol} {day} {words}"));
            }
            let list = read(&text).unwrap();
            prop_assert!(list.unreadable.is_empty());
            prop_assert_eq!(told(&list), expected);
        }
    }
}
