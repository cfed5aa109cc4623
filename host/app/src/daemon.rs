//! The daemon: what is loaded at the start, and the rooms that share it. It only composes; no room knows it.

mod compose;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, TryStreamExt, stream};
use prahari_brokers::{Pushes, SessionEnd};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::Runtime;
use prahari_schedule::Schedule;
use prahari_store::{RunRow, Store, UserRow};
use tokio::sync::Notify;

use crate::actions::Actions;
use crate::background::Background;
use crate::calendar::{Calendars, keep_first};
use crate::cancellations::Cancellations;
use crate::chaos::ChaosSwitches;
use crate::clock::Clock;
use crate::day_log::DayLog;
use crate::deadlines::Deadlines;
use crate::desk::TradingServices;
use crate::differences::Differences;
use crate::doctor::Doctor;
use crate::error::AppError;
use crate::events::EventBus;
use crate::grants::Grants;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::maintenance::Maintenance;
use crate::modules::{Modules, Trials};
use crate::notices::Notices;
use crate::prices::Prices;
use crate::pushes::Listeners;
use crate::queries::Queries;
use crate::replays::Replays;
use crate::resolutions::Resolutions;
use crate::runs::Runs;
use crate::scheduler::{Cursor, Rooms, Scheduler, Slots};
use crate::schedules::{Previews, ScheduleChanges, Schedules};
use crate::services::{By, RESTARTED, Services};
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::signals::{Signals, load_signals};
use crate::tasks::{TaskChanges, TaskManifest, Tasks};
use crate::user::User;
use crate::users::Users;
use crate::users_admin::UsersAdmin;
use crate::users_admin::loading::{Fault, load_user};
use compose::Base;

/// Number of users that are loaded at once at the start: a broker that does not answer one of them delays the start
/// once, not once for each.
const LOADED_AT_ONCE: usize = 64;

/// Number of rows of users that are read at once at the start.
const ROWS_AT_ONCE: u32 = 256;

/// Parts from which a daemon is built.
pub struct DaemonDeps {
    /// The daemon's clock.
    pub clock: Clock,
    /// Brokers, market, calendar and store.
    pub trading: TradingServices,
    /// Runtime in which modules run.
    pub runtime: Arc<Runtime>,
    /// The module of each task.
    pub modules: Arc<Modules>,
    /// Manifests of the built-in tasks.
    pub tasks: Vec<TaskManifest>,
    /// What runs when, in a database that has no schedules yet.
    pub schedules: Vec<Schedule>,
}

/// The running application. One per database.
pub struct Daemon {
    /// The daemon's clock.
    pub clock: Clock,
    /// Store of the daemon's data.
    pub store: Store,
    /// Bus on which events are published.
    pub events: Arc<EventBus>,
    /// Lines for whoever watches the daemon.
    pub day_log: Arc<DayLog>,
    /// Notified when the scheduler has to look at the clock anew.
    pub wake: Arc<Notify>,
    /// State and reason of the daemon's stop.
    pub shutdown: Arc<Shutdown>,
    /// Brokers, market, calendar and store, as every desk uses them.
    pub trading: Arc<TradingServices>,
    /// Runtime in which modules run.
    pub runtime: Arc<Runtime>,
    /// The versions of each task's module.
    pub modules: Arc<Modules>,
    /// Accepted manifests of the tasks.
    pub tasks: Arc<Tasks>,
    /// Allowances of the tasks.
    pub grants: Arc<Grants>,
    /// Schedules, by version.
    pub schedules: Arc<Schedules>,
    /// The users that the daemon serves.
    pub users: Arc<Users>,
    /// Sends alerts and messages.
    pub notices: Arc<Notices>,
    /// Halts of users and symbols.
    pub halts: Arc<Halts>,
    /// Settings of the users and the kill switch.
    pub settings: Arc<Settings>,
    /// Signals that the tasks have published.
    pub signals: Arc<Signals>,
    /// Computes when schedules are due.
    pub previews: Arc<Previews>,
    /// Slot ledger of all users.
    pub ledger: Arc<Ledger>,
    /// Unified and individual services.
    pub services: Arc<Services>,
    /// Looks at prices: implausible opens, held shares without a price, stale bars. Tells them to those who listen.
    pub prices: Arc<Prices>,
    /// Corporate actions: what is known of them and what they do.
    pub actions: Arc<Actions>,
    /// The execution of tasks.
    pub runs: Arc<Runs>,
    /// Runs the slots that are due.
    pub slots: Arc<Slots>,
    /// The calendar in force and those before it.
    pub calendars: Arc<Calendars>,
    /// Simulated brokers that misbehave on purpose.
    pub chaos: Arc<ChaosSwitches>,
    /// Users who come, go and change.
    pub users_admin: Arc<UsersAdmin>,
    /// Replays recorded runs.
    pub replays: Arc<Replays>,
    /// Versions of modules before they trade.
    pub trials: Arc<Trials>,
    /// Changes schedules.
    pub schedule_changes: Arc<ScheduleChanges>,
    /// Tasks that come and go.
    pub task_changes: Arc<TaskChanges>,
    /// Heartbeats, closing of dates and retention.
    pub maintenance: Arc<Maintenance>,
    /// Looks at what can be proved of a user's day before the market opens.
    pub doctor: Arc<Doctor>,
    /// Runs that somebody asked for.
    pub background: Arc<Background>,
    /// Everything that the API reads.
    pub queries: Queries,
    /// Cancels orders for people.
    pub cancellations: Cancellations,
    /// What people decide of shares that others traded.
    pub differences: Differences,
    /// Takes the word of people on orders of unknown outcome.
    pub resolutions: Resolutions,
    /// Marks messages as read and resolves alerts.
    pub inbox: Inbox,
    /// Instant up to which everything is done.
    pub cursor: Arc<Cursor>,
    listeners: Arc<Listeners>,
    rooms: Arc<Rooms>,
}

/// What the last process left, beside what everybody reads for themselves.
struct StartState {
    cursor: Option<Timestamp>,
    interrupted: Vec<RunRow>,
    /// Individual services that ended with the last process.
    stopped: Vec<(UserId, Task)>,
    /// Faults for which users have to be halted.
    faults: Vec<(UserId, Fault)>,
    /// Receiving ends of the brokers' pushes, by user.
    pushes: Vec<(UserId, Pushes)>,
}

impl Daemon {
    /// Loads users, books and signals, resolves what the last process left open, and is ready to be scheduled. A
    /// user of whom something cannot be used is halted, and does not stop the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(parts: DaemonDeps) -> Result<Arc<Self>, AppError> {
        let DaemonDeps { clock, trading, runtime, modules, tasks, schedules } = parts;
        let trading = trading.with_chaos(&clock);
        // In lockstep nothing is asked of the outside, and no answer may depend on real time.
        let trading =
            if clock.is_lockstep() { trading } else { trading.with_deadlines(Deadlines::default()) };
        let trading = Arc::new(trading);
        let handles = Handles::new(clock, trading.store.clone(), trading.calendar.clone());
        let (store, now) = (&handles.store, handles.clock.now());
        let interrupted = store.system().interrupted_runs().await?;
        let stopped = end_services(store, now).await?;
        let faults = modules.attach(store, now).await?;
        modules.tell(handles.events.clone());
        let tasks = Arc::new(Tasks::load(store.clone(), &tasks, now).await?);
        modules.follow(tasks.clone());
        let grants =
            Arc::new(Grants::load(store.clone(), tasks.clone()).await?.telling(handles.events.clone()));
        let schedules = Arc::new(Schedules::load(store.clone(), tasks.clone(), &schedules, now).await?);
        keep_first(store, &handles.calendar.current()).await?;
        let settings = Arc::new(Settings::load(handles.clone()).await?);
        let cursor = store.system().cursor().await?;
        let mut start_state =
            StartState { cursor, interrupted: interrupted.clone(), stopped, faults, pushes: Vec::new() };
        let users = load_users(&handles, &trading, &settings, &mut start_state).await?;
        let (active_signals, unread) =
            load_signals(store, &handles.calendar.current(), users.iter().map(|user| user.id)).await?;
        start_state.faults.extend(unread);
        let signals = Arc::new(Signals::new(handles.clone(), active_signals));
        for user in &users {
            user.desk.lock().await.trade_on(signals.active.clone());
        }
        let base = Base { handles, trading, runtime, modules, tasks, grants, schedules, settings, signals };
        let daemon = base.compose(Arc::new(Users::new(users)), &mut start_state);
        daemon.end_runs_of_the_last_process(&interrupted).await?;
        daemon.recover(start_state).await?;
        Ok(Arc::new(daemon))
    }

    /// Writes down that what the last process was executing has ended, with what it had placed by then.
    async fn end_runs_of_the_last_process(&self, interrupted: &[RunRow]) -> Result<(), AppError> {
        if !interrupted.is_empty() {
            tracing::warn!(runs = interrupted.len(), "runs of the last process were interrupted");
        }
        let detail = "the daemon ended while it was executing";
        self.runs.end_interrupted(interrupted, detail, self.clock.now()).await?;
        for run in interrupted {
            if let Ok(user) = self.users.find(run.user) {
                user.services.activity().last_task = Some((run.task, self.clock.now()));
            }
        }
        Ok(())
    }

    /// Halts whom something is wrong with, and follows brokers and days from where the last process was.
    async fn recover(&self, start_state: StartState) -> Result<(), AppError> {
        for (user, Fault { code, reason }) in start_state.faults {
            self.halts.halt_user(user, code, &reason).await?;
        }
        // Before the accounts are compared: of an action that was cut off the account knows already.
        self.actions.load().await?;
        Box::pin(self.actions.take_up()).await?;
        Box::pin(self.actions.apply_due(self.clock.now())).await?;
        self.maintenance.compare_accounts().await?;
        self.trials.health.begin_anew().await?;
        self.services.tell_of_restart(start_state.stopped).await?;
        for (user, pushes) in start_state.pushes {
            self.listeners.follow_pushes(user, pushes);
        }
        match start_state.cursor {
            Some(reached) => self.slots.close_days_of_the_past(reached).await,
            None => Ok(()),
        }
    }

    /// A scheduler that goes on where the last one stopped.
    pub fn scheduler(&self) -> Scheduler {
        self.scheduler_after(self.cursor.reached())
    }

    /// A scheduler for which everything until an instant has its outcome.
    pub fn scheduler_after(&self, cursor: Timestamp) -> Scheduler {
        Scheduler::new(self.rooms.clone(), cursor)
    }

    /// Ends what goes on beside the schedule: the process of every individual service after the run that it may
    /// have, and the runs that somebody asked for. Processes that are left after `patience`, by the real clock, are
    /// killed; runs that are left go on until the process of the daemon ends.
    pub async fn end_beside_schedule(&self, patience: Duration) {
        let by = &By::daemon("it stops");
        let stops = self.users.all().into_iter().map(|user| async move {
            if let Err(error) = self.services.stop_individuals_within(&user, patience, by).await {
                tracing::error!(user = %user.id, %error, "the end of a worker could not be written down");
            }
        });
        let runs = async {
            if tokio::time::timeout(patience, self.background.finish()).await.is_err() {
                tracing::warn!("runs that somebody asked for are cut off by the stop of the daemon");
            }
        };
        tokio::join!(futures::future::join_all(stops), runs);
        if let Err(error) = self.services.tell_of_stop().await {
            tracing::error!(%error, "the stop could not be written into the service logs");
        }
    }

    /// Ends what executes still, with what it has placed.
    async fn end_executing(&self, detail: &str) -> Result<(), AppError> {
        let executing = self.store.system().interrupted_runs().await?;
        self.runs.end_interrupted(&executing, detail, self.clock.now()).await
    }

    /// Closes the store. Runs that have no outcome by then are written as interrupted by the stop of the daemon, in
    /// the last write that there is.
    ///
    /// # Errors
    /// When a write had failed before; the database is closed all the same.
    pub async fn close(&self) -> Result<(), AppError> {
        self.users.forget_sessions(SessionEnd::Shutdown).await;
        self.notices.send_rest_of_gathered().await;
        self.day_log.end();
        let reason = self.shutdown.reason().map(|stop| format!(" ({stop})")).unwrap_or_default();
        let detail = format!("the daemon stopped{reason} while it was executing");
        if let Err(error) = self.end_executing(&detail).await {
            tracing::error!(%error, "what interrupted runs have placed could not be told");
        }
        Ok(self.store.close_interrupting(detail, self.clock.now()).await?)
    }
}

/// Writes down that the individual services of the last process have ended; returns them.
async fn end_services(store: &Store, now: Timestamp) -> Result<Vec<(UserId, Task)>, AppError> {
    let system = store.system();
    let stopped = system.stop_individual_services(RESTARTED, now).await?;
    system.stop_services_of_inactive_users().await?;
    Ok(stopped)
}

async fn load_users(
    handles: &Handles,
    trading: &Arc<TradingServices>,
    settings: &Settings,
    start_state: &mut StartState,
) -> Result<Vec<Arc<User>>, AppError> {
    let mut users = Vec::new();
    let loading = user_rows(&handles.store)
        .map_ok(|row| load_user(trading, handles, settings.kill_switch(), row))
        .try_buffered(LOADED_AT_ONCE);
    let mut loading = pin!(loading);
    while let Some(loaded) = loading.try_next().await? {
        let id = loaded.user.id;
        start_state.faults.extend(loaded.faults.into_iter().map(|fault| (id, fault)));
        start_state.pushes.extend(loaded.pushes.map(|pushes| (id, pushes)));
        users.push(Arc::new(loaded.user));
    }
    Ok(users)
}

/// The row of every user, by id, a page at a time: a row is some kilobytes of text, of which little is kept.
fn user_rows(store: &Store) -> impl Stream<Item = Result<UserRow, AppError>> + '_ {
    let pages = stream::try_unfold(UserId(0), move |last| async move {
        let page = store.system().users_after(last, ROWS_AT_ONCE).await?;
        let next = page.last().map(|row| row.id);
        Ok::<_, AppError>(next.map(|next| (stream::iter(page.into_iter().map(Ok)), next)))
    });
    pages.try_flatten()
}

#[cfg(test)]
mod tests {
    use prahari_store::Durability;

    use super::*;
    use crate::simulation::create_users;

    #[tokio::test]
    async fn every_user_is_read_however_many_pages_that_takes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("some.db"), Durability::Off).unwrap();
        let count = 2 * ROWS_AT_ONCE + 1;
        create_users(&store, count, Timestamp(0)).await.unwrap();
        let rows: Vec<UserRow> = user_rows(&store).try_collect().await.unwrap();
        assert!(rows.iter().map(|row| row.id.0).eq(1..=u64::from(count)));
        store.close().await.unwrap();
    }
}
