//! What stands beside the bars: corporate actions, price bands and deliveries.

use super::*;

fn told(market: &FolderMarket) -> Vec<String> {
    let actions = market.actions();
    actions.told.iter().map(|told| format!("{told} ({})", told.provenance().teller)).collect()
}

#[tokio::test]
async fn actions_are_read_plain_packed_and_out_of_the_days_reports_each_once() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let bonus = announced("ABC", "2024-07-12", "BONUS 1:1");
    write(dir.path(), "bc04072024.csv", &format!("{ACTIONS}{bonus}"));
    zip(
        dir.path(),
        "PR050724.zip",
        &[
            ("Readme.txt", "reports"),
            (
                "PR050724/Bc050724.csv",
                &format!("{ACTIONS}{bonus}{}", announced("M&M", "08/07/2024", "DIV - RS 2 PER SH")),
            ),
        ],
    );
    zip(dir.path(), "bc08072024.csv.zip", &[("bc08072024.csv", &format!("{ACTIONS}{bonus}"))]);
    let market = open(dir.path()).unwrap();
    let expected = [
        "M&M on 2024-07-08: dividend of ₹2.00 a share (PR050724.zip)",
        "ABC on 2024-07-12: bonus of 1 new for 1 held (bc04072024.csv)",
    ];
    assert_eq!(told(&market), expected);
    assert_eq!(market.refresh().await, Ok(None));
    write(
        dir.path(),
        "bc09072024.csv",
        &format!("{ACTIONS}{bonus}{}", announced("ABC", "2024-07-15", "DEMERGER")),
    );
    assert!(market.refresh().await.unwrap().is_some());
    assert_eq!(told(&market).last().unwrap(), "ABC on 2024-07-15: demerger (bc09072024.csv)");
}

#[test]
fn an_action_that_is_no_longer_told_before_its_ex_date_is_left_out_with_a_word() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let (early, late) =
        (announced("ABC", "2024-07-12", "BONUS 1:1"), announced("ABC", "2024-07-19", "BONUS 1:1"));
    // Told up to the day before: a list of the ex-date need not name it.
    let kept = announced("M&M", "2024-07-08", "DIV - RS 2 PER SH");
    write(dir.path(), "bc04072024.csv", &format!("{ACTIONS}{early}{kept}"));
    write(dir.path(), "bc08072024.csv", &format!("{ACTIONS}{late}"));
    let market = open(dir.path()).unwrap();
    let expected = [
        "M&M on 2024-07-08: dividend of ₹2.00 a share (bc04072024.csv)",
        "ABC on 2024-07-19: bonus of 1 new for 1 held (bc08072024.csv)",
    ];
    assert_eq!(told(&market), expected);
    let note = "1 corporate action is left out, no longer told before the ex-date: ABC on 2024-07-12: \
                bonus of 1 new for 1 held, last told on 2024-07-04";
    assert_eq!(market.report().unwrap().notes[0], note);
    let withdrawn = market.actions().withdrawn.clone();
    let withdrawn: Vec<_> =
        withdrawn.iter().map(|key| (key.symbol.as_str(), key.ex_day.to_string())).collect();
    assert_eq!(withdrawn, [("ABC", "2024-07-12".to_owned())]);
}

#[test]
fn a_list_that_cannot_be_used_takes_no_prices_away_and_is_named_with_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let row = announced("ABC", "2024-07-12", "BONUS 1:1");
    write(dir.path(), "bc04072024.csv", &format!("{ACTIONS}{row}{}", announced("ABC", "soon", "BONUS 1:1")));
    write(dir.path(), "bc05072024.csv", "nothing\n");
    let words = announced("M&M", "2024-07-12", "BONUS");
    write(dir.path(), "bc06072024.csv", &format!("{ACTIONS}{row}{words}"));
    write(dir.path(), "bc07072024.csv", &format!("{ACTIONS}{row}{words}"));
    zip(dir.path(), "PR080724.zip", &[("a.csv", ACTIONS)]);
    write(dir.path(), "sec_list_05072024.csv", "Symbol,Series\n");
    write(
        dir.path(),
        "sec_list_08072024.csv",
        "Symbol,Series,Security Name,Band,Remarks\r\nABC,EQ,A NAME,wide,-\r\nM&M,BE,A, 2,5,-\r\n",
    );
    let market = open(dir.path()).unwrap();
    let expected = [
        "what 1 row of corporate actions says cannot be read: M&M of 2024-07-12: \"BONUS\": a bonus without its ratio",
        "bc04072024.csv: 1 row cannot be used: line 3: ex-date \"soon\" is not a date such as 2025-01-31",
        "sec_list_08072024.csv: 2 rows cannot be used: line 2: the band \"wide\" is neither a whole percentage nor \"No Band\", line 3: \
         the row has 6 fields and the header 5",
        "bc05072024.csv is left out: the column symbol is missing: needed are SYMBOL, SERIES, EX_DT and PURPOSE, in any order; \
         found are nothing",
        "PR080724.zip is left out: it has no list of corporate actions such as bc28102024.csv in it",
        "sec_list_05072024.csv is left out: the column band is missing: needed are Symbol, Series and Band",
    ];
    let notes = market.report().unwrap().notes;
    let found: Vec<_> = notes
        .iter()
        .filter(|note| {
            note.starts_with("what")
                || note.starts_with("bc")
                || note.starts_with("PR")
                || note.starts_with("sec")
        })
        .collect();
    assert_eq!(found, expected.iter().collect::<Vec<_>>());
    // Nor is an action withdrawn by a list that nobody could read.
    assert_eq!(told(&market), ["ABC on 2024-07-12: bonus of 1 new for 1 held (bc04072024.csv)"]);
}

#[tokio::test]
async fn the_band_of_an_instrument_is_the_one_of_the_list() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    let header = "Symbol,Series,Security Name,Band,Remarks\n";
    write(
        dir.path(),
        "sec_list_05072024.csv",
        &format!("{header}ABC,EQ,A NAME,5,-\nM&M,EQ,A NAME,No Band,-\n"),
    );
    write(
        dir.path(),
        "sec_list_08072024.csv",
        &format!("{header}ABC,EQ,A NAME,10.00,-\nM&M,BE,A NAME,2,-\n"),
    );
    let market = open(dir.path()).unwrap();
    let symbols = ["ABC", "M&M"].map(|symbol| Symbol::new(symbol).unwrap());
    let close = |text: &str| Paise(text.replace('.', "").parse().unwrap());
    let cases = [
        // Around 101.00 and 99.00, the closes of the day before; without a band the widest is presumed.
        ("2024-07-05", [(close("95.95"), close("106.05")), (close("79.20"), close("118.80"))]),
        ("2024-07-08", [(close("91.80"), close("112.20")), (close("96.04"), close("99.96"))]),
        // Around 103.00 and 98.00, two weeks after the last list.
        ("2024-07-22", [(close("82.40"), close("123.60")), (close("78.40"), close("117.60"))]),
    ];
    for (day, expected) in cases {
        let now = Timestamp::end_of(day.parse().unwrap()).plus_minutes(-1);
        let found = market.instruments(&symbols, now).await.unwrap();
        let bands: Vec<_> = found
            .into_iter()
            .map(|found| found.unwrap())
            .map(|found| (found.band_low, found.band_high))
            .collect();
        assert_eq!(bands, expected, "{day}");
    }
}

#[test]
fn deliveries_are_read_beside_the_bars_of_another_file_and_bad_ones_take_no_bar_away() {
    let dir = tempfile::tempdir().unwrap();
    let row = |symbol: &str, series: &str, delivered: &str| {
        full("05-Jul-2024", symbol, series, 100, 10).replace(", -, -", &format!(", {delivered}, 50.0"))
    };
    let rows = [
        row("ABC", "BE", "3"),
        row("ABC", "EQ", "5"),
        row("M&M", "EQ", "-"),
        row("XYZ", "EQ", "11"),
        row("GSEC", "GS", "1"),
    ];
    write(dir.path(), "sec_bhavdata_full_05072024.csv", &format!("{FULL}{}", rows.concat()));
    let bars = ["ABC", "M&M", "XYZ"].map(|symbol| old("05-JUL-2024", symbol, "EQ", 100, 10));
    write(dir.path(), "cm05JUL2024bhav.csv", &format!("{OLD}{}", bars.concat()));
    let market = open(dir.path()).unwrap();
    let day = "2024-07-05".parse().unwrap();
    let delivered = ["ABC", "M&M", "XYZ"].map(|symbol| market.delivered(&symbol.parse().unwrap(), day));
    assert_eq!(delivered, [Some(5_000), None, None]);
    let note = "sec_bhavdata_full_05072024.csv: 1 row cannot be used: line 5: XYZ: 11 shares were delivered and 10 traded";
    assert_eq!(market.report().unwrap().notes, [note]);
}

#[test]
fn an_archive_of_reports_is_bounded_and_has_one_list() {
    let dir = tempfile::tempdir().unwrap();
    three_days(dir.path());
    zip(dir.path(), "PR050724.zip", &[("bc05072024.csv", ACTIONS), ("old/bc050724.csv", ACTIONS)]);
    let names: Vec<String> = (0..=1_000).map(|number| format!("r{number}.csv")).collect();
    zip(dir.path(), "PR080724.zip", &names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>());
    let notes = open(dir.path()).unwrap().report().unwrap().notes;
    for expected in [
        "PR050724.zip is left out: the archive holds 2 such files instead of one",
        "PR080724.zip is left out: the archive holds more than 1000 files",
    ] {
        assert!(notes.iter().any(|note| note == expected), "{expected}: {notes:?}");
    }
}

proptest! {
    #[test]
    fn any_list_is_read_or_noted_and_the_prices_stay(
        header in prop::sample::select(vec![ACTIONS, "Symbol,Series,Security Name,Band,Remarks\n", ""]),
        rows in prop::collection::vec("[A-Z&]{0,3},(EQ|BE|N1)?[ -~\n]{0,60}", 0..6),
        tail in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let dir = tempfile::tempdir().unwrap();
        three_days(dir.path());
        let mut text = header.as_bytes().to_vec();
        rows.iter().for_each(|row| text.extend_from_slice(row.as_bytes()));
        text.extend_from_slice(&tail);
        for name in ["bc04072024.csv", "sec_list_04072024.csv", "PR050724.zip", "bc08072024.csv.gz"] {
            std::fs::write(dir.path().join(name), &text).unwrap();
        }
        prop_assert!(open(dir.path()).is_ok());
    }
}
