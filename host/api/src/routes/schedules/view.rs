//! Schedules and slots as they are answered.

use prahari_app::daemon::Daemon;
use prahari_app::schedules::{NEXT_RUNS, ScheduleEntry};
use prahari_domain::ids::UserId;
use prahari_schedule::{ScheduleFlag, Slot};
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

/// Something odd about a schedule that is allowed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagView {
    /// Kind of the flag.
    kind: FlagKind,
    /// What is odd, one sentence.
    detail: String,
}

/// Kinds of flags.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FlagKind {
    /// It is due on no trading day within a year.
    NeverDue,
    /// It is due at a time at which the task can do nothing.
    Idle,
}

impl From<&ScheduleFlag> for FlagView {
    fn from(flag: &ScheduleFlag) -> Self {
        let kind = match flag {
            ScheduleFlag::NeverDue { .. } => FlagKind::NeverDue,
            ScheduleFlag::Idle { .. } => FlagKind::Idle,
        };
        Self { kind, detail: flag.to_string() }
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
    /// Their name; null for the defaults of the program, and when the user is gone.
    #[schema(required)]
    changed_by_name: Option<String>,
    /// Time at which it was changed, by the daemon's clock.
    changed_at: Instant,
    /// The user who made the first schedule of the task; null for the defaults of the program.
    #[schema(required)]
    created_by: Option<u64>,
    /// Their name; null for the defaults of the program, and when the user is gone.
    #[schema(required)]
    created_by_name: Option<String>,
    /// Time at which the task got its first schedule, by the daemon's clock.
    created_at: Instant,
    /// What is odd about it, as if it were enabled; empty in a history.
    flags: Vec<FlagView>,
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
        // A script may deal with the next days and fail on a later one of the year.
        let (flags, problem) = match daemon.previews.flags(&entry.schedule) {
            Ok(flags) => (flags.iter().map(FlagView::from).collect(), problem),
            Err(error) => (Vec::new(), problem.or_else(|| Some(error.to_string()))),
        };
        Self { next, problem, flags, ..Self::past(daemon, entry) }
    }

    /// One of a history.
    pub fn past(daemon: &Daemon, entry: &ScheduleEntry) -> Self {
        let name = |user: Option<UserId>| daemon.users.find(user?).ok().map(|user| user.name.clone());
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
            changed_by_name: name(entry.changed_by),
            changed_at: Instant(entry.changed_at),
            created_by: entry.created_by.map(|user| user.0),
            created_by_name: name(entry.created_by),
            created_at: Instant(entry.created_at),
            flags: Vec::new(),
            next: Vec::new(),
            problem: None,
        }
    }
}
