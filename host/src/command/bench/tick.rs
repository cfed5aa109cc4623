//! One minute of the sell monitor for ten thousand users with ten positions each.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::daemon::Daemon;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, RunFilter, RunFinish, RunStart, RunTrigger, SlotUpdate, Store};

use super::book;
use super::line::{Line, median};
use super::world::{MONDAY, TASK, World, at};
use crate::exit::Failure;

pub const TICK: &str = "sell_monitor tick, 10,000 users x 10 positions, recorded and committed";
pub const OPENING: &str = "the same at the open: 100,000 sells placed, each intent on disk first";

const USERS: u32 = 10_000;
const POSITIONS: usize = 10;

const MOST: Duration = Duration::from_secs(5);

/// The next minute's tick is due then.
const MOST_OPENING: Duration = Duration::from_secs(60);

/// How fast the clock runs from one measured minute to the next: 15 real seconds, so that a tick over its budget of
/// five is measured and not missed.
const SPEED: u32 = 4;

/// Number of minutes that are measured.
const TICKS: usize = 3;

const MINUTE_MS: i64 = 60_000;

const FIRST: UserId = UserId(1);

/// Measures the opening minute, then usual ones.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let world = World::new().await?;
    book::fill(&world, USERS, POSITIONS).await?;
    let opening = opening(&world).await?;
    let store = world.store(Durability::Full)?;
    let clock = Clock::scaled(at(MONDAY, 9, 20, 0), SPEED);
    let mut minutes = Minutes::new(&world, &store, clock).await?;
    // The first minute after a start also compares each book with the broker's, which is no matter of five seconds.
    minutes.minute().await?;
    let mut times = Vec::new();
    for _ in 0..TICKS {
        times.push(minutes.next().await?);
    }
    let (tick, raw) = (median(&mut times), writes_alone(&store).await?);
    store.close().await.map_err(Failure::work)?;
    let line = |name, bar, time: Duration, raw: Option<Duration>, most| Line {
        name,
        bar,
        value: time.as_secs_f64(),
        raw: raw.map(|raw| raw.as_secs_f64()),
        unit: "s",
        pass: time <= most,
    };
    Ok(vec![
        line(TICK, "<= 5 s", tick, Some(raw), MOST),
        line(OPENING, "<= 60 s (the next tick)", opening, None, MOST_OPENING),
    ])
}

async fn opening(world: &World) -> Result<Duration, Failure> {
    let store = world.store(Durability::Full)?;
    let mut minutes = Minutes::new(world, &store, Clock::scaled(at(MONDAY, 9, 16, 0), 1)).await?;
    let time = minutes.next().await?;
    let first = minutes.daemon.users.find(FIRST).map_err(Failure::work)?;
    let sells = first.desk.lock().await.book().active_orders().count();
    if sells != POSITIONS {
        return Err(Failure::work(format!("the first user has {sells} sells instead of {POSITIONS}")));
    }
    store.close().await.map_err(Failure::work)?;
    Ok(time)
}

/// A daemon whose scheduler does one minute at a time.
struct Minutes {
    daemon: Arc<Daemon>,
    /// Set by the daemon when it has handed out the work of an instant.
    begun: Arc<Mutex<Option<Stopwatch>>>,
    last: Option<Timestamp>,
}

impl Minutes {
    async fn new(world: &World, store: &Store, clock: Clock) -> Result<Self, Failure> {
        let broker = Arc::new(world.broker(store).await?);
        // Loading takes a while, in which a scaled clock runs on.
        let daemon = world.daemon(store, clock, broker).await?;
        let begun = Arc::new(Mutex::new(None));
        let told = begun.clone();
        daemon.cursor.observe(move |_| *told.lock() = Some(Stopwatch::start()));
        Ok(Self { daemon, begun, last: None })
    }

    /// Has the scheduler do the next minute for every user: the time from its start until everything is committed.
    async fn next(&mut self) -> Result<Duration, Failure> {
        let before = self.ticks_ran().await?;
        let (due, time) = self.minute().await?;
        let ran = self.ticks_ran().await?.saturating_sub(before);
        if ran != u64::from(USERS) {
            return Err(Failure::work(format!("{ran} of {USERS} users had their tick of {due}")));
        }
        Ok(time)
    }

    /// The present minute, or the next one if this one is done; which it was, and its time.
    async fn minute(&mut self) -> Result<(Timestamp, Duration), Failure> {
        let now = self.daemon.clock.now();
        let present = Timestamp(now.0.div_euclid(MINUTE_MS) * MINUTE_MS);
        let due = self.last.map_or(present, |last| present.max(last.plus_minutes(1)));
        self.last = Some(due);
        let mut scheduler = self.daemon.scheduler_after(due.plus_millis(-1));
        scheduler.run(Some(due.plus_millis(1))).await.map_err(Failure::work)?;
        self.daemon.store.flush().await.map_err(Failure::work)?;
        let begun = self.begun.lock().take();
        let begun = begun.ok_or_else(|| Failure::work("the minute was never begun"))?;
        Ok((due, begun.elapsed()))
    }

    async fn ticks_ran(&self) -> Result<u64, Failure> {
        let system = self.daemon.store.system();
        let counts = system.slot_counts(MONDAY, self.daemon.clock.now()).await.map_err(Failure::work)?;
        Ok(counts.iter().map(|(_, counts)| counts.ticks_ran).sum())
    }
}

/// The rows of one tick of all users, with a recording as large as a real one, through the bare writer.
async fn writes_alone(store: &Store) -> Result<Duration, Failure> {
    let filter = RunFilter { task: Some(TASK), limit: 1, ..RunFilter::default() };
    let runs = store.user(FIRST).runs(filter).await.map_err(Failure::work)?;
    let run = runs.first().ok_or_else(|| Failure::work("no run was recorded"))?;
    let recording = store.user(FIRST).recording(run.id).await.map_err(Failure::work)?.unwrap_or_default();
    let slots = store.user(FIRST).slots(MONDAY).await.map_err(Failure::work)?;
    let slot = slots.first().ok_or_else(|| Failure::work("no slot was planned"))?;
    let users = store.system().users().await.map_err(Failure::work)?;
    let stopwatch = Stopwatch::start();
    for user in users {
        let (scope, id) = (store.user(user.id), store.system().next_run_id());
        let start = RunStart {
            id,
            task: run.task,
            slot_due: run.slot_due,
            trigger: RunTrigger::Scheduled,
            service: None,
            module_hash: run.module_hash.clone(),
            started_at: run.started_at,
            attempt: run.attempt,
            cause: run.cause.clone(),
        };
        scope.start_run(start).await.map_err(Failure::work)?;
        let finish = RunFinish {
            detail: run.detail.clone(),
            recording: recording.clone(),
            ..RunFinish::new(id, "succeeded", run.started_at)
        };
        scope.finish_run(finish).await.map_err(Failure::work)?;
        scope.update_slot(SlotUpdate::from(slot)).await.map_err(Failure::work)?;
    }
    store.flush().await.map_err(Failure::work)?;
    Ok(stopwatch.elapsed())
}
