//! The trial of a version: in its shadow on what was recorded, and where nothing ever was, in a month that is simulated on the
//! daemon's own bars.

use std::sync::Arc;

use chrono::Days;
use parking_lot::Mutex;
use prahari_brokers::{PaperBroker, PaperBrokerage, PaperSettings};
use prahari_domain::actions::ActionName;
use prahari_domain::ids::UserId;
use prahari_domain::orders::TagCode;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_schedule::Schedule;
use prahari_store::{Durability, ModuleRow, RunFilter, Store};

use super::create_users;
use crate::brokers::Brokers;
use crate::clock::Clock;
use crate::daemon::{Daemon, DaemonDeps};
use crate::desk::TradingServices;
use crate::error::AppError;
use crate::paper_store::{DatabasePaperStore, PAPER};
use crate::prices::PriceJumps;
use crate::progress;
use crate::shadow::{ShadowReport, SimulatedMonth};
use crate::tasks::TaskManifest;

/// How many days are simulated.
const MONTH_DAYS: u64 = 30;

/// How many rows of runs are in memory at a time.
const PAGE: u32 = 500;

/// Tries a version of a task's module on the recorded runs of the last `days` trading days, of everybody, and keeps what came
/// out. When no run of the task was ever recorded, the month before today is simulated instead, with the version in the place
/// of its task's module and one paper account with the settings that everybody begins with. Nothing of the daemon's own is
/// changed but the kept report.
///
/// # Errors
/// When there is no such version, it does not load, the market cannot be simulated on, or the store fails.
pub async fn try_module(
    daemon: &Arc<Daemon>,
    task: Task,
    version: u64,
    days: u32,
    by: UserId,
) -> Result<ShadowReport, AppError> {
    let row = daemon.modules.version(task, version).await?;
    // One at a time, and no replays of many runs beside it: the processors are there for the day's work.
    let _turn = daemon.replays.permits.turn().await;
    let mut report = daemon.trials.compare(&row, days).await?;
    if report.days.is_none() {
        report.simulated = Some(simulate(daemon, &row).await?);
    }
    daemon.trials.keep(&row, &report, by).await?;
    Ok(report)
}

async fn simulate(daemon: &Daemon, row: &ModuleRow) -> Result<SimulatedMonth, AppError> {
    let (from, to) = month_before(daemon.clock.now().ist_day());
    let folder = tempfile::tempdir().map_err(AppError::Folder)?;
    let store = Store::open(folder.path().join("prahari.db"), Durability::Off)?;
    let month = run(daemon, row, &store, (from, to)).await;
    // Also after a failure: the folder goes with its file closed.
    let closed = store.close().await;
    let month = month?;
    closed?;
    Ok(month)
}

fn month_before(today: Day) -> (Day, Day) {
    let to = today.pred_opt().unwrap_or(today);
    (today.checked_sub_days(Days::new(MONTH_DAYS)).unwrap_or(to), to)
}

async fn run(
    daemon: &Daemon,
    row: &ModuleRow,
    store: &Store,
    (from, to): (Day, Day),
) -> Result<SimulatedMonth, AppError> {
    create_users(store, 1, Timestamp::start_of(from)).await?;
    let simulated = start(daemon, row, store, Timestamp::start_of(from)).await?;
    for user in simulated.users.all() {
        simulated.services.start_service(user.id).await?;
    }
    count_days(&simulated, from);
    let end = Timestamp::end_of(to);
    simulated.scheduler().run(Some(end)).await?;
    store.flush().await?;
    report(&simulated, row.task, (from, to)).await
}

/// Counts each day that is over, where somebody reads how far the trial is. The cursor is moved within this work, so the days are
/// counted for whoever asked for it.
fn count_days(simulated: &Daemon, first: Day) {
    let reached = Mutex::new(first);
    simulated.cursor.observe(move |instant| {
        let day = instant.ist_day();
        if std::mem::replace(&mut *reached.lock(), day) != day {
            progress::one_more();
        }
    });
}

/// A daemon on another database, with the market, the calendar and the runtime of this one.
async fn start(
    daemon: &Daemon,
    row: &ModuleRow,
    store: &Store,
    now: Timestamp,
) -> Result<Arc<Daemon>, AppError> {
    let modules = daemon.modules.beside(row).await?;
    let (calendar, market) = (daemon.trading.calendar.clone(), daemon.trading.market.clone());
    let books = Arc::new(DatabasePaperStore::new(store.clone()));
    let broker = PaperBroker::new(PaperSettings::default(), market.clone(), calendar.clone(), books)?;
    let brokers = Brokers::default().with(PAPER, Arc::new(PaperBrokerage::new(Arc::new(broker))));
    copy_actions(&daemon.store, store, now).await?;
    let known = daemon.tasks.current();
    let with_module: Vec<Task> = modules.tasks().collect();
    let tasks: Vec<TaskManifest> = known
        .all()
        .filter(|known| with_module.contains(&known.manifest.name))
        .map(|known| TaskManifest::clone(&known.manifest))
        .collect();
    let schedules =
        tasks.iter().map(|manifest| schedule_of(daemon, manifest, row.task)).collect::<Result<_, _>>()?;
    let settings = PaperSettings::default();
    let tag_code = TagCode::of_number(settings.seed);
    let trading = TradingServices {
        brokers,
        market,
        calendar,
        store: store.clone(),
        jumps: PriceJumps::default(),
        tag_code,
    };
    Daemon::start(DaemonDeps {
        clock: Clock::at(now),
        trading,
        runtime: daemon.runtime.clone(),
        modules: Arc::new(modules),
        tasks,
        schedules,
    })
    .await
}

/// Gives the other database the corporate actions of this one: bars of the market that both share are adjusted by them.
async fn copy_actions(from: &Store, to: &Store, now: Timestamp) -> Result<(), AppError> {
    let rows = from.system().actions_in_force(ActionName::ALL.to_vec()).await?;
    let actions = rows.iter().map(|row| row.action.clone()).collect();
    to.system().keep_actions(actions, "the daemon".to_owned(), now).await?;
    for row in rows {
        let Some(factor) = row.open_factor else { continue };
        for copy in to.system().actions_of(vec![row.action.key()]).await? {
            to.system().keep_open_factor(copy.id, factor).await?;
        }
    }
    Ok(())
}

/// As the operator has it; the task that is tried runs even where its schedule is turned off until somebody has seen it.
fn schedule_of(daemon: &Daemon, manifest: &TaskManifest, tried: Task) -> Result<Schedule, AppError> {
    let set = daemon.schedules.current();
    let schedule = match set.entry(manifest.name) {
        Some(entry) => entry.schedule.clone(),
        None => manifest.default_schedule()?,
    };
    let enabled = schedule.enabled || manifest.name == tried;
    Ok(Schedule { enabled, ..schedule })
}

async fn report(simulated: &Daemon, task: Task, (from, to): (Day, Day)) -> Result<SimulatedMonth, AppError> {
    let mut month = SimulatedMonth::new(from, to);
    for user in simulated.users.all() {
        let mut after = None;
        loop {
            let filter = RunFilter { task: Some(task), after, limit: PAGE, ..RunFilter::default() };
            let rows = simulated.store.user(user.id).runs(filter).await?;
            rows.iter().for_each(|row| month.add_run(row));
            let Some(last) = rows.last() else { break };
            after = Some(last.cursor());
        }
        month.add_book(user.desk.lock().await.book());
    }
    Ok(month)
}
