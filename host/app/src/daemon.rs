//! The daemon: what is loaded at the start and shared by everything that runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::signals::{SignalDraft, SignalScope};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::{Runtime, SharedReplies};
use prahari_schedule::Schedule;
use prahari_store::{AlertCode, Role, RunRow, Store};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use crate::board::{Publication, SignalBoard};
use crate::calendar::keep_first;
use crate::clock::Clock;
use crate::deadlines::Deadlines;
use crate::desk::Venue;
use crate::error::AppError;
use crate::events::EventBus;
use crate::gathered::Gathered;
use crate::grants::Grants;
use crate::inbox::Inbox;
use crate::loading::{Fault, load_user};
use crate::modules::Modules;
use crate::prices::PriceWatch;
use crate::queries::Queries;
use crate::replays::Places;
use crate::rows::{load_signals, signal_row};
use crate::scheduler::{DayPlan, DayPlans, SLOW_USERS_AT_ONCE, Scheduler, SharedRuns};
use crate::schedules::Schedules;
use crate::service::RESTARTED;
use crate::settings::{KILL_SWITCH_KEY, KillSwitch};
use crate::stop::StopSwitch;
use crate::user::User;

/// Is told of each instant that is done.
type Observer = Box<dyn Fn(Timestamp) + Send + Sync>;

/// What a daemon is made of.
pub struct Parts {
    /// Its time.
    pub clock: Clock,
    /// Broker, market, calendar and store.
    pub venue: Venue,
    /// Where modules run.
    pub runtime: Arc<Runtime>,
    /// The module of each task.
    pub modules: Arc<Modules>,
    /// What runs when, in a database that has no schedules yet.
    pub schedules: Vec<Schedule>,
}

/// The running application. One per database.
pub struct Daemon {
    /// Its time.
    pub clock: Clock,
    /// Broker, market, calendar and store, as every desk uses them.
    pub venue: Arc<Venue>,
    /// The database.
    pub store: Store,
    /// Where modules run.
    pub runtime: Arc<Runtime>,
    /// The module of each task.
    pub modules: Arc<Modules>,
    /// What each task may do and use.
    pub grants: Arc<Grants>,
    /// The signals that stand.
    pub signals: Arc<SignalBoard>,
    /// What happens, for whoever listens.
    pub events: Arc<EventBus>,
    /// What a page or a program reads.
    pub queries: Queries,
    /// What people say of what they were told.
    pub inbox: Inbox,
    /// Notified when the scheduler has to look at the clock anew.
    pub wake: Notify,
    /// What runs when, by version.
    pub schedules: Schedules,
    /// What the recordings of late have in common.
    pub(crate) shared_replies: Arc<SharedReplies>,
    plans: RwLock<Option<Arc<DayPlans>>>,
    /// Held by whoever plans a day or enters slots, and alone by whoever puts another calendar in force.
    pub(crate) planning: tokio::sync::RwLock<()>,
    users: RwLock<BTreeMap<UserId, Arc<User>>>,
    pub(crate) kill_switch: Arc<KillSwitch>,
    pub(crate) replays: Places,
    /// Bounds how many slow users are served at once.
    pub(crate) slow_places: Semaphore,
    pub(crate) prices: PriceWatch,
    pub(crate) stop: StopSwitch,
    progress: AtomicI64,
    /// The last instant that was handed out to be done.
    handed_out: AtomicI64,
    /// The shared runs that are executing.
    pub(crate) shared_runs: Arc<SharedRuns>,
    /// The runs that the end of the last process interrupted.
    pub(crate) interrupted: Vec<RunRow>,
    /// When this process began.
    started: Timestamp,
    /// Messages about alerts that wait, because their user was told of one of the kind a while ago.
    pub(crate) gathered: Mutex<Gathered<(UserId, AlertCode)>>,
    /// The last jumps of the clock.
    jumps: Mutex<VecDeque<(Timestamp, Timestamp)>>,
    observer: OnceLock<Observer>,
    /// Runs that somebody asked for.
    background: Mutex<JoinSet<()>>,
    /// The day of the cursor at the start: its slots may have outcomes already.
    resumed: Option<Day>,
    /// The last instant that is done.
    cursor: AtomicI64,
}

/// How many jumps of the clock are remembered, to say why something was missed.
const MOST_JUMPS: usize = 16;

impl Daemon {
    /// Loads users, books and signals, settles what the last process left open, and is ready to be scheduled. A user of whom
    /// something cannot be used is halted, and does not stop the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(parts: Parts) -> Result<Arc<Self>, AppError> {
        let Parts { clock, venue, runtime, modules, schedules } = parts;
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
        let grants = Arc::new(Grants::load(store.clone()).await?);
        let schedules = Schedules::load(store.clone(), &schedules, now).await?;
        keep_first(&store, &venue.calendar.current()).await?;
        let events = Arc::new(EventBus::new(clock.clone()));
        let kill_switch = Arc::new(load_kill_switch(&store).await?);
        system.stop_services_of_inactive_users().await?;
        store.settle().await?;
        let mut users = BTreeMap::new();
        for row in system.users().await? {
            let loaded = load_user(&venue, &events, &kill_switch, row).await?;
            let id = loaded.user.id;
            faults.extend(loaded.faults.into_iter().map(|fault| (id, fault)));
            users.insert(id, Arc::new(loaded.user));
        }
        let (signals, unread) =
            load_signals(&store, &venue.calendar.current(), users.keys().copied()).await?;
        faults.extend(unread);
        let signals = Arc::new(signals);
        for user in users.values() {
            user.desk.lock().await.trade_on(signals.clone());
        }
        let cursor = system.cursor().await?;
        let daemon = Arc::new(Self {
            resumed: cursor.map(Timestamp::ist_day),
            cursor: AtomicI64::new(cursor.unwrap_or(now).0),
            handed_out: AtomicI64::new(cursor.unwrap_or(now).0),
            shared_runs: Arc::default(),
            interrupted,
            started: now,
            jumps: Mutex::default(),
            gathered: Mutex::default(),
            wake: Notify::new(),
            stop: StopSwitch::default(),
            progress: AtomicI64::new(cursor.unwrap_or(now).0),
            observer: OnceLock::new(),
            background: Mutex::default(),
            users: RwLock::new(users),
            kill_switch,
            shared_replies: Arc::default(),
            replays: Places::default(),
            slow_places: Semaphore::new(SLOW_USERS_AT_ONCE),
            prices: PriceWatch::default(),
            plans: RwLock::new(None),
            planning: tokio::sync::RwLock::new(()),
            queries: Queries::new(clock.clone(), venue.clone(), signals.clone(), grants.clone()),
            inbox: Inbox::new(store.clone(), clock.clone()),
            clock,
            store,
            venue,
            runtime,
            modules,
            grants,
            signals,
            events,
            schedules,
        });
        for (user, Fault { code, reason }) in faults {
            daemon.halt_user(user, code, &reason).await?;
        }
        daemon.compare_accounts().await?;
        if let Some(reached) = cursor {
            daemon.close_days_of_the_past(reached).await?;
        }
        Ok(daemon)
    }

    /// A scheduler that goes on where the last one stopped.
    pub fn scheduler(self: &Arc<Self>) -> Scheduler {
        Scheduler::new(self.clone(), Timestamp(self.cursor.load(Ordering::Acquire)))
    }

    /// A user by id.
    ///
    /// # Errors
    /// When there is none.
    pub fn user(&self, id: UserId) -> Result<Arc<User>, AppError> {
        let users = self.users.read();
        users.get(&id).cloned().ok_or(AppError::UnknownUser(id))
    }

    /// Every user, by id.
    pub fn users(&self) -> Vec<Arc<User>> {
        self.users.read().values().cloned().collect()
    }

    /// Users whose unified service is on, by id.
    pub fn running_users(&self) -> Vec<Arc<User>> {
        let users = self.users.read();
        users.values().filter(|user| user.is_running()).cloned().collect()
    }

    /// Whose service runs the shared analysis: that of an admin who started it alone, else the first admin's unified one
    /// that is on.
    pub fn analysis_owner(&self) -> Option<Arc<User>> {
        let users = self.users.read();
        let mut admins = users.values().filter(|user| user.role() == Role::Admin);
        let alone = admins.clone().find(|user| user.individual(Task::Analysis).is_some());
        alone.or_else(|| admins.find(|user| user.is_running())).cloned()
    }

    /// Publishes findings and writes them down.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn publish(
        &self,
        scope: SignalScope,
        drafts: Vec<SignalDraft>,
    ) -> Result<Publication, AppError> {
        let calendar = self.venue.calendar.current();
        let publication = self
            .signals
            .publish(scope, drafts, self.clock.now(), &calendar, || self.store.system().next_signal_id());
        let mut rows = Vec::with_capacity(publication.rows.len());
        for signal in &publication.rows {
            rows.push(signal_row(signal)?);
        }
        match scope {
            SignalScope::Shared => self.store.system().save_signals(rows).await?,
            SignalScope::Personal(user) => self.store.user(user).save_signals(rows).await?,
        }
        Ok(publication)
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

    /// Adds a user or, when they are there, does nothing.
    pub(crate) fn insert_user(&self, user: User) {
        let mut users = self.users.write();
        users.entry(user.id).or_insert_with(|| Arc::new(user));
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
            plans.set_left_open(DayPlan::of_slots(day, open));
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
}

/// Runs that somebody asked for and somebody waits for; they go on when nobody does any more.
struct AskedFor(JoinSet<()>);

impl Drop for AskedFor {
    fn drop(&mut self) {
        self.0.detach_all();
    }
}

async fn load_kill_switch(store: &Store) -> Result<KillSwitch, AppError> {
    let kept = store.system().meta(KILL_SWITCH_KEY).await?;
    Ok(KillSwitch::new(kept.as_deref() == Some("true")))
}
