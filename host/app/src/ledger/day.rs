//! A user's slots in memory: those of the day, and those of earlier days that have no outcome yet. The database
//! holds the same rows: whoever changes a slot holds the user's turn until the change is on its way there too.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{SlotKind, SlotOutcome, SlotRow, SlotUpdate, TickRow};

use super::day_plan::{PlannedSlot, SlotKey, Work};
use super::ticks::Ticks;
use crate::scheduler::WaitOutcome;

/// Progress of a slot.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Outcome of the slot; never changed once it is set.
    pub outcome: Option<SlotOutcome>,
    /// Runs started for it.
    pub attempts: u32,
    /// Ticks of a continuous slot; none for a one-shot slot. Most are one-shot, so the room for ticks is apart.
    pub ticks: Option<Box<Ticks>>,
    /// Whether this process has taken it up: a slot runs once, however often its instant is handed out.
    pub taken_up: bool,
    /// Whether it gets its outcome as soon as no tick executes any more.
    pub closing: bool,
    /// Time at which it got its outcome, if this process saw it.
    pub ended_at: Option<Timestamp>,
    /// Time at which a slot that waited for other tasks could start. While it waits: the latest time until
    /// which it does.
    pub free_at: Option<Timestamp>,
    /// Time at which it is tried again, or was the last time, because a run of it ended as `unavailable`.
    pub retry_at: Option<Timestamp>,
    /// How the wait for other tasks ended; none before that.
    pub waited: Option<WaitOutcome>,
}

impl Progress {
    /// A slot that nothing has happened to.
    fn planned(slot: PlannedSlot) -> Self {
        let ticks = slot.continuous.map(|(ends_at, ticks)| Ticks::new(slot.key.due_at, ends_at, ticks));
        Self { ticks: ticks.map(Box::new), ..Self::default() }
    }

    /// Returns when the slot is over: at its due time, or at the end of a continuous slot.
    pub fn ends_at(&self, key: SlotKey) -> Timestamp {
        self.ticks.as_ref().map_or(key.due_at, |ticks| ticks.ends_at)
    }

    /// The slot as the database should have it.
    pub fn update(&self, key: SlotKey, reason: String, run: Option<RunId>, rows: Vec<TickRow>) -> SlotUpdate {
        let ticks = self.ticks.as_ref();
        let safe = |row: TickRow| TickRow { reason: into_one_line(row.reason), ..row };
        SlotUpdate {
            task: key.task,
            due_at: key.due_at,
            outcome: self.outcome,
            // Words of guests and workers may stand in it.
            reason: into_one_line(reason),
            run,
            attempts: self.attempts,
            ends_at: ticks.map(|ticks| ticks.ends_at),
            free_at: self.free_at,
            retry_at: self.retry_at,
            ticks_expected: ticks.map_or(0, |ticks| ticks.expected),
            ticks_ran: ticks.map_or(0, |ticks| ticks.ran),
            ticks_failed: ticks.map_or(0, |ticks| ticks.failed),
            ticks_skipped: ticks.map_or(0, |ticks| ticks.skipped),
            ticks_missed: ticks.map_or(0, |ticks| ticks.missed),
            last_tick_at: ticks.and_then(|ticks| ticks.last),
            ticks: rows.into_iter().map(safe).collect(),
            messages: Vec::new(),
        }
    }

    /// The first instant, not later than `reached`, of which it should have an account and has none.
    fn open_since(&self, key: SlotKey, reached: Timestamp) -> Option<Timestamp> {
        if self.outcome.is_some() {
            return None;
        }
        let since = match &self.ticks {
            Some(ticks) => ticks.next().unwrap_or(ticks.ends_at),
            None => key.due_at,
        };
        (since <= reached).then_some(since)
    }
}

/// Slots of one user, in memory.
#[derive(Debug, Clone, Default)]
pub struct DayLedger {
    day: Option<Day>,
    slots: BTreeMap<SlotKey, Progress>,
    /// Open slots of earlier days; a run may end after its day.
    earlier: BTreeMap<SlotKey, Progress>,
}

impl DayLedger {
    /// Goes on to a day, which has no slots yet unless it is the one that it is in. Slots of the day before that
    /// have no outcome are kept aside.
    pub fn enter(&mut self, day: Day) {
        if self.day == Some(day) {
            return;
        }
        let left = std::mem::take(&mut self.slots);
        self.earlier.extend(left.into_iter().filter(|(_, progress)| progress.outcome.is_none()));
        self.day = Some(day);
    }

    /// Takes up a slot that the database knows.
    pub fn add_known(&mut self, key: SlotKey, progress: Progress) {
        self.slots.entry(key).or_insert(progress);
    }

    /// Adds the slots of the day that are not there yet; answers them.
    pub fn add(&mut self, planned: impl IntoIterator<Item = PlannedSlot>) -> Vec<PlannedSlot> {
        let mut added = Vec::new();
        for slot in planned {
            if let Entry::Vacant(free) = self.slots.entry(slot.key) {
                free.insert(Progress::planned(slot));
                added.push(slot);
            }
        }
        added
    }

    /// Takes back a slot of the day.
    pub fn withdraw(&mut self, key: SlotKey) {
        self.slots.remove(&key);
    }

    /// The day it is in; `None` before the first.
    pub fn day(&self) -> Option<Day> {
        self.day
    }

    /// A slot of the day, or one of an earlier day that has no outcome.
    pub fn slot_mut(&mut self, key: SlotKey) -> Option<&mut Progress> {
        self.slots.get_mut(&key).or_else(|| self.earlier.get_mut(&key))
    }

    /// Returns the slot while it has no outcome; `None` when it was withdrawn or has one.
    pub fn open_mut(&mut self, key: SlotKey) -> Option<&mut Progress> {
        self.slot_mut(key).filter(|progress| progress.outcome.is_none())
    }

    /// The slot of this user that a piece of work at an instant is about, if any. Work is planned by version of the
    /// schedules, and a user who runs by another, or whose service was started later, has other slots.
    pub fn slot_for(&self, work: Work, at: Timestamp) -> Option<SlotKey> {
        meant_in(&self.slots, work, at).or_else(|| meant_in(&self.earlier, work, at))
    }

    /// The first instant, not later than `reached`, of which an open slot of the day has no account.
    pub fn earliest_open(&self, reached: Timestamp) -> Option<Timestamp> {
        self.slots.iter().filter_map(|(key, progress)| progress.open_since(*key, reached)).min()
    }

    /// Returns the time at which a slot could start, or be tried again, and how its wait ended if it had to wait.
    pub(crate) fn freed(&self, key: SlotKey) -> (Timestamp, Option<WaitOutcome>) {
        let Some(progress) = self.slots.get(&key).or_else(|| self.earlier.get(&key)) else {
            return (key.due_at, None);
        };
        let since = progress.free_at.max(progress.retry_at);
        (since.map_or(key.due_at, |since| since.max(key.due_at)), progress.waited.clone())
    }

    /// The slots of a task of the day that are due at an instant or before it.
    pub fn slots_until(&self, task: Task, until: Timestamp) -> impl Iterator<Item = &Progress> {
        let due = SlotKey { task, due_at: Timestamp(i64::MIN) }..=SlotKey { task, due_at: until };
        self.slots.range(due).map(|(_, progress)| progress)
    }

    /// Every slot of the day.
    pub fn slots(&self) -> impl Iterator<Item = (&SlotKey, &Progress)> {
        self.slots.iter()
    }

    /// The slots of the day that have no outcome, as a plan would have them.
    pub fn open_slots(&self) -> impl Iterator<Item = PlannedSlot> {
        self.slots.iter().filter(|(_, progress)| progress.outcome.is_none()).map(|(key, progress)| {
            let continuous = progress.ticks.as_ref().map(|ticks| (ticks.ends_at, ticks.expected));
            PlannedSlot { key: *key, continuous }
        })
    }

    /// The slots of days until this one that were kept aside and have no outcome.
    pub fn left_open(&self, day: Day) -> Vec<SlotKey> {
        self.earlier.keys().filter(|key| key.due_at.ist_day() <= day).copied().collect()
    }

    /// Forgets slots that were kept aside and have their outcome by now.
    pub fn drop_closed(&mut self) {
        self.earlier.retain(|_, progress| progress.outcome.is_none());
    }
}

fn meant_in(slots: &BTreeMap<SlotKey, Progress>, work: Work, at: Timestamp) -> Option<SlotKey> {
    let key = work.slot()?;
    if let Work::Run(key) = work {
        return slots.get(&key).filter(|progress| progress.ticks.is_none()).map(|_| key);
    }
    // A slot may begin at the instant at which the one before it ends.
    let closes = matches!(work, Work::CloseSlot(_));
    let last = if closes { at.plus_millis(-1) } else { at };
    let begun = SlotKey { due_at: Timestamp(i64::MIN), ..key }..=SlotKey { due_at: last, ..key };
    let (found, progress) = slots.range(begun).next_back()?;
    let ends_at = progress.ticks.as_ref()?.ends_at;
    let meant = if closes { ends_at == at } else { ends_at > at };
    meant.then_some(*found)
}

/// The ledger row of a slot that nothing has happened to yet.
pub fn planned_row(user: UserId, day: Day, slot: PlannedSlot) -> SlotRow {
    let kind = if slot.continuous.is_some() { SlotKind::Continuous } else { SlotKind::OneShot };
    SlotRow {
        ends_at: slot.continuous.map(|(ends_at, _)| ends_at),
        ticks_expected: slot.continuous.map_or(0, |(_, ticks)| ticks),
        ..SlotRow::planned(user, slot.key.task, day, slot.key.due_at, kind)
    }
}
