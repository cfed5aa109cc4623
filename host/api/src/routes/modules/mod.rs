//! `/api/v1/modules`: the versions of task modules, for admins: brought, activated, rolled back, pinned, removed.

mod change;
mod trial;
pub(super) mod upload;
mod view;

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_app::queries::ActivationRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, Page, TaskName};

use view::ModuleVersion;

/// Most entries of a history.
const MOST_ACTIVATIONS: u32 = 200;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(history))
        .merge(upload::routes())
        .merge(change::routes())
        .merge(trial::routes())
}

/// Query parameters that select the versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VersionsQuery {
    /// Only versions of this task's module.
    #[param(inline)]
    task: Option<TaskName>,
}

/// The activation of a version.
#[derive(Debug, Serialize, ToSchema)]
struct ModuleActivation {
    /// The version that became the active one.
    version: u64,
    /// The instant from which on runs were given it.
    at: Instant,
    /// User who did it; null for the program.
    #[schema(required)]
    by: Option<u64>,
    /// Their name; null for the program, and when the user is gone.
    #[schema(required)]
    by_name: Option<String>,
    /// The reason that was given; may be empty.
    reason: String,
}

/// Every version of every task's module, by task and version.
#[utoipa::path(get, path = "/api/v1/modules", operation_id = "modules", tag = "modules", params(VersionsQuery),
    responses((status = OK, body = Page<ModuleVersion>)))]
async fn list(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<VersionsQuery>,
) -> Result<Json<Page<ModuleVersion>>, Problem> {
    let wanted = query.task.map(|task| task.0);
    let versions = api.daemon.queries.module_versions(wanted).await?;
    Ok(Json(Page::whole(versions.into_iter().map(|version| ModuleVersion::of(&api, version)))))
}

/// Which version of a task was active from when on, newest first; the last 200.
#[utoipa::path(get, path = "/api/v1/modules/{task}/history", operation_id = "module_history", tag = "modules", params(("task" = TaskName, Path)),
    responses((status = OK, body = Page<ModuleActivation>)))]
async fn history(
    State(api): State<Api>,
    _admin: Admin,
    Path(task): Path<TaskName>,
) -> Result<Json<Page<ModuleActivation>>, Problem> {
    let known = api.daemon.tasks.current().find_ever(task.0).is_some();
    if !known {
        return Err(AppError::UnknownTask(task.0).into());
    }
    let rows = api.daemon.queries.module_activations(task.0, MOST_ACTIVATIONS).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| ModuleActivation::of(&api, row)))))
}

impl ModuleActivation {
    fn of(api: &Api, row: ActivationRow) -> Self {
        Self {
            version: row.version,
            at: Instant(row.at),
            by: row.by.map(|user| user.0),
            by_name: api.name_of(row.by),
            reason: row.reason,
        }
    }
}
