use proptest::prelude::*;

use super::*;

const DAILY: &str =
    "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n";
const OF_THE_SITE: &str = "\u{feff}\"SYMBOL\",\"COMPANY NAME\",\"SERIES\",\"PURPOSE\",\"FACE VALUE\",\"EX-DATE\",\
    \"RECORD DATE\",\"BOOK CLOSURE START DATE\",\"BOOK CLOSURE END DATE\"\n";

fn read(text: &str) -> Result<AnnouncedList, String> {
    AnnouncedList::read("bc28102024.csv", text.as_bytes())
}

fn told(list: &AnnouncedList) -> Vec<(&str, String, &str, u64)> {
    let row = |row: &'_ AnnouncedAction| (row.ex_day.to_string(), row.line);
    list.rows
        .iter()
        .map(|found| {
            let (ex_day, line) = row(found);
            (found.symbol.as_str(), ex_day, found.purpose.as_str(), line)
        })
        .collect()
}

#[test]
fn dates_of_both_ages_and_padded_fields_are_read() {
    let list = read(&format!(
        "{DAILY}EQ,RELIANCE  ,RELIANCE INDUSTRIES LTD,2024-10-28,,,2024-10-28,,,BONUS 1:1      \n\
         EQ,M&M,MAHINDRA,05/07/2019,,,04/07/2019,,,DIV - RS 8.50 PER SH\n\
         BE,OLD,OLD LTD,,,,28-Oct-2019,,,FVSPLT  FRM RS 10 TO RS 2\n"
    ))
    .unwrap();
    let expected = [
        ("RELIANCE", "2024-10-28".to_owned(), "BONUS 1:1", 2),
        ("M&M", "2019-07-04".to_owned(), "DIV - RS 8.50 PER SH", 3),
        ("OLD", "2019-10-28".to_owned(), "FVSPLT FRM RS 10 TO RS 2", 4),
    ];
    assert_eq!(told(&list), expected);
    let records: Vec<_> = list.rows.iter().map(|row| row.record_day.map(|day| day.to_string())).collect();
    assert_eq!(records, [Some("2024-10-28".to_owned()), Some("2019-07-05".to_owned()), None]);
    assert_eq!(&*list.rows[0].list, "bc28102024.csv");
}

#[test]
fn the_table_of_the_site_is_read_by_its_header() {
    let list = read(&format!(
        "{OF_THE_SITE}\"RELIANCE\",\"Reliance\",\"EQ\",\"Bonus 1:1\",\"10\",\"28-Oct-2024\",\"28-Oct-2024\",\"-\",\"-\"\n"
    ))
    .unwrap();
    assert_eq!(told(&list), [("RELIANCE", "2024-10-28".to_owned(), "Bonus 1:1", 2)]);
    assert!(AnnouncedList::is_one(OF_THE_SITE.as_bytes()));
    assert!(!AnnouncedList::is_one(b"symbol,ex_day,kind\n"));
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
         EQ,ABC,ABC LTD,soon,,,2024-10-28,,,BONUS 1:1\n\
         \n\
         EQ,ABC,ABC LTD,,,,2024-10-28,,,BONUS 1:1\n\u{1a}\n"
    ))
    .unwrap();
    assert_eq!((list.other_series, list.without_ex_day), (1, 1));
    assert_eq!(told(&list), [("ABC", "2024-10-28".to_owned(), "BONUS 1:1", 10)]);
    let reasons: Vec<_> = list.unreadable.iter().map(|row| (row.line, row.reason.as_str())).collect();
    let expected = [
        (4, "ex-date \"28/13/2024\" is not a date such as 2025-01-31"),
        (5, "\"a b\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -"),
        (6, "the purpose is empty"),
        (7, "the row has 3 fields and needs 10"),
        (8, "record date \"soon\" is not a date such as 2025-01-31"),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn a_header_that_lacks_a_column_or_has_it_twice_is_refused_in_one_sentence() {
    let cases = [
        (
            "SERIES,SYMBOL,PURPOSE\n",
            "the column ex_dt is missing: needed are SYMBOL, SERIES, EX_DT and PURPOSE, in any order; found are SERIES, \
             SYMBOL, PURPOSE",
        ),
        ("SERIES,SYMBOL,EX_DT,EX-DATE,PURPOSE\n", "the column ex_dt is there twice"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).unwrap_err(), expected);
    }
}

#[test]
fn a_list_is_bounded() {
    let row = "EQ,ABC,ABC LTD,,,,2024-10-28,,,BONUS 1:1\n";
    let most = format!("{DAILY}{}", row.repeat(MOST_ANNOUNCED));
    assert_eq!(read(&most).unwrap().rows.len(), MOST_ANNOUNCED);
    assert_eq!(read(&format!("{most}{row}")).unwrap_err(), "it has more than 20000 rows");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        header in prop::sample::select(vec![DAILY, OF_THE_SITE, ""]),
        rows in prop::collection::vec("(EQ|N1)?,[A-Z&]{0,4},[ -~\n]{0,60}", 0..6),
        tail in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut text = header.as_bytes().to_vec();
        rows.iter().for_each(|row| text.extend_from_slice(row.as_bytes()));
        text.extend_from_slice(&tail);
        let lines = text.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
        match AnnouncedList::read("any", &text) {
            Ok(list) => {
                prop_assert!(list.rows.iter().all(|row| (2..=lines).contains(&row.line)));
                prop_assert!(list.unreadable.iter().all(|row| (1..=lines).contains(&row.line)));
            }
            Err(reason) => prop_assert!(!reason.is_empty() && !reason.contains('\n')),
        }
    }

    #[test]
    fn every_row_of_shares_comes_back(
        rows in prop::collection::vec(("[A-Z][A-Z0-9&-]{0,9}", 9_000i32..25_000, "[A-Z0-9:@./-]([A-Z0-9:@./ -]{0,20}[A-Z0-9])?"), 0..20),
        slashes in any::<bool>(),
    ) {
        let mut text = DAILY.to_owned();
        for (symbol, day, purpose) in &rows {
            let day = prahari_domain::time::day_from_number(*day).unwrap();
            let day = if slashes { day.format("%d/%m/%Y").to_string() } else { day.to_string() };
            text += &format!("EQ,{symbol},A NAME,{day},,,{day},,,{purpose}\n");
        }
        let list = read(&text).unwrap();
        prop_assert!(list.unreadable.is_empty());
        prop_assert_eq!(list.rows.len(), rows.len());
        for (found, (symbol, day, purpose)) in list.rows.iter().zip(&rows) {
            prop_assert_eq!(found.symbol.as_str(), symbol);
            prop_assert_eq!(found.ex_day, prahari_domain::time::day_from_number(*day).unwrap());
            prop_assert_eq!(Some(found.ex_day), found.record_day);
            let words = purpose.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(&found.purpose, &words);
        }
    }
}
