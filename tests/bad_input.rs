//! Bad input: one clear line, exit code 2, nothing written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::fs;
use std::path::Path;

use support::{run, run_well, stderr};

const HEADER: &str = "date,open,high,low,close,adj_close,volume\n";
const WEEK: [&str; 4] = ["--from", "2025-03-10", "--to", "2025-03-14"];

/// What `arguments` end with: exit code 2 and this one line.
fn refused(arguments: &[&str], line: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    assert_eq!(stderr(&output), format!("error: {line}\n"), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

fn simulate(more: &[&str]) -> Vec<String> {
    ["simulate"].iter().chain(&WEEK).chain(more).map(|part| (*part).to_owned()).collect()
}

fn simulation_refused(more: &[&str], line: &str) {
    let arguments = simulate(more);
    refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), line);
}

/// A market folder with one file.
fn market(folder: &Path, file: &str, text: &str) -> String {
    fs::write(folder.join(file), text).unwrap();
    format!("csv:{}", folder.display())
}

#[test]
fn days_that_make_no_sense_are_refused() {
    let outside = "is outside the trading calendar, which reaches from 2023-01-01 to 2100-12-31";
    refused(
        &["simulate", "--from", "2025-03-14", "--to", "2025-03-10"],
        "the simulation cannot run from 2025-03-14 to 2025-03-10: the last day is before the first",
    );
    refused(
        &["simulate", "--from", "2019-03-10", "--to", "2025-03-10"],
        &format!("the simulation cannot run from 2019-03-10 to 2025-03-10: 2019-03-10 {outside}"),
    );
    refused(
        &["serve", "--demo", "--listen", "127.0.0.1:0", "--speed", "60", "--from", "2101-01-03"],
        &format!("2101-01-03 {outside}"),
    );
    let output = run(&["simulate", "--from", "2025-02-30", "--to", "2025-03-10"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("invalid value '2025-02-30' for '--from <FROM>'"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_market_that_cannot_be_used_is_refused_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let shown = dir.display().to_string();
    let row = "2025-03-10,100.00,101.00,99.00,100.50,100.50,1000\n";
    let missing = format!("csv:{shown}/nowhere");
    simulation_refused(
        &["--market", &missing],
        &format!("cannot read the market folder {shown}/nowhere: No such file or directory (os error 2)"),
    );
    simulation_refused(
        &["--market", &format!("csv:{shown}")],
        &format!("the market folder {shown} has no .csv or .csv.gz files"),
    );
    for (text, at_line) in [
        (format!("{HEADER}{row}2025-03-07,100.00,101.00,99.00,100.50,100.50,1000\n"), 3),
        (format!("{HEADER}{row}{row}"), 3),
        (format!("{HEADER}2025-03-10,100.00,99.00,99.00,100.50,100.50,1000\n"), 2),
        (format!("{HEADER}2025-03-10,hundred,101.00,99.00,100.50,100.50,1000\n"), 2),
        (format!("{HEADER}2025-13-10,100.00,101.00,99.00,100.50,100.50,1000\n"), 2),
        (format!("{HEADER}{row}2025-03-11,100.00\n"), 3),
    ] {
        let market = market(dir, "ABC.csv", &text);
        let arguments = simulate(&["--market", &market]);
        let output = run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(2), "{text}");
        let line = stderr(&output);
        assert!(line.starts_with(&format!("error: {shown}/ABC.csv line {at_line}: ")), "{text}{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
    }
    let unknown = market(dir, "no symbol.csv", &format!("{HEADER}{row}"));
    fs::remove_file(dir.join("ABC.csv")).unwrap();
    let output = run(&simulate(&["--market", &unknown]).iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("\"no symbol\" is not a symbol"), "{}", stderr(&output));
}

#[test]
fn prices_of_the_running_day_are_refused_where_days_are_made_up_and_for_what_they_lack() {
    let bars = concat!("bars=csv:", env!("CARGO_MANIFEST_DIR"), "/templates/market");
    let both = ["--market", bars, "--market", "quotes,instruments=kotak:asha"];
    simulation_refused(
        &both,
        "--market kotak:asha is for serve: it has prices of the running day only, with the session of a user",
    );
    refused(
        &[&["serve", "--demo", "--listen", "127.0.0.1:0"], both.as_slice()].concat(),
        "--market kotak:asha is not for a demonstration, which lives through days at once",
    );
    refused(
        &["serve", "--demo", "--listen", "127.0.0.1:0", "--market", "kotak:asha"],
        "--market kotak:asha: Kotak Neo has no bars of closed days and no corporate actions; write \
         quotes,instruments=kotak:asha, and name another source for these",
    );
}

#[test]
fn a_module_that_is_no_task_component_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("module.wasm");
    let shown = file.to_str().unwrap();
    let foreign = "(component (import \"wasi:http/types@0.2.0\" (instance)) \
                   (import \"prahari:task/market@0.9.0\" (instance)))";
    let cases: [(&str, Vec<u8>); 5] = [
        ("text", b"(component)".to_vec()),
        ("core", wat::parse_str("(module)").unwrap()),
        ("foreign", wat::parse_str(foreign).unwrap()),
        ("older", wat::parse_str("(component (import \"prahari:task/market@0.9.0\" (instance)))").unwrap()),
        ("newer", wat::parse_str("(component (import \"prahari:task/market@1.9.0\" (instance)))").unwrap()),
    ];
    let own = format!("buy_orders={shown}");
    for (case, bytes) in cases {
        fs::write(&file, bytes).unwrap();
        let output = run(&simulate(&["--module", &own]).iter().map(String::as_str).collect::<Vec<_>>());
        let line = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{case}: {line}");
        assert!(line.starts_with("error: the module of buy_orders cannot be loaded: "), "{case}: {line}");
        assert_eq!(line.lines().count(), 1, "{case}: {line}");
        let named = match case {
            "foreign" => "wasi:http/types@0.2.0",
            "older" => "0.9.0",
            "newer" => "1.9.0",
            _ => "component",
        };
        assert!(line.contains(named), "{case}: {line}");
    }
    fs::remove_file(&file).unwrap();
    simulation_refused(
        &["--module", &own],
        &format!("cannot read the module {shown}: No such file or directory (os error 2)"),
    );
}

#[test]
fn a_database_that_cannot_be_used_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    let shown = db.to_str().unwrap();
    fs::write(&db, "this is not a database, whatever its name").unwrap();
    let sentence = "is not a Prahari database: name another file, or move this one away";
    simulation_refused(&["--db", shown], &format!("{shown} {sentence}"));
    assert_eq!(fs::read_to_string(&db).unwrap(), "this is not a database, whatever its name");
    fs::remove_file(&db).unwrap();

    let arguments = simulate(&["--db", shown]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run_well(&arguments);
    simulation_refused(
        &["--db", shown],
        "the database cannot be resumed: it holds a simulation already; go on with --resume",
    );
    simulation_refused(
        &["--db", shown, "--resume", "--seed", "9"],
        "the database cannot be resumed: it holds the simulation of synthetic from 2025-03-10 to 2025-03-14 with 1 \
         user and seed 1",
    );

    // The version stands in the file's header, big-endian, where SQLite keeps `user_version`.
    let mut before = fs::read(&db).unwrap();
    before[60..64].copy_from_slice(&9_999u32.to_be_bytes());
    fs::write(&db, &before).unwrap();
    let output = run(&["simulate", "--from", "2025-03-10", "--to", "2025-03-14", "--db", shown, "--resume"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("has version 9999"), "{}", stderr(&output));
    assert_eq!(fs::read(&db).unwrap(), before);
}

#[test]
fn a_simulation_is_not_resumed_on_other_bars() {
    let folder = tempfile::tempdir().unwrap();
    let (bars, db) = (folder.path().join("bars"), folder.path().join("prahari.db"));
    fs::create_dir(&bars).unwrap();
    let row = |day: u32, close: &str| format!("2025-03-{day},100.00,101.00,99.00,{close},{close},1000\n");
    let text = format!("{HEADER}{}{}", row(10, "100.50"), row(11, "100.00"));
    let market = market(&bars, "ABC.csv", &text);
    let arguments = ["--market", &market, "--db", db.to_str().unwrap()];
    run_well(&simulate(&arguments).iter().map(String::as_str).collect::<Vec<_>>());
    let resumed = [&arguments[..], &["--resume"]].concat();
    run_well(&simulate(&resumed).iter().map(String::as_str).collect::<Vec<_>>());
    fs::write(bars.join("ABC.csv"), format!("{HEADER}{}{}", row(10, "100.50"), row(11, "100.05"))).unwrap();
    let line = format!(
        "the database cannot be resumed: it holds a simulation on other bars than {market} has now; put the old ones back \
         or begin anew"
    );
    simulation_refused(&resumed, &line);
}

#[test]
fn what_cannot_be_written_is_known_before_the_simulation() {
    for option in ["--json", "--orders", "--db"] {
        simulation_refused(
            &[option, "/nowhere/file"],
            "nothing can be written to /nowhere/file: there is no such folder",
        );
        // A folder in which nobody can make a file, whatever their rights.
        let output = run(&simulate(&[option, "/proc/file"]).iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(2), 0),
            "{option}: {}",
            stderr(&output)
        );
        let line = stderr(&output);
        assert!(line.starts_with("error: nothing can be written to /proc/file: "), "{option}: {line}");
        assert_eq!(line.lines().count(), 1, "{option}: {line}");
    }
}

#[test]
fn a_module_for_a_task_that_does_not_come_with_the_program_is_refused_by_the_daemon() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    refused(
        &["serve", "--db", db.to_str().unwrap(), "--listen", "127.0.0.1:0", "--module", "gap_watch=gap.wasm"],
        "--module gap_watch=gap.wasm: no task gap_watch comes with the program; add it to the running daemon with `prahari \
         task add gap.wasm`",
    );
    assert!(!db.exists());
}

#[test]
fn what_a_simulation_writes_takes_the_place_of_a_file_only() {
    let folder = tempfile::tempdir().unwrap();
    let (pipe, file) = (folder.path().join("pipe"), folder.path().join("file"));
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRUSR).unwrap();
    let (pipe, file) = (pipe.to_str().unwrap(), file.to_str().unwrap());
    for option in ["--json", "--orders"] {
        simulation_refused(&[option, pipe], &format!("{pipe} is not a file that can be written anew"));
    }
    simulation_refused(&["--json", file, "--orders", file], "--json and --orders name the same file");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the pipe is there, and nothing else");
}

#[test]
fn a_folder_of_modules_that_is_none_is_refused_before_anything_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let (file, db) = (folder.path().join("file.wasm"), folder.path().join("prahari.db"));
    fs::write(&file, "x").unwrap();
    let nothing = folder.path().join("nothing");
    for (named, reason) in
        [(&file, "it is not a folder"), (&nothing, "No such file or directory (os error 2)")]
    {
        let line = format!("the folder of modules {} cannot be watched: {reason}", named.display());
        let (named, db) = (named.to_str().unwrap(), db.to_str().unwrap());
        refused(&["serve", "--db", db, "--listen", "127.0.0.1:0", "--watch-modules", named], &line);
    }
    assert!(!db.exists());
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    for arguments in [
        vec!["simulate", "--from", "2025-03-10", "--to", "2025-03-14", "--market", "bonds"],
        vec!["simulate", "--from", "2025-03-10", "--to", "2025-03-14", "--users", "0"],
        vec!["simulate", "--from", "2025-03-10", "--to", "2025-03-14", "--resume"],
        vec!["simulate", "--from", "2025-03-10", "--to", "2025-03-14", "--module", "lunch=x.wasm"],
        vec!["replay", "--db", "x.db"],
        vec!["trade"],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}
