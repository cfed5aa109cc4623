//! Which version runs for whom.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::modules::Activation;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::text::is_plain;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::TaskName;

use super::view::ModuleVersion;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(activate))
        .routes(routes!(roll_back))
        .routes(routes!(pin, unpin))
        .routes(routes!(remove))
}

/// Reason of a change, for the history.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// One sentence; may be left out.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
}

/// Version to which a user is pinned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Pin {
    /// Version number of the task's module.
    version: u64,
    /// Whether a version of a task that may place orders runs for the user without an accepted trial.
    #[serde(default)]
    force: bool,
}

/// Body that activates a version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ActivationRequest {
    /// One sentence, for the history; may be left out.
    #[serde(default)]
    #[schema(max_length = 200)]
    reason: String,
    /// Whether a version of a task that may place orders is activated without an accepted trial.
    #[serde(default)]
    force: bool,
}

/// Makes a version the active one, from the next run on. One that was never active, of a task that may place
/// orders, needs an accepted trial, or force. Runs that are under way end on the version that they began with, and
/// individual services keep theirs until they are started again. The answer counts the users whose settings of the task do not
/// fit the version.
#[utoipa::path(post, path = "/api/v1/modules/{task}/{version}/activate", operation_id = "activate_module", tag = "modules",
    params(("task" = TaskName, Path), ("version" = u64, Path)), request_body = ActivationRequest,
    responses((status = OK, body = ModuleVersion)))]
async fn activate(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path((task, version)): Path<(TaskName, u64)>,
    Json(ActivationRequest { reason, force }): Json<ActivationRequest>,
) -> Result<Json<ModuleVersion>, Problem> {
    let TaskName(task) = task;
    let reason = checked(Reason { reason })?;
    let details = json!({ "version": version, "reason": reason, "force": force });
    api.audit(&caller, "module.activate", resource(task), details).await?;
    let activation = Activation { task, version, by: Some(caller.0.user), reason };
    let row = api.daemon.trials.activate_module(activation, force).await?;
    Ok(Json(ModuleVersion::running(&api, row).await?))
}

/// Makes the version active that was so before the present one. One with another manifest than the accepted one waits until that
/// is accepted.
#[utoipa::path(post, path = "/api/v1/modules/{task}/rollback", operation_id = "roll_back_module", tag = "modules", params(("task" = TaskName, Path)),
    request_body = Reason, responses((status = OK, body = ModuleVersion)))]
async fn roll_back(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(TaskName(task)): Path<TaskName>,
    Json(body): Json<Reason>,
) -> Result<Json<ModuleVersion>, Problem> {
    let reason = checked(body)?;
    api.audit(&caller, "module.rollback", resource(task), json!({ "reason": reason })).await?;
    let row = api.daemon.trials.roll_back_module(task, caller.0.user, reason).await?;
    Ok(Json(ModuleVersion::running(&api, row).await?))
}

/// Lets a user stay with a version, whatever is active for the others. It asks for the trial that its activation
/// would ask for.
#[utoipa::path(put, path = "/api/v1/modules/{task}/pins/{user}", operation_id = "pin_module", tag = "modules",
    params(("task" = TaskName, Path), ("user" = u64, Path)), request_body = Pin,
    responses((status = NO_CONTENT)))]
async fn pin(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path((task, user)): Path<(TaskName, u64)>,
    Json(Pin { version, force }): Json<Pin>,
) -> Result<StatusCode, Problem> {
    let TaskName(task) = task;
    let details = json!({ "user": user, "version": version, "force": force });
    api.audit(&caller, "module.pin", resource(task), details).await?;
    let user = api.daemon.users.find(UserId(user))?.id;
    api.daemon.trials.pin_module(user, (task, version), caller.0.user, force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a user follow the active version again.
#[utoipa::path(delete, path = "/api/v1/modules/{task}/pins/{user}", operation_id = "unpin_module", tag = "modules",
    params(("task" = TaskName, Path), ("user" = u64, Path)), responses((status = NO_CONTENT)))]
async fn unpin(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path((task, user)): Path<(TaskName, u64)>,
) -> Result<StatusCode, Problem> {
    let TaskName(task) = task;
    let user = UserId(user);
    api.audit(&caller, "module.unpin", resource(task), json!({ "user": user })).await?;
    if api.daemon.modules.unpin(user, task).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(Code::NotFound, format!("user {user} is not pinned to a version of {task}")))
    }
}

/// Removes a version that nobody's runs are given. Its number stays taken; executions keep its hash.
#[utoipa::path(delete, path = "/api/v1/modules/{task}/{version}", operation_id = "remove_module", tag = "modules",
    params(("task" = TaskName, Path), ("version" = u64, Path)), responses((status = NO_CONTENT)))]
async fn remove(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path((task, version)): Path<(TaskName, u64)>,
) -> Result<StatusCode, Problem> {
    let TaskName(task) = task;
    api.audit(&caller, "module.remove", resource(task), json!({ "version": version })).await?;
    api.daemon.modules.remove(task, version, api.daemon.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(task: Task) -> String {
    format!("module {task}")
}

fn checked(Reason { reason }: Reason) -> Result<String, Problem> {
    if !is_plain(&reason) {
        return Err(Problem::invalid("reason: it has a character that cannot be seen, or a line break"));
    }
    Ok(reason)
}
