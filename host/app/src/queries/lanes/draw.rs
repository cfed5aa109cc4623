//! The lanes of one user out of the rows of their day. Pure: what time it is, it is told.

use std::collections::BTreeMap;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::RunId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::{TICK_MS, latest_start};
use prahari_store::{ExecutingSlot, LaneTicks, SlotKind, SlotOutcome, SlotRow};

use crate::tasks::TaskSet;
use crate::watchdog::GRACE_MS;

/// Most ticks that are drawn of a slot: those of a whole day.
const MOST_TICKS: i64 = 24 * 60;

/// How a slot or a tick stands in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaneState {
    /// Still to come, or within its time and its grace.
    Due,
    /// An execution is under way.
    Running,
    /// It ran in time.
    Ran,
    /// It ran, later than due.
    Late,
    /// It was left out on purpose.
    Skipped,
    /// Its time and its grace are over, and it has no outcome.
    Overdue,
    /// It could not run in time.
    Missed,
    /// It ran and failed.
    Failed,
}

/// A slot in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneSlot {
    /// Time at which it was due; of a continuous slot its first tick.
    pub due_at: Timestamp,
    /// How it stands.
    pub state: LaneState,
    /// The run that executes for it or decided it; none when there is none.
    pub run: Option<RunId>,
}

/// Ticks of a continuous slot, one after another, that stand alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickSpan {
    /// How they stand.
    pub state: LaneState,
    /// Time at which the first of them was due.
    pub from: Timestamp,
    /// How many they are, each a minute after the one before.
    pub count: u32,
}

/// The day of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLane {
    /// The task.
    pub task: Task,
    /// Every slot of it, by due time.
    pub slots: Vec<LaneSlot>,
    /// The ticks of its continuous slots, in order; empty for a task that has none.
    pub ticks: Vec<TickSpan>,
}

/// What decides between due and overdue.
pub(super) struct Moment<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub tasks: &'a TaskSet,
}

impl Moment<'_> {
    /// Returns whether a slot has no outcome although its time and its grace are over, or a tick of it is not accounted for in
    /// time. The watchdog raises its alerts by the same deadlines.
    pub fn is_overdue(&self, slot: &SlotRow) -> bool {
        if slot.outcome.is_some() {
            return false;
        }
        match continuous(slot) {
            Some(ends_at) => {
                let next =
                    slot.last_tick_at.map_or(first_tick(slot, ends_at), |last| last.plus_millis(TICK_MS));
                self.is_over(slot.task, next.min(ends_at))
            }
            None => self.is_over(slot.task, slot.free_at.unwrap_or(slot.due_at)),
        }
    }

    fn is_over(&self, task: Task, at: Timestamp) -> bool {
        latest_start(self.tasks.late_policy(task), at, self.calendar).plus_millis(GRACE_MS) <= self.now
    }

    fn slot(&self, slot: &SlotRow, executing: &[&ExecutingSlot]) -> LaneSlot {
        let running = executing.last().map(|of| of.run);
        let state = match slot.outcome {
            Some(outcome) => outcome.into(),
            None if self.is_overdue(slot) => LaneState::Overdue,
            None if running.is_some() => LaneState::Running,
            None => LaneState::Due,
        };
        LaneSlot { due_at: slot.due_at, state, run: running.or(slot.run) }
    }

    /// Draws every tick of a continuous slot. What is accounted for and not among the kept ticks was a plain success.
    fn ticks(&self, slot: &SlotRow, kept: &[LaneTicks], executing: &[&ExecutingSlot]) -> Vec<LaneState> {
        let Some(ends_at) = continuous(slot) else { return Vec::new() };
        let first = first_tick(slot, ends_at);
        let count = (ends_at.millis_since(first) + TICK_MS - 1).div_euclid(TICK_MS).clamp(0, MOST_TICKS);
        let open = |at: Timestamp| match slot.outcome {
            Some(outcome) => outcome.into(),
            None if self.is_over(slot.task, at) => LaneState::Overdue,
            None => LaneState::Due,
        };
        let state = |at: Timestamp| {
            if slot.last_tick_at.is_some_and(|last| at <= last) { LaneState::Ran } else { open(at) }
        };
        let mut states: Vec<_> = (0..count).map(|tick| state(first.plus_millis(tick * TICK_MS))).collect();
        let mut draw = |at: Timestamp, state| {
            let place = usize::try_from(at.millis_since(first).div_euclid(TICK_MS)).ok();
            if let Some(drawn) = place.and_then(|place| states.get_mut(place)) {
                *drawn = state;
            }
        };
        for ticks in kept {
            let each = (0..i64::from(ticks.count).min(MOST_TICKS)).map(|tick| tick * TICK_MS);
            each.for_each(|later| draw(ticks.at.plus_millis(later), ticks.outcome.into()));
        }
        executing.iter().for_each(|run| draw(run.slot_due, LaneState::Running));
        states
    }
}

/// Draws the lanes of a user: one for each task that has a slot, in the order in which tasks run.
pub(super) fn draw(
    moment: &Moment<'_>,
    slots: &[SlotRow],
    ticks: &[LaneTicks],
    executing: &[ExecutingSlot],
) -> Vec<TaskLane> {
    let mut kept: BTreeMap<(Task, Timestamp), Vec<LaneTicks>> = BTreeMap::new();
    for row in ticks {
        kept.entry((row.task, row.due_at)).or_default().push(*row);
    }
    let mut lanes: BTreeMap<Task, TaskLane> = BTreeMap::new();
    for slot in slots {
        let until = continuous(slot).map_or(slot.due_at, |ends_at| ends_at.plus_millis(-1));
        let is_of =
            |run: &&ExecutingSlot| run.task == slot.task && (slot.due_at..=until).contains(&run.slot_due);
        let executing: Vec<_> = executing.iter().filter(is_of).collect();
        let empty = || TaskLane { task: slot.task, slots: Vec::new(), ticks: Vec::new() };
        let lane = lanes.entry(slot.task).or_insert_with(empty);
        lane.slots.push(moment.slot(slot, &executing));
        let kept = kept.get(&(slot.task, slot.due_at)).map_or(&[][..], Vec::as_slice);
        if let Some(ends_at) = continuous(slot) {
            let states = moment.ticks(slot, kept, &executing);
            append(&mut lane.ticks, first_tick(slot, ends_at), &states);
        }
    }
    let mut lanes: Vec<_> = lanes.into_values().collect();
    lanes.sort_by_key(|lane| moment.tasks.rank(lane.task));
    lanes
}

/// Adds the ticks that begin at `first` as spans. Those of two slots are never one span.
fn append(spans: &mut Vec<TickSpan>, first: Timestamp, states: &[LaneState]) {
    let mut at = first;
    for alike in states.chunk_by(|one, other| one == other) {
        let Some(state) = alike.first().copied() else { continue };
        let count = u32::try_from(alike.len()).unwrap_or(u32::MAX);
        spans.push(TickSpan { state, from: at, count });
        at = at.plus_millis(i64::from(count) * TICK_MS);
    }
}

/// Returns the end of a continuous slot; none for one that runs once.
fn continuous(slot: &SlotRow) -> Option<Timestamp> {
    slot.ends_at.filter(|_| slot.kind == SlotKind::Continuous)
}

/// Returns the first tick that a continuous slot expects: of a service that was started during it, a later one than the slot's.
fn first_tick(slot: &SlotRow, ends_at: Timestamp) -> Timestamp {
    let all = (ends_at.millis_since(slot.due_at) + TICK_MS - 1).div_euclid(TICK_MS);
    slot.due_at.plus_millis((all - i64::from(slot.ticks_expected)).max(0) * TICK_MS)
}

impl LaneState {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Running => "running",
            Self::Ran => "ran",
            Self::Late => "late",
            Self::Skipped => "skipped",
            Self::Overdue => "overdue",
            Self::Missed => "missed",
            Self::Failed => "failed",
        }
    }

    /// Returns whether somebody has to look at it.
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Overdue | Self::Missed | Self::Failed)
    }
}

impl From<SlotOutcome> for LaneState {
    fn from(outcome: SlotOutcome) -> Self {
        match outcome {
            SlotOutcome::Ran => Self::Ran,
            SlotOutcome::Skipped => Self::Skipped,
            SlotOutcome::Late => Self::Late,
            SlotOutcome::Missed => Self::Missed,
            SlotOutcome::Failed => Self::Failed,
        }
    }
}
