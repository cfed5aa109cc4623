//! What another version of a task would have done: faults planted in the real tasks are reported with the run, and a
//! version that does the same is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/faults.rs"]
mod faults;
mod support;

use std::path::PathBuf;
use std::process::Output;

use faults::{Fault, component, faulty};
use serde_json::Value;
use support::{read_json, run, run_well, simulate, stderr};

/// A simulated week in which both tasks order.
struct Week {
    simulated: support::Simulated,
    db: String,
}

impl Week {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("week.db").to_str().unwrap().to_owned();
        let mut simulated = simulate(&[
            "--from",
            "2024-03-18",
            "--to",
            "2024-03-22",
            "--users",
            "1",
            "--seed",
            "7",
            "--db",
            &db,
        ]);
        simulated.folder = folder;
        Self { simulated, db }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.simulated.folder.path().join(name)
    }

    /// Tries a component in a task's place.
    fn try_out(&self, task: &str, component: &[u8]) -> (Output, Value) {
        let (file, json) = (self.file("candidate.wasm"), self.file("shadow.json"));
        std::fs::write(&file, component).unwrap();
        let module = format!("{task}={}", file.display());
        let json_text = json.to_str().unwrap();
        let output =
            run(&["shadow", "--db", &self.db, "--module", &module, "--days", "5", "--json", json_text]);
        assert!(json.is_file(), "no report: {}", stderr(&output));
        (output, read_json(&json))
    }

    fn try_fault(&self, task: &str, fault: Fault) -> Value {
        let (output, report) = self.try_out(task, &faulty(task, fault));
        assert_eq!(output.status.code(), Some(1), "{task}, {fault:?}: {report}");
        let first = &report["findings"][0];
        let named = format!("run {} of user 1 on {}", first["run"], first["day"].as_str().unwrap());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(&named), "{task}, {fault:?}: {named} is not in {text}");
        report
    }
}

fn count(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap()
}

/// The orders of the first finding that differ: as recorded and as the candidate wants them.
fn first_order(report: &Value) -> (String, String) {
    let orders = report["findings"][0]["orders"].as_array().unwrap();
    let order = orders.iter().find(|order| order["standing"] != "same").unwrap();
    let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
    (text("recorded"), text("candidate"))
}

/// Quantity and limit in paise of an order in words, such as `sell 10 INFY at ₹1,523.45 (exit ema9_target)`.
fn quantity_and_limit(order: &str) -> (u64, i64) {
    let words: Vec<&str> = order.split(' ').collect();
    (words[1].parse().unwrap(), words[4].replace(['₹', ',', '.'], "").parse().unwrap())
}

#[test]
fn a_version_that_does_the_same_is_identical_in_every_run() {
    let week = Week::new();
    for (task, runs) in [("sell_monitor", 5 * 375), ("buy_orders", 5)] {
        let (output, report) = week.try_out(task, &component(task));
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!((count(&report, "runs"), count(&report, "identical")), (runs, runs), "{report}");
        assert_eq!((count(&report, "retold"), count(&report, "without_recording")), (0, 0));
    }
}

#[test]
fn a_version_that_only_logs_otherwise_is_identical_and_told_apart() {
    let week = Week::new();
    let (output, report) = week.try_out("sell_monitor", &faulty("sell_monitor", Fault::Talks));
    assert!(output.status.success(), "{}", stderr(&output));
    let runs = count(&report, "runs");
    assert_eq!((count(&report, "identical"), count(&report, "retold")), (runs, runs), "{report}");
}

#[test]
fn planted_faults_are_reported_with_the_run() {
    let week = Week::new();
    for (task, side, wrong) in [("sell_monitor", "sell", "buy"), ("buy_orders", "buy", "sell")] {
        let (recorded, candidate) = first_order(&week.try_fault(task, Fault::WrongSide));
        assert!(recorded.starts_with(side) && candidate.starts_with(wrong), "{recorded}; {candidate}");

        let (recorded, candidate) = first_order(&week.try_fault(task, Fault::DoubledQuantity));
        let (quantity, limit) = quantity_and_limit(&recorded);
        assert_eq!(quantity_and_limit(&candidate), (2 * quantity, limit));

        let (_, candidate) = first_order(&week.try_fault(task, Fault::Price(5)));
        assert_eq!(quantity_and_limit(&candidate), (quantity, limit + 5));

        let (recorded, candidate) = first_order(&week.try_fault(task, Fault::OtherSymbol));
        assert!(candidate.split(' ').nth(2).unwrap().starts_with('Z'), "{recorded}; {candidate}");

        let report = week.try_fault(task, Fault::LoopsAtLimit(limit));
        let identical = count(&report, "runs") - count(&report, "trapped");
        assert_eq!((count(&report, "identical"), count(&report, "changed")), (identical, 0), "{report}");
        let difference = report["findings"][0]["difference"].as_str().unwrap();
        assert_eq!(difference, "it ended as cpu_limit: the run used up its processor time");
    }
}

#[test]
fn replay_takes_a_day_and_a_module_for_the_task_that_it_names() {
    let week = Week::new();
    let output = run_well(&["replay", "--db", &week.db, "--day", "2024-03-19"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("replayed 3") && text.contains(": 0 differ; 0 have no recording"), "{text}");

    let report = week.try_fault("buy_orders", Fault::DoubledQuantity);
    let changed = report["findings"][0]["run"].to_string();
    let file = week.file("candidate.wasm");
    let file = file.to_str().unwrap();
    let output = run(&["replay", "--db", &week.db, &changed, "--module", file]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with(&format!("run {changed} (buy_orders) differs:")), "{text}");

    let output = run(&["shadow", "--db", "nowhere.db", "--module", file]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: there is no database nowhere.db\n");
}
