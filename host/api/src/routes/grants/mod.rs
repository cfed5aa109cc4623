//! `/api/v1/grants`: what each task may do and use, for everybody or for one user, and what was used of it.

mod limits;

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::grants::{Allowance, SetAllowance};
use prahari_app::queries;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Date, LeftBehind, Page, TaskName, range};
pub(super) use limits::{TaskDayLimits, TaskRunLimits};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(allow, forget)).routes(routes!(used))
}

/// Which allowance is meant, and what it is expected to be.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AllowanceQuery {
    /// Id of the user; without it the default allowance.
    user: Option<u64>,
    /// The version that the change starts from, 0 when nothing is set; it is refused with `grant_changed` when there is another.
    /// Without it whatever stands is changed.
    expected_version: Option<u64>,
}

/// User and date for which the use of the allowances is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UsedQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First day; today when nothing is said.
    #[param(inline)]
    from: Option<Date>,
    /// Last day; today when nothing is said.
    #[param(inline)]
    to: Option<Date>,
}

/// What a task may do and use. What is null has no limit of its own; the user's risk limits hold anyway.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskAllowance {
    /// The capabilities that it is granted, such as `broker-trade`.
    #[schema(value_type = Vec<CapabilityText>, max_items = 32)]
    capabilities: BTreeSet<String>,
    /// The only symbols that it may buy. What is held of others may be sold.
    #[schema(value_type = Option<Vec<SymbolText>>, max_items = 5000)]
    symbols: Option<BTreeSet<Symbol>>,
    /// The most money in one of its buys.
    #[schema(minimum = 0)]
    max_order_value_paise: Option<i64>,
    /// The most orders that it may place on a trading date, sells too.
    #[schema(minimum = 0, maximum = 10000)]
    orders_per_day: Option<u32>,
    /// Processor time of one run, in milliseconds.
    #[schema(minimum = 1, maximum = 300000)]
    cpu_ms: u64,
    /// Memory of one run, in bytes.
    #[schema(minimum = 65536, maximum = 536870912)]
    memory_bytes: u64,
    /// Host calls of one run.
    #[schema(minimum = 1, maximum = 1000000)]
    calls: u32,
    /// What else one run may cost the host and leave behind; what holds by default when nothing is said.
    per_run: Option<TaskRunLimits>,
    /// What all runs of a date may leave behind; what holds by default when nothing is said.
    per_day: Option<TaskDayLimits>,
}

/// The name of a capability.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 64)]
struct CapabilityText(#[expect(dead_code, reason = "it stands for a name in the document")] String);

/// The name of a share.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
struct SymbolText(#[expect(dead_code, reason = "it stands for a name in the document")] String);

/// The allowance of a task.
#[derive(Debug, Serialize, ToSchema)]
struct TaskGrant {
    /// Name of the task.
    task: TaskName,
    /// Id of the user; null for the default allowance.
    #[schema(required)]
    user: Option<u64>,
    /// Whether an operator has set it; else it is the program's default.
    set: bool,
    /// Number of the change that made it so, for `expected_version`; 0 when nothing is set.
    version: u64,
    /// Allowance of the task.
    allowance: TaskAllowance,
}

/// What the runs of a task have used, beside what one of them is granted.
#[derive(Debug, Serialize, ToSchema)]
struct TaskUse {
    /// Name of the task.
    task: TaskName,
    /// Number of runs.
    runs: u64,
    /// Processor time of all of them, in microseconds.
    cpu_us: u64,
    /// The most that one of them took.
    most_cpu_us: u64,
    /// The most memory that one of them held, in bytes.
    most_memory_bytes: u64,
    /// Host calls of all of them.
    calls: u64,
    /// The most calls of one of them.
    most_calls: u64,
    /// Orders placed, changed or cancelled by all of them, refused ones included.
    orders: u64,
    /// What else they cost the host and left behind, beside `per_day` of what is granted.
    left: LeftBehind,
    /// Allowance of the next run.
    granted: TaskAllowance,
}

/// The allowance of each task for everybody, and those of single users.
#[utoipa::path(get, path = "/api/v1/grants", operation_id = "grants", tag = "grants", responses((status = OK, body = Page<TaskGrant>)))]
async fn list(State(api): State<Api>, _admin: Admin) -> Json<Page<TaskGrant>> {
    let set = api.daemon.grants.set();
    let tasks = api.daemon.tasks.current();
    // Number and allowance of one reading: else a change in between would go unnoticed.
    let of_everybody = tasks.names().iter().map(|task| {
        let found = set.iter().find(|set| set.user.is_none() && set.task == *task);
        found.map_or_else(|| TaskGrant::of_program(&api, *task), TaskGrant::from)
    });
    let of_users = set.iter().filter(|set| set.user.is_some()).map(TaskGrant::from);
    Json(Page::whole(of_everybody.chain(of_users)))
}

/// Sets what a task may do and use, from the next run on.
#[utoipa::path(put, path = "/api/v1/grants/{task}", operation_id = "set_grant", tag = "grants", params(("task" = TaskName, Path), AllowanceQuery),
    request_body = TaskAllowance, responses((status = OK, body = TaskGrant)))]
async fn allow(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(TaskName(task)): Path<TaskName>,
    Query(whom): Query<AllowanceQuery>,
    Json(body): Json<TaskAllowance>,
) -> Result<Json<TaskGrant>, Problem> {
    let user = known(&api, whom)?;
    api.daemon.tasks.manifest(task)?;
    let details = serde_json::to_value(&body).unwrap_or_default();
    let allowance = body.or(&api.daemon.grants.default_of(task));
    allowance.validate().map_err(|error| Problem::invalid(error.to_string()))?;
    api.audit(&caller, "grant.change", resource(task, user), details).await?;
    let now = api.daemon.clock.now();
    let (of, by) = ((user, task), caller.0.user);
    let version = api.daemon.grants.replace(of, whom.expected_version, allowance.clone(), by, now).await?;
    let user = user.map(|user| user.0);
    Ok(Json(TaskGrant { task: TaskName(task), user, set: true, version, allowance: allowance.into() }))
}

/// Removes what was set, by which the allowance of everybody, or the program's default, holds again.
#[utoipa::path(delete, path = "/api/v1/grants/{task}", operation_id = "remove_grant", tag = "grants",
    params(("task" = TaskName, Path), AllowanceQuery), responses((status = NO_CONTENT)))]
async fn forget(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(TaskName(task)): Path<TaskName>,
    Query(whom): Query<AllowanceQuery>,
) -> Result<StatusCode, Problem> {
    let user = known(&api, whom)?;
    api.audit(&caller, "grant.remove", resource(task, user), serde_json::json!({})).await?;
    if api.daemon.grants.remove((user, task), whom.expected_version).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        let whom = user.map_or_else(|| "everybody".to_owned(), |user| format!("user {user}"));
        Err(Problem::new(Code::NotFound, format!("no allowance of {task} is set for {whom}")))
    }
}

/// What a user's runs have used, by task, beside what they are granted.
#[utoipa::path(get, path = "/api/v1/grants/used", operation_id = "grants_used", tag = "grants", params(UsedQuery),
    responses((status = OK, body = Page<TaskUse>)))]
async fn used(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<UsedQuery>,
) -> Result<Json<Page<TaskUse>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let today = api.daemon.clock.now().ist_day();
    let from = query.from.map_or(today, |date| date.0);
    let to = query.to.map_or(today.max(from), |date| date.0);
    range(("from", Some(from)), ("to", Some(to)))?;
    let used = api.daemon.queries.of(&user).used(from, to).await?;
    Ok(Json(Page::whole(used.into_iter().map(TaskUse::from))))
}

impl TaskGrant {
    /// The program's default of a task, of which an operator has set nothing.
    fn of_program(api: &Api, task: Task) -> Self {
        let allowance = (*api.daemon.grants.default_of(task)).clone().into();
        Self { task: TaskName(task), user: None, set: false, version: 0, allowance }
    }
}

impl From<&SetAllowance> for TaskGrant {
    fn from(set: &SetAllowance) -> Self {
        Self {
            task: TaskName(set.task),
            user: set.user.map(|user| user.0),
            set: true,
            version: set.version,
            allowance: (*set.allowance).clone().into(),
        }
    }
}

impl From<queries::TaskUse> for TaskUse {
    fn from(queries::TaskUse { used, granted }: queries::TaskUse) -> Self {
        Self {
            task: TaskName(used.task),
            runs: used.runs,
            cpu_us: used.cpu_micros,
            most_cpu_us: used.most_cpu_micros,
            most_memory_bytes: used.most_memory,
            calls: used.calls,
            most_calls: used.most_calls,
            orders: used.orders,
            left: used.left.into(),
            granted: (*granted).clone().into(),
        }
    }
}

fn known(api: &Api, whom: AllowanceQuery) -> Result<Option<UserId>, Problem> {
    let user = whom.user.map(|user| api.daemon.users.find(UserId(user))).transpose()?;
    Ok(user.map(|user| user.id))
}

fn resource(task: Task, user: Option<UserId>) -> String {
    match user {
        Some(user) => format!("grant {task} user {user}"),
        None => format!("grant {task}"),
    }
}

impl From<Allowance> for TaskAllowance {
    fn from(allowance: Allowance) -> Self {
        Self {
            capabilities: allowance.capabilities,
            symbols: allowance.symbols,
            max_order_value_paise: allowance.max_order_value_paise.map(|value| value.0),
            orders_per_day: allowance.orders_per_day,
            cpu_ms: allowance.cpu_ms,
            memory_bytes: allowance.memory_bytes,
            calls: allowance.calls,
            per_run: Some(allowance.per_run.into()),
            per_day: Some(allowance.per_day.into()),
        }
    }
}

impl TaskAllowance {
    /// The allowance that says this, and what holds by default where it says nothing.
    fn or(self, default: &Allowance) -> Allowance {
        Allowance {
            capabilities: self.capabilities,
            symbols: self.symbols,
            max_order_value_paise: self.max_order_value_paise.map(Paise),
            orders_per_day: self.orders_per_day,
            cpu_ms: self.cpu_ms,
            memory_bytes: self.memory_bytes,
            calls: self.calls,
            per_run: self.per_run.map_or(default.per_run, Into::into),
            per_day: self.per_day.map_or(default.per_day, Into::into),
        }
    }
}
