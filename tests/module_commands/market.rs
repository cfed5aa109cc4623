//! `prahari market` and what `--market` takes.

use std::path::Path;

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
        told.starts_with(&format!("{whole}: 3 bars of 1 shares from 2025-03-05 to 2025-03-07\n")),
        "{told}"
    );

    let bars = format!("bars,instruments={gap}");
    let (code, told, error) = said(&["market", "check", &bars, &whole, "quotes=yahoo"]);
    assert_eq!(code, 1, "{error}");
    let asked = format!(
        "bars: {gap}, then {whole}\nquotes: {whole}, then yahoo\ninstruments: {gap}, then {whole}\nactions: {whole}\n{gap}: 2 bars of 1 shares"
    );
    assert!(told.starts_with(&asked), "{told}");
    assert!(told.contains("1 sessions have no bar of any share: 2025-03-06\n"), "{told}");
    assert!(told.contains(&format!("{whole}: 3 bars")), "{told}");
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
    assert!(told.starts_with("3 bars of 1 shares are written to "), "{told}");
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
