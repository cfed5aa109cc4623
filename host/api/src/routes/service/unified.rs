//! The unified service of a user: on, off, on again by the newest schedules, how it stands and what it says.

use axum::extract::State;
use prahari_app::chaos;
use prahari_app::queries::{LogLevel, ServiceLogFilter, ServiceLogRow};
use prahari_app::services::{self, By, ServiceState};
use prahari_app::user::User;
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LastRun, names};
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::routes::chaos::ChaosInForce;
use crate::state::Api;
use crate::view::{
    IndividualStateName, Instant, LogLevelName, ModeName, Page, TaskName, UserQuery, limit, page,
    parse_cursor,
};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(stop))
        .routes(routes!(restart))
        .routes(routes!(status))
        .routes(routes!(tasks))
        .routes(routes!(logs))
}

/// What became of a request to turn the unified service on or off.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServiceSwitched {
    /// Whether the service is running now.
    running: bool,
    /// Whether the request changed the state.
    changed: bool,
    /// What executes for the user at this moment; it ends by itself.
    executing: Vec<TaskName>,
}

/// Status of a unified service.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::routes) struct ServiceStatus {
    /// The number of the user whose service it is.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    /// Whether that user's money is made up (`paper`) or real (`live`), by the broker that they are linked with.
    mode: ModeName,
    /// How that user's simulated broker misbehaves on purpose, for practice; null when it does not.
    #[schema(required)]
    chaos: Option<ChaosInForce>,
    /// Whether the service is running.
    running: bool,
    /// Number of the daemon's process, in which unified services run.
    process_id: u32,
    /// Time of the last start; null when the service never ran.
    #[schema(required)]
    started_at: Option<Instant>,
    /// Time at which it last said that it lives, which it does each minute.
    #[schema(required)]
    heartbeat_at: Option<Instant>,
    /// The task that ran last; null when none has run.
    #[schema(required)]
    last_task: Option<TaskName>,
    /// Time at which that task ended; null when none has run.
    #[schema(required)]
    last_task_at: Option<Instant>,
    /// Failures since it was started.
    error_count: u64,
    /// The last of them; empty when there was none.
    last_error: String,
    /// The version of the schedules by which it runs.
    schedule_version: u64,
    /// Whether tasks are due at other times by the newest schedules, which take effect when it is started again.
    restart_needed: bool,
    /// Tasks that are executing for the user now.
    executing: Vec<TaskName>,
    /// Individual services of the user that run or wait to be started again, one at most for each task.
    individual: Vec<ActiveIndividual>,
}

/// An individual service that runs or waits to be started again.
#[derive(Debug, Serialize, ToSchema)]
struct ActiveIndividual {
    /// The task that it runs.
    task: TaskName,
    /// `running` or `restarting`.
    state: IndividualStateName,
    /// Number of its process; null while it waits.
    #[schema(required)]
    pid: Option<u32>,
    /// Time at which it was last started.
    started_at: Instant,
    /// Time at which it is started again; null while it runs.
    #[schema(required)]
    next_restart_at: Option<Instant>,
}

impl From<services::ActiveIndividual> for ActiveIndividual {
    fn from(active: services::ActiveIndividual) -> Self {
        Self {
            task: TaskName(active.task),
            state: IndividualStateName(active.state),
            pid: active.process_id,
            started_at: Instant(active.started_at),
            next_restart_at: active.next_restart_at.map(Instant),
        }
    }
}

/// A task of a user.
#[derive(Debug, Serialize, ToSchema)]
struct TaskStatus {
    /// Name of the task.
    task: TaskName,
    /// Whether the task's schedule is enabled.
    schedule_enabled: bool,
    /// Whether a run of the task is executing.
    executing: bool,
    /// Time at which it is due next by the schedules of its service, or by the newest ones when none is on.
    #[schema(required)]
    next_run_at: Option<Instant>,
    /// Last run of the task, whatever started it; null when there was none.
    #[schema(required)]
    last_run: Option<LastRun>,
}

/// Query parameters that select the lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ServiceLogQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only lines of this level or a more severe one.
    #[param(inline)]
    level: Option<LogLevelName>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A line about a user's services.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceLogLine {
    /// Time of the line, by the daemon's clock.
    at: Instant,
    /// Level of the line.
    level: LogLevelName,
    /// A stable name, such as `service_started`.
    event: String,
    /// What happened, one sentence.
    message: String,
}

/// Turns the unified service on, from the next instant; individual services of the user are stopped first.
#[utoipa::path(post, path = "/api/v1/user/service/start", operation_id = "start_service", tag = "service", params(UserQuery),
    responses((status = OK, body = ServiceSwitched)))]
async fn start(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<ServiceSwitched>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    start_of(&api, &caller, user).await.map(Json)
}

/// Turns the unified service of a user on.
pub(super) async fn start_of(api: &Api, caller: &Caller, user: UserId) -> Result<ServiceSwitched, Problem> {
    api.starts.begin(user, api.daemon.clock.now())?;
    api.audit(caller, "service.start", format!("user {user}"), json!({})).await?;
    let started = api.daemon.services.start_service_by(user, &By::User(caller.0.user)).await?;
    if !started.changed {
        api.starts.take_back(user);
    }
    Ok(switched(true, started))
}

/// Turns the unified service off; what executes ends by itself.
#[utoipa::path(post, path = "/api/v1/user/service/stop", operation_id = "stop_service", tag = "service", params(UserQuery),
    responses((status = OK, body = ServiceSwitched)))]
async fn stop(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<ServiceSwitched>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    stop_of(&api, &caller, user).await.map(Json)
}

/// Turns the unified service of a user off.
pub(super) async fn stop_of(api: &Api, caller: &Caller, user: UserId) -> Result<ServiceSwitched, Problem> {
    api.audit(caller, "service.stop", format!("user {user}"), json!({})).await?;
    Ok(switched(false, api.daemon.services.stop_service_by(user, &By::User(caller.0.user)).await?))
}

/// Turns the unified service off and on again, by which it follows the newest schedules; one that is off is turned on.
#[utoipa::path(post, path = "/api/v1/user/service/restart", operation_id = "restart_service", tag = "service", params(UserQuery),
    responses((status = OK, body = ServiceSwitched)))]
async fn restart(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<ServiceSwitched>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    restart_of(&api, &caller, user).await.map(Json)
}

/// Turns the unified service of a user off and on again.
pub(super) async fn restart_of(api: &Api, caller: &Caller, user: UserId) -> Result<ServiceSwitched, Problem> {
    api.starts.begin(user, api.daemon.clock.now())?;
    api.audit(caller, "service.restart", format!("user {user}"), json!({})).await?;
    Ok(switched(true, api.daemon.services.restart_service_by(user, &By::User(caller.0.user)).await?))
}

/// Returns the status of a user's unified service.
#[utoipa::path(get, path = "/api/v1/user/service/status", operation_id = "service_status", tag = "service", params(UserQuery),
    responses((status = OK, body = ServiceStatus)))]
async fn status(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<ServiceStatus>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    service_status(&api, &user).await.map(Json)
}

/// Each task of a user: when it is due next and how its last run went. What is for admins is among theirs only.
#[utoipa::path(get, path = "/api/v1/user/service/tasks", operation_id = "service_tasks", tag = "service", params(UserQuery),
    responses((status = OK, body = Page<TaskStatus>)))]
async fn tasks(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<Page<TaskStatus>>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    let found = api.daemon.services.individual_status(user).await?;
    Ok(Json(Page::whole(found.into_iter().map(|status| TaskStatus {
        task: TaskName(status.task),
        schedule_enabled: status.schedule_enabled,
        executing: status.executing,
        next_run_at: status.next_run_at.map(Instant),
        last_run: status.last_run.map(LastRun::from),
    }))))
}

/// What happened to the services of a user, newest first.
#[utoipa::path(get, path = "/api/v1/user/service/logs", operation_id = "service_logs", tag = "service", params(ServiceLogQuery),
    responses((status = OK, body = Page<ServiceLogLine>)))]
async fn logs(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ServiceLogQuery>,
) -> Result<Json<Page<ServiceLogLine>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let limit = limit(query.limit)?;
    let least = query.level.map_or(LogLevel::Debug, |level| level.0);
    let levels = LogLevelName::ALL.iter().filter(|level| **level >= least);
    let filter = ServiceLogFilter {
        levels: levels.map(|level| level.name().to_owned()).collect(),
        before: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let rows = api.daemon.queries.of(&user).service_log(filter).await?;
    Ok(Json(page(rows, limit, |row| row.id.unwrap_or_default(), ServiceLogLine::from)))
}

fn switched(running: bool, switched: prahari_app::services::Switched) -> ServiceSwitched {
    ServiceSwitched { running, changed: switched.changed, executing: names(switched.executing) }
}

/// Returns the status of a user's unified service.
pub(in crate::routes) async fn service_status(api: &Api, user: &User) -> Result<ServiceStatus, Problem> {
    let restart_needed = api.daemon.previews.restart_needed(user).await?;
    let status = api.daemon.services.service_status(user);
    let (last_task, last_task_at) = status.activity.last_task.unzip();
    Ok(ServiceStatus {
        user: user.id.0,
        user_name: user.name.clone(),
        mode: ModeName(user.link().mode()),
        chaos: chaos::status_of(user).map(ChaosInForce::from),
        running: status.state == ServiceState::Running,
        process_id: std::process::id(),
        started_at: status.activity.started_at.map(Instant),
        heartbeat_at: status.activity.heartbeat.map(Instant),
        last_task: last_task.map(TaskName),
        last_task_at: last_task_at.map(Instant),
        error_count: status.activity.error_count,
        last_error: status.activity.last_error,
        schedule_version: status.activity.schedule_version,
        restart_needed,
        executing: names(status.executing),
        individual: status.individual.into_iter().map(ActiveIndividual::from).collect(),
    })
}

impl From<ServiceLogRow> for ServiceLogLine {
    fn from(row: ServiceLogRow) -> Self {
        Self {
            at: Instant(row.at),
            level: LogLevelName(row.level.parse().unwrap_or(LogLevel::Error)),
            event: row.event,
            message: row.message,
        }
    }
}
