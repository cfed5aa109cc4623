//! `/api/v1/service/individual`: single tasks of a user as services in processes of their own.

use std::collections::BTreeMap;

use axum::extract::State;
use prahari_app::service::IndividualStatus;
use prahari_domain::tasks::Task;
use prahari_store::RunRow;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::instant::Instant;
use crate::problem::Problem;
use crate::state::Api;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(start)).routes(routes!(stop)).routes(routes!(status))
}

/// Which task, and for an admin whose.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// What runs.
    #[schema(value_type = String, example = "sell_monitor")]
    task: Task,
    /// Whose; an admin may name anybody, without it the caller's own.
    user: Option<u64>,
}

/// Whose services.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// An admin may name anybody; without it the caller's own.
    user: Option<u64>,
}

/// What became of a request to start or stop a service.
#[derive(Serialize, ToSchema)]
struct Switched {
    /// Of which task.
    #[schema(value_type = String)]
    task: Task,
    /// Whether it runs now.
    running: bool,
    /// Whether it was otherwise before.
    changed: bool,
}

/// The individual services of a user by task; the analysis is among them for admins only.
#[derive(Serialize, ToSchema)]
struct Services {
    /// By task.
    services: BTreeMap<&'static str, Service>,
}

/// A task as a service of its own.
#[derive(Serialize, ToSchema)]
struct Service {
    /// Whether its process runs.
    running: bool,
    /// The process.
    pid: Option<u32>,
    /// When it was last started; null when it never was.
    started_at: Option<Instant>,
    /// When it stopped; null while it runs.
    stopped_at: Option<Instant>,
    /// Why it stopped; null while it runs and when it never did.
    reason: Option<String>,
    /// The version of the schedules by which it runs.
    schedule_version: Option<u64>,
    /// Whether its schedule is enabled.
    schedule_enabled: bool,
    /// Whether a run of the task is executing.
    executing: bool,
    /// The last run of the task, by whichever service.
    last_run: Option<LastRun>,
    /// When it is due next by its schedule.
    next_run_at: Option<Instant>,
}

/// The last run of a task.
#[derive(Serialize, ToSchema)]
struct LastRun {
    /// Its number.
    id: u64,
    /// When it began.
    started_at: Instant,
    /// How it ended; null while it executes.
    outcome: Option<String>,
    /// One sentence about it.
    detail: String,
    /// How long it took, in milliseconds; null while it executes.
    duration_ms: Option<i64>,
}

/// Starts a task as a service of its own. Refused while the unified service runs.
#[utoipa::path(post, path = "/api/v1/service/individual/start", tag = "service", request_body = Wanted,
    responses((status = OK, body = Switched)))]
async fn start(
    State(api): State<Api>,
    caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Switched>, Problem> {
    let user = caller.subject(&api, wanted.user)?;
    let task = wanted.task;
    let resource = format!("user {user}");
    api.audit(&caller, "individual_service.start", resource, json!({ "task": task.name() })).await?;
    let changed = api.daemon.start_individual(user, task).await?;
    Ok(Json(Switched { task, running: true, changed }))
}

/// Stops a task's own service after the run that it may have, within 30 seconds.
#[utoipa::path(post, path = "/api/v1/service/individual/stop", tag = "service", request_body = Wanted,
    responses((status = OK, body = Switched)))]
async fn stop(
    State(api): State<Api>,
    caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Switched>, Problem> {
    let user = caller.subject(&api, wanted.user)?;
    let task = wanted.task;
    if api.daemon.user(user)?.is_running() {
        return Err(prahari_app::error::AppError::UnifiedServiceRunning.into());
    }
    let resource = format!("user {user}");
    api.audit(&caller, "individual_service.stop", resource, json!({ "task": task.name() })).await?;
    let changed = api.daemon.stop_individual(user, task).await?;
    Ok(Json(Switched { task, running: false, changed }))
}

/// How each task of a user stands as a service of its own.
#[utoipa::path(get, path = "/api/v1/service/individual/status", tag = "service", params(Whose),
    responses((status = OK, body = Services)))]
async fn status(
    State(api): State<Api>,
    caller: Caller,
    Query(whose): Query<Whose>,
) -> Result<Json<Services>, Problem> {
    let user = caller.subject(&api, whose.user)?;
    let found = api.daemon.individual_status(user).await?;
    let services = found.into_iter().map(|status| (status.task.name(), service(status))).collect();
    Ok(Json(Services { services }))
}

fn service(status: IndividualStatus) -> Service {
    Service {
        running: status.process_id.is_some(),
        pid: status.process_id,
        started_at: status.started_at.map(Instant),
        stopped_at: status.stopped_at.map(Instant),
        reason: status.stopped_at.map(|_| status.reason),
        schedule_version: status.schedule_version,
        schedule_enabled: status.schedule_enabled,
        executing: status.executing,
        last_run: status.last_run.map(last_run),
        next_run_at: status.next_run_at.map(Instant),
    }
}

fn last_run(run: RunRow) -> LastRun {
    LastRun {
        id: run.id.0,
        started_at: Instant(run.started_at),
        duration_ms: run.finished_at.map(|finished| finished.millis_since(run.started_at)),
        outcome: run.outcome,
        detail: run.detail,
    }
}
