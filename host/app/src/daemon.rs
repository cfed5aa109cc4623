//! The daemon: what is loaded at the start and shared by everything that runs.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use parking_lot::{Mutex, RwLock};
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::signals::{SignalDraft, SignalScope};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::{Runtime, SharedReplies};
use prahari_schedule::Schedule;
use prahari_store::{AlertCode, HaltCode, NewAlert, NotificationLevel, NotificationRow, RunRow, Store};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use crate::calendar::keep_first;
use crate::clock::Clock;
use crate::deadlines::Deadlines;
use crate::desk::{LostOrder, Venue};
use crate::error::AppError;
use crate::events::EventBus;
use crate::grants::Grants;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::inbox::Inbox;
use crate::loading::{Fault, load_user};
use crate::modules::Modules;
use crate::notices::Notices;
use crate::prices::PriceWatch;
use crate::pushes::Listeners;
use crate::queries::Queries;
use crate::replays::Places;
use crate::scheduler::{DayPlan, DayPlans, Ended, SLOW_USERS_AT_ONCE, Scheduler};
use crate::schedules::Schedules;
use crate::service::RESTARTED;
use crate::settings::Settings;
use crate::shutdown::{Shutdown, Stop};
use crate::signals::{Publication, Signals, load_signals};
use crate::tasks::{TaskManifest, Tasks};
use crate::user::User;
use crate::users::Users;

/// Is told of each instant that is done.
type Observer = Box<dyn Fn(Timestamp) + Send + Sync>;

/// What a daemon is made of.
pub struct Parts {
    /// Its time.
    pub clock: Clock,
    /// Brokers, market, calendar and store.
    pub venue: Venue,
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
    /// Its time.
    pub clock: Clock,
    /// Brokers, market, calendar and store, as every desk uses them.
    pub venue: Arc<Venue>,
    /// The database.
    pub store: Store,
    /// Where modules run.
    pub runtime: Arc<Runtime>,
    /// The module of each task.
    pub modules: Arc<Modules>,
    /// What each task is.
    pub tasks: Arc<Tasks>,
    /// What each task may do and use.
    pub grants: Arc<Grants>,
    /// The users that it serves.
    pub members: Arc<Users>,
    /// Alerts and messages.
    pub notices: Arc<Notices>,
    /// What of a user is not sent.
    pub halts: Halts,
    /// What users have set.
    pub settings: Settings,
    /// What the tasks have found.
    pub signals: Signals,
    /// What happens, for whoever listens.
    pub events: Arc<EventBus>,
    /// What a page or a program reads.
    pub queries: Queries,
    /// What people say of what they were told.
    pub inbox: Inbox,
    /// Notified when the scheduler has to look at the clock anew.
    pub wake: Arc<Notify>,
    /// Whether the daemon stops.
    pub shutdown: Arc<Shutdown>,
    /// What runs when, by version.
    pub schedules: Schedules,
    /// What the recordings of late have in common.
    pub(crate) shared_replies: Arc<SharedReplies>,
    plans: RwLock<Option<Arc<DayPlans>>>,
    /// Held by whoever plans a day or enters slots, and alone by whoever puts another calendar in force.
    pub(crate) planning: tokio::sync::RwLock<()>,
    pub(crate) replays: Places,
    /// Bounds how many slow users are served at once.
    pub(crate) slow_places: Semaphore,
    pub(crate) prices: PriceWatch,
    progress: AtomicI64,
    /// The last instant that was handed out to be done.
    handed_out: AtomicI64,
    /// What slots may wait for and has ended.
    pub(crate) ended: Ended,
    /// The runs that the end of the last process interrupted.
    pub(crate) interrupted: Vec<RunRow>,
    /// When this process began.
    started: Timestamp,
    /// The last jumps of the clock.
    jumps: Mutex<VecDeque<(Timestamp, Timestamp)>>,
    observer: OnceLock<Observer>,
    /// They book what brokers tell by themselves.
    pub(crate) listeners: Listeners,
    /// Runs that somebody asked for.
    background: Mutex<JoinSet<()>>,
    /// The day of the cursor at the start: its slots may have outcomes already.
    resumed: Option<Day>,
    /// The last instant that is done.
    cursor: AtomicI64,
}

/// How many users are loaded at once at the start: a broker that does not answer one of them delays the start once, not once for
/// each.
const LOADED_AT_ONCE: usize = 64;

/// How many jumps of the clock are remembered, to say why something was missed.
const MOST_JUMPS: usize = 16;

impl Daemon {
    /// Loads users, books and signals, settles what the last process left open, and is ready to be scheduled. A user of whom
    /// something cannot be used is halted, and does not stop the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, AppError> {
        let Parts { clock, venue, runtime, modules, tasks, schedules } = parts;
        // In lockstep nothing is asked of the outside, and no answer may depend on real time.
        let venue = if clock.is_lockstep() { venue } else { venue.with_deadlines(Deadlines::default()) };
        let venue = Arc::new(venue);
        let store = venue.store.clone();
        let system = store.system();
        let now = clock.now();
        let interrupted: Vec<RunRow> = system.interrupted_runs().await?;
        if !interrupted.is_empty() {
            tracing::warn!(runs = interrupted.len(), "runs of the last process were interrupted");
            system.mark_interrupted(interrupted.iter().map(|run| run.id).collect(), now).await?;
        }
        system.stop_individual_services(RESTARTED, now).await?;
        let mut faults = modules.attach(&store, now).await?;
        let tasks = Arc::new(Tasks::load(store.clone(), &tasks, now).await?);
        let grants = Arc::new(Grants::load(store.clone(), tasks.clone()).await?);
        let schedules = Schedules::load(store.clone(), tasks.clone(), &schedules, now).await?;
        keep_first(&store, &venue.calendar.current()).await?;
        let handles = Handles::new(clock.clone(), store.clone(), venue.calendar.clone());
        let settings = Settings::load(store.clone()).await?;
        system.stop_services_of_inactive_users().await?;
        let (mut users, mut pushes) = (Vec::new(), Vec::new());
        let rows = stream::iter(system.users().await?);
        let mut loading = rows
            .map(|row| load_user(&venue, &handles.events, settings.kill_switch(), row))
            .buffered(LOADED_AT_ONCE);
        while let Some(loaded) = loading.try_next().await? {
            let id = loaded.user.id;
            faults.extend(loaded.faults.into_iter().map(|fault| (id, fault)));
            pushes.extend(loaded.pushes.map(|pushes| (id, pushes)));
            users.push(loaded.user);
        }
        drop(loading);
        let (signals, unread) =
            load_signals(&store, &venue.calendar.current(), users.iter().map(|user| user.id)).await?;
        faults.extend(unread);
        let signals = Signals::new(handles.clone(), signals);
        for user in &users {
            user.desk.lock().await.trade_on(signals.board.clone());
        }
        let members = Arc::new(Users::new(users));
        let notices = Arc::new(Notices::new(handles.clone(), members.clone()));
        let halts = Halts::new(handles.clone(), members.clone(), notices.clone());
        let cursor = system.cursor().await?;
        let daemon = Arc::new(Self {
            resumed: cursor.map(Timestamp::ist_day),
            cursor: AtomicI64::new(cursor.unwrap_or(now).0),
            handed_out: AtomicI64::new(cursor.unwrap_or(now).0),
            ended: Ended::default(),
            interrupted,
            started: now,
            jumps: Mutex::default(),
            listeners: Listeners::default(),
            wake: handles.wake,
            shutdown: handles.shutdown,
            members,
            notices,
            halts,
            settings,
            progress: AtomicI64::new(cursor.unwrap_or(now).0),
            observer: OnceLock::new(),
            background: Mutex::default(),
            shared_replies: Arc::default(),
            replays: Places::default(),
            slow_places: Semaphore::new(SLOW_USERS_AT_ONCE),
            prices: PriceWatch::default(),
            plans: RwLock::new(None),
            planning: tokio::sync::RwLock::new(()),
            queries: Queries::new(
                clock.clone(),
                venue.clone(),
                signals.board.clone(),
                (grants.clone(), tasks.clone()),
            ),
            inbox: Inbox::new(store.clone(), clock.clone()),
            clock,
            store,
            venue,
            runtime,
            modules,
            tasks,
            grants,
            signals,
            events: handles.events,
            schedules,
        });
        for (user, Fault { code, reason }) in faults {
            daemon.halt_user(user, code, &reason).await?;
        }
        daemon.compare_accounts().await?;
        for (user, pushes) in pushes {
            daemon.follow_pushes(user, pushes);
        }
        if let Some(reached) = cursor {
            daemon.close_days_of_the_past(reached).await?;
        }
        Ok(daemon)
    }

    /// A scheduler that goes on where the last one stopped.
    pub fn scheduler(self: &Arc<Self>) -> Scheduler {
        Scheduler::new(self.clone(), Timestamp(self.cursor.load(Ordering::Acquire)))
    }

    /// Whose service runs a shared task: that of an admin who started it alone, else the first admin's unified one that is on.
    pub fn owner_of_shared(&self, task: Task) -> Option<Arc<User>> {
        let admins = self.members.admins();
        let alone = admins.iter().find(|user| user.individual(task).is_some());
        alone.or_else(|| admins.iter().find(|user| user.is_running())).cloned()
    }

    /// Has `observer` told of each instant that is done. The first observer stays.
    pub fn observe(&self, observer: impl Fn(Timestamp) + Send + Sync + 'static) {
        if self.observer.set(Box::new(observer)).is_err() {
            tracing::debug!("the daemon is observed already");
        }
    }

    /// The last instant that was handed out to be done: whatever is due until then finds its slots as they were.
    pub(crate) fn handed_out(&self) -> Timestamp {
        Timestamp(self.handed_out.load(Ordering::SeqCst))
    }

    pub(crate) fn hand_out(&self, instant: Timestamp) {
        self.handed_out.fetch_max(instant.0, Ordering::SeqCst);
    }

    pub(crate) fn remember_jump(&self, from: Timestamp, to: Timestamp) {
        let mut jumps = self.jumps.lock();
        jumps.push_back((from, to));
        if jumps.len() > MOST_JUMPS {
            jumps.pop_front();
        }
    }

    /// Why something that was due at an instant could not be done in time, and until which instant the same holds; none when nothing but work
    /// before it was in the way.
    pub(crate) fn why_missed(&self, due: Timestamp) -> Option<(Timestamp, &'static str)> {
        if due <= self.started {
            return Some((self.started, "the daemon was not running"));
        }
        let jumps = self.jumps.lock();
        let over = jumps.iter().find(|(from, to)| (*from..=*to).contains(&due));
        over.map(|(_, to)| (*to, "the clock had jumped over it"))
    }

    /// The last instant whose work was done or handed out.
    pub fn reached(&self) -> Timestamp {
        Timestamp(self.progress.load(Ordering::Relaxed))
    }

    pub(crate) fn set_plans(&self, plans: DayPlans) -> Arc<DayPlans> {
        let plans = Arc::new(plans);
        *self.plans.write() = Some(plans.clone());
        plans
    }

    /// Adds plans to those of the day; none when the scheduler has come to another day since.
    pub(crate) fn add_plans(&self, added: &DayPlans) -> Option<Arc<DayPlans>> {
        let mut kept = self.plans.write();
        let mut plans = kept.as_deref().filter(|plans| plans.day == added.day)?.clone();
        plans.merge(added);
        let plans = Arc::new(plans);
        *kept = Some(plans.clone());
        Some(plans)
    }

    /// Has `work` done while whoever asked for it goes on.
    pub(crate) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut background = self.background.lock();
        // Those that have ended are taken out in passing.
        while background.try_join_next().is_some() {}
        background.spawn(work);
    }

    /// Waits until every run that was asked for so far has ended. Whoever stops waiting cuts none of them off: one that is dropped
    /// in the middle of an order would leave the desk half changed.
    pub async fn finish_background(&self) {
        let begun = std::mem::take(&mut *self.background.lock());
        let mut asked_for = AskedFor(begun);
        while asked_for.0.join_next().await.is_some() {}
    }

    /// The plans of the day that the scheduler is in; none before it has begun.
    pub(crate) fn plans(&self) -> Option<Arc<DayPlans>> {
        self.plans.read().clone()
    }

    /// Has everything fall due that the users' ledgers have open on the day that the scheduler is in, whether or not anybody
    /// runs by the schedules that it came from.
    pub(crate) fn plan_left_open(&self, day: Day) {
        let open: BTreeSet<_> =
            self.users().iter().flat_map(|user| user.ledger().open_slots().collect::<Vec<_>>()).collect();
        let mut kept = self.plans.write();
        if let Some(mut plans) = kept.as_deref().filter(|plans| plans.day == day).cloned() {
            plans.set_left_open(DayPlan::of_slots(day, open, &self.tasks.current()));
            *kept = Some(Arc::new(plans));
        }
    }

    pub(crate) fn progress(&self, instant: Timestamp) {
        self.cursor.store(instant.0, Ordering::Release);
        self.progress.store(instant.0, Ordering::Relaxed);
        if let Some(observer) = self.observer.get() {
            observer(instant);
        }
    }

    pub(crate) fn next_run(&self) -> RunId {
        self.store.system().next_run_id()
    }

    pub(crate) fn is_resumed_day(&self, day: Day) -> bool {
        self.resumed == Some(day)
    }

    /// Ends what goes on beside the schedule: the process of every individual service after the run that it may have, and the
    /// runs that somebody asked for. Processes that are left after `patience`, by the real clock, are killed; runs that are
    /// left go on until the process of the daemon ends.
    pub async fn end_beside_schedule(&self, patience: Duration) {
        let stops = self.members.all().into_iter().map(|user| async move {
            if let Err(error) = self.stop_individuals_within(&user, patience).await {
                tracing::error!(user = %user.id, %error, "the end of a worker could not be written down");
            }
        });
        let runs = async {
            if tokio::time::timeout(patience, self.finish_background()).await.is_err() {
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

/// Until every room asks the others by itself.
impl Daemon {
    /// A user by id.
    ///
    /// # Errors
    /// When there is none.
    pub fn user(&self, id: UserId) -> Result<Arc<User>, AppError> {
        self.members.find(id)
    }

    /// Every user, by id.
    pub fn users(&self) -> Vec<Arc<User>> {
        self.members.all()
    }

    /// Users whose unified service is on, by id.
    pub fn running_users(&self) -> Vec<Arc<User>> {
        self.members.running()
    }
    pub(crate) fn insert_user(&self, user: User) -> bool {
        self.members.insert(user)
    }
    pub async fn publish(
        &self,
        scope: SignalScope,
        drafts: Vec<SignalDraft>,
    ) -> Result<Publication, AppError> {
        self.signals.publish(scope, drafts).await
    }
    pub fn stop(&self, stop: Stop) {
        self.shutdown.begin(stop);
    }
    pub fn fail(&self, reason: impl std::fmt::Display) {
        self.shutdown.fail(reason);
    }
    pub fn is_stopping(&self) -> bool {
        self.shutdown.is_begun()
    }
    pub fn stop_reason(&self) -> Option<Stop> {
        self.shutdown.reason()
    }
    pub fn stopped(&self) -> impl Future<Output = Stop> + Send + use<> {
        self.shutdown.begun()
    }
    pub(crate) fn check_not_stopping(&self) -> Result<(), AppError> {
        self.shutdown.check()
    }
    pub async fn raise_alert(&self, alert: NewAlert) -> Result<bool, AppError> {
        self.notices.raise(alert).await
    }
    pub async fn clear_alert(
        &self,
        code: AlertCode,
        user: Option<UserId>,
        subject: &str,
        resolution: &str,
    ) -> Result<bool, AppError> {
        self.notices.clear(code, user, subject, resolution).await
    }
    pub(crate) async fn send_gathered(&self) -> Result<(), AppError> {
        self.notices.send_gathered().await
    }
    pub(crate) async fn send_notification(&self, user: UserId, row: NotificationRow) -> Result<(), AppError> {
        self.notices.send(user, row).await
    }
    pub(crate) async fn notify_admins(
        &self,
        level: NotificationLevel,
        title: &str,
        body: &str,
    ) -> Result<(), AppError> {
        self.notices.send_to_admins(level, title, body).await
    }
    pub async fn halt_user(&self, id: UserId, code: HaltCode, reason: &str) -> Result<bool, AppError> {
        self.halts.halt_user(id, code, reason).await
    }
    pub async fn halt_symbol(
        &self,
        id: UserId,
        symbol: &Symbol,
        code: HaltCode,
        reason: &str,
    ) -> Result<bool, AppError> {
        self.halts.halt_symbol(id, symbol, code, reason).await
    }
    pub async fn halt_symbol_of_holders(
        &self,
        symbol: &Symbol,
        code: HaltCode,
        reason: &str,
    ) -> Result<Vec<UserId>, AppError> {
        self.halts.halt_symbol_of_holders(symbol, code, reason).await
    }
    pub async fn halt_symbol_if_held(
        &self,
        user: &User,
        symbol: &Symbol,
        code: HaltCode,
        reason: &str,
    ) -> Result<bool, AppError> {
        self.halts.halt_symbol_if_held(user, symbol, code, reason).await
    }
    pub(crate) async fn halt_for(&self, id: UserId, error: &AppError) -> Result<bool, AppError> {
        self.halts.halt_for(id, error).await
    }
    pub(crate) async fn tell_of_lost(&self, id: UserId, lost: Vec<LostOrder>) -> Result<(), AppError> {
        self.halts.tell_of_lost(id, lost).await
    }
}

/// Runs that somebody asked for and somebody waits for; they go on when nobody does any more.
struct AskedFor(JoinSet<()>);

impl Drop for AskedFor {
    fn drop(&mut self) {
        self.0.detach_all();
    }
}
