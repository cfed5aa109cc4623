//! How late a slot starts when a thousand users are due in the same second.

use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, RunFilter, Store};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::book;
use super::line::{Line, millis, percentile};
use super::world::{MONDAY, TASK, World, at};
use crate::exit::Failure;

pub const ALONE: &str = "slot lateness, 1,000 users due in the same second, p99";
pub const HOLDING: &str = "slot lateness, the same with 10 positions each, p99";
pub const OPENING: &str = "slot lateness at the open: each of the 1,000 places 10 sells, p99";

const USERS: u32 = 1_000;
const POSITIONS: usize = 10;
const PERCENT: usize = 99;
const MOST: Duration = Duration::from_millis(100);

/// Users with positions wait for the work of those before them; the budget is that of the whole tick.
const MOST_HOLDING: Duration = Duration::from_secs(5);

/// The next minute's tick is due then.
const MOST_OPENING: Duration = Duration::from_secs(60);

/// Real time between the start of a daemon and the instant at which everybody is due: enough to load its users.
const LEAD_MS: i64 = 6_000;

/// Between two looks at whether the daemon is ready.
const POLL_MS: i64 = 20;

/// Measures sell monitors on a clock that runs as fast as the real one.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let alone = World::new().await?;
    book::fill(&alone, USERS, 0).await?;
    // The first burst of a daemon's day is like any other to them; two are measured.
    let mut alone_late = burst(&alone, at(MONDAY, 9, 16, 0)).await?;
    alone_late.extend(burst(&alone, at(MONDAY, 9, 31, 0)).await?);
    let holding = World::new().await?;
    book::fill(&holding, USERS, POSITIONS).await?;
    let mut opening_late = burst(&holding, at(MONDAY, 9, 16, 0)).await?;
    let mut holding_late = burst(&holding, at(MONDAY, 9, 31, 0)).await?;
    let raw = millis(percentile(&mut timers_alone().await?, PERCENT));
    let line = |name, bar, late: &mut [Duration], most| {
        let late = percentile(late, PERCENT);
        Line { name, bar, value: millis(late), raw: Some(raw), unit: "ms", pass: late <= most }
    };
    Ok(vec![
        line(ALONE, "<= 100 ms", &mut alone_late, MOST),
        line(HOLDING, "<= 5 s (the tick's budget)", &mut holding_late, MOST_HOLDING),
        line(OPENING, "<= 60 s (the next tick)", &mut opening_late, MOST_OPENING),
    ])
}

/// The lateness of every user's run at one instant.
async fn burst(world: &World, due: Timestamp) -> Result<Vec<Duration>, Failure> {
    let store = world.store(Durability::Full)?;
    let begin = due.plus_millis(-LEAD_MS);
    // What was due since the last burst is not made up for.
    store.system().save_cursor(begin).await.map_err(Failure::work)?;
    let broker = Arc::new(world.broker(&store).await?);
    let daemon = world.daemon(&store, Clock::scaled(begin, 1), broker).await?;
    for user in daemon.users.all() {
        let mut desk = user.desk.lock().await;
        desk.sync_fills(daemon.clock.now()).await.map_err(Failure::work)?;
        desk.reconcile(daemon.clock.now()).await.map_err(Failure::work)?;
    }
    let mut scheduler = daemon.scheduler();
    let running = tokio::spawn(async move { scheduler.run(Some(due.plus_millis(1))).await });
    wait_until_planned(&daemon).await;
    if daemon.clock.now() >= due {
        return Err(Failure::work("the daemon was not ready before the slots were due"));
    }
    running.await.map_err(Failure::work)?.map_err(Failure::work)?;
    daemon.store.flush().await.map_err(Failure::work)?;
    let late = lateness(&store, due).await?;
    store.close().await.map_err(Failure::work)?;
    Ok(late)
}

/// Waits until the slots of the day are expected of every user: from then on the scheduler waits for the clock.
async fn wait_until_planned(daemon: &Daemon) {
    let planned = || daemon.users.all().iter().all(|user| user.ledger.lock().day() == Some(MONDAY));
    while !planned() {
        let now = daemon.clock.now();
        daemon.clock.wait_until(now.plus_millis(POLL_MS), &Notify::new()).await;
    }
}

async fn lateness(store: &Store, due: Timestamp) -> Result<Vec<Duration>, Failure> {
    let mut late = Vec::new();
    for user in store.system().users().await.map_err(Failure::work)? {
        let filter = RunFilter { task: Some(TASK), since: Some(due), ..RunFilter::default() };
        let runs = store.user(user.id).runs(filter).await.map_err(Failure::work)?;
        let run = runs.iter().find(|run| run.slot_due == Some(due));
        let run = run.ok_or_else(|| Failure::work(format!("user {} did not run", user.id)))?;
        late.push(Duration::from_millis(run.started_at.millis_since(due).unsigned_abs()));
    }
    Ok(late)
}

/// Measures the same number of timers for one instant without any work after them.
async fn timers_alone() -> Result<Vec<Duration>, Failure> {
    let due = Clock::System.now().plus_millis(200);
    let mut waits = JoinSet::new();
    for _ in 0..USERS {
        waits.spawn(async move {
            Clock::System.wait_until(due, &Notify::new()).await;
            Duration::from_millis(Clock::System.now().millis_since(due).unsigned_abs())
        });
    }
    let mut late = Vec::new();
    while let Some(ended) = waits.join_next().await {
        late.push(ended.map_err(Failure::work)?);
    }
    Ok(late)
}
