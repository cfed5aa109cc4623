//! How late a slot starts when a thousand users are due in the same second.

use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::Clock;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, RunFilter, Store};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::book;
use super::line::{Line, millis, percentile};
use super::world::{MONDAY, World, at};
use crate::exit::Failure;

pub const USUAL: &str = "slot lateness, 1,000 users due in the same second, p99";
pub const OPENING: &str = "slot lateness at the open: each of the 1,000 places 10 sells, p99";

const USERS: u32 = 1_000;
const POSITIONS: usize = 10;
const PERCENT: usize = 99;
const MOST: Duration = Duration::from_millis(100);

/// The next minute's tick is due then.
const MOST_OPENING: Duration = Duration::from_secs(60);

/// Usual bursts measured, each by a daemon of its own.
const BURSTS: u32 = 2;

/// Real time between the start of a daemon and the instant at which everybody is due: enough to load its users.
const LEAD_MS: i64 = 3_000;

/// Measures sell monitors of users with ten positions on a clock that runs as fast as the real one.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let world = World::new().await?;
    book::fill(&world, USERS, POSITIONS).await?;
    let mut opening = burst(&world, at(MONDAY, 9, 16, 0)).await?;
    let mut usual = Vec::new();
    for number in 1..=BURSTS {
        usual.extend(burst(&world, at(MONDAY, 9, 16 + number, 0)).await?);
    }
    let raw = millis(percentile(&mut timers_alone().await?, PERCENT));
    let line = |name, bar, late: &mut [Duration], most| {
        let late = percentile(late, PERCENT);
        Line { name, bar, value: millis(late), raw: Some(raw), unit: "ms", pass: late <= most }
    };
    Ok(vec![
        line(USUAL, "<= 100 ms", &mut usual, MOST),
        line(OPENING, "<= 60 s (the next tick)", &mut opening, MOST_OPENING),
    ])
}

/// The lateness of every user's run at one instant.
async fn burst(world: &World, due: Timestamp) -> Result<Vec<Duration>, Failure> {
    let store = world.store(Durability::Full)?;
    let broker = Arc::new(world.broker(&store).await?);
    let clock = Clock::scaled(due.plus_millis(-LEAD_MS), 1);
    let daemon = world.daemon(&store, clock, broker).await?;
    for user in daemon.users() {
        user.desk.lock().await.reconcile(daemon.clock.now()).await.map_err(Failure::work)?;
    }
    if daemon.clock.now() >= due {
        return Err(Failure::work("the daemon was not ready before the slots were due"));
    }
    daemon.scheduler().run(Some(due.plus_millis(1))).await.map_err(Failure::work)?;
    daemon.store.settle().await.map_err(Failure::work)?;
    let late = lateness(&store, due).await?;
    store.close().await.map_err(Failure::work)?;
    Ok(late)
}

async fn lateness(store: &Store, due: Timestamp) -> Result<Vec<Duration>, Failure> {
    let mut late = Vec::new();
    for user in store.system().users().await.map_err(Failure::work)? {
        let filter = RunFilter { task: Some(Task::SellMonitor), since: Some(due), ..RunFilter::default() };
        let runs = store.user(user.id).runs(filter).await.map_err(Failure::work)?;
        let run = runs.iter().find(|run| run.slot_due == Some(due));
        let run = run.ok_or_else(|| Failure::work(format!("user {} did not run", user.id)))?;
        late.push(Duration::from_millis(run.started_at.millis_since(due).unsigned_abs()));
    }
    Ok(late)
}

/// As many waits for one instant that do nothing afterwards.
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
