//! Every recorded run runs again with the same calls and the same end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::Path;

use prahari_app::runs::recordings::find_recording;
use prahari_app::simulation::create_users;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{RecordedRun, Recording};
use prahari_store::{
    Durability, RecordingRow, RunFilter, RunFinish, RunRow, RunStart, SharedReplyRow, Store,
};
use support::{run, run_well, simulate, stderr};

fn simulated_week() -> (support::Simulated, String) {
    simulated("2025-03-07", 2)
}

/// The days from Monday to this one.
fn simulated(to: &str, users: u32) -> (support::Simulated, String) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("week.db").to_str().unwrap().to_owned();
    let users = users.to_string();
    let mut simulated = simulate(&["--from", "2025-03-03", "--to", to, "--users", &users, "--db", &db]);
    simulated.folder = folder;
    (simulated, db)
}

fn open(db: impl AsRef<Path>) -> Store {
    Store::open(db, Durability::Off).unwrap()
}

/// Every run in a database, in the order in which they began.
async fn runs(store: &Store) -> Vec<RunRow> {
    let mut runs = Vec::new();
    for user in store.system().users().await.unwrap() {
        let filter = RunFilter { limit: u32::MAX, ..RunFilter::default() };
        runs.extend(store.user(user.id).runs(filter).await.unwrap());
    }
    runs.sort_by_key(|run| run.id);
    runs
}

/// As hosts wrote a recording that kept every reply in each: format, not compressed, length, run, calls.
fn in_format_1(recording: &Recording) -> Vec<u8> {
    let RecordedRun { module, context, grant, budget, usage, outcome, cpu_micros, peak_memory, cause: _ } =
        &recording.run;
    // Budget and usage had no bounds then on what a run leaves behind.
    let limits = (budget.cpu_ms, budget.wall_ms, budget.memory_bytes, budget.host_calls);
    let limits = (limits, budget.boundary_bytes, budget.log_bytes, budget.orders);
    let used = (usage.calls, usage.orders, usage.log_bytes, usage.boundary_bytes);
    let run = (module, context, grant, limits, used, outcome, cpu_micros, peak_memory);
    let mut raw = postcard::to_extend(&run, Vec::new()).unwrap();
    for call in recording.calls().unwrap() {
        raw = postcard::to_extend(&call, raw).unwrap();
    }
    let header = postcard::to_extend(&(1_u8, false, raw.len() as u64), Vec::new()).unwrap();
    [header, raw].concat()
}

/// Writes a run of one database, with its recording in the old format, into another.
async fn copy(run: &RunRow, from: &Store, to: &Store) {
    let recording = find_recording(&from.user(run.user), run.id).await.unwrap().unwrap();
    let scope = to.user(run.user);
    let start = RunStart {
        id: run.id,
        task: run.task,
        slot_due: run.slot_due,
        trigger: run.trigger,
        service: run.service,
        module_hash: run.module_hash.clone(),
        started_at: run.started_at,
        attempt: run.attempt,
        cause: run.cause.clone(),
    };
    scope.start_run(start).await.unwrap();
    let recording = RecordingRow { data: in_format_1(&recording), replies: Vec::new() };
    let outcome = run.outcome.as_deref().unwrap();
    let finish = RunFinish { recording, ..RunFinish::new(run.id, outcome, run.started_at) };
    scope.finish_run(finish).await.unwrap();
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

#[tokio::test]
async fn a_database_of_a_host_that_shared_no_replies_replays() {
    let (simulated, db) = simulated("2025-03-04", 2);
    let old_db = simulated.folder.path().join("old.db");
    let (new, old) = (open(&db), open(&old_db));
    create_users(&old, 2, Timestamp(0)).await.unwrap();
    let runs = runs(&new).await;
    for run in &runs {
        copy(run, &new, &old).await;
    }
    old.close().await.unwrap();
    let output = run_well(&["replay", "--db", old_db.to_str().unwrap(), "--all"]);
    let expected = format!("replayed {} runs: 0 differ; 0 have no recording\n", runs.len());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[tokio::test]
async fn users_share_candles_and_a_damaged_reply_is_named_with_its_run() {
    let (_simulated, db) = simulated("2025-03-05", 3);
    let store = open(&db);
    let mut using: Vec<(RunRow, SharedReplyRow)> = Vec::new();
    for run in runs(&store).await {
        let row = store.user(run.user).recording(run.id).await.unwrap().unwrap();
        assert!(row.replies.len() < 2 || row.data.len() < 10_000, "{run:?} keeps {} bytes", row.data.len());
        using.extend(row.replies.into_iter().map(|reply| (run.clone(), reply)));
    }
    store.close().await.unwrap();
    let is_of_other_user = |(run, reply): &&(RunRow, SharedReplyRow)| {
        using.iter().any(|(other, kept)| kept.hash == reply.hash && other.user != run.user)
    };
    let of_monitor = using.iter().filter(|(run, _)| run.task == Task::literal("position_monitor"));
    let (run_row, reply) = of_monitor.clone().find(is_of_other_user).expect("two users hold the same share");

    // Its beginning stands in one piece, whatever pages it is on.
    let beginning = &reply.data[..40];
    let mut bytes = std::fs::read(&db).unwrap();
    let at = bytes.windows(beginning.len()).position(|window| window == beginning).unwrap();
    bytes[at + 30] ^= 1;
    std::fs::write(&db, bytes).unwrap();
    let output = run(&["replay", "--db", &db, &run_row.id.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let hash: String = reply.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = format!("error: run {}: the shared reply {hash} is damaged: ", run_row.id);
    assert!(stderr(&output).starts_with(&expected), "{}", stderr(&output));
}
