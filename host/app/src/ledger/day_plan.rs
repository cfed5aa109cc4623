//! What is due when on one day: a pure function of the day and the schedules.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use prahari_domain::calendar::{Phase, TradingDay};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_schedule::{Evaluator, Schedule, ScheduleError, Slot, TICK_MS, Then};

use crate::tasks::TaskSet;

/// A slot within a user's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotKey {
    /// The task that runs.
    pub task: Task,
    /// Time at which it is due; of a continuous slot, its first tick.
    pub due_at: Timestamp,
}

/// A slot of the day as it goes into the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedSlot {
    /// The slot, by task and due time.
    pub key: SlotKey,
    /// End of a continuous slot and the number of ticks it expects; none for a one-shot slot.
    pub continuous: Option<(Timestamp, u32)>,
}

impl PlannedSlot {
    fn new(task: Task, slot: &Slot) -> Self {
        let key = SlotKey { task, due_at: slot.due_at };
        Self { key, continuous: slot.ends_at.map(|ends_at| (ends_at, slot.ticks)) }
    }

    /// Returns what of it is still to come after `after`: all of a one-shot slot or nothing, the later ticks of a
    /// continuous one.
    pub fn rest(self, after: Timestamp) -> Option<Self> {
        let Some((ends_at, ticks)) = self.continuous else {
            return (self.key.due_at > after).then_some(self);
        };
        let done = match after.millis_since(self.key.due_at) {
            before if before < 0 => 0,
            since => u32::try_from(since / TICK_MS + 1).unwrap_or(u32::MAX),
        };
        let left = ticks.saturating_sub(done);
        (left > 0).then_some(Self { continuous: Some((ends_at, left)), ..self })
    }
}

/// Something due at an instant. The order of the variants is the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The broker is asked what happened.
    PollBroker,
    /// A continuous slot ends and gets its outcome.
    CloseSlot(SlotKey),
    /// A one-shot slot runs.
    Run(SlotKey),
    /// A continuous slot ticks.
    Tick(SlotKey),
    /// A task whose session is on runs because a price has changed, outside of its ticks. It is part of no plan, and its key
    /// names the time of the change.
    OnPrice(SlotKey),
    /// What earlier days left open gets its outcome. It is part of no plan: the scheduler hands it out when a day
    /// begins.
    CloseDays,
}

impl Work {
    /// The slot it belongs to, if any.
    pub fn slot(self) -> Option<SlotKey> {
        match self {
            Self::PollBroker | Self::CloseDays => None,
            Self::CloseSlot(key) | Self::Run(key) | Self::Tick(key) | Self::OnPrice(key) => Some(key),
        }
    }

    /// Returns whether it is done once for all users.
    pub(crate) fn is_shared(self, tasks: &TaskSet) -> bool {
        self.slot().is_some_and(|key| tasks.is_shared(key.task))
    }

    /// Returns the rank among what is due at the same instant. What waits for other tasks runs after them in
    /// any case.
    pub(crate) fn rank(self, tasks: &TaskSet) -> (u8, Option<(u32, Task)>) {
        let of_task = |key: SlotKey| Some(tasks.rank(key.task));
        match self {
            Self::PollBroker | Self::CloseDays => (0, None),
            Self::CloseSlot(key) => (1, of_task(key)),
            Self::Run(key) | Self::Tick(key) | Self::OnPrice(key) => (2, of_task(key)),
        }
    }
}

/// What the slots of a task wait for on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barrier {
    /// The tasks whose slots have to be over that are due until then.
    pub tasks: Vec<Task>,
    /// Latest time until which the slots wait; slots due later do not wait.
    pub latest: Timestamp,
    /// What happens to a slot that still waits at its latest time.
    pub then: Then,
}

/// Every instant of a day at which something is due by one version of the schedules.
#[derive(Debug, Clone)]
pub struct DayPlan {
    /// The date in India.
    pub day: Day,
    /// The slots that the ledger expects, in the order they are due.
    pub slots: Vec<PlannedSlot>,
    /// Schedules that gave no answer for the day: their tasks do not run on it.
    pub failed: Vec<ScheduleError>,
    /// Tasks that slots wait for, by the slots' task.
    pub barriers: BTreeMap<Task, Arc<Barrier>>,
    instants: BTreeMap<Timestamp, Vec<Work>>,
}

/// One minute: when the broker is asked during a session. The exchange's own day is finer, the paper broker's bars
/// are not.
const BROKER_POLL_MS: i64 = 60_000;

impl DayPlan {
    /// Evaluates every enabled schedule for the day. A script that fails, though it was checked on every day that the
    /// calendar knew when it was saved, takes nothing but its own task out of the day.
    pub fn of<'a>(
        trading_day: &TradingDay,
        schedules: impl IntoIterator<Item = &'a Schedule>,
        tasks: &TaskSet,
    ) -> Self {
        let mut plan = Self::empty(trading_day.day);
        plan.add_broker_polls(trading_day);
        for schedule in schedules.into_iter().filter(|schedule| tasks.find(schedule.task).is_some()) {
            plan.add_barrier(trading_day, schedule);
            match Evaluator::of(schedule).and_then(|evaluator| evaluator.armed(trading_day)) {
                Ok(slots) => slots.iter().for_each(|slot| plan.add_slot(schedule.task, slot)),
                Err(error) => plan.failed.push(error),
            }
        }
        plan.instants.values_mut().for_each(|works| works.sort_by_key(|work| work.rank(tasks)));
        plan.slots.sort_by_key(|slot| (slot.key.due_at, tasks.rank(slot.key.task)));
        plan
    }

    /// A plan of slots that are known already, so that each falls due again.
    pub fn of_slots(day: Day, slots: impl IntoIterator<Item = PlannedSlot>, tasks: &TaskSet) -> Self {
        let mut plan = Self::empty(day);
        for slot in slots {
            let due_at = slot.key.due_at;
            // Every tick from its name on: those that it does not expect find that it does not.
            let whole = |(ends_at, _): (Timestamp, u32)| {
                let ticks = (ends_at.millis_since(due_at) + TICK_MS - 1) / TICK_MS;
                Slot { due_at, ends_at: Some(ends_at), ticks: u32::try_from(ticks).unwrap_or(0) }
            };
            let once = Slot { due_at, ends_at: None, ticks: 1 };
            plan.add_slot(slot.key.task, &slot.continuous.map_or(once, whole));
        }
        plan.instants.values_mut().for_each(|works| works.sort_by_key(|work| work.rank(tasks)));
        plan
    }

    /// The first instant after `after` and what is due then.
    pub fn next_after(&self, after: Timestamp) -> Option<(Timestamp, &[Work])> {
        let mut later = self.instants.range((Bound::Excluded(after), Bound::Unbounded));
        later.next().map(|(at, works)| (*at, works.as_slice()))
    }

    fn empty(day: Day) -> Self {
        Self {
            day,
            slots: Vec::new(),
            failed: Vec::new(),
            barriers: BTreeMap::new(),
            instants: BTreeMap::new(),
        }
    }

    fn add_barrier(&mut self, trading_day: &TradingDay, schedule: &Schedule) {
        if let Some(after) = &schedule.after {
            let (tasks, latest, then) = (after.tasks.clone(), after.latest_on(trading_day), after.then);
            self.barriers.insert(schedule.task, Arc::new(Barrier { tasks, latest, then }));
        }
    }

    fn add(&mut self, at: Timestamp, work: Work) {
        self.instants.entry(at).or_default().push(work);
    }

    fn add_slot(&mut self, task: Task, slot: &Slot) {
        let planned = PlannedSlot::new(task, slot);
        self.slots.push(planned);
        match slot.ends_at {
            None => self.add(slot.due_at, Work::Run(planned.key)),
            Some(ends_at) => {
                slot.instants().for_each(|at| self.add(at, Work::Tick(planned.key)));
                self.add(ends_at, Work::CloseSlot(planned.key));
            }
        }
    }

    /// A question each minute from the first phase that takes orders to the last one's end, end included: fills of the
    /// last minute and expiries are told then.
    fn add_broker_polls(&mut self, trading_day: &TradingDay) {
        let mut windows = trading_day.windows.iter().filter(|window| window.phase != Phase::Closed);
        let Some(first) = windows.next() else { return };
        let last = windows.next_back().unwrap_or(first);
        let mut at = first.starts;
        while at <= last.ends {
            self.add(at, Work::PollBroker);
            at = at.plus_millis(BROKER_POLL_MS);
        }
    }
}
