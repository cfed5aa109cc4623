//! Where the fields of a price file stand, by its header.

use csv::StringRecord;
use prahari_domain::numbers::counted;
use prahari_domain::text::one_line;

/// The names of one layout's columns, in small letters. Symbol and series are looked for and may be missing.
struct Layout {
    date: &'static str,
    open: &'static str,
    high: &'static str,
    low: &'static str,
    close: &'static str,
    volume: &'static str,
}

/// The layouts that are read. The first is also that of yfinance, eod2 and most exports; the next three are the
/// exchange's own daily files (bhavcopy) cut to one symbol a file: until July 2024, since then, and the one with
/// deliveries. The last two are tables of one share's prices as its site lets people save them, with `Open Price`
/// and so on.
const LAYOUTS: [Layout; 6] = [
    Layout { date: "date", open: "open", high: "high", low: "low", close: "close", volume: "volume" },
    Layout { date: "timestamp", open: "open", high: "high", low: "low", close: "close", volume: "tottrdqty" },
    Layout {
        date: "traddt",
        open: "opnpric",
        high: "hghpric",
        low: "lwpric",
        close: "clspric",
        volume: "ttltradgvol",
    },
    Layout {
        date: "date1",
        open: "open_price",
        high: "high_price",
        low: "low_price",
        close: "close_price",
        volume: "ttl_trd_qnty",
    },
    Layout {
        date: "date",
        open: "open_price",
        high: "high_price",
        low: "low_price",
        close: "close_price",
        volume: "total_traded_quantity",
    },
    Layout {
        date: "date",
        open: "open_price",
        high: "high_price",
        low: "low_price",
        close: "close_price",
        volume: "volume",
    },
];

/// First cell of a yfinance table that has two more header lines, `Ticker` and `Date`.
const STACKED: &str = "price";

/// The layout, by its date, whose rows say where they were traded: other segments and exchanges have files of it too.
const OF_ALL_EXCHANGES: &str = "traddt";

/// The cash segment and the exchange as that layout writes them.
const SEGMENT: &str = "CM";
const EXCHANGE: &str = "NSE";

/// Largest number of column names that a message repeats.
const NAMES_SHOWN: usize = 20;

/// Columns of the fields.
#[derive(Debug)]
pub(crate) struct Columns {
    pub date: usize,
    pub open: usize,
    pub high: usize,
    pub low: usize,
    pub close: usize,
    pub volume: usize,
    /// The symbol of the row, where the file says it.
    pub symbol: Option<usize>,
    /// The series of the row, where the file says it.
    pub series: Option<usize>,
    /// The segment of the row, where the file says it.
    segment: Option<usize>,
    /// The exchange of the row, where the file says it.
    exchange: Option<usize>,
    /// Whether two more header lines follow, of which the first names the symbol of each column.
    pub stacked: bool,
}

impl Columns {
    /// Finds the columns of the first layout that is complete.
    ///
    /// # Errors
    /// The reason: a column is missing or there twice.
    pub fn find(header: &StringRecord) -> Result<Self, String> {
        let names: Vec<String> = header.iter().map(name_of).collect();
        let stacked = names.first().is_some_and(|name| name == STACKED);
        let complete = LAYOUTS.iter().find(|layout| layout.missing(&names, stacked).is_empty());
        let Some(layout) = complete else { return Err(incomplete(header, &names, stacked)) };
        let at = |name: &str| position(&names, name);
        let of_all = |name: &str| at(name).ok().filter(|_| layout.date == OF_ALL_EXCHANGES);
        Ok(Self {
            date: if stacked { 0 } else { at(layout.date)? },
            open: at(layout.open)?,
            high: at(layout.high)?,
            low: at(layout.low)?,
            close: at(layout.close)?,
            volume: at(layout.volume)?,
            symbol: ["symbol", "tckrsymb"].iter().find_map(|name| at(name).ok()),
            series: ["series", "sctysrs"].iter().find_map(|name| at(name).ok()),
            segment: of_all("sgmt"),
            exchange: of_all("src"),
            stacked,
        })
    }

    /// Why a row is none of NSE's cash segment; none of one that is, and where the file does not say where its rows were traded.
    pub fn elsewhere(&self, record: &StringRecord) -> Option<String> {
        let told = [("segment", self.segment, SEGMENT), ("exchange", self.exchange, EXCHANGE)];
        told.into_iter().find_map(|(what, at, wanted)| {
            let found = record.get(at?)?.trim();
            (found != wanted).then(|| format!("{what} {found:?} instead of {wanted}"))
        })
    }
}

/// What is added to the sentence on a file without rows where it has some of other segments or exchanges, each with line and reason;
/// nothing where it has none.
pub(crate) fn others_than_cash(rows: &[(u64, String)]) -> String {
    let Some((line, reason)) = rows.first() else { return String::new() };
    let rows = counted(rows.len(), "row is", "rows are");
    format!("; {rows} of another segment or exchange, the first in line {line}: {reason}")
}

impl Layout {
    /// The columns that a header lacks.
    fn missing(&self, names: &[String], stacked: bool) -> Vec<&'static str> {
        self.needed(stacked).into_iter().filter(|needed| !names.iter().any(|name| name == needed)).collect()
    }

    /// The columns that a header has to have. The first one of a stacked table holds the date, whatever its name.
    fn needed(&self, stacked: bool) -> Vec<&'static str> {
        let date = (!stacked).then_some(self.date);
        date.into_iter().chain([self.open, self.high, self.low, self.close, self.volume]).collect()
    }
}

/// A name without what Windows and spreadsheets put around it; `Open Price`, `OPEN_PRICE` and `open price` are one.
fn name_of(field: &str) -> String {
    let words =
        field.trim_start_matches('\u{feff}').split(|letter: char| letter.is_whitespace() || letter == '_');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_lowercase()
}

/// The one place of a column. Of a table of several companies that was flattened, a tool numbers the repeated names.
fn position(names: &[String], wanted: &str) -> Result<usize, String> {
    let repeated = |name: &str| {
        let number = name.strip_prefix(wanted).and_then(|rest| rest.strip_prefix('.'));
        number.is_some_and(|number| number.parse::<u16>().is_ok())
    };
    let mut places =
        names.iter().enumerate().filter(|(_, name)| *name == wanted || repeated(name)).map(|(at, _)| at);
    let first = places.next().ok_or_else(|| format!("the column {wanted} is missing"))?;
    match places.next() {
        None => Ok(first),
        Some(_) => Err(format!("the column {wanted} is there twice: a file holds one symbol")),
    }
}

fn incomplete(header: &StringRecord, names: &[String], stacked: bool) -> String {
    if header.is_empty() {
        return "it is empty".to_owned();
    }
    // Of the layout that it lacks the least of; the first of several, which is the plain one.
    let lacks = |layout: &Layout| layout.missing(names, stacked);
    let nearest = LAYOUTS.iter().min_by_key(|layout| lacks(layout).len());
    let missing = nearest.and_then(|layout| lacks(layout).first().copied()).unwrap_or("date");
    let needed = nearest.map(|layout| layout.needed(stacked)).unwrap_or_default();
    let (last, others) =
        needed.split_last().map_or(("", String::new()), |(last, others)| (*last, others.join(", ")));
    let found: Vec<&str> =
        header.iter().take(NAMES_SHOWN).map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
    let more = header.len().saturating_sub(NAMES_SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "the column {missing} is missing: needed are {others} and {last}, in any case and order; found are {}{more}",
        one_line(&found.join(", "))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(header: &str) -> Result<Columns, String> {
        Columns::find(&header.split(',').collect::<StringRecord>())
    }

    #[test]
    fn the_common_public_layouts_are_found_whatever_their_case() {
        let headers = [
            "date,open,high,low,close,adj_close,volume",
            "Date,Open,High,Low,Close,Adj Close,Volume",
            "Date,Open,High,Low,Close,Volume,TOTAL_TRADES,QTY_PER_TRADE,DLV_QTY",
            "\u{feff}DATE, VOLUME , Close,Low,High,Open",
            "Price,Close,High,Low,Open,Volume",
            "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,",
            "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE, CLOSE_PRICE, AVG_PRICE, \
             TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES, DELIV_QTY, DELIV_PER",
            "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,OpnPric,HghPric,LwPric,ClsPric,LastPric,\
             PrvsClsgPric,TtlTradgVol,TtlTrfVal",
            "Symbol,Series,Date,Prev Close,Open Price,High Price,Low Price,Last Price,Close Price,Average Price,\
             Total Traded Quantity,Turnover,No. of Trades",
            "Date , OPEN_PRICE,HIGH PRICE, Low  Price ,close_price,Volume ",
        ];
        for header in headers {
            assert!(find(header).is_ok(), "{header}: {:?}", find(header));
        }
        let columns =
            find("TradDt,BizDt,TckrSymb,SctySrs,OpnPric,HghPric,LwPric,ClsPric,TtlTradgVol").unwrap();
        assert_eq!((columns.date, columns.close, columns.symbol, columns.series), (0, 7, Some(2), Some(3)));
        assert!(find("Price,Close,High,Low,Open,Volume").unwrap().stacked);
    }

    #[test]
    fn a_row_of_another_segment_or_exchange_is_told_where_the_layout_says_it() {
        let said = |header: &str, row: &str| {
            find(header).unwrap().elsewhere(&row.split(',').collect::<StringRecord>())
        };
        let udiff = "TradDt,Sgmt,Src,TckrSymb,OpnPric,HghPric,LwPric,ClsPric,TtlTradgVol";
        for (row, expected) in [
            ("2024-07-05,CM,NSE,ABC,1,1,1,1,1", None),
            ("2024-07-05, CM , NSE ,ABC,1,1,1,1,1", None),
            ("2024-07-05,FO,NSE,ABC,1,1,1,1,1", Some("segment \"FO\" instead of CM")),
            ("2024-07-05,CM,BSE,ABC,1,1,1,1,1", Some("exchange \"BSE\" instead of NSE")),
            ("2024-07-05,,,ABC,1,1,1,1,1", Some("segment \"\" instead of CM")),
        ] {
            assert_eq!(said(udiff, row).as_deref(), expected, "{row}");
        }
        // Without those columns, or in a layout where they mean something else, nothing is said of it.
        assert_eq!(said(&udiff.replace("Sgmt,Src,", ""), "2024-07-05,ABC,1,1,1,1,1"), None);
        assert_eq!(said("date,open,high,low,close,volume,src", "2024-07-05,1,1,1,1,1,yahoo"), None);
    }

    #[test]
    fn a_column_that_is_there_twice_is_refused() {
        let cases = [
            ("date,open,high,low,close,volume,close", "close"),
            ("Date,Open,High,Low,Close,Volume,Open.1,High.1,Low.1,Close.1,Volume.1", "open"),
            ("Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume", "open"),
            ("date,Date,open,high,low,close,volume", "date"),
        ];
        for (header, column) in cases {
            let reason = format!("the column {column} is there twice: a file holds one symbol");
            assert_eq!(find(header).unwrap_err(), reason, "{header}");
        }
        assert!(find("date,open,high,low,close,adj close,volume,close.adjusted").is_ok());
    }

    #[test]
    fn a_missing_column_is_named_with_those_that_were_found() {
        let reason = "the column open is missing: needed are date, open, high, low, close and volume, in any case and \
                      order; found are Date, Close_RELIANCE.NS, Open_RELIANCE.NS";
        assert_eq!(find("Date,Close_RELIANCE.NS,Open_RELIANCE.NS").unwrap_err(), reason);
        let reason = find("Date,Open Price,High Price,Low Price,Close Price,Turnover").unwrap_err();
        let expected = "the column total_traded_quantity is missing: needed are date, open_price, high_price, low_price, \
                        close_price and total_traded_quantity, in any case and order; found are Date, Open Price, High Price, \
                        Low Price, Close Price, Turnover";
        assert_eq!(reason, expected);
        // The names that are needed are those of the layout whose column is missing.
        let reason =
            find("SYMBOL,SERIES,DAY,OPEN_PRICE,HIGH_PRICE,LOW_PRICE,CLOSE_PRICE,TTL_TRD_QNTY").unwrap_err();
        let expected = "the column date1 is missing: needed are date1, open_price, high_price, low_price, close_price and \
                        ttl_trd_qnty, in any case and order; found are SYMBOL, SERIES, DAY, OPEN_PRICE";
        assert!(reason.starts_with(expected), "{reason}");
        let reason = find("Price,Close,High,Low,Open").unwrap_err();
        assert!(
            reason.contains("volume is missing: needed are open, high, low, close and volume, in"),
            "{reason}"
        );
        assert_eq!(Columns::find(&StringRecord::new()).unwrap_err(), "it is empty");
        let many = (0..30).map(|number| format!("c{number}")).collect::<Vec<_>>().join(",");
        assert!(find(&many).unwrap_err().ends_with("c18, c19 and 10 more"), "{many}");
    }
}
