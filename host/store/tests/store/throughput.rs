//! What a year of runs costs the writer. The figure is printed; a fixed bar would fail on a slow or busy machine.

use std::fs;
use std::time::{Duration, Instant};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::OrderState;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{
    DecisionRow, Durability, RecordingRow, RunFilter, RunFinish, SlotKind, SlotRow, SlotUpdate, Store,
};

use crate::support::{TestStore, day, intended, order, run_start};

const RUNS: u64 = 100_000;
const ORDERS: u64 = 500;

#[expect(clippy::disallowed_methods, reason = "the real time that the work takes is what is printed")]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_year_of_runs_is_kept() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let due = Timestamp(0);
    let slot = SlotRow::planned(
        user.id(),
        Task::literal("sell_monitor"),
        day("2025-01-02"),
        due,
        SlotKind::Continuous,
    );
    user.plan_slots(vec![slot.clone()]).await.unwrap();
    let began = Instant::now();
    for run in 1..=RUNS {
        one_run(&test, &slot, run).await;
    }
    test.store.flush().await.unwrap();
    let (wall, cpu) = (began.elapsed(), writer_cpu());
    println!(
        "{RUNS} runs, each started, finished, its slot and the cursor saved: {wall:?}, of the writer's CPU {cpu:?}"
    );
    assert_eq!(
        user.runs(RunFilter { limit: u32::MAX, ..Default::default() }).await.unwrap().len() as u64,
        RUNS
    );
}

#[expect(clippy::disallowed_methods, reason = "the real time that the work takes is what is printed")]
#[tokio::test]
async fn an_order_is_durable_soon() {
    let folder = tempfile::TempDir::new().unwrap();
    let store = Store::open(folder.path().join("prahari.db"), Durability::Full).unwrap();
    let user = store.user(UserId(1));
    let mut waits = Vec::new();
    for sequence in 1..=ORDERS {
        let began = Instant::now();
        user.append_journal_durable(
            vec![intended(1, sequence, 1, None)],
            vec![order(1, 1, OrderState::Intent)],
        )
        .await
        .unwrap();
        waits.push(began.elapsed());
    }
    waits.sort_unstable();
    let (half, most) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("{ORDERS} order intents, each until it is durable on this disk: p50 {half:?}, p99 {most:?}");
    assert_eq!(user.load_journal(0).await.unwrap().len() as u64, ORDERS);
}

/// CPU time of the writer thread so far, where the system tells it.
fn writer_cpu() -> Option<Duration> {
    let threads = fs::read_dir("/proc/self/task").ok()?;
    let of_writer = |thread: fs::DirEntry| {
        let name = fs::read_to_string(thread.path().join("comm")).ok()?;
        let times = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        let nanos = times.split(' ').next()?.parse().ok()?;
        name.starts_with("store writer").then_some(Duration::from_nanos(nanos))
    };
    // Other tests have writers too; this one has done by far the most.
    threads.flatten().filter_map(of_writer).max()
}

async fn one_run(test: &TestStore, slot: &SlotRow, run: u64) {
    let user = test.store.user(UserId(1));
    let at = Timestamp(run.cast_signed() * 60_000);
    user.start_run(run_start(run, Task::literal("sell_monitor"), at.0)).await.unwrap();
    let decision = DecisionRow {
        symbol: "RELIANCE".to_owned(),
        action: "hold".to_owned(),
        reason: "ema9_not_lower".to_owned(),
        evidence: vec![("ema9".to_owned(), "1283.40".to_owned()), ("rsi10".to_owned(), "41.7".to_owned())],
    };
    let finish = RunFinish {
        recording: RecordingRow { data: vec![7; 400], replies: Vec::new() },
        decisions: vec![decision; 3],
        ..RunFinish::new(RunId(run), "succeeded", at)
    };
    user.finish_run(finish).await.unwrap();
    user.update_slot(SlotUpdate { ticks_ran: run as u32, last_tick_at: Some(at), ..slot.into() })
        .await
        .unwrap();
    test.store.system().save_cursor(at).await.unwrap();
}
