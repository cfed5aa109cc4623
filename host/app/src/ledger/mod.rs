//! The ledger: what is expected of each task of each user on a day, by the schedules in use, and what became of it.
//!
//! It plans a day once for each version of the schedules, enters the slots into the users' ledgers, and knows why
//! something was missed. It starts nothing: what is due is the scheduler's.

mod build_plan;
mod day;
mod day_plan;
mod ended;
mod enter;
mod handover;
mod plan_set;
pub(crate) mod ticks;
#[cfg(test)]
mod ticks_tests;
mod user_ledger;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::{Mutex, RwLock};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::RunRow;

pub use day::{DayLedger, Progress};
pub use day_plan::{Barrier, DayPlan, PlannedSlot, SlotKey, Work};
pub(crate) use ended::Ended;
pub(crate) use enter::{INTERRUPTED, UNKNOWN};
pub use plan_set::DayPlans;
pub use user_ledger::UserLedger;

use crate::agenda::Agenda;
use crate::handles::Handles;
use crate::schedules::Schedules;
use crate::tasks::Tasks;
use crate::user::User;
use crate::users::Users;

/// Number of jumps of the clock that are remembered, to say why something was missed.
const MOST_JUMPS: usize = 16;

/// What is expected, and since when this process has seen to it.
pub struct Ledger {
    handles: Handles,
    users: Arc<Users>,
    tasks: Arc<Tasks>,
    schedules: Arc<Schedules>,
    plans: RwLock<Option<Arc<DayPlans>>>,
    /// Shared by planning a day and entering slots; held exclusively while another calendar is put in force, or a
    /// task is added or removed.
    pub(crate) planning: tokio::sync::RwLock<()>,
    /// The last instant that was handed out to be done.
    handed_out: AtomicI64,
    /// Tasks that have ended and that slots may wait for.
    pub(crate) ended: Ended,
    /// Slots of users that are tried again. The slots say so themselves, from which a restart learns it.
    pub(crate) retries: Agenda<(UserId, SlotKey)>,
    /// The runs that the end of the last process interrupted.
    interrupted: Vec<RunRow>,
    /// Time at which this process began.
    started: Timestamp,
    /// The last jumps of the clock.
    jumps: Mutex<VecDeque<(Timestamp, Timestamp)>>,
    /// The day of the cursor at the start: its slots may have outcomes already.
    resumed: Option<Day>,
}

impl Ledger {
    /// The ledger of a process that goes on after `cursor`, and whose predecessor left these runs without an end.
    pub(crate) fn new(
        handles: Handles,
        users: Arc<Users>,
        (tasks, schedules): (Arc<Tasks>, Arc<Schedules>),
        (cursor, interrupted): (Option<Timestamp>, Vec<RunRow>),
    ) -> Self {
        let now = handles.clock.now();
        Self {
            handles,
            users,
            tasks,
            schedules,
            plans: RwLock::new(None),
            planning: tokio::sync::RwLock::new(()),
            handed_out: AtomicI64::new(cursor.unwrap_or(now).0),
            ended: Ended::default(),
            retries: Agenda::default(),
            interrupted,
            started: now,
            jumps: Mutex::default(),
            resumed: cursor.map(Timestamp::ist_day),
        }
    }

    /// Returns the admin whose service runs a shared task: an individual service of it, else the first running
    /// unified service of an admin.
    pub fn owner_of_shared(&self, task: Task) -> Option<Arc<User>> {
        let admins = self.users.admins();
        let alone = admins.iter().find(|user| user.services.individual(task).is_some());
        alone.or_else(|| admins.iter().find(|user| user.services.is_running())).cloned()
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

    /// Returns why something that was due at an instant could not be done in time, and until which instant the same
    /// holds; none when nothing but work before it was in the way.
    pub(crate) fn why_missed(&self, due: Timestamp) -> Option<(Timestamp, &'static str)> {
        if due <= self.started {
            return Some((self.started, "the daemon was not running"));
        }
        let jumps = self.jumps.lock();
        let over = jumps.iter().find(|(from, to)| (*from..=*to).contains(&due));
        over.map(|(_, to)| (*to, "the clock had jumped over it"))
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

    /// The plans of the day that the scheduler is in; none before it has begun.
    pub(crate) fn plans(&self) -> Option<Arc<DayPlans>> {
        self.plans.read().clone()
    }

    /// Returns the first planned instant after another, of the day that the scheduler is in; none when nothing more is planned for it.
    pub fn next_instant_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.plans()?.next_after(after).map(|(instant, _)| instant)
    }

    /// Has everything fall due that the users' ledgers have open on the day that the scheduler is in, whether or
    /// not anybody runs by the schedules that it came from.
    pub(crate) fn plan_left_open(&self, day: Day) {
        // One by one: users mostly have the same slots, and collecting would hold all of everybody's.
        let mut open = BTreeSet::new();
        for user in self.users.all() {
            open.extend(user.ledger.lock().open_slots());
        }
        let mut kept = self.plans.write();
        if let Some(mut plans) = kept.as_deref().filter(|plans| plans.day == day).cloned() {
            plans.set_left_open(DayPlan::of_slots(day, open, &self.tasks.current()));
            *kept = Some(Arc::new(plans));
        }
    }

    pub(crate) fn is_resumed_day(&self, day: Day) -> bool {
        self.resumed == Some(day)
    }
}
