//! Schedules and slots as they are answered.

use prahari_app::daemon::Daemon;
use prahari_app::schedules::{NEXT_RUNS, ScheduleEntry};
use prahari_schedule::Slot;
use serde::Serialize;
use utoipa::ToSchema;

use crate::view::{Instant, TaskName};

use super::rule::{AfterView, RuleView};

/// A slot of a schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlotView {
    /// Time at which it is due; of a continuous slot, its first tick.
    due_at: Instant,
    /// Time at which a continuous slot ends, which is no tick; null for one that runs once.
    #[schema(required)]
    ends_at: Option<Instant>,
    /// How many runs it expects: 1, or the ticks of a continuous slot.
    ticks: u32,
}

impl From<&Slot> for SlotView {
    fn from(slot: &Slot) -> Self {
        let Slot { due_at, ends_at, ticks } = *slot;
        Self { due_at: Instant(due_at), ends_at: ends_at.map(Instant), ticks }
    }
}

/// The schedule of a task, in one version.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleView {
    /// The task that runs.
    task: TaskName,
    /// When it is due on a trading day, if one rule says it; null when there are several.
    #[schema(required)]
    rule: Option<RuleView>,
    /// Rules that give the times of a trading day.
    rules: Vec<RuleView>,
    /// What its slots wait for; null when they wait for nothing.
    #[schema(required)]
    after: Option<AfterView>,
    /// Whether the schedule is enabled.
    enabled: bool,
    /// Description of the schedule, one sentence.
    description: String,
    /// The version of the set that made it so.
    version: u64,
    /// The user who did; null for the defaults of the program.
    #[schema(required)]
    changed_by: Option<u64>,
    /// Time at which it was changed, by the daemon's clock.
    changed_at: Instant,
    /// Next slots; empty in a history.
    next: Vec<SlotView>,
    /// Reason why there is no answer for a day to come, if so: a calendar that came later may have days that the
    /// script cannot deal with.
    #[schema(required)]
    problem: Option<String>,
}

impl ScheduleView {
    /// One of the newest set, with its next slots.
    pub fn present(daemon: &Daemon, entry: &ScheduleEntry) -> Self {
        let (next, problem) = match daemon.previews.next_slots(&entry.schedule, NEXT_RUNS) {
            Ok(slots) => (slots.iter().map(SlotView::from).collect(), None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        Self { next, problem, ..Self::past(entry) }
    }

    /// One of a history.
    pub fn past(entry: &ScheduleEntry) -> Self {
        Self {
            task: TaskName(entry.schedule.task),
            rule: match entry.schedule.rules.as_slice() {
                [only] => Some(RuleView::from(only)),
                _ => None,
            },
            rules: entry.schedule.rules.iter().map(RuleView::from).collect(),
            after: entry.schedule.after.as_ref().map(AfterView::from),
            enabled: entry.schedule.enabled,
            description: entry.schedule.description.clone(),
            version: entry.version,
            changed_by: entry.changed_by.map(|user| user.0),
            changed_at: Instant(entry.changed_at),
            next: Vec::new(),
            problem: None,
        }
    }
}
