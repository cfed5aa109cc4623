//! The daemon: what is loaded at the start, and the rooms that share it. It only composes; no room knows it.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use parking_lot::Mutex;
use prahari_brokers::Pushes;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_runtime::Runtime;
use prahari_schedule::Schedule;
use prahari_store::{RunRow, Store};
use tokio::sync::{Notify, Semaphore};

use crate::background::Background;
use crate::calendar::{Calendars, keep_first};
use crate::clock::Clock;
use crate::deadlines::Deadlines;
use crate::desk::TradingServices;
use crate::error::AppError;
use crate::events::EventBus;
use crate::grants::Grants;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::inbox::Inbox;
use crate::ledger::Ledger;
use crate::maintenance::Maintenance;
use crate::members::Members;
use crate::members::loading::{Fault, load_user};
use crate::modules::{ModuleHealth, Modules, Trials};
use crate::notices::Notices;
use crate::prices::{PriceWatch, Prices};
use crate::pushes::Listeners;
use crate::queries::Queries;
use crate::replays::{ReplayPermits, Replays};
use crate::runs::Runs;
use crate::scheduler::{Cursor, Rooms, SLOW_USERS_AT_ONCE, Scheduler, Slots};
use crate::schedules::{Previews, ScheduleChanges, Schedules};
use crate::services::{RESTARTED, Services};
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::signals::{Signals, load_signals};
use crate::tasks::{TaskChanges, TaskManifest, Tasks};
use crate::user::User;
use crate::users::Users;

/// How many users are loaded at once at the start: a broker that does not answer one of them delays the start once, not once for
/// each.
const LOADED_AT_ONCE: usize = 64;

/// What a daemon is made of.
pub struct DaemonDeps {
    /// Its time.
    pub clock: Clock,
    /// Brokers, market, calendar and store.
    pub venue: TradingServices,
    /// Where modules run.
    pub runtime: Arc<Runtime>,
    /// The module of each task.
    pub modules: Arc<Modules>,
    /// What the tasks are that come with the program.
    pub tasks: Vec<TaskManifest>,
    /// What runs when, in a database that has no schedules yet.
    pub schedules: Vec<Schedule>,
}

/// The running application. One per database.
pub struct Daemon {
    /// The daemon's time.
    pub clock: Clock,
    /// The database.
    pub store: Store,
    /// What happens, for whoever listens.
    pub events: Arc<EventBus>,
    /// Notified when the scheduler has to look at the clock anew.
    pub wake: Arc<Notify>,
    /// Whether the daemon stops.
    pub shutdown: Arc<Shutdown>,
    /// Brokers, market, calendar and store, as every desk uses them.
    pub venue: Arc<TradingServices>,
    /// Where modules run.
    pub runtime: Arc<Runtime>,
    /// The versions of each task's module.
    pub modules: Arc<Modules>,
    /// What each task is.
    pub tasks: Arc<Tasks>,
    /// What each task may do and use.
    pub grants: Arc<Grants>,
    /// What runs when, by version.
    pub schedules: Arc<Schedules>,
    /// The users that the daemon serves.
    pub users: Arc<Users>,
    /// Alerts and messages.
    pub notices: Arc<Notices>,
    /// What of a user is not sent.
    pub halts: Arc<Halts>,
    /// What users have set.
    pub settings: Arc<Settings>,
    /// What the tasks have found.
    pub signals: Arc<Signals>,
    /// When schedules are due.
    pub previews: Arc<Previews>,
    /// What is expected of each task.
    pub ledger: Arc<Ledger>,
    /// Which tasks run for whom.
    pub services: Arc<Services>,
    /// What prices forbid.
    pub prices: Arc<Prices>,
    /// The execution of tasks.
    pub runs: Arc<Runs>,
    /// What is due for users.
    pub slots: Arc<Slots>,
    /// The calendar in force and those before it.
    pub calendars: Arc<Calendars>,
    /// Users who come, go and change.
    pub members: Arc<Members>,
    /// Recorded runs, again.
    pub replays: Arc<Replays>,
    /// Versions of modules before they trade.
    pub trials: Arc<Trials>,
    /// Schedules that change.
    pub schedule_changes: Arc<ScheduleChanges>,
    /// Tasks that come and go.
    pub task_changes: Arc<TaskChanges>,
    /// What goes on beside the schedule.
    pub maintenance: Arc<Maintenance>,
    /// Runs that somebody asked for.
    pub background: Arc<Background>,
    /// What a page or a program reads.
    pub queries: Queries,
    /// What people say of what they were told.
    pub inbox: Inbox,
    /// How far the daemon is.
    pub cursor: Arc<Cursor>,
    listeners: Arc<Listeners>,
    rooms: Arc<Rooms>,
}

/// What the last process left, beside what everybody reads for themselves.
struct Left {
    cursor: Option<Timestamp>,
    interrupted: Vec<RunRow>,
    /// What of a user cannot be used.
    faults: Vec<(UserId, Fault)>,
    /// What users' brokers tell by themselves.
    pushes: Vec<(UserId, Pushes)>,
}

impl Daemon {
    /// Loads users, books and signals, settles what the last process left open, and is ready to be scheduled. A user of whom
    /// something cannot be used is halted, and does not stop the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(parts: DaemonDeps) -> Result<Arc<Self>, AppError> {
        let DaemonDeps { clock, venue, runtime, modules, tasks, schedules } = parts;
        // In lockstep nothing is asked of the outside, and no answer may depend on real time.
        let venue = if clock.is_lockstep() { venue } else { venue.with_deadlines(Deadlines::default()) };
        let venue = Arc::new(venue);
        let handles = Handles::new(clock, venue.store.clone(), venue.calendar.clone());
        let (store, now) = (&handles.store, handles.clock.now());
        let interrupted = end_what_was_running(store, now).await?;
        let faults = modules.attach(store, now).await?;
        let tasks = Arc::new(Tasks::load(store.clone(), &tasks, now).await?);
        let grants = Arc::new(Grants::load(store.clone(), tasks.clone()).await?);
        let schedules = Arc::new(Schedules::load(store.clone(), tasks.clone(), &schedules, now).await?);
        keep_first(store, &handles.calendar.current()).await?;
        let settings = Arc::new(Settings::load(store.clone()).await?);
        let cursor = store.system().cursor().await?;
        let mut left = Left { cursor, interrupted, faults, pushes: Vec::new() };
        let users = load_users(&handles, &venue, &settings, &mut left).await?;
        let (board, unread) =
            load_signals(store, &handles.calendar.current(), users.iter().map(|user| user.id)).await?;
        left.faults.extend(unread);
        let signals = Arc::new(Signals::new(handles.clone(), board));
        for user in &users {
            user.desk.lock().await.trade_on(signals.board.clone());
        }
        let base = Base { handles, venue, runtime, modules, tasks, grants, schedules, settings, signals };
        let daemon = base.compose(Arc::new(Users::new(users)), &mut left);
        daemon.take_up(left).await?;
        Ok(Arc::new(daemon))
    }

    /// Halts whom something is wrong with, and follows brokers and days from where the last process was.
    async fn take_up(&self, left: Left) -> Result<(), AppError> {
        for (user, Fault { code, reason }) in left.faults {
            self.halts.halt_user(user, code, &reason).await?;
        }
        self.maintenance.compare_accounts().await?;
        for (user, pushes) in left.pushes {
            self.listeners.follow_pushes(user, pushes);
        }
        match left.cursor {
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

    /// Ends what goes on beside the schedule: the process of every individual service after the run that it may have, and the
    /// runs that somebody asked for. Processes that are left after `patience`, by the real clock, are killed; runs that are
    /// left go on until the process of the daemon ends.
    pub async fn end_beside_schedule(&self, patience: Duration) {
        let stops = self.users.all().into_iter().map(|user| async move {
            if let Err(error) = self.services.stop_individuals_within(&user, patience).await {
                tracing::error!(user = %user.id, %error, "the end of a worker could not be written down");
            }
        });
        let runs = async {
            if tokio::time::timeout(patience, self.background.finish()).await.is_err() {
                tracing::warn!("runs that somebody asked for are cut off by the stop of the daemon");
            }
        };
        tokio::join!(futures::future::join_all(stops), runs);
    }

    /// Closes the store. Runs that have no outcome by then are written as interrupted by the stop of the daemon, in the last
    /// write that there is.
    ///
    /// # Errors
    /// When a write had failed before; the database is closed all the same.
    pub async fn close(&self) -> Result<(), AppError> {
        self.notices.send_rest_of_gathered().await;
        let reason = self.shutdown.reason().map(|stop| format!(" ({stop})")).unwrap_or_default();
        let detail = format!("the daemon stopped{reason} while it was executing");
        Ok(self.store.close_interrupting(detail, self.clock.now()).await?)
    }
}

/// Writes down that what the last process was executing has ended; returns its runs.
async fn end_what_was_running(store: &Store, now: Timestamp) -> Result<Vec<RunRow>, AppError> {
    let system = store.system();
    let interrupted: Vec<RunRow> = system.interrupted_runs().await?;
    if !interrupted.is_empty() {
        tracing::warn!(runs = interrupted.len(), "runs of the last process were interrupted");
        system.mark_interrupted(interrupted.iter().map(|run| run.id).collect(), now).await?;
    }
    system.stop_individual_services(RESTARTED, now).await?;
    system.stop_services_of_inactive_users().await?;
    Ok(interrupted)
}

async fn load_users(
    handles: &Handles,
    venue: &Arc<TradingServices>,
    settings: &Settings,
    left: &mut Left,
) -> Result<Vec<User>, AppError> {
    let mut users = Vec::new();
    let rows = stream::iter(handles.store.system().users().await?);
    let mut loading = rows
        .map(|row| load_user(venue, &handles.events, settings.kill_switch(), row))
        .buffered(LOADED_AT_ONCE);
    while let Some(loaded) = loading.try_next().await? {
        let id = loaded.user.id;
        left.faults.extend(loaded.faults.into_iter().map(|fault| (id, fault)));
        left.pushes.extend(loaded.pushes.map(|pushes| (id, pushes)));
        users.push(loaded.user);
    }
    Ok(users)
}

/// What the rooms stand on.
struct Base {
    handles: Handles,
    venue: Arc<TradingServices>,
    runtime: Arc<Runtime>,
    modules: Arc<Modules>,
    tasks: Arc<Tasks>,
    grants: Arc<Grants>,
    schedules: Arc<Schedules>,
    settings: Arc<Settings>,
    signals: Arc<Signals>,
}

impl Base {
    /// Builds the rooms from the ground up: each knows some of those before it, and none of those after. This is the one list of
    /// what knows what.
    fn compose(self, users: Arc<Users>, left: &mut Left) -> Daemon {
        let Self { handles, venue, runtime, modules, tasks, grants, schedules, settings, signals } = self;
        let background = Arc::new(Background::default());
        let cursor = Arc::new(Cursor::new(left.cursor.unwrap_or_else(|| handles.clock.now())));
        let notices = Arc::new(Notices::new(handles.clone(), users.clone()));
        let halts = Arc::new(Halts::new(handles.clone(), users.clone(), notices.clone()));
        let previews = Arc::new(Previews {
            handles: handles.clone(),
            schedules: schedules.clone(),
            tasks: tasks.clone(),
        });
        let ledger = Arc::new(Ledger::new(
            handles.clone(),
            users.clone(),
            (tasks.clone(), schedules.clone()),
            (left.cursor, std::mem::take(&mut left.interrupted)),
        ));
        let services = Arc::new(Services {
            handles: handles.clone(),
            users: users.clone(),
            notices: notices.clone(),
            halts: halts.clone(),
            ledger: ledger.clone(),
            schedules: schedules.clone(),
            previews: previews.clone(),
            tasks: tasks.clone(),
            modules: modules.clone(),
            runtime: runtime.clone(),
        });
        let health = Arc::new(ModuleHealth {
            handles: handles.clone(),
            notices: notices.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            tasks: tasks.clone(),
        });
        let prices = Arc::new(Prices {
            handles: handles.clone(),
            venue: venue.clone(),
            users: users.clone(),
            notices: notices.clone(),
            halts: halts.clone(),
            background: background.clone(),
            watch: PriceWatch::default(),
        });
        let runs = Arc::new(Runs {
            handles: handles.clone(),
            users: users.clone(),
            venue: venue.clone(),
            tasks: tasks.clone(),
            grants: grants.clone(),
            modules: modules.clone(),
            runtime: runtime.clone(),
            signals: signals.clone(),
            notices: notices.clone(),
            halts: halts.clone(),
            services: services.clone(),
            health: health.clone(),
            prices: prices.clone(),
            ledger: ledger.clone(),
            background: background.clone(),
            shared_replies: Arc::default(),
        });
        let slots = Arc::new(Slots {
            handles: handles.clone(),
            users: users.clone(),
            tasks: tasks.clone(),
            ledger: ledger.clone(),
            runs: runs.clone(),
            halts: halts.clone(),
            health: health.clone(),
        });
        let calendars = Arc::new(Calendars {
            handles: handles.clone(),
            users: users.clone(),
            notices: notices.clone(),
            ledger: ledger.clone(),
            services: services.clone(),
            schedules: schedules.clone(),
        });
        let listeners = Arc::new(Listeners {
            handles: handles.clone(),
            users: users.clone(),
            halts: halts.clone(),
            services: services.clone(),
            listening: Mutex::default(),
        });
        let members = Arc::new(Members {
            handles: handles.clone(),
            users: users.clone(),
            venue: venue.clone(),
            settings: settings.clone(),
            signals: signals.clone(),
            halts: halts.clone(),
            notices: notices.clone(),
            services: services.clone(),
            prices: prices.clone(),
            listeners: listeners.clone(),
        });
        let replays = Arc::new(Replays {
            handles: handles.clone(),
            runtime: runtime.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            permits: ReplayPermits::default(),
        });
        let trials = Arc::new(Trials {
            handles: handles.clone(),
            notices: notices.clone(),
            runtime: runtime.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            tasks: tasks.clone(),
            replays: replays.clone(),
        });
        let schedule_changes = Arc::new(ScheduleChanges {
            handles: handles.clone(),
            users: users.clone(),
            schedules: schedules.clone(),
            previews: previews.clone(),
            services: services.clone(),
        });
        let task_changes = Arc::new(TaskChanges {
            handles: handles.clone(),
            users: users.clone(),
            tasks: tasks.clone(),
            runtime: runtime.clone(),
            modules: modules.clone(),
            grants: grants.clone(),
            ledger: ledger.clone(),
            services: services.clone(),
            calendars: calendars.clone(),
            trials: trials.clone(),
            schedules: schedules.clone(),
            schedule_changes: schedule_changes.clone(),
        });
        let maintenance = Arc::new(Maintenance {
            handles: handles.clone(),
            users: users.clone(),
            notices: notices.clone(),
            services: services.clone(),
            prices: prices.clone(),
            tasks: tasks.clone(),
            schedules: schedules.clone(),
        });
        let rooms = Arc::new(Rooms {
            handles: handles.clone(),
            users: users.clone(),
            tasks: tasks.clone(),
            notices: notices.clone(),
            ledger: ledger.clone(),
            slots: slots.clone(),
            services: services.clone(),
            prices: prices.clone(),
            calendars: calendars.clone(),
            maintenance: maintenance.clone(),
            cursor: cursor.clone(),
            slow_places: Semaphore::new(SLOW_USERS_AT_ONCE),
        });
        let queries = Queries::new(
            handles.clock.clone(),
            venue.clone(),
            signals.board.clone(),
            (grants.clone(), tasks.clone()),
        );
        let inbox = Inbox::new(handles.store.clone(), handles.clock.clone());
        let Handles { clock, store, events, wake, shutdown, .. } = handles;
        Daemon {
            clock,
            store,
            events,
            wake,
            shutdown,
            venue,
            runtime,
            modules,
            tasks,
            grants,
            schedules,
            users,
            notices,
            halts,
            settings,
            signals,
            previews,
            ledger,
            services,
            prices,
            runs,
            slots,
            calendars,
            members,
            replays,
            trials,
            schedule_changes,
            task_changes,
            maintenance,
            background,
            queries,
            inbox,
            cursor,
            listeners,
            rooms,
        }
    }
}
