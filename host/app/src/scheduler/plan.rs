//! What is due when on one day: a pure function of the day and the schedules.

use std::collections::BTreeMap;
use std::ops::Bound;

use prahari_domain::calendar::{Phase, TradingDay};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_schedule::{DaySlots, Schedule, ScheduleError, slots};

/// A slot within a user's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotKey {
    /// What runs.
    pub task: Task,
    /// When it is due; of a continuous slot, its first tick.
    pub due_at: Timestamp,
}

/// A slot of the day as it goes into the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedSlot {
    /// Which.
    pub key: SlotKey,
    /// Of a continuous slot: when it ends, and how many ticks it expects. One-shot slots have none.
    pub continuous: Option<(Timestamp, u32)>,
}

/// Something due at an instant. The order of the variants is the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The broker is asked what happened.
    Pulse,
    /// A continuous slot ends and gets its outcome.
    CloseSlot(SlotKey),
    /// A one-shot slot runs.
    Run(SlotKey),
    /// A continuous slot ticks.
    Tick(SlotKey),
}

impl Work {
    /// The slot it belongs to, if any.
    pub fn slot(self) -> Option<SlotKey> {
        match self {
            Self::Pulse => None,
            Self::CloseSlot(key) | Self::Run(key) | Self::Tick(key) => Some(key),
        }
    }

    fn rank(self) -> (u8, Option<Task>) {
        match self {
            Self::Pulse => (0, None),
            Self::CloseSlot(key) => (1, Some(key.task)),
            Self::Run(key) | Self::Tick(key) => (2, Some(key.task)),
        }
    }
}

/// Every instant of a day at which something is due.
#[derive(Debug, Clone)]
pub struct DayPlan {
    /// Which day.
    pub day: Day,
    /// The slots that the ledger expects, in the order they are due.
    pub slots: Vec<PlannedSlot>,
    instants: BTreeMap<Timestamp, Vec<Work>>,
}

/// One minute: the broker's pulse during a session. The exchange's own day is finer, the paper broker's bars are not.
const PULSE_MS: i64 = 60_000;

impl DayPlan {
    /// Evaluates every enabled schedule for the day.
    ///
    /// # Errors
    /// When a schedule's script fails; the error names the schedule.
    pub fn of(trading_day: &TradingDay, schedules: &[Schedule]) -> Result<Self, ScheduleError> {
        let mut plan = Self { day: trading_day.day, slots: Vec::new(), instants: BTreeMap::new() };
        plan.add_pulses(trading_day);
        for schedule in schedules.iter().filter(|schedule| schedule.enabled) {
            match slots(schedule, trading_day)? {
                DaySlots::Times(times) => {
                    times.into_iter().for_each(|at| plan.add_one_shot(schedule.task, at))
                }
                DaySlots::Continuous { windows, every_ms } => {
                    windows
                        .into_iter()
                        .for_each(|window| plan.add_continuous(schedule.task, window, every_ms));
                }
            }
        }
        plan.instants.values_mut().for_each(|works| works.sort_by_key(|work| work.rank()));
        plan.slots.sort_by_key(|slot| (slot.key.due_at, slot.key.task));
        Ok(plan)
    }

    /// The first instant after `after` and what is due then.
    pub fn next_after(&self, after: Timestamp) -> Option<(Timestamp, &[Work])> {
        let mut later = self.instants.range((Bound::Excluded(after), Bound::Unbounded));
        later.next().map(|(at, works)| (*at, works.as_slice()))
    }

    /// What of a slot is still to come after `after`: all of a one-shot slot or nothing, the later ticks of a
    /// continuous one.
    pub fn rest_of(&self, slot: PlannedSlot, after: Timestamp) -> Option<PlannedSlot> {
        let Some((ends_at, _)) = slot.continuous else {
            return (slot.key.due_at > after).then_some(slot);
        };
        let later = self.instants.range((Bound::Excluded(after), Bound::Unbounded));
        let ticks = later.filter(|(_, works)| works.contains(&Work::Tick(slot.key))).count();
        let continuous = Some((ends_at, u32::try_from(ticks).unwrap_or(u32::MAX)));
        (ticks > 0).then_some(PlannedSlot { continuous, ..slot })
    }

    fn add(&mut self, at: Timestamp, work: Work) {
        self.instants.entry(at).or_default().push(work);
    }

    fn add_one_shot(&mut self, task: Task, at: Timestamp) {
        let key = SlotKey { task, due_at: at };
        self.slots.push(PlannedSlot { key, continuous: None });
        self.add(at, Work::Run(key));
    }

    fn add_continuous(&mut self, task: Task, (start, end): (Timestamp, Timestamp), every_ms: i64) {
        if every_ms <= 0 || end <= start {
            return;
        }
        let key = SlotKey { task, due_at: start };
        let mut ticks = 0;
        let mut at = start;
        while at < end {
            self.add(at, Work::Tick(key));
            ticks += 1;
            at = at.plus_millis(every_ms);
        }
        self.slots.push(PlannedSlot { key, continuous: Some((end, ticks)) });
        self.add(end, Work::CloseSlot(key));
    }

    /// A pulse each minute from the first phase that takes orders to the last one's end, end included: fills of the
    /// last minute and expiries are told then.
    fn add_pulses(&mut self, trading_day: &TradingDay) {
        let mut windows = trading_day.windows.iter().filter(|window| window.phase != Phase::Closed);
        let Some(first) = windows.next() else { return };
        let last = windows.next_back().unwrap_or(first);
        let mut at = first.starts;
        while at <= last.ends {
            self.add(at, Work::Pulse);
            at = at.plus_millis(PULSE_MS);
        }
    }
}
