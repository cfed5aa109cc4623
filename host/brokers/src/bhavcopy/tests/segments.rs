//! Rows of other segments and exchanges in a file of NSE's cash segment.

use super::*;

const NAME: &str = "BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv";

/// A row of this segment and exchange.
fn row(place: &str, symbol: &str, close: i64) -> String {
    udiff("2024-07-08", symbol, "EQ", close, 10).replace(",CM,NSE,", &format!(",{place},"))
}

#[tokio::test]
async fn rows_of_another_segment_or_exchange_are_left_out_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [
        row("FO,NSE", "ABC", 1),
        row("CM,NSE", "ABC", 101),
        row("CM,BSE", "ABC", 2),
        row("CM,BSE", "XYZ", 3),
        // What it would be refused for in a row of the segment.
        row("CD,NSE", "a b", 0).replace("2024-07-08", "2024-07-05"),
    ];
    write(dir.path(), NAME, &format!("{UDIFF}{}", rows.concat()));
    let market = open(dir.path()).unwrap();
    let universe = market.universe().await.unwrap();
    assert_eq!(universe.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["ABC"]);
    assert_eq!(days(&market, "ABC").await, [("2024-07-08".to_owned(), Paise::rupees(101), 10)]);
    let note = format!(
        "{NAME}: 4 rows cannot be used: line 2: segment \"FO\" instead of CM, line 4: exchange \"BSE\" instead of NSE, line 5: \
         exchange \"BSE\" instead of NSE, line 6: segment \"CD\" instead of CM"
    );
    let report = market.report().unwrap();
    assert_eq!((report.notes, report.unusable), (vec![note], 4));
}

#[test]
fn a_file_of_nothing_else_is_refused_with_what_it_is() {
    let of_bse =
        "; 2 rows are of another segment or exchange, the first in line 2: exchange \"BSE\" instead of NSE";
    let of_bonds = udiff("2024-07-08", "754GS2036", "GS", 1, 1);
    let of_options =
        "; 1 row is of another segment or exchange, the first in line 3: segment \"FO\" instead of CM";
    for (rows, others) in [
        ([row("CM,BSE", "ABC", 1), row("CM,BSE", "XYZ", 1)], of_bse),
        ([of_bonds.clone(), row("FO,NSE", "ABC", 1)], of_options),
        ([of_bonds.clone(), of_bonds], ""),
    ] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), NAME, &format!("{UDIFF}{}", rows.concat()));
        let message = open(dir.path()).err().unwrap().to_string();
        let file = dir.path().join(NAME);
        let expected = format!("{}: there are no rows of the series EQ, BE, BZ{others}", file.display());
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn in_a_file_of_one_share_they_are_left_out_as_well() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "ABC.csv", &format!("{UDIFF}{}{}", row("FO,NSE", "ABC", 1), row("CM,NSE", "ABC", 101)));
    let market = CsvMarket::open(dir.path(), 1, Arc::new(Weekdays)).unwrap();
    let report = market.report().unwrap();
    let note = "ABC.csv: 1 row cannot be used: line 2: segment \"FO\" instead of CM".to_owned();
    assert_eq!((report.notes, report.unusable), (vec![note], 1));
    let now = Timestamp::start_of("2025-02-01".parse().unwrap());
    let bars = market.candles(&"ABC".parse().unwrap(), Interval::Daily, 10, false, now).await.unwrap();
    assert_eq!(bars.iter().map(|bar| bar.close).collect::<Vec<_>>(), [Paise::rupees(101)]);
    write(dir.path(), "ABC.csv", &format!("{UDIFF}{}", row("CM,BSE", "ABC", 1)));
    let message = CsvMarket::open(dir.path(), 1, Arc::new(Weekdays)).err().unwrap().to_string();
    let says = "there are no rows; 1 row is of another segment or exchange, the first in line 2: exchange \"BSE\" instead of NSE";
    assert!(message.ends_with(says), "{message}");
}
