//! `/api/v1/executions`: what ran, how it ended, what it decided and wrote to its log.

use std::sync::Arc;

use axum::extract::State;
use prahari_app::queries::{DecisionRow, EXECUTING, LogLevel, ModuleNumbers, NotesPage, RunFilter, RunRow};
use prahari_app::user::User;
use prahari_domain::ids::RunId;
use prahari_domain::price_cause::PriceCause;
use prahari_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::run_allowance::RunAllowance;
use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{
    Counter, Cursor, Instant, LeftBehind, LogLevelName, Page, ServiceKindName, TaskName, TriggerName,
    UserQuery, limit, page, parse_cursor, range, symbol_in,
};

/// Most characters of how an execution ended in a list.
const LONGEST_IN_LIST: usize = 300;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(executions))
        .routes(routes!(execution))
        .routes(routes!(decisions))
        .routes(routes!(log))
}

/// Query parameters that select the executions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExecutionsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only executions of this task.
    #[param(inline)]
    task: Option<TaskName>,
    /// Only runs started for this reason.
    #[param(inline)]
    trigger: Option<TriggerName>,
    /// Only runs of slots of this service.
    #[param(inline)]
    service: Option<ServiceKindName>,
    /// Only executions that happened because the price of this share had changed.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    on_price: Option<String>,
    /// Ended like this only, such as `succeeded` or `task_failed`; `executing` finds those under way.
    #[param(max_length = 40)]
    outcome: Option<String>,
    /// Started at this instant or later.
    #[param(inline)]
    since: Option<Instant>,
    /// Only runs that started before this instant.
    #[param(inline)]
    until: Option<Instant>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// One execution of a task.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Execution {
    /// Numbered over all users.
    id: u64,
    /// The number of the user for whom it ran.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    /// The task that ran, by name.
    task: TaskName,
    /// What had it executed: its schedule, or somebody who asked.
    trigger: TriggerName,
    /// The service whose slot it was; null when somebody asked for the execution.
    #[schema(required)]
    service: Option<ServiceKindName>,
    /// How it ended, `executing` before that: `succeeded`, `task_failed`, `trapped`, `interrupted` or the limit that
    /// was reached.
    outcome: String,
    /// What came of the run, one line.
    detail: String,
    /// Time at which its slot was due; null when it had none.
    #[schema(required)]
    slot_due_at: Option<Instant>,
    /// Start time of the run.
    started_at: Instant,
    /// Time at which it ended; null before that.
    #[schema(required)]
    finished_at: Option<Instant>,
    /// How long it took, in milliseconds; null before it ended.
    #[schema(required)]
    duration_ms: Option<i64>,
    /// The change of price that it happened because of, beside the ticks of its session; null of any other execution.
    #[schema(required)]
    on_price: Option<OnPrice>,
    /// Which attempt at its slot it was, from 1.
    attempt: u32,
    /// Hash of the module that ran, in hex.
    module_hash: String,
    /// Number of that version within the task, from 1; null when the version is not kept any more.
    #[schema(required)]
    module_version: Option<u64>,
    /// What it counted, as the task names it; empty for one that did not succeed. 50 at most.
    details: Vec<Counter>,
    /// Counters that are not kept, because there are too many or their names are too long.
    details_left_out: u32,
    /// The processor time, memory, calls and orders it used, and what it left behind.
    usage: Usage,
}

/// The price that an execution happened because of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OnPrice {
    /// The share.
    symbol: String,
    /// The price that it changed to.
    price_paise: i64,
    /// Time of that price, as its source says.
    priced_at: Instant,
    /// How old it was when the execution began, in milliseconds.
    age_ms: i64,
}

/// One execution of a task, with what it was allowed.
#[derive(Debug, Serialize, ToSchema)]
struct ExecutionDetail {
    #[serde(flatten)]
    execution: Execution,
    /// What it was granted and could use; null when no recording of it is kept, or it cannot be read.
    #[schema(required)]
    allowance: Option<RunAllowance>,
}

/// Query parameters that select decisions or log lines of an execution.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NotesQuery {
    /// The user whose execution it has to be, and only an admin may name somebody else. When nobody is named: the caller,
    /// for an admin anybody.
    pub(super) user: Option<u64>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub(super) limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// What a run used and left behind.
#[derive(Debug, Serialize, ToSchema)]
struct Usage {
    /// CPU time in microseconds.
    cpu_us: u64,
    /// Most memory held at once, in bytes.
    peak_memory_bytes: u64,
    /// Calls to the host.
    calls: u64,
    /// Orders placed, changed or cancelled, refused ones included.
    orders: u32,
    /// Work of the host and rows that the run left behind.
    left: LeftBehind,
}

/// Decision of a task about a symbol.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Decision {
    /// Empty when the decision is about the whole execution.
    symbol: String,
    /// Action, such as `buy` or `skip`.
    action: String,
    /// A stable code, such as `open_position_exists`.
    reason: String,
    /// The values that led to the decision, in the order in which the task names them.
    evidence: Vec<Evidence>,
}

/// A value that led to a decision.
#[derive(Debug, Serialize, ToSchema)]
struct Evidence {
    /// The name of what the task looked at, such as `rsi`.
    name: String,
    /// The value as the task saw it.
    value: String,
}

/// A line of the log.
#[derive(Debug, Serialize, ToSchema)]
struct LogLine {
    /// Number within the run; the first is 0.
    number: u32,
    /// Level of the line.
    level: LogLevelName,
    /// The text, as the task wrote it.
    message: String,
    /// Time at which the line was written; null for lines from before that was kept.
    #[schema(required)]
    at: Option<Instant>,
}

/// The executions of a user, newest first.
#[utoipa::path(get, path = "/api/v1/executions", tag = "executions", params(ExecutionsQuery),
    responses((status = OK, body = Page<Execution>)))]
async fn executions(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ExecutionsQuery>,
) -> Result<Json<Page<Execution>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let limit = limit(query.limit)?;
    range(("since", query.since), ("until", query.until))?;
    let filter = RunFilter {
        task: query.task.map(|task| task.0),
        trigger: query.trigger.map(|trigger| trigger.0),
        service: query.service.map(|service| service.0),
        on_price: symbol_in("on_price", query.on_price.as_deref())?,
        outcome: query.outcome,
        since: query.since.map(|at| at.0),
        until: query.until.map(|at| at.0),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let runs = api.daemon.queries.of(&user).runs(filter).await?;
    let numbers = api.daemon.queries.module_numbers(&runs).await?;
    Ok(Json(page(runs, limit, RunRow::cursor, |run| in_list(&api, run, &numbers))))
}

/// Returns one execution of a user. An admin needs to name no user: numbers of executions are unique.
#[utoipa::path(get, path = "/api/v1/executions/{run}", tag = "executions", params(("run" = u64, Path), UserQuery),
    responses((status = OK, body = ExecutionDetail)))]
async fn execution(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<u64>,
    Query(target): Query<UserQuery>,
) -> Result<Json<ExecutionDetail>, Problem> {
    let (user, run) = find(&api, caller, target, run).await?;
    let allowance = api.daemon.queries.of(&user).run_allowance(run.id).await?;
    let numbers = api.daemon.queries.module_numbers(std::slice::from_ref(&run)).await?;
    let execution = Execution::of(&api, run, &numbers);
    Ok(Json(ExecutionDetail { execution, allowance: allowance.map(RunAllowance::from) }))
}

/// Returns the decisions of a run, in order.
#[utoipa::path(get, path = "/api/v1/executions/{run}/decisions", operation_id = "execution_decisions", tag = "executions",
    params(("run" = u64, Path), NotesQuery), responses((status = OK, body = Page<Decision>)))]
async fn decisions(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<u64>,
    Query(query): Query<NotesQuery>,
) -> Result<Json<Page<Decision>>, Problem> {
    let (user, run) = find(&api, caller, UserQuery { user: query.user }, run).await?;
    let of_user = api.daemon.queries.of(&user);
    let page = of_user.decisions(run.id, query.from()?, limit(query.limit)?).await?;
    Ok(Json(notes(page, |(_, decision)| decision.into())))
}

/// The log of an execution, in order.
#[utoipa::path(get, path = "/api/v1/executions/{run}/log", operation_id = "execution_log", tag = "executions",
    params(("run" = u64, Path), NotesQuery), responses((status = OK, body = Page<LogLine>)))]
async fn log(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<u64>,
    Query(query): Query<NotesQuery>,
) -> Result<Json<Page<LogLine>>, Problem> {
    let (user, run) = find(&api, caller, UserQuery { user: query.user }, run).await?;
    let page = api.daemon.queries.of(&user).log(run.id, query.from()?, limit(query.limit)?).await?;
    Ok(Json(notes(page, |(number, line)| {
        let level = LogLevelName(line.level.parse().unwrap_or(LogLevel::Error));
        LogLine { number, level, message: line.message, at: line.at.map(Instant) }
    })))
}

impl NotesQuery {
    /// The number of the first that is asked for.
    pub(super) fn from(&self) -> Result<u32, Problem> {
        let from: Option<u64> = parse_cursor(self.cursor.as_deref())?;
        Ok(u32::try_from(from.unwrap_or(0)).unwrap_or(u32::MAX))
    }
}

fn notes<T, V>(page: NotesPage<T>, view: impl Fn((u32, T)) -> V) -> Page<V> {
    let next = page.next.map(|number| u64::from(number).write());
    Page { items: page.items.into_iter().map(view).collect(), next }
}

/// A line of a list says how it ended in short; the execution itself has all of it.
pub(super) fn in_list(api: &Api, run: RunRow, numbers: &ModuleNumbers) -> Execution {
    let mut execution = Execution::of(api, run, numbers);
    if let Some((end, _)) = execution.detail.char_indices().nth(LONGEST_IN_LIST) {
        execution.detail.truncate(end);
        execution.detail.push_str("...");
    }
    execution
}

/// A run of the user whose it has to be, and that user. Of an admin who names nobody it may be anybody's.
pub(super) async fn find(
    api: &Api,
    caller: Caller,
    target: UserQuery,
    run: u64,
) -> Result<(Arc<User>, RunRow), Problem> {
    let unknown = || Problem::new(Code::NotFound, format!("there is no execution {run}"));
    let named = match target.user {
        None if caller.is_admin() => {
            let owner = api.daemon.queries.owner_of_run(RunId(run)).await?;
            Some(owner.ok_or_else(unknown)?.0)
        }
        named => named,
    };
    let user = caller.target_user(api, named)?;
    let found = api.daemon.queries.of(&user).run(RunId(run)).await?.ok_or_else(unknown)?;
    Ok((user, found))
}

impl Execution {
    /// A run with the name of its user, and the number of its module where it is among these.
    fn of(api: &Api, run: RunRow, numbers: &ModuleNumbers) -> Self {
        Self {
            id: run.id.0,
            user: run.user.0,
            user_name: api.user_name(run.user),
            module_version: numbers.get(&(run.task, run.module_hash.clone())).copied(),
            task: TaskName(run.task),
            trigger: TriggerName(run.trigger),
            service: run.service.map(ServiceKindName),
            outcome: run.outcome.unwrap_or_else(|| EXECUTING.to_owned()),
            detail: run.detail,
            slot_due_at: run.slot_due.map(Instant),
            started_at: Instant(run.started_at),
            finished_at: run.finished_at.map(Instant),
            duration_ms: run.finished_at.map(|at| at.millis_since(run.started_at)),
            on_price: run.cause.map(|cause| OnPrice::of(&cause, run.started_at)),
            attempt: run.attempt,
            module_hash: run.module_hash,
            details: run.counters.counted.into_iter().map(Counter::from).collect(),
            details_left_out: run.counters.left_out,
            usage: Usage {
                cpu_us: run.cpu_micros,
                peak_memory_bytes: run.peak_memory,
                calls: run.calls,
                orders: run.orders,
                left: run.left.into(),
            },
        }
    }
}

impl OnPrice {
    fn of(cause: &PriceCause, began: Timestamp) -> Self {
        Self {
            symbol: cause.symbol.to_string(),
            price_paise: cause.price.0,
            priced_at: Instant(cause.at),
            age_ms: cause.age_ms(began),
        }
    }
}

impl From<DecisionRow> for Decision {
    fn from(row: DecisionRow) -> Self {
        let evidence = row.evidence.into_iter().map(|(name, value)| Evidence { name, value });
        Self { symbol: row.symbol, action: row.action, reason: row.reason, evidence: evidence.collect() }
    }
}
