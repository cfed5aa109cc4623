//! `prahari task run`: a component once, on a paper account in a temporary database, on the day's virtual clock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::daemon::Daemon;
use prahari_app::modules::{Component, Modules};
use prahari_app::prices::log_bars;
use prahari_app::runs::Trigger;
use prahari_app::simulation::create_users;
use prahari_app::tasks::TaskManifest;
use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::text::lines;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::replay::replay;
use prahari_runtime::{Module, Recording, Runtime};
use prahari_store::Durability;

use super::report::Report;
use super::{component, settings, shares};
use crate::cli::RunTask;
use crate::components::COMPONENTS;
use crate::exit::Failure;
use crate::wiring::{self, Draws};

/// The only user of the run.
const USER: UserId = UserId(1);

/// Runs the task and prints what it did. A run that does not succeed is a failure.
pub async fn run(options: RunTask) -> Result<(), Failure> {
    let calendar = wiring::calendar()?;
    let start = start_of(&options, &calendar.current())?;
    let bytes = component::read(&options.file)?;
    let runtime = wiring::runtime()?;
    let module = component::load(&runtime, &options.file, &bytes).await?;
    let task = place_of(&module, options.task)?;
    let manifest = manifest_of(&runtime, &module, task).await?;
    let market = wiring::market(&options.markets, &calendar, options.seed, start.ist_day(), options.day)?;
    market.report().iter().for_each(log_bars);
    let own = Component { name: task.name(), bytes: bytes.into(), given: true };
    let modules = Modules::load(&runtime, &[own]).await.map_err(Failure::input)?;
    let database = wiring::database(None, Durability::Off)?;
    create_users(&database.store, 1, start).await.map_err(Failure::work)?;
    let parts = (runtime.clone(), Arc::new(modules));
    let clock = Clock::at(start);
    let store = database.store.clone();
    let draws = Draws::simulated(options.seed);
    let daemon = wiring::daemon_of(clock, store, market, calendar, draws, parts, vec![manifest]).await?;
    let recording = execute(&daemon, &options, (task, &module)).await;
    let closed = database.store.close().await.map_err(Failure::work);
    let mut report = recording?;
    closed?;
    if let Some(runs) = options.measure {
        let took = measured(&runtime, &module, &report.recording, runs).await?;
        report.fresh_run_micros = Some(took.as_secs_f64() * 1e6);
    }
    report.print();
    if let Some(path) = &options.json {
        write_json(path, &report)?;
    }
    report.success()
}

/// Returns where the clock stands first: on the day, or on the trading day before, when shares have to be bought.
fn start_of(options: &RunTask, calendar: &Calendar) -> Result<Timestamp, Failure> {
    calendar.trading_day(options.day).map_err(Failure::input)?;
    if options.held.is_empty() {
        return Ok(Timestamp::start_of(options.day));
    }
    let before: Day = calendar.trading_day_from(options.day, -1).map_err(Failure::input)?;
    Ok(Timestamp::start_of(before))
}

/// Returns the task whose grant and budget the component gets.
fn place_of(module: &Module, given: Option<Task>) -> Result<Task, Failure> {
    let name = &module.info().name;
    given.or_else(|| name.parse().ok()).ok_or_else(|| {
        Failure::input(format!(
            "{name:?} cannot be the name of a task; say in whose place it runs: --task NAME"
        ))
    })
}

/// Returns what the task is in whose place it runs: its own manifest, or that of the built-in task of this name.
async fn manifest_of(runtime: &Runtime, module: &Module, task: Task) -> Result<TaskManifest, Failure> {
    let own = module.manifest().map(TaskManifest::read).transpose().map_err(Failure::input)?;
    if let Some(own) = own.filter(|own| own.name == task) {
        return Ok(own);
    }
    let shipped = COMPONENTS.iter().find(|(name, _)| *name == task.name());
    let Some((_, bytes)) = shipped else {
        let names: Vec<&str> = COMPONENTS.iter().map(|(name, _)| *name).collect();
        return Err(Failure::input(format!(
            "{task} is no task of this host; say in whose place it runs: --task {}",
            names.join(", ")
        )));
    };
    let shipped = runtime.load(bytes).await.map_err(Failure::work)?;
    let manifest = shipped.manifest().map(TaskManifest::read).transpose().map_err(Failure::work)?;
    manifest.ok_or_else(|| Failure::work(format!("the built-in module of {task} exports no manifest")))
}

async fn execute(
    daemon: &Arc<Daemon>,
    options: &RunTask,
    (task, module): (Task, &Module),
) -> Result<Report, Failure> {
    if let Some(file) = &options.settings {
        set(daemon, (task, module), file).await?;
    }
    let at = Timestamp::from_ist(options.day, options.at);
    shares::buy(daemon, USER, task, &options.held).await?;
    // As in a simulation: minute by minute, so that orders fill; then to the instant itself.
    daemon.scheduler().run(Some(at)).await.map_err(Failure::work)?;
    daemon.clock.wait_until(at, &daemon.wake).await;
    let user = daemon.users.find(USER).map_err(Failure::work)?;
    user.desk.lock().await.sync_fills(at).await.map_err(Failure::work)?;
    shares::check(&user, &options.held).await?;
    let answer = daemon.runs.execute(&user, task, at, Trigger::RunOnce, 1).await.map_err(Failure::work)?;
    let answer = answer.ok_or_else(|| Failure::work("the task is executing already"))?;
    daemon.store.flush().await.map_err(Failure::work)?;
    Report::of(&daemon.store, USER, task, answer.run).await
}

/// Sets for the user what a file says.
async fn set(daemon: &Daemon, (task, module): (Task, &Module), file: &Path) -> Result<(), Failure> {
    let (user, values) = (daemon.users.find(USER).map_err(Failure::work)?, settings::read(file)?);
    let described = module.described_settings();
    let change = daemon.settings.change_task_settings(&user, (task, &described), values, None).await;
    let change = change.map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
    change.save(USER).await.map_err(Failure::work)?;
    Ok(())
}

/// The median time of a fresh instance and run on the recorded answers, through the gate.
async fn measured(
    runtime: &Runtime,
    module: &Module,
    recording: &Recording,
    runs: u32,
) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for _ in 0..runs {
        let watch = Stopwatch::start();
        replay(runtime, module, recording).await.map_err(Failure::work)?;
        times.push(watch.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

fn write_json(path: &Path, report: &Report) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(report).map_err(Failure::work)?;
    std::fs::write(path, lines(&text).as_bytes()).map_err(|error| {
        Failure::input(format!("the report cannot be written to {}: {error}", path.display()))
    })
}
