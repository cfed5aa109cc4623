//! Recorded executions again: one of the caller's own, or for admins those of a day.

mod view;

use axum::extract::State;
use prahari_app::replays::{ModuleHash, ReplayScope};
use prahari_domain::tasks::Task;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, TaskName, UserQuery};

use super::executions;
use view::{ReplayedExecution, ReplayedExecutions};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(replay_one)).routes(routes!(replay_many))
}

/// Options of the replay of a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayRequest {
    /// Hash of the version to be tried on what was recorded, in hex; for admins. Without it, the version that ran.
    #[serde(default)]
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]+$")]
    module: Option<String>,
}

/// Selects the runs to replay, with options.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplaysRequest {
    /// Date (IST) on which the runs started.
    day: Date,
    /// Only runs of this task.
    #[serde(default)]
    task: Option<TaskName>,
    /// Only runs of this user.
    #[serde(default)]
    user: Option<u64>,
    /// Hash of the version of the named task to be tried on what was recorded, in hex. Without it, the versions
    /// that ran.
    #[serde(default)]
    #[schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]+$")]
    module: Option<String>,
}

/// Replays an execution from its recording: every call and the end by the version that ran, or what another version
/// would have done. Nothing is executed.
#[utoipa::path(post, path = "/api/v1/executions/{run}/replay", operation_id = "replay_execution", tag = "executions",
    params(("run" = u64, Path), UserQuery), request_body = ReplayRequest,
    responses((status = OK, body = ReplayedExecution)))]
async fn replay_one(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<u64>,
    Query(target): Query<UserQuery>,
    Json(ReplayRequest { module }): Json<ReplayRequest>,
) -> Result<Json<ReplayedExecution>, Problem> {
    if module.is_some() {
        // Which versions there are is none of a user's business.
        caller.require_admin()?;
    }
    let other = module.map(|module| hash(&module)).transpose()?;
    let (_, row) = executions::find(&api, caller, target, run).await?;
    Ok(Json(api.daemon.replays.replay_run(&row, other).await?.into()))
}

/// Replays the recorded runs of a day, at most 10,000 of them. It ends when the client disconnects; one such
/// request is answered at a time, and the others wait.
#[utoipa::path(post, path = "/api/v1/replays", operation_id = "replay_day", tag = "executions", request_body = ReplaysRequest,
    responses((status = OK, body = ReplayedExecutions)))]
async fn replay_many(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(request): Json<ReplaysRequest>,
) -> Result<Json<ReplayedExecutions>, Problem> {
    let task = request.task.map(|task| task.0);
    let other = request.module.map(|module| version(task, &module)).transpose()?;
    let user = match request.user {
        Some(user) => Some(caller.target_user(&api, Some(user))?.id),
        None => None,
    };
    let scope = ReplayScope { day: Some(request.day.0), task, user, most: None };
    Ok(Json(api.daemon.replays.replay_runs(scope, other).await?.into()))
}

fn version(task: Option<Task>, module: &str) -> Result<(Task, ModuleHash), Problem> {
    let task =
        task.ok_or_else(|| Problem::invalid("task is missing; it says of which task module is a version"))?;
    Ok((task, hash(module)?))
}

fn hash(module: &str) -> Result<ModuleHash, Problem> {
    module.parse().map_err(|error| Problem::invalid(format!("module: {error}")))
}
