//! Trying a version on what was recorded.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::queries;
use prahari_app::simulation::try_module;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, TaskName};

/// Most days that are looked back: recordings are kept for a month.
const MOST_DAYS: u32 = 31;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read, try_version)).routes(routes!(accept))
}

/// Number of recorded days on which a version is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrialRequest {
    /// The last so many trading days with runs of the task.
    #[schema(minimum = 1, maximum = 31)]
    days: u32,
}

/// How a trial is agreed with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Acceptance {
    /// Whether a trial is accepted in which nothing could be compared.
    #[serde(default)]
    force: bool,
}

/// What a version would have done.
#[derive(Debug, Serialize, ToSchema)]
struct ModuleTrial {
    /// Time at which it was tried.
    at: Instant,
    /// User who had it tried.
    by: u64,
    /// Their name; null when the user is gone.
    #[schema(required)]
    by_name: Option<String>,
    /// Time at which it was accepted: by somebody, or at once because nothing differed; null while it is not.
    #[schema(required)]
    accepted_at: Option<Instant>,
    /// User who accepted it; null before that, and when nobody had to.
    #[schema(required)]
    accepted_by: Option<u64>,
    /// Their name; null when nobody accepted it, and when the user is gone.
    #[schema(required)]
    accepted_by_name: Option<String>,
    /// Counts of runs that were identical, changed, trapped and lacking an input, and the first of those that were not identical:
    /// run, user, day, first difference, orders. Where no run of the task was ever recorded, `simulated` says what a month showed
    /// that was simulated on the daemon's own bars.
    #[schema(value_type = Object)]
    report: serde_json::Value,
}

/// The newest trial of a version, if it was ever tried.
#[derive(Debug, Serialize, ToSchema)]
struct NewestTrial {
    /// The trial; null when the version was never tried.
    #[schema(required)]
    trial: Option<ModuleTrial>,
}

/// The newest trial of a version; it is null when the version was never tried.
#[utoipa::path(get, path = "/api/v1/modules/{task}/{version}/shadow", operation_id = "module_trial", tag = "modules",
    params(("task" = TaskName, Path), ("version" = u64, Path)), responses((status = OK, body = NewestTrial)))]
async fn read(
    State(api): State<Api>,
    _admin: Admin,
    Path((task, version)): Path<(TaskName, u64)>,
) -> Result<Json<NewestTrial>, Problem> {
    Ok(Json(NewestTrial { trial: newest(&api, task, version).await? }))
}

/// Tries a version on recorded runs: what it would have ordered is compared with what was, and nothing is executed. Of a task
/// of which no run was ever recorded the month before today is simulated instead, on the daemon's own bars with a paper account.
#[utoipa::path(post, path = "/api/v1/modules/{task}/{version}/shadow", operation_id = "try_module", tag = "modules",
    params(("task" = TaskName, Path), ("version" = u64, Path)), request_body = TrialRequest,
    responses((status = OK, body = ModuleTrial)))]
async fn try_version(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path((task, version)): Path<(TaskName, u64)>,
    Json(TrialRequest { days }): Json<TrialRequest>,
) -> Result<Json<ModuleTrial>, Problem> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Problem::invalid(format!("days: {days} is not between 1 and {MOST_DAYS}")));
    }
    let details = json!({ "version": version, "days": days });
    api.audit(&caller, "module.shadow", format!("module {}", task.0), details).await?;
    try_module(&api.daemon, task.0, version, days, caller.0.user).await?;
    let gone = || Problem::new(Code::NotFound, format!("version {version} of {} is gone", task.0));
    newest(&api, task, version).await?.map(Json).ok_or_else(gone)
}

/// Agrees with what the newest trial of a version showed, so that it may be activated. A trial in which nothing could be
/// compared is agreed with by force alone.
#[utoipa::path(post, path = "/api/v1/modules/{task}/{version}/shadow/accept", operation_id = "accept_trial", tag = "modules",
    params(("task" = TaskName, Path), ("version" = u64, Path), Acceptance), responses((status = NO_CONTENT)))]
async fn accept(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path((task, version)): Path<(TaskName, u64)>,
    Query(Acceptance { force }): Query<Acceptance>,
) -> Result<StatusCode, Problem> {
    let details = json!({ "version": version, "force": force });
    api.audit(&caller, "module.accept", format!("module {}", task.0), details).await?;
    api.daemon.trials.accept_module(task.0, version, caller.0.user, force).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn newest(api: &Api, TaskName(task): TaskName, version: u64) -> Result<Option<ModuleTrial>, Problem> {
    api.daemon.modules.version(task, version).await?;
    let trial = api.daemon.queries.module_trial(task, version).await?;
    Ok(trial.map(|trial| ModuleTrial::of(api, trial)))
}

impl ModuleTrial {
    fn of(api: &Api, trial: queries::ModuleTrial) -> Self {
        Self {
            at: Instant(trial.at),
            by: trial.by.0,
            by_name: api.name_of(Some(trial.by)),
            accepted_at: trial.accepted_at.map(Instant),
            accepted_by: trial.accepted_by.map(|user| user.0),
            accepted_by_name: api.name_of(trial.accepted_by),
            report: trial.report,
        }
    }
}
