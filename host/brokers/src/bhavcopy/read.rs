//! One daily file of the exchange.

use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use prahari_domain::time::Day;

use super::histories::Histories;
use super::name::DayFile;
use crate::csv::columns::{Columns, others_than_cash};
use crate::csv::read::unreadable;
use crate::csv::row;
use crate::folder::{SERIES, files, refuse};
use crate::line_number::line_of;
use crate::market::MarketError;

/// What was found in a daily file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DayFound {
    /// Number of rows that became bars, or would have without another series of the same share.
    pub shares: usize,
    /// Number of rows without a volume.
    pub without_volume: usize,
    /// Rows of other segments or exchanges, each with its line and the reason.
    pub elsewhere: Vec<(u64, String)>,
}

/// Where the fields of a row stand; a daily file needs symbol and series too.
struct DayColumns {
    bar: Columns,
    symbol: usize,
    series: usize,
}

/// Adds the bars of a file.
///
/// # Errors
/// When it cannot be read, or a row makes no sense; with the file and, where there is one, the line.
pub(super) fn bars(file: &Path, named: &DayFile, into: &mut Histories) -> Result<DayFound, MarketError> {
    bars_of(&files::text(file, named.packing)?, file, named.day, into)
}

/// Adds the bars of the text of a file; see [`bars`].
pub(super) fn bars_of(
    text: &[u8],
    file: &Path,
    day: Day,
    into: &mut Histories,
) -> Result<DayFound, MarketError> {
    let mut reader = ReaderBuilder::new().from_reader(text);
    let header = reader.headers().map_err(|error| unreadable(text, file, &error))?;
    let columns = DayColumns::find(header).map_err(|reason| refuse(file, reason))?;
    let mut found = DayFound::default();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| unreadable(text, file, &error))? {
        let line = line_of(text, record.position());
        if let Some(reason) = columns.bar.elsewhere(&record) {
            found.elsewhere.push((line, reason));
            continue;
        }
        let located = |reason| MarketError::Row { file: file.display().to_string(), line, reason };
        take(&record, &columns, day, into, &mut found).map_err(located)?;
    }
    if found.shares + found.without_volume == 0 {
        let others = others_than_cash(&found.elsewhere);
        return Err(refuse(file, format!("there are no rows of the series {}{others}", SERIES.join(", "))));
    }
    Ok(found)
}

impl DayColumns {
    fn find(header: &StringRecord) -> Result<Self, String> {
        let bar = Columns::find(header)?;
        let symbol = bar.symbol.ok_or("the column symbol is missing")?;
        let series = bar.series.ok_or("the column series is missing")?;
        Ok(Self { bar, symbol, series })
    }
}

fn take(
    record: &StringRecord,
    columns: &DayColumns,
    day: Day,
    into: &mut Histories,
    found: &mut DayFound,
) -> Result<(), String> {
    let field = |at: usize| record.get(at).unwrap_or_default().trim();
    let series = field(columns.series);
    let Some(series) = SERIES.iter().position(|wanted| *wanted == series) else { return Ok(()) };
    let symbol = field(columns.symbol);
    let bar = row::parse(record, &columns.bar).map_err(|reason| format!("{symbol:?}: {reason}"))?;
    if bar.day != day {
        return Err(format!("the row is of {}, but the file is named after {day}", bar.day));
    }
    if bar.volume == 0 {
        found.without_volume += 1;
        return Ok(());
    }
    found.shares += 1;
    into.add(symbol, series, bar)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n";

    fn refusal(text: &str) -> String {
        let day = "2024-07-05".parse().unwrap();
        let file = Path::new("cm05JUL2024bhav.csv");
        bars_of(text.as_bytes(), file, day, &mut Histories::default()).unwrap_err().to_string()
    }

    #[test]
    fn a_line_is_told_as_it_is_counted_in_an_editor_whatever_ends_lines() {
        let row = "ABC,EQ,100,110,90,100,100,99,10,1,05-JUL-2024,7,INE0,\n";
        let bad = row.replace(",110,", ",x,");
        for (text, line) in [
            (format!("{HEADER}{bad}"), 2),
            (format!("{HEADER}{}{bad}", row.replace("ABC", "XYZ")), 3),
            (format!("{HEADER}{}\n{bad}", row.replace("INE0", "\"INE\n0\"")), 5),
        ] {
            let expected = format!("cm05JUL2024bhav.csv line {line}: \"ABC\": high \"x\" is not a price");
            assert_eq!(refusal(&text), expected, "{text:?}");
            assert_eq!(refusal(&text.replace('\n', "\r\n")), expected, "{text:?}");
        }
        assert_eq!(refusal(""), "cm05JUL2024bhav.csv: it is empty");
        let short = format!("{HEADER}ABC,EQ\n").replace('\n', "\r\n");
        assert_eq!(refusal(&short), "cm05JUL2024bhav.csv line 2: the row has 2 fields instead of 14");
    }
}
