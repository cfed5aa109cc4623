//! `/api/v1/service/individual`: single tasks of a user as services in processes of their own.

use std::collections::BTreeMap;

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_app::services::{By, IndividualStatus};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LastRun, WhichTask};
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{IndividualStateName, Instant, RestartPolicyName, TaskName, UserQuery};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(stop))
        .routes(routes!(set_restart))
        .routes(routes!(status))
}

/// The task to be started as a service of its own.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StartIndividual {
    /// The task that runs, by name.
    task: TaskName,
    /// What becomes of it when its process ends by itself; without it that stays as it was, which is `never` at first.
    /// `on_failure`: it is started again after 5 seconds, after the next failure in 30, and then in 2 minutes; it stays
    /// stopped after that, and counts from the beginning once it has run for ten minutes.
    #[schema(inline)]
    restart: Option<RestartPolicyName>,
}

/// What becomes of a service when its process ends by itself.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetRestart {
    /// The task whose service it is, by name.
    task: TaskName,
    /// Whether the daemon starts it again: as at the start of the service.
    restart: RestartPolicyName,
}

/// What became of a request to start or stop a service.
#[derive(Serialize, ToSchema)]
struct IndividualSwitched {
    /// The task that the service runs.
    task: TaskName,
    /// Whether the service is running now.
    running: bool,
    /// Whether the request changed the state.
    changed: bool,
}

/// The individual services of a user by task; what is for admins is among theirs only.
#[derive(Serialize, ToSchema)]
struct IndividualServices {
    /// The services by the name of their task.
    services: BTreeMap<String, IndividualService>,
}

/// A task as a service of its own.
#[derive(Serialize, ToSchema)]
struct IndividualService {
    /// Whether the worker process is running.
    running: bool,
    /// Whether it runs, waits to be started again after a failure, or is stopped.
    state: IndividualStateName,
    /// The number of its process; null while it does not run.
    pid: Option<u32>,
    /// Processor time that the process has used since it was started, in milliseconds, as the operating system says; null
    /// while it does not run.
    #[schema(required)]
    cpu_ms: Option<u64>,
    /// Memory that the process holds now, in bytes, likewise.
    #[schema(required)]
    memory_bytes: Option<u64>,
    /// What becomes of it when its process ends by itself.
    restart: RestartPolicyName,
    /// Restarts in a row, of three at most, the one that it waits for among them; 0 again when it has run for ten minutes.
    attempts: u32,
    /// Time at which it is started again; null unless it waits for that.
    #[schema(required)]
    next_restart_at: Option<Instant>,
    /// Time at which the service was first started; null when it never was, or long ago.
    #[schema(required)]
    created_at: Option<Instant>,
    /// Time at which it last changed: was started, stopped, or given another policy; null likewise.
    #[schema(required)]
    updated_at: Option<Instant>,
    /// Time at which it was last started; null when it never was.
    #[schema(required)]
    started_at: Option<Instant>,
    /// Time at which it stopped; null while it runs.
    #[schema(required)]
    stopped_at: Option<Instant>,
    /// Reason why it stopped; null while it runs and when it never did.
    #[schema(required)]
    reason: Option<String>,
    /// The version of the schedules by which it runs.
    schedule_version: Option<u64>,
    /// Whether those schedules have it enabled.
    schedule_enabled: bool,
    /// Whether a run of the task is executing.
    executing: bool,
    /// The last run of the task, by whichever service.
    last_run: Option<LastRun>,
    /// When it is due next by the schedules of the service that runs it, or by the newest ones when none is on.
    next_run_at: Option<Instant>,
}

/// Starts a task as a service of its own. Refused while the unified service runs.
#[utoipa::path(post, path = "/api/v1/service/individual/start", operation_id = "start_individual", tag = "service", params(UserQuery),
    request_body = StartIndividual, responses((status = OK, body = IndividualSwitched)))]
async fn start(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(StartIndividual { task: TaskName(task), restart }): Json<StartIndividual>,
) -> Result<Json<IndividualSwitched>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    let resource = format!("user {user}");
    api.starts.begin(user, api.daemon.clock.now())?;
    let asked = json!({ "task": task.name(), "restart": restart });
    api.audit(&caller, "individual_service.start", resource, asked).await?;
    caller.visible_task(&api, task)?;
    let (restart, by) = (restart.map(|restart| restart.0), By::User(caller.0.user));
    let changed = api.daemon.services.start_individual_by(user, task, restart, &by).await?;
    if !changed {
        api.starts.take_back(user);
    }
    Ok(Json(IndividualSwitched { task: TaskName(task), running: true, changed }))
}

/// Stops a task's own service after the run that it may have, within 30 seconds, or ends its wait to be started again.
#[utoipa::path(post, path = "/api/v1/service/individual/stop", operation_id = "stop_individual", tag = "service", params(UserQuery),
    request_body = WhichTask, responses((status = OK, body = IndividualSwitched)))]
async fn stop(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(WhichTask { task: TaskName(task) }): Json<WhichTask>,
) -> Result<Json<IndividualSwitched>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    let resource = format!("user {user}");
    api.audit(&caller, "individual_service.stop", resource, json!({ "task": task.name() })).await?;
    if api.daemon.users.find(user)?.services.is_running() {
        return Err(AppError::UnifiedServiceRunning.into());
    }
    let changed = api.daemon.services.stop_individual_by(user, task, &By::User(caller.0.user)).await?;
    Ok(Json(IndividualSwitched { task: TaskName(task), running: false, changed }))
}

/// Sets what becomes of a task's own service when its process ends by itself. Whether it runs does not change, except that a
/// service that waits to be started again stays stopped with `never`. A service that was never started has none: its start
/// says it.
#[utoipa::path(put, path = "/api/v1/service/individual/restart", operation_id = "set_individual_restart", tag = "service", params(UserQuery),
    request_body = SetRestart, responses((status = OK, body = IndividualService)))]
async fn set_restart(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(SetRestart { task: TaskName(task), restart }): Json<SetRestart>,
) -> Result<Json<IndividualService>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    let (resource, asked) = (format!("user {user}"), json!({ "task": task.name(), "restart": restart }));
    api.audit(&caller, "individual_service.set_restart", resource, asked).await?;
    caller.visible_task(&api, task)?;
    let by = By::User(caller.0.user);
    api.daemon.services.set_restart_policy(user, task, restart.0, &by).await?;
    let found = api.daemon.services.individual_status(user).await?;
    let status = found.into_iter().find(|status| status.task == task).ok_or(AppError::NeverStarted(task))?;
    Ok(Json(service(status)))
}

/// How each task of a user stands as a service of its own.
#[utoipa::path(get, path = "/api/v1/service/individual/status", operation_id = "individual_status", tag = "service", params(UserQuery),
    responses((status = OK, body = IndividualServices)))]
async fn status(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<IndividualServices>, Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    let found = api.daemon.services.individual_status(user).await?;
    let services = found.into_iter().map(|status| (status.task.to_string(), service(status))).collect();
    Ok(Json(IndividualServices { services }))
}

fn service(status: IndividualStatus) -> IndividualService {
    IndividualService {
        running: status.process_id.is_some(),
        state: IndividualStateName(status.state),
        cpu_ms: status.usage.map(|usage| u64::try_from(usage.cpu.as_millis()).unwrap_or(u64::MAX)),
        memory_bytes: status.usage.map(|usage| usage.memory_bytes),
        restart: RestartPolicyName(status.restart),
        attempts: status.restarts,
        next_restart_at: status.next_restart_at.map(Instant),
        pid: status.process_id,
        created_at: status.created_at.map(Instant),
        updated_at: status.updated_at.map(Instant),
        started_at: status.started_at.map(Instant),
        stopped_at: status.stopped_at.map(Instant),
        reason: status.stopped_at.map(|_| status.reason),
        schedule_version: status.schedule_version,
        schedule_enabled: status.schedule_enabled,
        executing: status.executing,
        last_run: status.last_run.map(LastRun::from),
        next_run_at: status.next_run_at.map(Instant),
    }
}
