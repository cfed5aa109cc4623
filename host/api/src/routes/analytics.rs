//! `/api/v1/analytics/tasks` and `/api/v1/system/analytics`: how tasks did over a range of dates.

use axum::extract::State;
use prahari_app::queries::{self, RunGroup};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, DateSpan, Page, TaskName, limit, parse_cursor};

/// A week, and a month at most: executions of ordinary ticks are kept for a month.
const DATES: DateSpan = DateSpan { usual: 7, most: 31 };

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(tasks)).routes(routes!(everybody))
}

/// Query parameters that select the executions of a user.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TasksQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First date (IST) on which executions began; six days before the last when it is not named.
    #[param(inline)]
    from: Option<Date>,
    /// Last date (IST), at most 30 days after the first; today when it is not named.
    #[param(inline)]
    through: Option<Date>,
    /// By what executions are told apart; by task when nothing is said.
    #[param(inline)]
    by: Option<ByTask>,
}

/// Query parameters that select the executions of everybody.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EverybodyQuery {
    /// First date (IST) on which executions began; six days before the last when it is not named.
    #[param(inline)]
    from: Option<Date>,
    /// Last date (IST), at most 30 days after the first; today when it is not named.
    #[param(inline)]
    through: Option<Date>,
    /// By what executions are told apart; by task when nothing is said.
    #[param(inline)]
    by: Option<ByAll>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// By what the executions of a user are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ByTask {
    /// By task.
    Task,
    /// By task and version of its module.
    Version,
}

/// By what the executions of everybody are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ByAll {
    /// By task.
    Task,
    /// By user.
    User,
    /// By task and version of its module.
    Version,
}

/// How the tasks of a user did.
#[derive(Debug, Serialize, ToSchema)]
struct TaskAnalytics {
    /// First date of the range.
    from: Date,
    /// Last date of the range.
    through: Date,
    /// Whether all executions of the range are in the figures; otherwise the newest 20,000 of each task.
    complete: bool,
    /// One row for each group, by task and module.
    rows: Vec<AnalyticsRow>,
}

/// How some executions did, of those that have ended. Executions that the retention rule has removed are not in it.
#[derive(Debug, Serialize, ToSchema)]
struct AnalyticsRow {
    /// The user; null unless executions are told apart by user.
    #[schema(required)]
    user: Option<u64>,
    /// The name by which that user logs in; null unless executions are told apart by user.
    #[schema(required)]
    user_name: Option<String>,
    /// The task; null when executions are told apart by user, and for results of which the task is not known any more.
    #[schema(required)]
    task: Option<TaskName>,
    /// Hash of the module version, in hex; null unless executions are told apart by version.
    #[schema(required)]
    module_hash: Option<String>,
    /// Number of that version; null unless executions are told apart by version, and when the version is not kept any more.
    #[schema(required)]
    module_version: Option<u64>,
    /// Number of executions.
    executions: u64,
    /// Those of them that succeeded.
    succeeded: u64,
    /// Their part of all, from 0 to 100; null when there are none.
    #[schema(required)]
    success_percent: Option<f64>,
    /// How long executions took, in milliseconds; null when there are none.
    #[schema(required)]
    duration_ms: Option<Spread>,
    /// How long after their slots were due executions began, in milliseconds; null when none had a slot.
    #[schema(required)]
    lateness_ms: Option<Spread>,
    /// Processor time of the guests, in microseconds.
    cpu_micros: u64,
    /// Processor time of the host for them, in microseconds.
    host_micros: u64,
    /// Most memory that one of them held at once, in bytes.
    peak_memory_bytes: u64,
    /// Orders placed, changed or cancelled, refused ones included.
    orders: u64,
    /// Bytes of logs, decisions and recordings, as they were when the executions ended.
    stored_bytes: u64,
    /// Realised on the dates before charges, in paise. Of a user's task: what the shares brought that its executions sold; null of a
    /// user with more than 50,000 fills. By user: of the dates with a statement. Null otherwise, because a statement does not say
    /// which task earned what.
    #[schema(required)]
    realised_paise: Option<i64>,
    /// Charges of the same, in paise.
    #[schema(required)]
    charges_paise: Option<i64>,
    /// Dividends of the dates with a statement, in paise, when executions are told apart by user; null otherwise, because what is
    /// held earns them, and no task.
    #[schema(required)]
    income_paise: Option<i64>,
    /// Realised and income, less charges, in paise.
    #[schema(required)]
    net_paise: Option<i64>,
}

/// How values spread: the value that so many percent of them are not above.
#[derive(Debug, Serialize, ToSchema)]
struct Spread {
    /// Of half of them.
    p50: i64,
    /// Of 95 percent.
    p95: i64,
    /// Of 99 percent.
    p99: i64,
    /// The largest.
    max: i64,
}

/// The groups of everybody's executions.
#[derive(Debug, Serialize, ToSchema)]
struct SystemAnalytics {
    /// First date of the range.
    from: Date,
    /// Last date of the range.
    through: Date,
    /// Whether all executions of the range are in the figures; otherwise the newest 250,000.
    complete: bool,
    /// One row for each group of the page, by user, task and module.
    rows: Page<AnalyticsRow>,
}

/// Returns how the tasks of a user did over a range of dates.
#[utoipa::path(get, path = "/api/v1/analytics/tasks", operation_id = "task_analytics", tag = "analytics",
    params(TasksQuery), responses((status = OK, body = TaskAnalytics)))]
async fn tasks(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<TasksQuery>,
) -> Result<Json<TaskAnalytics>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let (from, through) = DATES.dates(api.daemon.clock.now().ist_day(), query.from, query.through)?;
    let by = match query.by {
        Some(ByTask::Version) => RunGroup::Version,
        Some(ByTask::Task) | None => RunGroup::Task,
    };
    let found = api.daemon.queries.of(&user).analytics(from, through, by).await?;
    let rows = found.rows.into_iter().map(|row| AnalyticsRow::of(&api, row)).collect();
    Ok(Json(TaskAnalytics { from: Date(from), through: Date(through), complete: found.complete, rows }))
}

/// Returns how the tasks of everybody did over a range of dates, for admins.
#[utoipa::path(get, path = "/api/v1/system/analytics", operation_id = "system_analytics", tag = "analytics",
    params(EverybodyQuery), responses((status = OK, body = SystemAnalytics)))]
async fn everybody(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<EverybodyQuery>,
) -> Result<Json<SystemAnalytics>, Problem> {
    let limit = limit(query.limit)?;
    let seen = parse_cursor::<u64>(query.cursor.as_deref())?.unwrap_or(0);
    let (from, through) = DATES.dates(api.daemon.clock.now().ist_day(), query.from, query.through)?;
    let by = match query.by {
        Some(ByAll::Version) => RunGroup::Version,
        Some(ByAll::User) => RunGroup::User,
        Some(ByAll::Task) | None => RunGroup::Task,
    };
    let found = api.daemon.queries.analytics(from, through, by).await?;
    let (all, shown) = (found.rows.len() as u64, seen.saturating_add(limit.into()));
    let next = (shown < all).then(|| shown.to_string());
    let skipped = usize::try_from(seen).unwrap_or(usize::MAX);
    let items = found.rows.into_iter().skip(skipped).take(limit as usize);
    let items = items.map(|row| AnalyticsRow::of(&api, row)).collect();
    let rows = Page { items, next };
    Ok(Json(SystemAnalytics { from: Date(from), through: Date(through), complete: found.complete, rows }))
}

impl AnalyticsRow {
    fn of(api: &Api, row: queries::AnalyticsRow) -> Self {
        let queries::AnalyticsRow { user, task, module, version, sums, duration, lateness, results } = row;
        let percent = |part: u64, whole: u64| part as f64 * 100.0 / whole as f64;
        Self {
            user: user.map(|user| user.0),
            user_name: user.map(|user| api.user_name(user)),
            task: task.map(TaskName),
            module_hash: module,
            module_version: version,
            executions: sums.runs,
            succeeded: sums.succeeded,
            success_percent: (sums.runs > 0).then(|| percent(sums.succeeded, sums.runs)),
            duration_ms: duration.map(Spread::from),
            lateness_ms: lateness.map(Spread::from),
            cpu_micros: sums.cpu_micros,
            host_micros: sums.host_micros,
            peak_memory_bytes: sums.peak_memory,
            orders: sums.orders,
            stored_bytes: sums.stored_bytes,
            realised_paise: results.map(|results| results.realised.0),
            charges_paise: results.map(|results| results.charges.0),
            income_paise: results.and_then(|results| results.income).map(|income| income.0),
            net_paise: results.map(|results| results.net().0),
        }
    }
}

impl From<queries::Spread> for Spread {
    fn from(spread: queries::Spread) -> Self {
        Self { p50: spread.p50, p95: spread.p95, p99: spread.p99, max: spread.most }
    }
}
