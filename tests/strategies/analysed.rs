//! What the API says of how tasks did, against the executions and closed lots that it is made of.

use std::collections::BTreeMap;

use prahari_domain::time::Timestamp;
use prahari_store::{RunFilter, RunRow};
use serde_json::{Value, json};

use super::support;
use support::console::Console;
use support::{ADMIN, day};

const MONTH: &str = "from=2025-03-01&through=2025-03-31";

/// The figures of each task are those of its executions, the results those of what they sold; an admin sees the same of everybody.
pub(super) async fn fits_the_executions(console: &Console) {
    let runs = runs_of_march(console).await;
    let admin = console.admin().await;
    let told = admin.get(&format!("/api/v1/analytics/tasks?{MONTH}")).await.ok();
    assert_eq!((&told["complete"], &told["from"]), (&json!(true), &json!("2025-03-01")));
    let rows: BTreeMap<String, Value> = rows(&told["rows"], "task");
    assert!(rows.len() > 6, "{rows:?}");
    let mut by_task: BTreeMap<String, Vec<&RunRow>> = BTreeMap::new();
    runs.iter().for_each(|run| by_task.entry(run.task.to_string()).or_default().push(run));
    for (task, runs) in &by_task {
        are_the_sums_of(&rows[task], runs);
    }
    let versions = admin.get(&format!("/api/v1/analytics/tasks?{MONTH}&by=version")).await.ok();
    let mut executions = 0;
    for row in versions["rows"].as_array().unwrap().iter().filter(|row| number(row, "executions") > 0) {
        let of = |run: &&RunRow| row["task"] == run.task.name() && row["module_hash"] == run.module_hash;
        let runs: Vec<&RunRow> = runs.iter().filter(of).collect();
        are_the_sums_of(row, &runs);
        assert!(row["module_version"].as_u64().is_some_and(|version| version > 0), "{row}");
        executions += runs.len();
    }
    assert_eq!(executions, runs.len());
    results_are_those_of_closed_lots(console, &rows).await;
    an_admin_sees_the_same(console, &runs).await;
    let long = admin.get("/api/v1/analytics/tasks?from=2025-01-01&through=2025-03-31").await;
    assert_eq!(long.status, 400, "{}", long.text);
}

async fn runs_of_march(console: &Console) -> Vec<RunRow> {
    let filter = RunFilter {
        since: Some(Timestamp::start_of(day("2025-03-01"))),
        until: Some(Timestamp::end_of(day("2025-03-31"))),
        limit: 1_000_000,
        ..RunFilter::default()
    };
    let mut runs = console.daemon.store.user(ADMIN).runs(filter).await.unwrap();
    runs.retain(|run| run.outcome.as_deref().is_some_and(|outcome| outcome != "superseded"));
    assert!(runs.len() > 1_000, "{} executions", runs.len());
    runs
}

fn are_the_sums_of(row: &Value, runs: &[&RunRow]) {
    let count = |number: usize| number as i64;
    let sum = |of: fn(&RunRow) -> u64| runs.iter().map(|run| of(run)).sum::<u64>().cast_signed();
    let succeeded = runs.iter().filter(|run| run.outcome.as_deref() == Some("succeeded")).count();
    assert_eq!(number(row, "executions"), count(runs.len()), "{row}");
    assert_eq!(number(row, "succeeded"), count(succeeded), "{row}");
    assert_eq!(row["success_percent"].as_f64().unwrap(), succeeded as f64 * 100.0 / runs.len() as f64);
    assert_eq!(number(row, "cpu_micros"), sum(|run| run.cpu_micros), "{row}");
    assert_eq!(number(row, "host_micros"), sum(|run| run.left.host_micros), "{row}");
    assert_eq!(number(row, "orders"), sum(|run| run.orders.into()), "{row}");
    let stored = |run: &RunRow| run.left.log_bytes + run.left.decision_bytes + run.left.recording_bytes;
    assert_eq!(number(row, "stored_bytes"), sum(stored), "{row}");
    let peak = runs.iter().map(|run| run.peak_memory).max().unwrap();
    assert_eq!(number(row, "peak_memory_bytes"), peak.cast_signed(), "{row}");
    let durations = runs.iter().map(|run| run.finished_at.unwrap().millis_since(run.started_at));
    spread(&row["duration_ms"], durations.collect());
    let lateness = runs.iter().filter_map(|run| Some(run.started_at.millis_since(run.slot_due?)));
    spread(&row["lateness_ms"], lateness.collect());
}

/// At least so many percent of the values are not above the one that is told, and fewer are not above a smaller one.
fn spread(told: &Value, mut values: Vec<i64>) {
    values.sort_unstable();
    let Some(most) = values.last() else {
        assert!(told.is_null(), "{told}");
        return;
    };
    assert_eq!(number(told, "max"), *most);
    for (name, percent) in [("p50", 50), ("p95", 95), ("p99", 99)] {
        let value = number(told, name);
        let not_above = values.iter().filter(|other| **other <= value).count();
        let below = values.iter().filter(|other| **other < value).count();
        assert!(not_above * 100 >= values.len() * percent, "{name} of {told}");
        assert!(below * 100 < values.len() * percent, "{name} of {told}");
    }
}

async fn results_are_those_of_closed_lots(console: &Console, tasks: &BTreeMap<String, Value>) {
    let admin = console.admin().await;
    let (mut lots, mut path) = (Vec::new(), format!("/api/v1/positions/closed?{MONTH}&limit=500"));
    loop {
        let page = admin.get(&path).await.ok();
        lots.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/positions/closed?{MONTH}&limit=500&cursor={next}");
    }
    let mut by_seller: BTreeMap<String, i64> = BTreeMap::new();
    let mut net = 0;
    for lot in &lots {
        let order = lot["sold_by"].as_str().unwrap().parse().unwrap();
        let store = console.daemon.store.user(ADMIN);
        let run = store.find_order(order).await.unwrap().unwrap().run;
        let run = store.find_run(run).await.unwrap().unwrap();
        *by_seller.entry(run.task.to_string()).or_default() += number(lot, "net_paise");
        net += number(lot, "net_paise");
    }
    assert!(by_seller.len() > 2, "{by_seller:?}");
    for (task, row) in tasks {
        let expected = by_seller.get(task).copied().unwrap_or(0);
        assert_eq!(number(row, "net_paise"), expected, "{row}");
    }
    assert_eq!(tasks.values().map(|row| number(row, "net_paise")).sum::<i64>(), net);
}

async fn an_admin_sees_the_same(console: &Console, runs: &[RunRow]) {
    let admin = console.admin().await;
    let told = admin.get(&format!("/api/v1/system/analytics?{MONTH}&by=user&limit=500")).await.ok();
    assert_eq!(told["complete"], true);
    let users = rows(&told["rows"]["items"], "user_name");
    let ours = users.values().find(|row| row["user"] == ADMIN.0).unwrap();
    are_the_sums_of(ours, &runs.iter().collect::<Vec<_>>());
    let summary = admin.get(&format!("/api/v1/pnl/summary?{MONTH}")).await.ok();
    for field in ["realised_paise", "charges_paise", "net_paise"] {
        assert_eq!(ours[field], summary[field], "{field}");
    }
    // Nobody else has a service.
    let tasks = admin.get(&format!("/api/v1/system/analytics?{MONTH}&limit=500")).await.ok();
    let mine = admin.get(&format!("/api/v1/analytics/tasks?{MONTH}")).await.ok();
    let mine = rows(&mine["rows"], "task");
    for (task, row) in rows(&tasks["rows"]["items"], "task") {
        assert_eq!(
            (&row["executions"], &row["duration_ms"]),
            (&mine[&task]["executions"], &mine[&task]["duration_ms"])
        );
        assert!(row["net_paise"].is_null(), "{row}");
    }
    let first = admin.get(&format!("/api/v1/system/analytics?{MONTH}&limit=2")).await.ok();
    let next = first["rows"]["next"].as_str().unwrap();
    let second = admin.get(&format!("/api/v1/system/analytics?{MONTH}&limit=2&cursor={next}")).await.ok();
    let whole = tasks["rows"]["items"].as_array().unwrap();
    let two = |page: &Value| page["rows"]["items"].as_array().unwrap().clone();
    assert_eq!([two(&first), two(&second)].concat(), whole[..4]);
}

fn rows(list: &Value, name: &str) -> BTreeMap<String, Value> {
    let named = |row: &Value| (row[name].as_str().unwrap_or_default().to_owned(), row.clone());
    list.as_array().unwrap().iter().map(named).collect()
}

fn number(of: &Value, field: &str) -> i64 {
    of[field].as_i64().unwrap_or_else(|| panic!("{field} of {of}"))
}
