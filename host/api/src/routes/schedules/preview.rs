//! Trying schedules out: what a candidate would do before it is saved, and what would fire on a date.

use axum::extract::State;
use prahari_app::schedules::{FiringDay, NEXT_RUNS, SchedulePreview};
use prahari_domain::calendar::LAST_DAY;
use prahari_schedule::{DayDifference, Schedule, Stretch};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant, TaskName};

use super::after_of;
use super::rule::{AfterView, RuleView, given, rules_of};
use super::view::{FlagView, SlotView};

/// Most of the next slots that may be asked for.
const MOST_NEXT: usize = 100;

/// Most differing days that are shown one by one; all of them are counted.
const SHOWN_DAYS: usize = 60;

/// A candidate for a task's schedule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// When the task would be due on a trading day, if one rule says it.
    rule: Option<RuleView>,
    /// Several rules in place of one; an instant that more than one rule names counts once.
    #[schema(min_items = 1, max_items = 8)]
    rules: Option<Vec<RuleView>>,
    /// What it would wait for; null for nothing. When it is left out, what the task waits for now.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AfterView>)]
    after: Option<Option<AfterView>>,
    /// Whether the candidate is enabled.
    #[serde(default = "enabled")]
    #[schema(default = true)]
    enabled: bool,
    /// How many of its next slots are asked for; 10 when nothing is said.
    #[schema(minimum = 1, maximum = 100)]
    next: Option<usize>,
}

fn enabled() -> bool {
    true
}

/// Effect of a candidate schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Next slots of the candidate, the earliest first.
    next: Vec<SlotView>,
    /// The year from today on; days after the last known one as they are presumed to be.
    year: YearView,
    /// Number of days in that year on which it fires at other times than the current schedule.
    differing_days: usize,
    /// The first of these days, 60 at most.
    differences: Vec<DifferenceView>,
    /// What is odd about the candidate; saving it needs `confirm` then.
    flags: Vec<FlagView>,
}

/// A year of a schedule in numbers.
#[derive(Debug, Serialize, ToSchema)]
struct YearView {
    /// First day of the range, included.
    #[schema(required)]
    from: Option<Date>,
    /// Last day of the range, included.
    #[schema(required)]
    through: Option<Date>,
    /// First day that is presumed because its holidays are not known; null when all are known.
    #[schema(required)]
    presumed_from: Option<Date>,
    /// Days on which the exchange has a session.
    trading_days: u32,
    /// Number of days on which the task is due.
    days_with_slots: u32,
    /// Number of slots.
    slots: usize,
    /// Number of runs, each tick counted.
    runs: u64,
    /// Each day with slots and its number of runs, each tick counted, in order; together they are `runs`.
    #[schema(max_items = 366)]
    days: Vec<(Date, u64)>,
}

/// A day on which a candidate would fire otherwise.
#[derive(Debug, Serialize, ToSchema)]
struct DifferenceView {
    /// The date in India.
    day: Date,
    /// Slots that would be removed.
    removed: Vec<SlotView>,
    /// Slots that would be added.
    added: Vec<SlotView>,
}

/// The date to try.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TestRunQuery {
    /// Date on which the slots fall.
    #[param(inline)]
    date: Date,
}

/// Slots of the tasks that the caller may see, on one date.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestRun {
    /// Date on which the slots fall.
    date: Date,
    /// Whether the exchange has a session on it.
    open: bool,
    /// Reason why it is closed, the name of its special session, or that it is presumed; empty on an ordinary day.
    note: String,
    /// Whether it is a special session, with which times move.
    special: bool,
    /// Whether its holidays are not known, so that it is only presumed to be what is said here.
    presumed: bool,
    /// The phases of its sessions, in order; none when closed.
    phases: Vec<PhaseView>,
    /// Slots that would run, by due time.
    firings: Vec<FiringView>,
    /// Tasks that would not run because they are turned off.
    disabled: Vec<TaskName>,
}

/// A stretch of one phase of the exchange.
#[derive(Debug, Serialize, ToSchema)]
struct PhaseView {
    /// Such as `pre_open` or `continuous`.
    phase: &'static str,
    /// Start of the phase, included.
    starts_at: Instant,
    /// End of the phase, not included.
    ends_at: Instant,
}

/// A slot of a task.
#[derive(Debug, Serialize, ToSchema)]
struct FiringView {
    /// The task that runs.
    task: TaskName,
    /// The slot, with its due time.
    slot: SlotView,
}

/// What a schedule would do if it were saved: its next slots, a year, and the difference to the present one.
#[utoipa::path(post, path = "/api/v1/service/schedules/{task}/preview", operation_id = "preview_schedule", tag = "schedules",
    params(("task" = TaskName, Path)), request_body = Candidate, responses((status = OK, body = Preview)))]
pub async fn preview(
    State(api): State<Api>,
    _admin: Admin,
    Path(task): Path<TaskName>,
    Json(candidate): Json<Candidate>,
) -> Result<Json<Preview>, Problem> {
    let count = candidate.next.unwrap_or(NEXT_RUNS);
    if !(1..=MOST_NEXT).contains(&count) {
        return Err(Problem::invalid(format!("next: {count} is not between 1 and {MOST_NEXT}")));
    }
    let Candidate { rule, rules, after, enabled, .. } = candidate;
    let (task, rules, description) = (task.0, rules_of(rule, rules)?, String::new());
    let schedule = Schedule { task, rules, after: after_of(&api, task, after), enabled, description };
    Ok(Json(api.daemon.previews.preview(schedule, count).await?.into()))
}

/// What the newest schedules would fire on a date, of the tasks that the caller may see.
#[utoipa::path(get, path = "/api/v1/service/schedules/test-run", operation_id = "schedules_on_date", tag = "schedules", params(TestRunQuery),
    responses((status = OK, body = TestRun)))]
pub async fn test_run(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<TestRunQuery>,
) -> Result<Json<TestRun>, Problem> {
    let first = api.daemon.trading.calendar.current().covers().0;
    if !(first..=LAST_DAY).contains(&query.date.0) {
        return Err(Problem::invalid(format!("date: the calendar reaches from {first} to {LAST_DAY}")));
    }
    let mut day = api.daemon.previews.firing_day(query.date.0)?;
    day.firings.retain(|firing| caller.may_know(&api, firing.task));
    day.disabled.retain(|task| caller.may_know(&api, *task));
    Ok(Json(day.into()))
}

impl From<SchedulePreview> for Preview {
    fn from(preview: SchedulePreview) -> Self {
        let SchedulePreview { next, year, differences, flags } = preview;
        Self {
            next: next.iter().map(SlotView::from).collect(),
            year: year.into(),
            differing_days: differences.len(),
            differences: differences.iter().take(SHOWN_DAYS).map(DifferenceView::from).collect(),
            flags: flags.iter().map(FlagView::from).collect(),
        }
    }
}

impl From<Stretch> for YearView {
    fn from(year: Stretch) -> Self {
        Self {
            from: year.from.map(Date),
            through: year.to.map(Date),
            presumed_from: year.presumed_from.map(Date),
            trading_days: year.trading_days,
            days_with_slots: year.days_with_slots,
            slots: year.slots.len(),
            runs: year.runs(),
            days: year.runs_by_day().into_iter().map(|(day, runs)| (Date(day), runs)).collect(),
        }
    }
}

impl From<&DayDifference> for DifferenceView {
    fn from(difference: &DayDifference) -> Self {
        let DayDifference { day, removed, added } = difference;
        let view = |slots: &[_]| slots.iter().map(SlotView::from).collect();
        Self { day: Date(*day), removed: view(removed), added: view(added) }
    }
}

impl From<FiringDay> for TestRun {
    fn from(day: FiringDay) -> Self {
        let FiringDay { trading_day, firings, disabled } = day;
        let phases = trading_day.windows.iter().map(|window| PhaseView {
            phase: window.phase.name(),
            starts_at: Instant(window.starts),
            ends_at: Instant(window.ends),
        });
        let firings = firings
            .iter()
            .map(|firing| FiringView { task: TaskName(firing.task), slot: SlotView::from(&firing.slot) });
        Self {
            firings: firings.collect(),
            disabled: disabled.into_iter().map(TaskName).collect(),
            date: Date(trading_day.day),
            open: trading_day.open,
            special: trading_day.special,
            presumed: trading_day.presumed,
            phases: phases.collect(),
            note: trading_day.note,
        }
    }
}
