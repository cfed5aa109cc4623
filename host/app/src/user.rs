//! One user of the daemon: settings, books, task memory and the day's ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard, RwLock};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Left, Role};

use crate::brokers::Link;
use crate::desk::Desk;
use crate::halts::UserHalts;
use crate::ledger::DayLedger;
use crate::scheduler::Backlog;
use crate::services::{Activity, Individual};
use crate::settings::UserSettings;

/// Key-value memory of one task of one user.
pub type TaskMemory = BTreeMap<String, Vec<u8>>;

/// A user as the running daemon holds them.
pub struct User {
    /// The number by which everything of this user is found.
    pub id: UserId,
    /// The name that people see.
    pub name: String,
    /// What they have set.
    pub settings: UserSettings,
    /// The order desk. Held for the length of one request, never across a guest's computation.
    pub desk: tokio::sync::Mutex<Desk>,
    /// What of theirs is halted.
    pub halts: Arc<UserHalts>,
    /// The desk's link with the broker, for whoever only asks: not behind the desk's lock, which waits for the broker's answers.
    link: RwLock<Link>,
    memory: Mutex<BTreeMap<Task, TaskMemory>>,
    ledger: Mutex<DayLedger>,
    backlog: Mutex<Backlog>,
    /// Whether what was due the last time took long.
    slow: AtomicBool,
    ledger_turn: tokio::sync::Mutex<()>,
    executing: Mutex<BTreeSet<Task>>,
    /// Changes while the daemon runs.
    role: Mutex<Role>,
    active: AtomicBool,
    service_running: AtomicBool,
    service_since: Mutex<Option<Timestamp>>,
    service_version: AtomicU64,
    switch: tokio::sync::Mutex<()>,
    individuals: Mutex<BTreeMap<Task, Individual>>,
    individual_rows: tokio::sync::Mutex<()>,
    /// Why the individual service of a task ended last, unless another service has run it since.
    individual_ends: Mutex<BTreeMap<Task, String>>,
    activity: Mutex<Activity>,
    /// What the runs of a task have left behind on a date: the last one on which it ran.
    left: Mutex<BTreeMap<Task, (Day, Left)>>,
}

impl User {
    /// A user whose desk and task memory were just loaded.
    pub fn new(
        id: UserId,
        name: String,
        role: Role,
        settings: UserSettings,
        desk: Desk,
        memory: BTreeMap<Task, TaskMemory>,
    ) -> Self {
        Self {
            id,
            name,
            role: Mutex::new(role),
            active: AtomicBool::new(true),
            settings,
            halts: desk.halts().clone(),
            link: RwLock::new(desk.link().clone()),
            desk: tokio::sync::Mutex::new(desk),
            memory: Mutex::new(memory),
            ledger: Mutex::default(),
            backlog: Mutex::default(),
            slow: AtomicBool::new(false),
            ledger_turn: tokio::sync::Mutex::default(),
            executing: Mutex::default(),
            service_running: AtomicBool::new(false),
            service_since: Mutex::default(),
            service_version: AtomicU64::new(0),
            switch: tokio::sync::Mutex::default(),
            individuals: Mutex::default(),
            individual_rows: tokio::sync::Mutex::default(),
            individual_ends: Mutex::default(),
            activity: Mutex::default(),
            left: Mutex::default(),
        }
    }

    /// The link with their broker.
    pub fn link(&self) -> Link {
        self.link.read().clone()
    }

    /// Shows another link; the caller gives it to the desk.
    pub(crate) fn set_link(&self, link: Link) {
        *self.link.write() = link;
    }

    /// Rights.
    pub fn role(&self) -> Role {
        *self.role.lock()
    }

    /// Gives other rights; the caller writes it down.
    pub(crate) fn set_role(&self, role: Role) {
        *self.role.lock() = role;
    }

    /// Whether they may log in and their services may run.
    pub fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    /// Makes them active or not; the caller writes it down.
    pub(crate) fn set_active(&self, active: bool) {
        self.active.store(active, Ordering::Release);
    }

    /// Whether the unified service is on.
    pub fn is_running(&self) -> bool {
        self.service_running.load(Ordering::Acquire)
    }

    /// Turns the unified service on or off; the caller writes it down.
    pub fn set_running(&self, running: bool) {
        self.service_running.store(running, Ordering::Release);
    }

    /// When the service was last turned on in this process; `None` when it went on running from before.
    pub fn service_since(&self) -> Option<Timestamp> {
        *self.service_since.lock()
    }

    /// What the user's services have done.
    pub fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock()
    }

    /// Turns the unified service on from an instant, by a version of the schedules that it keeps until it is started again.
    pub fn start_service(&self, now: Timestamp, schedule_version: u64) {
        *self.service_since.lock() = Some(now);
        self.resume_service(schedule_version);
    }

    /// Turns the unified service on as it was before the daemon was restarted.
    pub fn resume_service(&self, schedule_version: u64) {
        self.service_version.store(schedule_version, Ordering::Release);
        self.individual_ends.lock().clear();
        self.set_running(true);
    }

    /// The version of the schedules by which a task of this user runs now; `None` when no service runs it.
    pub fn schedule_version(&self, task: Task) -> Option<u64> {
        if self.is_running() {
            return Some(self.service_version.load(Ordering::Acquire));
        }
        self.individuals.lock().get(&task).map(|service| service.schedule_version)
    }

    /// Whoever turns the user's services on or off holds this meanwhile.
    pub(crate) async fn switch(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.switch.lock().await
    }

    /// Whoever writes down how an individual service stands holds this, so that row and memory never disagree. A switch
    /// may be held already, never the other way round.
    pub(crate) async fn individual_rows(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.individual_rows.lock().await
    }

    /// The running individual service of a task.
    pub fn individual(&self, task: Task) -> Option<Individual> {
        self.individuals.lock().get(&task).cloned()
    }

    /// The tasks that run as individual services.
    pub fn individuals(&self) -> Vec<Task> {
        self.individuals.lock().keys().copied().collect()
    }

    pub(crate) fn keep_individual(&self, task: Task, service: Individual) {
        self.individuals.lock().insert(task, service);
    }

    /// Takes the service out if it still is the one of this process.
    pub(crate) fn drop_individual(&self, task: Task, pid: u32) -> Option<Individual> {
        let mut individuals = self.individuals.lock();
        let same = individuals.get(&task).is_some_and(|service| service.worker.pid() == pid);
        if same { individuals.remove(&task) } else { None }
    }

    /// The tasks that are executing now.
    pub fn executing(&self) -> Vec<Task> {
        self.executing.lock().iter().copied().collect()
    }

    /// The version with which the unified service was last started; 0 when it never was.
    pub fn last_schedule_version(&self) -> u64 {
        self.service_version.load(Ordering::Acquire)
    }

    /// Every version of the schedules by which some task of this user runs now.
    pub fn schedule_versions(&self) -> BTreeSet<u64> {
        if self.is_running() {
            return BTreeSet::from([self.service_version.load(Ordering::Acquire)]);
        }
        self.individuals.lock().values().map(|service| service.schedule_version).collect()
    }

    /// Whether any service of this user is on.
    pub fn is_served(&self) -> bool {
        self.is_running() || !self.individuals.lock().is_empty()
    }

    /// The day's ledger.
    pub fn ledger(&self) -> MutexGuard<'_, DayLedger> {
        self.ledger.lock()
    }

    /// What is due and not done yet.
    pub(crate) fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock()
    }

    /// Whether something that was due is being done for this user, or waits until that is done.
    pub fn is_at_work(&self) -> bool {
        self.backlog().is_at_work()
    }

    /// Whether what was due the last time took long, so that others should not wait behind it.
    pub(crate) fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed)
    }

    pub(crate) fn set_slow(&self, slow: bool) {
        self.slow.store(slow, Ordering::Relaxed);
    }

    /// Whoever changes the ledger holds this until the change is on its way to the database, so that both are changed in the
    /// same order and never disagree. Nothing else is waited for meanwhile.
    pub(crate) async fn ledger_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.ledger_turn.lock().await
    }

    /// Why the individual service of a task ended, if that is why nothing runs it.
    pub(crate) fn individual_end(&self, task: Task) -> Option<String> {
        self.individual_ends.lock().get(&task).cloned()
    }

    /// Remembers why the individual service of a task ended; `None` when it runs or is not what counts any more.
    pub(crate) fn set_individual_end(&self, task: Task, reason: Option<String>) {
        let mut ends = self.individual_ends.lock();
        match reason {
            Some(reason) => ends.insert(task, reason),
            None => ends.remove(&task),
        };
    }

    /// The memory of every task.
    pub fn memory(&self) -> MutexGuard<'_, BTreeMap<Task, TaskMemory>> {
        self.memory.lock()
    }

    /// What the runs of a task have left behind on a date; `None` when it has not run since this process began, and the database
    /// has to be asked.
    pub(crate) fn left_on(&self, task: Task, day: Day) -> Option<Left> {
        let (of, left) = *self.left.lock().get(&task)?;
        Some(if of == day { left } else { Left::default() })
    }

    /// Remembers it.
    pub(crate) fn set_left(&self, task: Task, day: Day, left: Left) {
        self.left.lock().insert(task, (day, left));
    }

    /// Whether a run of a task is executing, or about to.
    pub(crate) fn is_executing(&self, task: Task) -> bool {
        self.executing.lock().contains(&task)
    }

    /// Marks a task as executing; `None` when it already is.
    pub fn begin(&self, task: Task) -> Option<Executing<'_>> {
        // Lazily: a mark made for nothing would be taken back when it is dropped, under the same lock.
        self.executing.lock().insert(task).then(|| Executing { user: self, task })
    }

    /// The same for a run that outlives whoever started it.
    pub fn begin_owned(self: Arc<Self>, task: Task) -> Option<ExecutingOwned> {
        let begun = self.executing.lock().insert(task);
        begun.then(|| ExecutingOwned { user: self, task })
    }
}

/// As [`Executing`], without borrowing the user.
pub struct ExecutingOwned {
    user: Arc<User>,
    task: Task,
}

impl Drop for ExecutingOwned {
    fn drop(&mut self) {
        self.user.executing.lock().remove(&self.task);
    }
}

/// A task of a user is executing as long as this lives.
pub struct Executing<'a> {
    user: &'a User,
    task: Task,
}

impl Drop for Executing<'_> {
    fn drop(&mut self) {
        self.user.executing.lock().remove(&self.task);
    }
}
