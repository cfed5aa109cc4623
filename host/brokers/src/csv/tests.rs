use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use nix::sys::stat::Mode;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::*;
use crate::folder::{FolderMarket, files};
use crate::market::{Interval, MarketData, MarketError};
use crate::sessions::tests::Weekdays;

const GOOD: &str = "date,open,high,low,close,adj_close,volume\n\
    2025-01-01,100.00,101.50,99.25,101.00,98.1234,1000\n\
    2025-01-02,101.00,102.00,100.00,100.50,97.6543,0\n\
    2025-01-03,100.50,103.00,100.10,102.75,99.9999,2000\n";

fn open(dir: &Path) -> Result<FolderMarket, MarketError> {
    CsvMarket::open(dir, 1, Arc::new(Weekdays))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

async fn days(market: &FolderMarket, symbol: &str) -> Vec<(String, Paise, u64)> {
    let now = Timestamp::start_of("2025-02-01".parse().unwrap());
    let candles = market.candles(&symbol.parse().unwrap(), Interval::Daily, 10, false, now).await.unwrap();
    candles.iter().map(|bar| (bar.day.to_string(), bar.close, bar.volume)).collect()
}

#[tokio::test]
async fn plain_and_packed_files_read_the_same_and_bars_without_volume_are_dropped() {
    let dir = folder(&[("PLAIN.csv", GOOD), ("notes.txt", "not a price file")]);
    let file = std::fs::File::create(dir.path().join("M&M.csv.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(GOOD.as_bytes()).unwrap();
    packed.finish().unwrap();
    let market = open(dir.path()).unwrap();
    let universe = market.universe().await.unwrap();
    assert_eq!(universe.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["M&M", "PLAIN"]);
    let expected =
        [("2025-01-01".to_owned(), Paise(10_100), 1_000), ("2025-01-03".to_owned(), Paise(10_275), 2_000)];
    assert_eq!(days(&market, "M&M").await, expected);
    assert_eq!(days(&market, "PLAIN").await, expected);
}

#[tokio::test]
async fn a_folder_that_is_said_to_be_raw_reads_the_same_and_is_told_apart() {
    let dir = folder(&[("ABC.csv", GOOD)]);
    let raw = CsvMarket::open_raw(dir.path(), 1, Arc::new(Weekdays)).unwrap();
    let market = open(dir.path()).unwrap();
    assert_eq!(days(&raw, "ABC").await, days(&market, "ABC").await);
    assert_eq!((raw.source(), market.source()), ("csv-raw", "csv"));
    let adjusted = crate::AdjustedMarket::new(Arc::new(raw));
    assert!(adjusted.is_raw("csv-raw") && !adjusted.is_raw("csv"));
}

/// A time that stands until it is set.
struct Set(AtomicI64);

#[async_trait::async_trait]
impl crate::Pace for Set {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    async fn wait_until(&self, _: Timestamp) {}
}

#[tokio::test]
async fn a_row_of_a_day_that_has_not_come_is_left_out_with_file_line_and_day_until_it_comes() {
    let dir = folder(&[("ABC.csv", GOOD)]);
    let start = |day: &str| Timestamp::start_of(day.parse().unwrap()).0;
    let time = Arc::new(Set(AtomicI64::new(start("2025-01-02"))));
    let market =
        CsvMarket::open_in_time(dir.path(), false, 1, Arc::new(Weekdays), Arc::clone(&time) as _).unwrap();
    let known = |days: Vec<(String, Paise, u64)>| days.into_iter().map(|(day, _, _)| day).collect::<Vec<_>>();
    assert_eq!(known(days(&market, "ABC").await), ["2025-01-01"]);
    let report = market.report().unwrap();
    let note = "ABC.csv: 1 row cannot be used: line 4: 2025-01-03 has not come";
    assert_eq!((report.notes[0].as_str(), report.unusable, report.ahead), (note, 1, 1));
    assert_eq!(market.refresh().await, Ok(None));
    time.0.store(start("2025-01-03"), Ordering::Relaxed);
    let report = market.refresh().await.unwrap().unwrap();
    assert_eq!((report.unusable, report.restated), (0, 0));
    assert_eq!(known(days(&market, "ABC").await), ["2025-01-01", "2025-01-03"]);
}

#[tokio::test]
async fn folders_in_the_folder_are_named_once_each_and_seen_when_they_come() {
    let dir = folder(&[("ABC.csv", GOOD)]);
    std::fs::create_dir(dir.path().join(".hidden")).unwrap();
    let market = open(dir.path()).unwrap();
    std::fs::create_dir(dir.path().join("2025")).unwrap();
    std::fs::write(dir.path().join("2025/XYZ.csv"), GOOD).unwrap();
    let report = market.refresh().await.unwrap().unwrap();
    let told: Vec<_> = report.notes.iter().filter(|note| note.contains("is not read")).collect();
    let folder = dir.path().join("2025");
    let expected =
        format!("the folder {} is not read: the files of a csv folder lie in it directly", folder.display());
    assert_eq!(told, [&expected]);
    assert_eq!(market.refresh().await, Ok(None));
}

/// A bonus of one for one of ABC on 2 January 2025.
fn bonus() -> Arc<prahari_domain::actions::ActionFactors> {
    use prahari_domain::actions::{
        ActionFactors, ActionKind, ActionRow, ActionState, CorporateAction, Origin, Provenance,
    };
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    let (symbol, ex_day) = ("ABC".parse().unwrap(), "2025-01-02".parse().unwrap());
    let kind = ActionKind::Bonus { new: 1, held: 1 };
    let row = ActionRow {
        id: prahari_domain::ids::ActionId(1),
        action: CorporateAction::new(symbol, ex_day, kind, provenance, "").unwrap(),
        state: ActionState::Applied,
        open_factor: None,
        known_at: Timestamp(0),
        changed_at: Timestamp(0),
        changed_by: String::new(),
        reason: String::new(),
    };
    Arc::new(ActionFactors::of(&[row]))
}

#[tokio::test]
async fn what_its_owner_adjusted_is_computed_back_on_days_before_an_action_and_marked() {
    let rows: String = ["2024-12-31", "2025-01-01", "2025-01-02", "2025-01-03"]
        .map(|day| format!("{day},50,50,50,50,1000\n"))
        .concat();
    let text = format!("date,open,high,low,close,volume\n{rows}");
    let dir = folder(&[("ABC.csv", &text), ("XYZ.csv", &text)]);
    let market = open(dir.path()).unwrap();
    market.take_actions(&bonus());
    let told = async |of: &str, day: &str| {
        let time = chrono::NaiveTime::from_hms_opt(18, 0, 0).unwrap();
        let (symbol, now) = (of.parse().unwrap(), Timestamp::from_ist(day.parse().unwrap(), time));
        let bars = market.candles(&symbol, Interval::Daily, 9, false, now).await.unwrap();
        let quote = market.quotes(&[symbol], now).await.unwrap().remove(0).unwrap();
        let close = bars.last().map(|bar| bar.close.0 / 100);
        assert_eq!(close, Some(quote.last.0 / 100));
        (close, bars.is_derived(), quote.previous_close.0 / 100, quote.derived)
    };
    assert_eq!(told("ABC", "2025-01-01").await, (Some(100), true, 100, true));
    assert_eq!(told("ABC", "2025-01-02").await, (Some(50), false, 100, true));
    assert_eq!(told("ABC", "2025-01-03").await, (Some(50), false, 50, false));
    assert_eq!(told("XYZ", "2025-01-01").await, (Some(50), false, 50, false));
    let before = Timestamp::start_of("2025-01-01".parse().unwrap());
    let found = market.instruments(&["ABC".parse().unwrap()], before).await.unwrap();
    assert_eq!(found[0].as_ref().unwrap().band_high, Paise(12_000));
}

#[test]
fn a_bad_file_is_named_with_its_line_in_one_sentence() {
    let header = "date,open,high,low,close,adj_close,volume\n";
    let row = "2025-01-01,100,101,99,100,100,10\n";
    let cases = [
        (
            "date,open,high,low,close\n".to_owned(),
            ": the column volume is missing: needed are date, open, high, low, close and volume, in any case and order; \
             found are date, open, high, low, close",
        ),
        (String::new(), ": it is empty"),
        ("\n\n".to_owned(), ": it is empty"),
        (
            "date,open,high,low,close,volume,close\n".to_owned(),
            ": the column close is there twice: a file holds one symbol",
        ),
        (header.to_owned(), ": there are no rows"),
        (
            format!("{header}2025-01-32,1,1,1,1,1,1\n"),
            " line 2: \"2025-01-32\" is not a date such as 2025-01-31",
        ),
        (format!("{header}{row}2025-01-02,x,101,99,100,100,10\n"), " line 3: open \"x\" is not a price"),
        (
            format!("{header}2025-01-02,0,101,0,100,100,10\n"),
            " line 2: open 0 is not between 0.01 and 100000000",
        ),
        (format!("{header}2025-01-02,-5,101,99,100,100,10\n"), " line 2: open \"-5\" is not a price"),
        (
            format!("{header}2025-01-02,100,101,99,100,100,1.5\n"),
            " line 2: volume \"1.5\" is not a number of shares",
        ),
        (
            format!("{header}1925-01-02,100,101,99,100,100,10\n"),
            " line 2: 1925-01-02 is outside the years 1990 to 2100",
        ),
        (
            "symbol,date,open,high,low,close,volume\nXYZ,2025-01-02,100,101,99,100,10\n".to_owned(),
            " line 2: the row is of \"XYZ\", but the file is named after ABC",
        ),
        (format!("{header}{row}{row}"), " line 3: 2025-01-01 is there twice"),
        (
            format!("{header}2025-01-02,100,101,99,100,100,10\n{row}"),
            " line 3: 2025-01-01 comes after 2025-01-02: rows must be sorted by date",
        ),
        (
            format!("{header}2025-01-02,100,101,99,102,100,10\n"),
            " line 2: high 101.00 is below open 100.00 or close 102.00",
        ),
        (
            format!("{header}2025-01-02,100,101,100.5,101,100,10\n"),
            " line 2: low 100.50 is above open 100.00 or close 101.00",
        ),
        (format!("{header}2025-01-02,100\n"), " line 2: the row has 2 fields instead of 7"),
    ];
    for (text, expected) in cases {
        for text in [text.replace('\n', "\r\n"), text] {
            let dir = folder(&[("ABC.csv", &text)]);
            let message = open(dir.path()).err().unwrap().to_string();
            let file = dir.path().join("ABC.csv");
            assert_eq!(message, format!("{}{expected}", file.display()));
            assert!(!message.contains('\n'));
        }
    }
}

#[test]
fn a_bad_folder_is_named() {
    let missing = PathBuf::from("no/such/folder");
    let message = open(&missing).err().unwrap().to_string();
    assert!(message.starts_with("cannot read the market folder no/such/folder: "), "{message}");
    let empty = folder(&[("README.md", "")]);
    assert_eq!(
        open(empty.path()).err(),
        Some(MarketError::EmptyFolder(empty.path().display().to_string(), String::new()))
    );
    let deeper = empty.path().join("2024");
    std::fs::create_dir(&deeper).unwrap();
    std::fs::write(deeper.join("ABC.csv"), GOOD).unwrap();
    let message = open(empty.path()).err().unwrap().to_string();
    let says = format!(
        " has no .csv or .csv.gz files; not read are the folders {}, because the files of a csv folder lie in it directly",
        deeper.display()
    );
    assert!(message.ends_with(&says), "{message}");
    let odd = folder(&[("a_b.csv", GOOD)]);
    let message = open(odd.path()).err().unwrap().to_string();
    assert!(message.ends_with("a_b.csv: \"a_b\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -"), "{message}");
    for second in ["ABC.csv.gz", "abc.csv", "ABC.CSV", "ABC.NS.csv"] {
        let twice = folder(&[("ABC.csv", GOOD), (second, GOOD)]);
        assert!(open(twice.path()).err().unwrap().to_string().ends_with("holds the same symbol"), "{second}");
    }
}

#[test]
fn a_damaged_archive_is_named() {
    let dir = folder(&[("ABC.csv.gz", "this is not gzip")]);
    let message = open(dir.path()).err().unwrap().to_string();
    assert!(message.contains("ABC.csv.gz: "), "{message}");
}

#[tokio::test]
async fn the_common_public_layouts_are_read() {
    let files = [
        (
            "reliance.csv",
            "Date,Open,High,Low,Close,Volume,TOTAL_TRADES,QTY_PER_TRADE,DLV_QTY\n\
            2025-01-01,.50,1226.30,.50,1221.25,5892590.00,nan,nan,nan\n",
        ),
        (
            "TCS.NS.CSV",
            "Date,Open,High,Low,Close,Adj Close,Volume\n\
            2025-01-01 00:00:00+05:30,1214.85,1226.30,1211.60,1221.25,1216.3918,5892590\n",
        ),
        (
            "INFY.csv",
            "Price,Close,High,Low,Open,Volume\nTicker,INFY.NS,INFY.NS,INFY.NS,INFY.NS,INFY.NS\nDate,,,,,\n\
            2025-01-01,1221.25,1226.30,1211.60,1214.85,5892590\n",
        ),
        (
            "OLD.csv",
            "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n\
            OLD,BL,1,1,1,1,1,1,7,7,01-JAN-2025,1,INE0,\n\
            OLD,EQ,1214.85,1226.30,1211.60,1221.25,1220,1200,5892590,1,01-JAN-2025,1,INE0,\n",
        ),
        (
            "NEW.csv",
            "TradDt,TckrSymb,SctySrs,OpnPric,HghPric,LwPric,ClsPric,LastPric,TtlTradgVol\n\
            2025-01-01,NEW,EQ,1214.85,1226.30,1211.60,1221.25,1220,5892590\n",
        ),
        (
            "FULL.csv",
            "SYMBOL, SERIES, DATE1, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, CLOSE_PRICE, TTL_TRD_QNTY\n\
            FULL, EQ, 01-Jan-2025, 1214.85, 1226.30, 1211.60, 1221.25, 5892590\n",
        ),
        (
            "SAVED.csv",
            "\"Symbol  \",\"Series  \",\"Date  \",\"Prev Close  \",\"Open Price  \",\"High Price  \",\"Low Price  \",\"Last Price  \",\
            \"Close Price  \",\"Total Traded Quantity  \"\n\
            \"SAVED\",\"EQ\",\"01-Jan-2025\",\"1,200.00\",\"1,214.85\",\"1,226.30\",\"1,211.60\",\"1,220.00\",\"1,221.25\",\"58,92,590\"\n",
        ),
    ];
    let market = open(folder(&files).path()).unwrap();
    for symbol in ["RELIANCE", "TCS", "INFY", "OLD", "NEW", "FULL", "SAVED"] {
        let expected = [("2025-01-01".to_owned(), Paise(122_125), 5_892_590)];
        assert_eq!(days(&market, symbol).await, expected, "{symbol}");
    }
    let note = "1 row of a series other than EQ, BE and BZ is left out in 1 file: OLD.csv";
    assert_eq!(market.report().unwrap().notes, [note]);
}

#[test]
fn a_table_of_two_companies_is_refused() {
    let two = "Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\n\
        Ticker,TCS.NS,INFY.NS,TCS.NS,INFY.NS,TCS.NS,INFY.NS,TCS.NS,INFY.NS,TCS.NS,INFY.NS\n";
    let message = open(folder(&[("TCS.csv", two)]).path()).err().unwrap().to_string();
    assert!(
        message.ends_with("TCS.csv: the column open is there twice: a file holds one symbol"),
        "{message}"
    );
    let other =
        "Price,Close,High,Low,Open,Volume\nTicker,INFY.NS,INFY.NS,INFY.NS,INFY.NS,INFY.NS\nDate,,,,,\n";
    let message = open(folder(&[("TCS.csv", other)]).path()).err().unwrap().to_string();
    let reason = "TCS.csv line 2: the row is of \"INFY.NS\", but the file is named after TCS";
    assert!(message.ends_with(reason), "{message}");
}

#[tokio::test]
async fn rows_of_days_without_a_session_are_left_out_and_named() {
    let row = |day: &str| format!("{day},100,101,99,100,100,10\n");
    let plain = ["2025-01-02", "2025-01-03", "2025-01-06"].map(row).concat();
    // The source served Friday's file again under Saturday and Sunday.
    let more = ["2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05", "2025-01-06"].map(row).concat();
    let header = "date,open,high,low,close,adj_close,volume\n";
    let clean = open(folder(&[("ABC.csv", &format!("{header}{plain}"))]).path()).unwrap();
    let closed = open(folder(&[("ABC.csv", &format!("{header}{more}"))]).path()).unwrap();
    assert_eq!(days(&closed, "ABC").await, days(&clean, "ABC").await);
    assert_eq!(closed.report().unwrap().digest, clean.report().unwrap().digest);
    assert_eq!(clean.report().unwrap().notes, Vec::<String>::new());
    let note = "ABC.csv: 2 rows on days without a session are left out: 2025-01-04, 2025-01-05";
    assert_eq!(closed.report().unwrap().notes, [note]);
}

#[tokio::test]
async fn what_is_no_price_file_is_left_out_by_rule_and_said() {
    let dir = folder(&[
        ("ABC.csv", GOOD),
        (".HIDDEN.csv", "nonsense"),
        ("._ABC.csv", "nonsense"),
        ("notes.txt", ""),
        ("INDEX.csv", "date,open,high,low,close,volume\n2025-01-01,1,1,1,1,0\n"),
    ]);
    let at = |name: &str| dir.path().join(name);
    std::fs::create_dir(at("FOLDER.csv")).unwrap();
    nix::unistd::mkfifo(&at("PIPE.csv"), Mode::S_IRWXU).unwrap();
    symlink("nowhere", at("LOST.csv")).unwrap();
    symlink(at("PIPE.csv"), at("LINKED.csv.gz")).unwrap();
    symlink(at("ABC.csv"), at("SAME.csv")).unwrap();
    let market = open(dir.path()).unwrap();
    let universe = market.universe().await.unwrap();
    assert_eq!(universe.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["ABC", "SAME"]);
    let expected = [
        "FOLDER.csv is left out: it is a folder",
        "LINKED.csv.gz is left out: it is a pipe or a device",
        "LOST.csv is left out: it is a link that leads nowhere",
        "PIPE.csv is left out: it is a pipe or a device",
        "INDEX.csv is left out: it has no row with volume on a trading day",
        "3 rows without volume are left out in 3 files: ABC.csv, INDEX.csv, SAME.csv",
    ];
    assert_eq!(market.report().unwrap().notes, expected);
    // A pipe that takes a file's place after the look at the folder is not waited for either.
    assert!(files::open_regular(&at("PIPE.csv")).is_err());
}

#[test]
fn a_price_that_left_the_band_overnight_is_reported() {
    let text = "date,open,high,low,close,volume\n\
        2025-01-01,100,101,99,100,10\n2025-01-02,50,51,49,50,20\n2025-01-03,55,56,54,55,20\n";
    let market = open(folder(&[("ABC.csv", text)]).path()).unwrap();
    let note = "ABC.csv: ABC opened at ₹50.00 on 2025-01-02 after a close of ₹100.00 on 2025-01-01 (-50.0 %); a corporate \
                action for which the prices are not adjusted, or a fault";
    assert_eq!(market.report().unwrap().notes, [note]);
}

#[test]
fn the_report_shows_a_person_a_bounded_number_of_notes() {
    let closed = "date,open,high,low,close,volume\n2025-01-03,1,1,1,1,1\n2025-01-04,1,1,1,1,1\n";
    let files: Vec<(String, &str)> = (0..50).map(|number| (format!("S{number:02}.csv"), closed)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let report = open(folder(&files).path()).unwrap().report().unwrap();
    assert_eq!((report.notes.len(), report.shown().len()), (50, 21));
    assert_eq!(report.shown()[20], "and 30 more notes on the bars");
}

#[tokio::test]
async fn a_folder_that_changed_is_read_again_and_one_that_broke_is_not() {
    let dir = folder(&[("ABC.csv", GOOD)]);
    let market = open(dir.path()).unwrap();
    let before = market.report().unwrap();
    assert_eq!(market.refresh().await, Ok(None));
    let longer = format!("{GOOD}2025-01-06,102,103,101,102,102,3000\n");
    std::fs::write(dir.path().join("ABC.csv"), &longer).unwrap();
    let after = market.refresh().await.unwrap().unwrap();
    assert_ne!(after.digest, before.digest);
    assert_eq!(days(&market, "ABC").await.last().unwrap().0, "2025-01-06");
    std::fs::write(dir.path().join("ABC.csv"), format!("{longer}half a r")).unwrap();
    assert!(
        market.refresh().await.unwrap_err().to_string().ends_with("line 6: the row has 1 field instead of 7")
    );
    assert_eq!(days(&market, "ABC").await.last().unwrap().0, "2025-01-06");
    assert_eq!(market.report().unwrap(), after);
}

#[test]
fn an_archive_that_unpacks_without_end_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(dir.path().join("BOMB.csv.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..65 {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap();
    let message = open(dir.path()).err().unwrap().to_string();
    assert!(message.ends_with("BOMB.csv.gz: it holds more than 64 MB of text"), "{message}");
}
