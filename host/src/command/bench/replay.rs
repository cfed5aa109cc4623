//! How fast recorded minutes of the sell monitor run again, and what is kept of each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::daemon::Daemon;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::ids::{RunId, UserId};
use prahari_runtime::replay::{Replayer, replay};
use prahari_runtime::{Module, Recording, RunRequest};
use prahari_store::{Durability, RunFilter};

use super::book;
use super::line::Line;
use super::world::{MONDAY, TASK, World, at};
use crate::exit::Failure;

pub const SPEED: &str = "replay speed: recorded sell_monitor runs, 10 positions each";
pub const KEPT: &str = "bytes kept of a recorded sell_monitor run, 10 positions, first hour";

const USERS: u32 = 20;
const POSITIONS: usize = 10;

/// A month of a user's minutes, 8,000 runs, within ten seconds.
const LEAST_SPEED: f64 = 1_000.0;

/// Ten thousand users fill less than 6 GB a day. With every user's candles in each recording it would be more.
const MOST_KEPT: f64 = 1_500.0;

/// Records an hour of the sell monitor from the open, then replays it all.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let world = World::new().await?;
    book::fill(&world, USERS, POSITIONS).await?;
    let store = world.store(Durability::Off)?;
    let broker = Arc::new(world.broker(&store).await?);
    let daemon = world.daemon(&store, Clock::at(at(MONDAY, 9, 15, 30)), broker).await?;
    daemon.scheduler().run(Some(at(MONDAY, 10, 15, 0))).await.map_err(Failure::work)?;
    store.flush().await.map_err(Failure::work)?;
    let module = daemon.modules.of(TASK).map_err(Failure::work)?;
    let runs = recorded(&daemon).await?;
    let replayed = replayed(&daemon, &module, &runs).await?;
    let raw = run_alone(&daemon, &module, &runs).await?;
    let kept = kept(&daemon, &runs).await?;
    store.close().await.map_err(Failure::work)?;
    let per_second = |time: Duration| runs.len() as f64 / time.as_secs_f64();
    Ok(vec![
        Line {
            name: SPEED,
            bar: ">= 1,000; raw: the same without database and comparison",
            value: per_second(replayed),
            raw: Some(per_second(raw)),
            unit: "runs/s",
            pass: per_second(replayed) >= LEAST_SPEED,
        },
        Line { name: KEPT, bar: "<= 1,500", value: kept, raw: None, unit: "bytes", pass: kept <= MOST_KEPT },
    ])
}

/// Bytes of a run's recording, its part in what is shared included.
async fn kept(daemon: &Daemon, runs: &[(UserId, RunId)]) -> Result<f64, Failure> {
    let (mut own, mut shared) = (0, BTreeMap::new());
    for (user, run) in runs {
        let row = daemon.store.user(*user).recording(*run).await.map_err(Failure::work)?.unwrap_or_default();
        own += row.data.len();
        for reply in row.replies {
            own += reply.hash.len();
            shared.insert(reply.hash, reply.data.len());
        }
    }
    Ok((own + shared.values().sum::<usize>()) as f64 / runs.len() as f64)
}

/// Every run of the task, by user.
async fn recorded(daemon: &Daemon) -> Result<Vec<(UserId, RunId)>, Failure> {
    let mut runs = Vec::new();
    for user in daemon.users.all() {
        let filter = RunFilter { task: Some(TASK), limit: u32::MAX, ..RunFilter::default() };
        let rows = daemon.store.user(user.id).runs(filter).await.map_err(Failure::work)?;
        runs.extend(rows.iter().map(|row| (user.id, row.id)));
    }
    if runs.is_empty() { Err(Failure::work("no run was recorded")) } else { Ok(runs) }
}

async fn load(daemon: &Daemon, (user, run): (UserId, RunId)) -> Result<Recording, Failure> {
    let found = find_recording(&daemon.store.user(user), run).await.map_err(Failure::work)?;
    found.ok_or_else(|| Failure::work(format!("run {run} has no recording")))
}

/// Replays a run as `prahari replay` does: read, run and compare call by call.
async fn replayed(daemon: &Daemon, module: &Module, runs: &[(UserId, RunId)]) -> Result<Duration, Failure> {
    let stopwatch = Stopwatch::start();
    for run in runs {
        let recording = load(daemon, *run).await?;
        let report = replay(&daemon.runtime, module, &recording).await.map_err(Failure::work)?;
        if !report.is_same() {
            return Err(Failure::work(format!("run {} does not replay the same", run.1)));
        }
    }
    Ok(stopwatch.elapsed())
}

/// The module on the same answers, which are in memory already.
async fn run_alone(daemon: &Daemon, module: &Module, runs: &[(UserId, RunId)]) -> Result<Duration, Failure> {
    let mut time = Duration::ZERO;
    for run in runs {
        let recording = load(daemon, *run).await?;
        let calls = recording.calls().map_err(Failure::work)?;
        let recorded = recording.run;
        let request =
            RunRequest { context: recorded.context, grant: recorded.grant, budget: recorded.budget };
        let mut answers = Replayer::new(&calls);
        let stopwatch = Stopwatch::start();
        daemon.runtime.run(module, request, &mut answers).await;
        time += stopwatch.elapsed();
    }
    Ok(time)
}
