//! `prahari market` and what `--market` takes.

use std::path::Path;

use prahari_domain::actions::{ActionKind, CorporateAction, Origin, Provenance};
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, Store};
use serde_json::{Value, json};

use crate::serving::serve_into;
use crate::support::{run, stderr};

/// Runs a command; its exit code, what it said, and its error.
fn said(arguments: &[&str]) -> (i32, String, String) {
    let output = run(arguments);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    (output.status.code().unwrap(), said, stderr(&output))
}

/// A folder with bars of these days.
fn write(dir: &Path, days: &[&str]) -> String {
    std::fs::create_dir_all(dir).unwrap();
    let rows: Vec<String> = days.iter().map(|day| format!("{day},100,101,99,100.5,1000\n")).collect();
    let text = format!("date,open,high,low,close,volume\n{}", rows.concat());
    std::fs::write(dir.join("ABC.csv"), text).unwrap();
    format!("csv:{}", dir.display())
}

const WEEK: [&str; 3] = ["2025-03-05", "2025-03-06", "2025-03-07"];

#[test]
fn a_chain_is_checked_source_by_source_after_who_is_asked_for_what() {
    let folder = tempfile::tempdir().unwrap();
    let whole = write(&folder.path().join("whole"), &WEEK);
    let gap = write(&folder.path().join("gap"), &[WEEK[0], WEEK[2]]);
    let (code, told, error) = said(&["market", "check", &whole]);
    assert_eq!(code, 0, "{error}");
    assert!(
        told.starts_with(&format!("{whole}: 3 bars of 1 share from 2025-03-05 to 2025-03-07\n")),
        "{told}"
    );

    let bars = format!("bars,instruments={gap}");
    let (code, told, error) = said(&["market", "check", &bars, &whole, "quotes=yahoo"]);
    assert_eq!(code, 1, "{error}");
    let asked = format!(
        "bars: {gap}, then {whole}\nquotes: {whole}, then yahoo\ninstruments: {gap}, then {whole}\nactions: {whole}\n{gap}: 2 bars of 1 share"
    );
    assert!(told.starts_with(&asked), "{told}");
    assert!(told.contains("1 session has no bar of any share: 2025-03-06\n"), "{told}");
    assert!(told.contains(&format!("{whole}: 3 bars")), "{told}");

    let (code, told, error) = said(&["market", "check", "--json", &bars, &whole, "quotes=yahoo"]);
    assert_eq!(code, 1, "{error}");
    let found: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(found["asked"]["quotes"], json!([whole, "yahoo"]));
    assert_eq!(found["whole"], json!(false));
    let sources = found["sources"].as_array().unwrap();
    let of = |source: &Value| {
        (source["market"].clone(), source["bars"].clone(), source["missing_sessions"].clone())
    };
    assert_eq!(
        sources.iter().map(of).collect::<Vec<_>>(),
        [(json!(gap), json!(2), json!(["2025-03-06"])), (json!(whole), json!(3), json!([])),]
    );
    let dates = (&sources[1]["first_day"], &sources[1]["last_day"], &sources[1]["whole"]);
    assert_eq!(dates, (&json!(WEEK[0]), &json!(WEEK[2]), &json!(true)));
    assert!(sources[1]["digest"].as_str().is_some_and(|digest| digest.len() == 64), "{told}");
}

#[test]
fn a_question_that_nobody_may_answer_is_refused_wherever_sources_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let bars = format!("bars={}", write(folder.path(), &WEEK));
    let simulate = ["simulate", "--from", "2025-03-06", "--to", "2025-03-07", "--market"];
    let database = folder.path().join("some.db");
    let serve = ["serve", "--db", database.to_str().unwrap(), "--listen", "127.0.0.1:0", "--market"];
    for command in [&["market", "check"][..], &simulate[..], &serve[..]] {
        let (code, _, error) = said(&[command, &[&bars]].concat());
        assert_eq!(code, 2, "{error}");
        let sentence = format!(
            "--market {bars}: no source may answer quotes and instruments; name it before the = of one"
        );
        assert!(error.contains(&sentence), "{error}");
    }
    let (code, _, error) = said(&["market", "check", &bars, "quotes,instruments=kotak:asha"]);
    assert_eq!(code, 2);
    assert!(error.contains("kotak:asha has no files, and is for serve: leave it out here"), "{error}");
    let (code, _, error) = said(&["market", "check", "prices=yahoo"]);
    assert_eq!(code, 2);
    assert!(
        error.contains(
            "\"prices\" is nothing that a source answers; use bars, quotes, instruments or actions"
        ),
        "{error}"
    );
    for (market, sentence) in [("yahoo", "yahoo has no files"), ("synthetic", "synthetic has no files")] {
        let (code, _, error) = said(&["market", "check", market]);
        assert_eq!((code, error.contains(sentence)), (2, true), "{error}");
    }
}

#[test]
fn bars_that_were_exported_are_checked_as_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let market = write(&folder.path().join("from"), &WEEK);
    let to = folder.path().join("to");
    let (code, told, error) = said(&["market", "export", &market, to.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    assert!(told.starts_with("3 bars of 1 share written to "), "{told}");
    let digest = |market: &str| {
        let (_, told, _) = said(&["market", "check", market]);
        told.lines().find(|line| line.starts_with("the digest of the bars is ")).unwrap().to_owned()
    };
    assert_eq!(digest(&market), digest(&format!("csv:{}", to.display())));
    // What is refused leaves no folder behind.
    let none = folder.path().join("none");
    for (options, sentence) in [
        (
            ["--from=2025-01-01", "--until=2024-01-01"].as_slice(),
            "--from 2025-01-01 is after --until 2024-01-01",
        ),
        (["--symbol=NOPE"].as_slice(), "has no share NOPE"),
        (
            ["--from=2025-03-08"].as_slice(),
            " has no bar of any share from 2025-03-08 on; there are bars from 2025-03-05 to 2025-03-07",
        ),
        (
            ["--until=2025-03-04", "--symbol=ABC"].as_slice(),
            " has no bar of ABC until 2025-03-04; there are bars from 2025-03-05 to 2025-03-07",
        ),
        (
            ["--from=2025-03-01", "--until=2025-03-04"].as_slice(),
            " has no bar of any share from 2025-03-01 to 2025-03-04; there are bars from 2025-03-05 to 2025-03-07",
        ),
    ] {
        let mut arguments = vec!["market", "export", &market, none.to_str().unwrap()];
        arguments.extend_from_slice(options);
        let (code, _, error) = said(&arguments);
        assert_eq!((code, error.contains(sentence), none.exists()), (2, true, false), "{error}");
    }
    // Nothing is written over.
    let (code, _, error) = said(&["market", "export", &market, to.to_str().unwrap()]);
    assert_eq!((code, error.contains("is not empty")), (2, true), "{error}");
}

#[test]
fn a_share_that_was_named_and_has_no_bar_of_the_days_is_told_beside_those_that_have() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    let market = write(&from, &WEEK);
    std::fs::write(from.join("XYZ.csv"), "date,open,high,low,close,volume\n2025-03-05,9,9,9,9,1\n").unwrap();
    let export = |to: &str, options: &[&str]| {
        let to = folder.path().join(to);
        let (code, told, error) =
            said(&[&["market", "export", &market, to.to_str().unwrap()][..], options].concat());
        assert_eq!(code, 0, "{error}");
        told
    };
    let told = export("named", &["--from=2025-03-06", "--symbol=ABC", "--symbol=XYZ"]);
    assert!(told.starts_with("2 bars of 1 share written to "), "{told}");
    assert!(told.ends_with("\n1 share has no bar from 2025-03-06 on: XYZ\n"), "{told}");
    // Of all shares it is what there is.
    assert!(!export("all", &["--from=2025-03-06"]).contains("XYZ"));
}

#[test]
fn options_of_a_source_that_is_not_asked_are_told_to_have_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let market = write(folder.path(), &WEEK);
    let options = ["--yahoo-url", "https://a.example", "--yahoo-per-minute", "5", "--yahoo-symbols", "none"];
    let days = ["simulate", "--from", WEEK[2], "--to", WEEK[2], "--market", &market];
    let (code, _, error) = said(&[&days[..], &options].concat());
    let told: Vec<&str> = error.lines().filter(|line| line.starts_with("warning: ")).collect();
    let expected = ["--yahoo-url", "--yahoo-symbols", "--yahoo-per-minute"]
        .map(|name| format!("warning: {name} has no effect without --market yahoo"));
    assert_eq!((code, told), (0, expected.iter().map(String::as_str).collect()), "{error}");
    let db = folder.path().join("some.db");
    let refused =
        [&["serve", "--db", db.to_str().unwrap(), "--kotak-login", "nowhere"], &options[..]].concat();
    let (code, _, error) = said(&refused);
    let told: Vec<&str> = error.lines().filter(|line| line.starts_with("warning: ")).collect();
    assert_eq!((code, told), (2, expected.iter().map(String::as_str).collect()), "{error}");
}

/// A folder of daily files in which ABC halves on Tuesday, the 11th of March.
fn write_daily(dir: &Path) -> String {
    std::fs::create_dir_all(dir).unwrap();
    let header =
        "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n";
    for (day, price) in [("07-MAR-2025", 100), ("10-MAR-2025", 100), ("11-MAR-2025", 50)] {
        let row = format!("ABC,EQ,{price},{price},{price},{price},{price},{price},9,1,{day},7,INE0,\n");
        let name = format!("cm{}bhav.csv", day.replace('-', ""));
        std::fs::write(dir.join(name), format!("{header}{row}")).unwrap();
    }
    format!("bhavcopy:{}", dir.display())
}

/// A bonus of one for one of ABC on Tuesday.
fn bonus() -> CorporateAction {
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    let (symbol, ex_day) = ("ABC".parse().unwrap(), "2025-03-11".parse().unwrap());
    CorporateAction::new(symbol, ex_day, ActionKind::Bonus { new: 1, held: 1 }, provenance, "").unwrap()
}

#[tokio::test]
async fn a_jump_is_explained_by_an_action_of_a_folder_or_of_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let daily = folder.path().join("daily");
    let market = write_daily(&daily);
    let (code, told, _) = said(&["market", "check", &market]);
    let jump = "ABC opened at ₹50.00 on 2025-03-11 after a close of ₹100.00 on 2025-03-10 (-50.0 %)";
    assert!(told.contains(&format!("{jump}; a corporate action for which the prices are not")), "{told}");
    assert_eq!(code, 0, "{told}");

    let db = folder.path().join("some.db");
    let store = Store::open(&db, Durability::Off).unwrap();
    store.system().keep_actions(vec![bonus()], "asha".to_owned(), Timestamp(7)).await.unwrap();
    store.close().await.unwrap();
    let (_, told, error) = said(&["market", "check", &market, "--db", db.to_str().unwrap()]);
    let by = "which is explained by bonus of 1 new for 1 held on 2025-03-11";
    assert!(told.contains(&format!("{jump}, {by} (admin asha)\n")), "{told}{error}");
    // A daemon on that database knows it as well, on the terminal and in its log.
    let log = folder.path().join("log");
    let file = std::fs::File::create(&log).unwrap();
    let daemon = serve_into(&["--db", db.to_str().unwrap(), "--market", &market], file.into());
    assert!(daemon.said.contains(&format!("{jump}, {by} (admin asha)\n")), "{}", daemon.said);
    drop(daemon);
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(!log.contains("or a fault"), "{log}");

    let list = "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n\
                EQ,ABC,ABC LTD,2025-03-11,,,2025-03-11,,,BONUS 1:1\n";
    std::fs::write(daily.join("bc07032025.csv"), list).unwrap();
    let (_, told, _) = said(&["market", "check", &market]);
    assert!(told.contains(&format!("{jump}, {by} (file bc07032025.csv)\n")), "{told}");
    let (code, _, error) = said(&["market", "check", &market, "--db", "/nowhere/some.db"]);
    assert_eq!((code, error.contains("there is no database /nowhere/some.db")), (2, true), "{error}");
}

#[test]
fn a_listed_action_that_prices_contradict_is_named_with_what_both_say() {
    let folder = tempfile::tempdir().unwrap();
    let daily = folder.path().join("daily");
    let market = write_daily(&daily);
    let list = |rows: &[(&str, &str)]| {
        let header =
            "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n";
        let rows = rows.iter().map(|(day, says)| format!("EQ,ABC,ABC LTD,{day},,,{day},,,{says}\n"));
        std::fs::write(daily.join("bc06032025.csv"), format!("{header}{}", rows.collect::<String>()))
            .unwrap();
    };
    // Prices halved on the 11th: not on the 10th, and not to a fifth; a day without a bar says nothing.
    let split = "FVSPLT FRM RS 10 TO RS 2";
    list(&[("2025-03-10", "BONUS 1:1"), ("2025-03-11", split), ("2025-03-12", "BONUS 1:1")]);
    let says = [
        "ABC on 2025-03-10: bonus of 1 new for 1 held (file bc06032025.csv): ABC opened at ₹100.00 on 2025-03-10 after a \
         close of ₹100.00 on 2025-03-07 (unchanged), and it leads to an open of about ₹50.00",
        "ABC on 2025-03-11: split, 5 for 1 (file bc06032025.csv): ABC opened at ₹50.00 on 2025-03-11 after a close of \
         ₹100.00 on 2025-03-10 (-50.0 %), and it leads to an open of about ₹20.00",
    ];
    let (code, told, error) = said(&["market", "check", &market]);
    assert_eq!(code, 0, "{told}{error}");
    let named: Vec<&str> = told.lines().filter(|line| line.contains("it leads to")).collect();
    assert_eq!(named, says, "{told}");
    let (_, told, _) = said(&["market", "check", "--json", &market]);
    let found: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(found["sources"][0]["contradicted_actions"], json!(says));

    // What prices did, alone or with another of the day, is in no question.
    list(&[("2025-03-11", "BONUS 1:1")]);
    let (_, told, _) = said(&["market", "check", "--json", &market]);
    let found: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(found["sources"][0]["contradicted_actions"], json!([]));
    list(&[("2025-03-11", "DIV - RS 101 PER SH")]);
    let (_, told, _) = said(&["market", "check", &market]);
    let dear = "ABC on 2025-03-11: dividend of ₹101.00 a share (file bc06032025.csv): it is more than a whole share cost at \
                the close of 2025-03-10, which was ₹100.00\n";
    assert!(told.contains(dear), "{told}");
}

#[test]
fn what_cannot_be_used_is_named_and_the_check_fails() {
    let folder = tempfile::tempdir().unwrap();
    let market = write(folder.path(), &[WEEK[0], WEEK[1], WEEK[2], "2099-12-31"]);
    let (code, told, error) = said(&["market", "check", &market]);
    assert_eq!(code, 1, "{error}");
    assert!(told.contains("3 bars of 1 share from 2025-03-05 to 2025-03-07\n"), "{told}");
    assert!(told.contains("ABC.csv: 1 row cannot be used: line 5: 2099-12-31 has not come\n"), "{told}");
    assert!(told.ends_with("1 row or file could not be used\n"), "{told}");
}
