use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::*;
use crate::market::{Interval, MarketData};
use crate::sessions::tests::Weekdays;

const GOOD: &str = "date,open,high,low,close,adj_close,volume\n\
    2025-01-01,100.00,101.50,99.25,101.00,98.1234,1000\n\
    2025-01-02,101.00,102.00,100.00,100.50,97.6543,0\n\
    2025-01-03,100.50,103.00,100.10,102.75,99.9999,2000\n";

fn open(dir: &Path) -> Result<BarMarket, MarketError> {
    CsvMarket::open(dir, 1, Arc::new(Weekdays))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

async fn days(market: &BarMarket, symbol: &str) -> Vec<(String, Paise, u64)> {
    let now = Timestamp::from_ist("2025-02-01".parse().unwrap(), chrono::NaiveTime::MIN);
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

#[test]
fn a_bad_file_is_named_with_its_line_in_one_sentence() {
    let header = "date,open,high,low,close,adj_close,volume\n";
    let row = "2025-01-01,100,101,99,100,100,10\n";
    let cases = [
        ("date,open,high,low,close\n".to_owned(), ": the column volume is missing"),
        (String::new(), ": the column date is missing"),
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
        let dir = folder(&[("ABC.csv", &text)]);
        let message = open(dir.path()).err().unwrap().to_string();
        let file = dir.path().join("ABC.csv");
        assert_eq!(message, format!("{}{expected}", file.display()));
        assert!(!message.contains('\n'));
    }
}

#[test]
fn a_bad_folder_is_named() {
    let missing = PathBuf::from("no/such/folder");
    let message = open(&missing).err().unwrap().to_string();
    assert!(message.starts_with("cannot read the market folder no/such/folder: "), "{message}");
    let empty = folder(&[("README.md", "")]);
    assert_eq!(open(empty.path()).err(), Some(MarketError::EmptyFolder(empty.path().display().to_string())));
    let lower = folder(&[("abc.csv", GOOD)]);
    let message = open(lower.path()).err().unwrap().to_string();
    assert!(message.ends_with("abc.csv: \"abc\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -"), "{message}");
    let twice = folder(&[("ABC.csv", GOOD), ("ABC.csv.gz", "")]);
    assert!(open(twice.path()).err().unwrap().to_string().ends_with("holds the same symbol"));
}

#[test]
fn a_damaged_archive_is_named() {
    let dir = folder(&[("ABC.csv.gz", "this is not gzip")]);
    let message = open(dir.path()).err().unwrap().to_string();
    assert!(message.contains("ABC.csv.gz: "), "{message}");
}
