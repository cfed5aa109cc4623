//! Every recorded run runs again with the same calls and the same end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::{run, run_well, simulate, stderr};

fn simulated_week() -> (support::Simulated, String) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("week.db").to_str().unwrap().to_owned();
    let mut simulated =
        simulate(&["--from", "2025-03-03", "--to", "2025-03-07", "--users", "2", "--db", &db]);
    simulated.folder = folder;
    (simulated, db)
}

#[test]
fn every_run_of_a_week_replays_without_a_difference() {
    let (simulated, db) = simulated_week();
    let total = simulated.report["runs"]["total"].as_u64().unwrap();
    let output = run_well(&["replay", "--db", &db, "--all"]);
    let expected = format!("replayed {total} runs: 0 differ; 0 have no recording\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn a_run_that_is_not_there_and_a_database_that_is_not_there_are_named() {
    let (_simulated, db) = simulated_week();
    let output = run(&["replay", "--db", &db, "99999999"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: there is no run 99999999 in this database\n");
    let output = run(&["replay", "--db", "nowhere.db", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: there is no database nowhere.db\n");
}
