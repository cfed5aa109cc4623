//! `/api/v1/jobs`: long work of the caller that was asked for with `Prefer: respond-async`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path};
use crate::jobs::{self, JobState, Owner};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, Page};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(jobs)).routes(routes!(job, cancel_job))
}

/// A piece of long work.
#[derive(Debug, Serialize, ToSchema)]
struct Job {
    /// Its number, from 1 on since the daemon started.
    id: u64,
    /// The path that was asked with POST.
    path: String,
    /// Time at which it was asked for.
    started_at: Instant,
    /// How it stands.
    state: JobStateName,
    /// Pieces of work that are done, such as runs that were replayed, or days that were simulated.
    done: u64,
    /// Time at which it ended; null while it is under way.
    #[schema(required)]
    ended_at: Option<Instant>,
    /// HTTP status of its answer; null without one.
    #[schema(required, minimum = 200, maximum = 599)]
    status: Option<u16>,
    /// The answer, as the request would have been answered, a problem among them; null without one.
    #[schema(required, value_type = Option<Object>)]
    answer: Option<serde_json::Value>,
}

/// How a job stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobStateName {
    /// It goes on.
    UnderWay,
    /// It ended with a success.
    Succeeded,
    /// It ended with a problem.
    Failed,
    /// Somebody ended it.
    Cancelled,
}

/// The caller's jobs since the daemon started, newest first; at most 16, and those that ended without their answers.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", responses((status = OK, body = Page<Job>)))]
async fn jobs(State(api): State<Api>, caller: Caller) -> Json<Page<Job>> {
    let without_answer = |job| Job { answer: None, ..Job::from(job) };
    Json(Page::whole(api.jobs.of(Owner::of(caller)).into_iter().map(without_answer)))
}

/// One job of the caller, with its answer when it has ended.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = u64, Path)),
    responses((status = OK, body = Job)))]
async fn job(State(api): State<Api>, caller: Caller, Path(id): Path<u64>) -> Result<Json<Job>, Problem> {
    let found = api.jobs.find(Owner::of(caller), id).ok_or_else(|| unknown(id))?;
    Ok(Json(found.into()))
}

/// Ends a job of the caller. One that has ended stays as it is.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs", params(("id" = u64, Path)),
    responses((status = OK, body = Job)))]
async fn cancel_job(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
) -> Result<Json<Job>, Problem> {
    let ended = api.jobs.cancel(Owner::of(caller), id, api.daemon.clock.now()).ok_or_else(|| unknown(id))?;
    Ok(Json(ended.into()))
}

fn unknown(id: u64) -> Problem {
    Problem::new(Code::NotFound, format!("there is no job {id} of yours"))
}

impl From<jobs::Job> for Job {
    fn from(job: jobs::Job) -> Self {
        let done = job.progress.done();
        let (state, ended_at, status, answer) = match job.state {
            JobState::UnderWay(_) => (JobStateName::UnderWay, None, None, None),
            JobState::Cancelled { at } => (JobStateName::Cancelled, Some(Instant(at)), None, None),
            JobState::Ended { at, status, body } => {
                let state = if status.is_success() { JobStateName::Succeeded } else { JobStateName::Failed };
                // What ends without a body has no answer.
                (state, Some(Instant(at)), Some(status.as_u16()), serde_json::from_slice(&body).ok())
            }
        };
        let jobs::Job { id, path, started_at, .. } = job;
        Self { id, path, started_at: Instant(started_at), state, done, ended_at, status, answer }
    }
}
