use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::csv::CsvMarket;
use crate::folder::FolderMarket;
use crate::market::{Interval, MarketData, MarketError};
use crate::sessions::tests::Weekdays;

mod lists;
mod segments;

const OLD: &str =
    "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n";
const UDIFF: &str = "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,FininstrmActlXpryDt,StrkPric,OptnTp,\
    FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,ChngInOpnIntrst,TtlTradgVol,\
    TtlTrfVal,TtlNbOfTxsExctd,SsnId,NewBrdLotQty,Rmks,Rsvd1,Rsvd2,Rsvd3,Rsvd4\n";
const FULL: &str = "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE, CLOSE_PRICE, AVG_PRICE, \
    TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES, DELIV_QTY, DELIV_PER\n";

fn old(day: &str, symbol: &str, series: &str, close: i64, volume: u64) -> String {
    format!("{symbol},{series},100,110,90,{close},{close},99,{volume},1,{day},7,INE0,\n")
}

fn udiff(day: &str, symbol: &str, series: &str, close: i64, volume: u64) -> String {
    format!(
        "{day},{day},CM,NSE,STK,1,INE0,{symbol},{series},,,,,A NAME,100.0,110.0,90.0,{close}.0,{close}.0,99.0,,{close}.0,,,\
         {volume},1.5,7,F1,1,,,,,\n"
    )
}

fn full(day: &str, symbol: &str, series: &str, close: i64, volume: u64) -> String {
    format!(
        "{symbol}, {series}, {day}, 99.00, 100.00, 110.00, 90.00, {close}.00, {close}.00, 99.9, {volume}, 1.5, 7, -, -\n"
    )
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn zip(dir: &Path, name: &str, members: &[(&str, &str)]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(dir.join(name)).unwrap());
    for (name, text) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

fn open(dir: &Path) -> Result<FolderMarket, MarketError> {
    BhavcopyMarket::open(dir, 1, Arc::new(Weekdays))
}

async fn days(market: &FolderMarket, symbol: &str) -> Vec<(String, Paise, u64)> {
    let now = Timestamp::start_of("2025-02-01".parse().unwrap());
    let candles = market.candles(&symbol.parse().unwrap(), Interval::Daily, 10, false, now).await.unwrap();
    assert_eq!(candles.source(), "bhavcopy");
    candles.iter().map(|bar| (bar.day.to_string(), bar.close, bar.volume)).collect()
}

/// Thursday to Monday in three layouts, packed in three ways, at three depths.
fn three_days(dir: &Path) {
    zip(
        dir,
        "cm04JUL2024bhav.csv.zip",
        &[(
            "cm04JUL2024bhav.csv",
            &format!(
                "{OLD}{}{}",
                old("04-JUL-2024", "ABC", "EQ", 101, 1_000),
                old("04-JUL-2024", "M&M", "EQ", 99, 5)
            ),
        )],
    );
    write(
        dir,
        "2024/JUL/sec_bhavdata_full_05072024.csv",
        &format!(
            "{FULL}{}{}",
            full("05-Jul-2024", "ABC", "EQ", 102, 2_000),
            full("05-Jul-2024", "M&M", "BE", 98, 6)
        ),
    );
    let text = [
        UDIFF.to_owned(),
        udiff("2024-07-08", "ABC", "EQ", 103, 3_000),
        udiff("2024-07-08", "ABC", "BL", 1, 1),
        udiff("2024-07-08", "754GS2036", "GS", 1, 1),
        udiff("2024-07-08", "M&M", "EQ", 97, 0),
    ]
    .concat();
    write(dir, "2024/BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv", &text);
}

#[tokio::test]
async fn each_layout_is_read_as_people_keep_it() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    write(dir.path(), "REG_IND050724.csv", "nothing of this is read");
    write(dir.path(), ".hidden.csv", "nonsense");
    let market = open(dir.path()).unwrap();
    let universe = market.universe().await.unwrap();
    assert_eq!(universe.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["ABC", "M&M"]);
    let bar = |day: &str, close, volume| (day.to_owned(), Paise::rupees(close), volume);
    let abc = [bar("2024-07-04", 101, 1_000), bar("2024-07-05", 102, 2_000), bar("2024-07-08", 103, 3_000)];
    assert_eq!(days(&market, "ABC").await, abc);
    assert_eq!(days(&market, "M&M").await, [bar("2024-07-04", 99, 5), bar("2024-07-05", 98, 6)]);
    let expected = [
        "BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv has 1 share and the file before 2: it may be half a file",
        "1 other file is passed over: REG_IND050724.csv",
        "1 row without volume is left out in 1 file: BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv",
    ];
    assert_eq!(market.report().unwrap().notes, expected);
}

#[tokio::test]
async fn folders_that_lie_too_deep_are_named_once_each_and_seen_when_they_come() {
    let dir = tempfile::tempdir().unwrap();
    let text = |day: &str| format!("{OLD}{}", old(day, "ABC", "EQ", 101, 1_000));
    write(dir.path(), "a/b/c/cm04JUL2024bhav.csv", &text("04-JUL-2024"));
    let market = open(dir.path()).unwrap();
    assert_eq!(market.report().unwrap().notes, Vec::<String>::new());
    for name in ["cm05JUL2024bhav.csv", "cm08JUL2024bhav.csv"] {
        write(dir.path(), &format!("a/b/c/d/{name}"), &text("05-JUL-2024"));
    }
    let report = market.refresh().await.unwrap().unwrap();
    let folder = dir.path().join("a/b/c/d");
    let note = format!("the folder {} is not read: files may lie 3 folders deep", folder.display());
    assert_eq!(report.notes, [note]);
    assert_eq!(days(&market, "ABC").await.len(), 1);
    assert_eq!(market.refresh().await, Ok(None));
}

#[test]
fn a_folder_whose_files_lie_too_deep_says_where_it_did_not_look() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a/b/c/d/cm04JUL2024bhav.csv", OLD);
    let message = open(dir.path()).err().unwrap().to_string();
    let folder = dir.path().join("a/b/c/d");
    let says =
        format!("; not read are the folders {}, because files may lie 3 folders deep", folder.display());
    assert!(
        message.contains("it has no daily file of the exchange") && message.ends_with(&says),
        "{message}"
    );
}

#[tokio::test]
async fn two_files_of_one_name_in_two_folders_are_named_where_they_differ() {
    let dir = tempfile::tempdir().unwrap();
    let text = |close| format!("{OLD}{}", old("05-JUL-2024", "ABC", "EQ", close, 10));
    let name = "cm05JUL2024bhav.csv";
    let bands = |band| format!("Symbol,Series,Security Name,Band,Remarks\nABC,EQ,A NAME,{band},-\n");
    for (folder, band) in [("a", 5), ("b", 10)] {
        write(dir.path(), &format!("{folder}/{name}"), &text(101));
        write(dir.path(), &format!("{folder}/sec_list_05072024.csv"), &bands(band));
    }
    let differ = |name: &str| {
        let [one, other] = ["a", "b"].map(|folder| dir.path().join(folder).join(name).display().to_string());
        format!("{one} and {other} are both of 2024-07-05 and differ: the first one is read")
    };
    let market = open(dir.path()).unwrap();
    let report = market.report().unwrap();
    assert_eq!((report.notes, report.unusable), (vec![differ("sec_list_05072024.csv")], 1));
    write(dir.path(), &format!("b/{name}"), &text(99));
    let report = market.refresh().await.unwrap().unwrap();
    assert_eq!((&report.notes, report.unusable), (&vec![differ(name), differ("sec_list_05072024.csv")], 2));
    assert_eq!(days(&market, "ABC").await, [("2024-07-05".to_owned(), Paise::rupees(101), 10)]);
    // A file that is taken before both leaves nothing to choose.
    write(
        dir.path(),
        "c/BhavCopy_NSE_CM_0_0_0_20240705_F_0000.csv",
        &format!("{UDIFF}{}", udiff("2024-07-05", "ABC", "EQ", 101, 10)),
    );
    let report = market.refresh().await.unwrap().unwrap();
    assert_eq!((report.notes, report.unusable), (vec![differ("sec_list_05072024.csv")], 1));
}

/// A time that stands.
struct Standing(&'static str);

#[async_trait::async_trait]
impl crate::Pace for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::start_of(self.0.parse().unwrap())
    }

    async fn wait_until(&self, _: Timestamp) {}
}

#[tokio::test]
async fn a_file_of_a_day_that_has_not_come_is_left_out_by_name() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let time = Arc::new(Standing("2024-07-05"));
    let market = BhavcopyMarket::open_in_time(dir.path(), 1, Arc::new(Weekdays), time).unwrap();
    assert_eq!(days(&market, "ABC").await.len(), 2);
    let report = market.report().unwrap();
    let note = "BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv is left out: 2024-07-08 has not come";
    assert_eq!((report.notes, report.unusable), (vec![note.to_owned()], 1));
}

/// Days of ABC, each at one price.
fn at_prices(dir: &Path, prices: &[(&str, i64)]) {
    for (day, price) in prices {
        let row = format!("ABC,EQ,{price},{price},{price},{price},{price},{price},9,1,{day},7,INE0,\n");
        let name = format!("cm{}bhav.csv", day.replace('-', ""));
        write(dir, &name, &format!("{OLD}{row}"));
    }
}

#[test]
fn a_jump_that_an_action_explains_is_told_with_it_and_one_of_another_ratio_is_not() {
    let prices = [("04-JUL-2024", 100), ("05-JUL-2024", 50), ("08-JUL-2024", 5), ("09-JUL-2024", 1)];
    let dir = tempfile::tempdir().unwrap();
    at_prices(dir.path(), &prices);
    let rows = [
        announced("ABC", "2024-07-05", "BONUS 1:1"),
        // Together one for ten.
        announced("ABC", "2024-07-08", "BONUS 1:1"),
        announced("ABC", "2024-07-08", "FVSPLT FRM RS 10 TO RS 2"),
        // One for five would be.
        announced("ABC", "2024-07-09", "BONUS 1:1"),
    ];
    write(dir.path(), "bc04072024.csv", &format!("{ACTIONS}{}", rows.concat()));
    let report = open(dir.path()).unwrap().report().unwrap();
    let (open, explained) = (&report.notes[0], report.notes.last().unwrap());
    let expected = "ABC opened at ₹1.00 on 2024-07-09 after a close of ₹5.00 on 2024-07-08 (-80.0 %); a corporate action for which \
                    the prices are not adjusted, or a fault";
    assert_eq!(open, expected);
    for says in [
        "(-50.0 %), which is explained by bonus of 1 new for 1 held on 2024-07-05 (file bc04072024.csv), ABC opened at ₹5.00",
        "(-90.0 %), which is explained by ",
        " on 2024-07-08 (file bc04072024.csv) and ",
    ] {
        assert!(explained.contains(says), "{says}: {explained}");
    }
    // Without the list nothing is explained.
    let jumps: usize = report.with_actions([]).notes[0].matches(" opened at ").count();
    assert_eq!(jumps, 3);
}

#[tokio::test]
async fn an_instrument_has_the_series_of_the_day_before() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let market = open(dir.path()).unwrap();
    let symbols = ["ABC", "M&M"].map(|symbol| Symbol::new(symbol).unwrap());
    for (day, expected) in [("2024-07-05", ["EQ", "EQ"]), ("2024-07-08", ["EQ", "BE"])] {
        let now = Timestamp::end_of(day.parse().unwrap()).plus_minutes(-1);
        let found = market.instruments(&symbols, now).await.unwrap();
        let series: Vec<String> = found.into_iter().map(|instrument| instrument.unwrap().series).collect();
        assert_eq!(series, expected, "{day}");
    }
}

#[tokio::test]
async fn the_same_bars_have_the_same_digest_as_in_a_folder_by_share() {
    let (by_day, by_share) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    three_days(by_day.path());
    let header = "date,open,high,low,close,volume\n";
    let abc =
        "2024-07-04,100,110,90,101,1000\n2024-07-05,100,110,90,102,2000\n2024-07-08,100,110,90,103,3000\n";
    let mm = "2024-07-04,100,110,90,99,5\n2024-07-05,100,110,90,98,6\n";
    write(by_share.path(), "ABC.csv", &format!("{header}{abc}"));
    write(by_share.path(), "M&M.csv", &format!("{header}{mm}"));
    let by_share = CsvMarket::open(by_share.path(), 1, Arc::new(Weekdays)).unwrap();
    assert_eq!(open(by_day.path()).unwrap().report().unwrap().digest, by_share.report().unwrap().digest);
}

#[tokio::test]
async fn of_several_files_of_a_day_one_is_read_and_days_without_a_session_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let row = |close| format!("{OLD}{}", old("05-JUL-2024", "ABC", "EQ", close, 10));
    write(dir.path(), "cm05JUL2024bhav.csv", &row(101));
    zip(dir.path(), "cm05JUL2024bhav.csv.zip", &[("a.csv", &row(102))]);
    write(
        dir.path(),
        "sec_bhavdata_full_05072024.csv",
        &format!("{FULL}{}", full("05-Jul-2024", "ABC", "EQ", 104, 10)),
    );
    // A Saturday.
    write(dir.path(), "cm06JUL2024bhav.csv", &format!("{OLD}{}", old("06-JUL-2024", "ABC", "EQ", 103, 10)));
    let market = open(dir.path()).unwrap();
    assert_eq!(days(&market, "ABC").await, [("2024-07-05".to_owned(), Paise::rupees(101), 10)]);
    let report = market.report().unwrap();
    let differ = |other: &str| {
        let [one, other] =
            ["cm05JUL2024bhav.csv", other].map(|name| dir.path().join(name).display().to_string());
        format!("{one} and {other} are both of 2024-07-05 and differ: the first one is read")
    };
    let closed = "cm06JUL2024bhav.csv is left out: there was no session on 2024-07-06".to_owned();
    let [zipped, full] = ["cm05JUL2024bhav.csv.zip", "sec_bhavdata_full_05072024.csv"].map(differ);
    assert_eq!((report.notes, report.unusable), (vec![zipped, full, closed], 2));
}

#[test]
fn a_bad_file_is_named_with_its_line_and_column_in_one_sentence() {
    let row = |symbol: &str| old("05-JUL-2024", symbol, "EQ", 100, 10);
    let cases = [
        (
            format!("{OLD}{}", row("ABC").replace(",110,", ",x,")),
            " line 2: \"ABC\": high \"x\" is not a price",
        ),
        (
            format!("{OLD}{}{}", row("ABC"), old("04-JUL-2024", "XYZ", "EQ", 100, 10)),
            " line 3: the row is of 2024-07-04, but the file is named after 2024-07-05",
        ),
        (format!("{OLD}{}{}", row("ABC"), row("ABC")), " line 3: ABC is there twice in the series EQ"),
        (format!("{OLD}{}", row("a b")), " line 2: \"a b\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -"),
        (format!("{OLD}ABC,EQ\n"), " line 2: the row has 2 fields instead of 14"),
        (
            format!("{OLD}{}", old("05-JUL-2024", "ABC", "GS", 100, 10)),
            ": there are no rows of the series EQ, BE, BZ",
        ),
        (OLD.replace("SERIES,", "GROUP,"), ": the column series is missing"),
    ];
    for (text, expected) in cases {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "cm05JUL2024bhav.csv", &text);
        let message = open(dir.path()).err().unwrap().to_string();
        let file = dir.path().join("cm05JUL2024bhav.csv");
        assert_eq!(message, format!("{}{expected}", file.display()));
    }
}

#[test]
fn an_archive_that_is_cut_off_or_holds_several_files_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let name = "cm05JUL2024bhav.csv.zip";
    let text = format!("{OLD}{}", old("05-JUL-2024", "ABC", "EQ", 100, 10));
    zip(dir.path(), name, &[("a.csv", &text), ("b.csv", &text)]);
    let message = open(dir.path()).err().unwrap().to_string();
    assert!(
        message.ends_with("cm05JUL2024bhav.csv.zip: the archive holds 2 files instead of one"),
        "{message}"
    );
    zip(dir.path(), name, &[("a.csv", &text)]);
    let whole = std::fs::read(dir.path().join(name)).unwrap();
    std::fs::write(dir.path().join(name), &whole[..whole.len() / 2]).unwrap();
    let message = open(dir.path()).err().unwrap().to_string();
    assert!(message.contains("cm05JUL2024bhav.csv.zip: "), "{message}");
}

#[tokio::test]
async fn a_new_day_is_read_and_a_restated_one_is_told() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let market = open(dir.path()).unwrap();
    assert_eq!(market.refresh().await, Ok(None));
    let text = format!("{UDIFF}{}", udiff("2024-07-09", "ABC", "EQ", 104, 4_000));
    write(dir.path(), "BhavCopy_NSE_CM_0_0_0_20240709_F_0000.csv", &text);
    let text = format!("{FULL}{}", full("05-Jul-2024", "ABC", "EQ", 105, 2_000));
    write(dir.path(), "2024/JUL/sec_bhavdata_full_05072024.csv", &text);
    let report = market.refresh().await.unwrap().unwrap();
    assert_eq!(report.restated, 2);
    let note = "2 bars of past days were restated: ABC of 2024-07-05 closed at ₹105.00 and no longer at ₹102.00, M&M of \
                2024-07-05 is gone";
    assert_eq!(report.notes[0], note);
    assert_eq!(days(&market, "ABC").await.last().unwrap().0, "2024-07-09");
    write(dir.path(), "BhavCopy_NSE_CM_0_0_0_20240710_F_0000.csv", &format!("{UDIFF}2024-07"));
    assert!(market.refresh().await.is_err());
    assert_eq!(days(&market, "ABC").await.last().unwrap().0, "2024-07-09");
    assert_eq!(market.report().unwrap(), report);
}

const ACTIONS: &str =
    "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n";

fn announced(symbol: &str, ex_day: &str, purpose: &str) -> String {
    format!("EQ,{symbol},A NAME,{ex_day},,,{ex_day},,,{purpose}\n")
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_never_more(
        header in prop::sample::select(vec![OLD, UDIFF, FULL, ""]),
        rows in prop::collection::vec("[A-Z]{0,3},(EQ|BE|GS)?[ -~\n]{0,80}", 0..6),
        tail in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut text = header.as_bytes().to_vec();
        rows.iter().for_each(|row| text.extend_from_slice(row.as_bytes()));
        text.extend_from_slice(&tail);
        std::fs::write(dir.path().join("cm05JUL2024bhav.csv"), &text).unwrap();
        std::fs::write(dir.path().join("cm04JUL2024bhav.csv.zip"), &tail).unwrap();
        if let Err(error) = open(dir.path()) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
