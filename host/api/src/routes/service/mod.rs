//! `/api/v1/user/service` and `/api/v1/service`: the unified service of a user, single tasks as services of their own,
//! single runs, and the services of everybody for an admin.

mod all;
mod individual;
mod once;
mod unified;

use prahari_app::queries::RunRow;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::state::Api;
use crate::view::{Instant, TaskName};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(unified::routes())
        .merge(individual::routes())
        .merge(once::routes())
        .merge(all::routes())
}

/// The task that is asked for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WhichTask {
    /// The task that runs, by name.
    task: TaskName,
}

/// The last run of a task.
#[derive(Debug, Serialize, ToSchema)]
struct LastRun {
    /// The number by which other routes name it.
    id: u64,
    /// Start time of the run.
    started_at: Instant,
    /// Outcome of the run; null while it executes.
    #[schema(required)]
    outcome: Option<String>,
    /// One sentence about it.
    detail: String,
    /// How long it took, in milliseconds; null while it executes.
    #[schema(required)]
    duration_ms: Option<i64>,
}

impl From<RunRow> for LastRun {
    fn from(run: RunRow) -> Self {
        Self {
            id: run.id.0,
            started_at: Instant(run.started_at),
            duration_ms: run.finished_at.map(|finished| finished.millis_since(run.started_at)),
            outcome: run.outcome,
            detail: run.detail,
        }
    }
}

/// Tasks by their names.
fn names(tasks: Vec<Task>) -> Vec<TaskName> {
    tasks.into_iter().map(TaskName).collect()
}
