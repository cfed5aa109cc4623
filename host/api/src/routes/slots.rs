//! `/api/v1/slots`: what was expected of each task and what became of it; for an admin of everybody.

use axum::extract::State;
use prahari_app::queries::{LedgerDay as CountedDay, SlotCounts, SlotCursor, SlotFilter, SlotKind, SlotRow};
use prahari_domain::calendar::TradingDay;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{
    Date, Instant, Page, SlotKindName, SlotStateName, TaskName, limit, page, parse_cursor, range,
};

/// Most users of a day with trouble who are listed.
const MOST_TROUBLED: u32 = 100;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(slots))
        .routes(routes!(day))
        .routes(routes!(slots_of_all))
        .routes(routes!(day_of_all))
}

/// Query parameters that select the slots.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SlotsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First trading date; today when nothing is said.
    #[param(inline)]
    from: Option<Date>,
    /// Last trading date; today when nothing is said.
    #[param(inline)]
    to: Option<Date>,
    /// Only slots of this task.
    #[param(inline)]
    task: Option<TaskName>,
    /// Only those that stand like this.
    #[param(inline)]
    state: Option<SlotStateName>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Query parameters that select the day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DayQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// The trading date; today when nothing is said.
    #[param(inline)]
    date: Option<Date>,
}

/// An expected occurrence of a task.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LedgerSlot {
    /// The number of the user whose slot it is.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    /// The task that was expected to run.
    task: TaskName,
    /// Trading date of the slot (IST).
    date: Date,
    /// Time at which it was due; of a continuous slot its first tick.
    due_at: Instant,
    /// Once, or each minute until `ends_at`.
    kind: SlotKindName,
    /// Time at which a continuous slot ends; null for one that runs once.
    #[schema(required)]
    ends_at: Option<Instant>,
    /// Time at which a slot that waited for other tasks could start. While it waits: the latest time until
    /// which it does. Null for a slot that has not waited.
    #[schema(required)]
    free_at: Option<Instant>,
    /// Time at which it is tried again, because its run ended as `unavailable`. Null for a slot that is not tried again.
    #[schema(required)]
    retry_at: Option<Instant>,
    /// Outcome of the slot; `open` while there is none.
    state: SlotStateName,
    /// Reason, or what it waits for, in one sentence; empty when there is nothing to say.
    reason: String,
    /// The execution that decided it; null when none did.
    #[schema(required)]
    execution: Option<u64>,
    /// Executions begun for it.
    attempts: u32,
    /// Ticks of a continuous slot.
    ticks: Ticks,
}

/// The ticks of a continuous slot.
#[derive(Debug, Serialize, ToSchema)]
struct Ticks {
    /// Ticks that are expected.
    expected: u32,
    /// Ticks that succeeded.
    ran: u32,
    /// Ticks that ran and failed.
    failed: u32,
    /// Ticks that were skipped on purpose.
    skipped: u32,
    /// That could not run in time. Of a slot that is over, these numbers add up to `expected`.
    missed: u32,
    /// Last tick that is accounted for.
    #[schema(required)]
    last_at: Option<Instant>,
}

/// What the exchange does on a day, by the calendar in force.
#[derive(Debug, Serialize, ToSchema)]
struct ExchangeDay {
    /// Whether any session is held on it.
    open: bool,
    /// Reason why it is closed, the name of its special session, or that it is presumed; empty on an ordinary day
    /// that is known.
    note: String,
    /// Whether no list of holidays is known for it, so that it is only presumed to be what is said here.
    presumed: bool,
}

impl From<TradingDay> for ExchangeDay {
    fn from(TradingDay { open, note, presumed, .. }: TradingDay) -> Self {
        Self { open, note, presumed }
    }
}

/// The slots of a day, counted.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerDay {
    /// The calendar date in India that is counted.
    date: Date,
    #[serde(flatten)]
    exchange: ExchangeDay,
    /// Counts of each task, in the order of the tasks.
    tasks: Vec<TaskDay>,
}

/// The slots of a day of everybody, counted.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerDayOfAll {
    /// The calendar date in India that is counted.
    date: Date,
    #[serde(flatten)]
    exchange: ExchangeDay,
    /// Counts of each task over all users.
    tasks: Vec<TaskDay>,
    /// The users with slots that are overdue, missed or failed, those with most of them first; 100 at most.
    troubled: Vec<UserDay>,
}

/// The slots of a task on a day.
#[derive(Debug, Serialize, ToSchema)]
struct TaskDay {
    /// The task whose slots are counted.
    task: TaskName,
    /// Number of slots by outcome.
    slots: Counts,
}

/// The slots of a user on a day.
#[derive(Debug, Serialize, ToSchema)]
struct UserDay {
    /// Id of the user.
    user: u64,
    /// The name by which they log in.
    user_name: String,
    /// Number of slots by outcome.
    slots: Counts,
}

/// Slots counted by how they stand.
#[derive(Debug, Serialize, ToSchema)]
struct Counts {
    /// Still to come, or under way.
    expected: u64,
    /// Slots that are over and have no outcome.
    overdue: u64,
    /// Slots that ran in time.
    ran: u64,
    /// Slots that were skipped on purpose.
    skipped: u64,
    /// Slots that ran late.
    late: u64,
    /// Slots that could not run in time.
    missed: u64,
    /// Slots that ran and failed.
    failed: u64,
    /// Ticks that continuous slots should have.
    ticks_expected: u64,
    /// Ticks that ran and succeeded.
    ticks_ran: u64,
    /// Ticks that ran and did not succeed.
    ticks_failed: u64,
    /// Ticks that were left out on purpose.
    ticks_skipped: u64,
    /// Ticks that could not run in time.
    ticks_missed: u64,
}

/// The slots of a user, by due time.
#[utoipa::path(get, path = "/api/v1/slots", tag = "slots", params(SlotsQuery),
    responses((status = OK, body = Page<LedgerSlot>)))]
async fn slots(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<SlotsQuery>,
) -> Result<Json<Page<LedgerSlot>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let (filter, limit) = filter(&api, query)?;
    let rows = api.daemon.queries.of(&user).slots(filter).await?;
    Ok(Json(page(rows, limit, cursor, |row| LedgerSlot::of(&api, row))))
}

/// The slots of a user on a day, counted by task.
#[utoipa::path(get, path = "/api/v1/slots/day", operation_id = "slots_of_day", tag = "slots", params(DayQuery),
    responses((status = OK, body = LedgerDay)))]
async fn day(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DayQuery>,
) -> Result<Json<LedgerDay>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let date = query.date.map_or(today(&api), |date| date.0);
    let CountedDay { day, tasks } = api.daemon.queries.of(&user).ledger_day(date).await?;
    Ok(Json(LedgerDay { date: Date(date), exchange: day.into(), tasks: task_days(tasks) }))
}

/// The slots of everybody, or of one user, by due time.
#[utoipa::path(get, path = "/api/v1/system/slots", tag = "slots", params(SlotsQuery),
    responses((status = OK, body = Page<LedgerSlot>)))]
async fn slots_of_all(
    State(api): State<Api>,
    Admin(caller): Admin,
    Query(query): Query<SlotsQuery>,
) -> Result<Json<Page<LedgerSlot>>, Problem> {
    let named = query.user;
    let (filter, limit) = filter(&api, query)?;
    let rows = match named {
        Some(_) => {
            let user = caller.target_user(&api, named)?;
            api.daemon.queries.of(&user).slots(filter).await?
        }
        None => api.daemon.queries.slots_of_all(filter).await?,
    };
    Ok(Json(page(rows, limit, cursor, |row| LedgerSlot::of(&api, row))))
}

/// Query parameters that select the day of everybody.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DayOfAllQuery {
    /// The trading date; today when nothing is said.
    #[param(inline)]
    date: Option<Date>,
}

/// The slots of everybody on a day, counted by task, and the users with trouble.
#[utoipa::path(get, path = "/api/v1/system/slots/day", operation_id = "slots_of_day_of_all", tag = "slots", params(DayOfAllQuery),
    responses((status = OK, body = LedgerDayOfAll)))]
async fn day_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<DayOfAllQuery>,
) -> Result<Json<LedgerDayOfAll>, Problem> {
    let date = query.date.map_or(today(&api), |date| date.0);
    let found = api.daemon.queries.ledger_day_of_all(date, MOST_TROUBLED).await?;
    let CountedDay { day, tasks } = found.ledger;
    let troubled = found.troubled.into_iter();
    let of = |(user, counts): (UserId, SlotCounts)| UserDay {
        user: user.0,
        user_name: api.user_name(user),
        slots: counts.into(),
    };
    let troubled = troubled.map(of).collect();
    Ok(Json(LedgerDayOfAll { date: Date(date), exchange: day.into(), tasks: task_days(tasks), troubled }))
}

fn today(api: &Api) -> Day {
    api.daemon.clock.now().ist_day()
}

/// Returns what to read, one slot further than the limit, and the limit.
fn filter(api: &Api, query: SlotsQuery) -> Result<(SlotFilter, u32), Problem> {
    let limit = limit(query.limit)?;
    let today = today(api);
    let from = query.from.map_or(today, |date| date.0);
    let to = query.to.map_or(today.max(from), |date| date.0);
    range(("from", Some(from)), ("to", Some(to)))?;
    let filter = SlotFilter {
        from,
        to,
        task: query.task.map(|task| task.0),
        state: query.state.map(|state| state.0),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    Ok((filter, limit))
}

fn cursor(row: &SlotRow) -> SlotCursor {
    SlotCursor { due_at: row.due_at, user: row.user, task: row.task }
}

fn task_days(counts: Vec<(Task, SlotCounts)>) -> Vec<TaskDay> {
    counts.into_iter().map(|(task, counts)| TaskDay { task: TaskName(task), slots: counts.into() }).collect()
}

impl LedgerSlot {
    /// The view of a slot, with the name of its user.
    pub(super) fn of(api: &Api, row: SlotRow) -> Self {
        let UserId(user) = row.user;
        Self {
            user,
            user_name: api.user_name(row.user),
            task: TaskName(row.task),
            date: Date(row.day),
            due_at: Instant(row.due_at),
            kind: SlotKindName(row.kind),
            ends_at: row.ends_at.map(Instant).filter(|_| row.kind == SlotKind::Continuous),
            free_at: row.free_at.map(Instant),
            retry_at: row.retry_at.map(Instant),
            state: SlotStateName(row.outcome.into()),
            reason: row.reason,
            execution: row.run.map(|run| run.0),
            attempts: row.attempts,
            ticks: Ticks {
                expected: row.ticks_expected,
                ran: row.ticks_ran,
                failed: row.ticks_failed,
                skipped: row.ticks_skipped,
                missed: row.ticks_missed,
                last_at: row.last_tick_at.map(Instant),
            },
        }
    }
}

impl From<SlotCounts> for Counts {
    fn from(counts: SlotCounts) -> Self {
        Self {
            expected: counts.expected,
            overdue: counts.open,
            ran: counts.ran,
            skipped: counts.skipped,
            late: counts.late,
            missed: counts.missed,
            failed: counts.failed,
            ticks_expected: counts.ticks_expected,
            ticks_ran: counts.ticks_ran,
            ticks_failed: counts.ticks_failed,
            ticks_skipped: counts.ticks_skipped,
            ticks_missed: counts.ticks_missed,
        }
    }
}
