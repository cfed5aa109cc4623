//! Single runs that somebody asks for: of a task of one user, and of what all share.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_domain::tasks::Task;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::WhichTask;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{TaskName, UserQuery};

/// The task of the route that has one in its name.
const ALIAS: Task = Task::literal("analysis");

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(run_once)).routes(routes!(run_shared))
}

/// A run that has begun.
#[derive(Debug, Serialize, ToSchema)]
struct BegunRun {
    /// Id of the run; `GET /api/v1/executions/{run}` returns its progress.
    execution: u64,
    /// Id of the user of the run; a shared task runs for the admin whose service runs it, if one does.
    user: u64,
    /// The task that runs, by name.
    task: TaskName,
    /// Warning about an unusual effect; null without one.
    #[schema(required)]
    warning: Option<String>,
}

/// Runs a task once, at once, whatever service is on. Refused with `run_too_soon` while the same task of the user
/// executes or was started within the last two minutes; the answer says when it may be tried again.
#[utoipa::path(post, path = "/api/v1/service/individual/run-once", tag = "service", params(UserQuery),
    request_body = WhichTask, responses((status = ACCEPTED, body = BegunRun)))]
async fn run_once(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(WhichTask { task: TaskName(task) }): Json<WhichTask>,
) -> Result<(StatusCode, Json<BegunRun>), Problem> {
    let user = caller.target_user(&api, target.user)?.id;
    let resource = format!("user {user}");
    api.audit(&caller, "service.run_once", resource, json!({ "task": task.name() })).await?;
    caller.visible_task(&api, task)?;
    begin(&api, &caller, user, task).await
}

/// Runs `analysis`, which all users share, at once: a short form of `run-once`. On a day without a session, and
/// while the exchange is open, it leaves the signals as they are; the answer warns of that.
#[utoipa::path(post, path = "/api/v1/service/analysis/run", operation_id = "run_shared_task", tag = "service",
    responses((status = ACCEPTED, body = BegunRun)))]
async fn run_shared(State(api): State<Api>, caller: Caller) -> Result<(StatusCode, Json<BegunRun>), Problem> {
    api.audit(&caller, "service.run_analysis", ALIAS.name(), json!({})).await?;
    let manifest = api.daemon.tasks.manifest(ALIAS)?;
    if manifest.is_for_admins() {
        // The route itself says that there is such a task.
        caller.require_admin()?;
    }
    begin(&api, &caller, caller.0.user, ALIAS).await
}

async fn begin(
    api: &Api,
    caller: &Caller,
    user: prahari_domain::ids::UserId,
    task: Task,
) -> Result<(StatusCode, Json<BegunRun>), Problem> {
    let begun = api.daemon.runs.run_once(user, task, caller.0.user).await?;
    let body =
        BegunRun { execution: begun.run.0, user: begun.user.0, task: TaskName(task), warning: begun.warning };
    Ok((StatusCode::ACCEPTED, Json(body)))
}
