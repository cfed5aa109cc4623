//! `/api/v1/executions/{run}/calls`: what an execution asked the host, and what it was answered.

use axum::extract::State;
use prahari_app::replays::{CallLine, CallsPage};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::executions::{self, NotesQuery};
use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Page, UserQuery, limit};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(calls))
}

/// A recorded call to the host.
#[derive(Debug, Serialize, ToSchema)]
struct ExecutionCall {
    /// Index of the call in the execution; the first is 0.
    index: u32,
    /// The function of the interface, such as `market.quotes`.
    function: &'static str,
    /// What was asked, as JSON; `null` when there is nothing to say. Its beginning, some 8,000 bytes, when it is longer.
    arguments: String,
    /// What was answered, as JSON, its beginning when it is longer than that. Null after an error, or when the execution was
    /// stopped before the answer.
    #[schema(required)]
    answer: Option<String>,
    /// Why it was not done, one sentence that begins with `denied`, `invalid`, `unavailable` or `failed`; null when it was
    /// answered, or the execution was stopped before.
    #[schema(required)]
    error: Option<String>,
    /// Whether the gate answered, which denies and counts, instead of the services behind it.
    by_gate: bool,
    /// Whether `arguments` or `answer` is only the beginning of what was said.
    cut: bool,
}

/// The recorded calls of an execution, in order. A page has at most about a megabyte of them, so it may be shorter than
/// asked for and have a next one. How long single calls took is not recorded. Without a recording the answer is 409.
#[utoipa::path(get, path = "/api/v1/executions/{run}/calls", operation_id = "execution_calls", tag = "executions",
    params(("run" = u64, Path), NotesQuery), responses((status = OK, body = Page<ExecutionCall>)))]
async fn calls(
    State(api): State<Api>,
    caller: Caller,
    Path(run): Path<u64>,
    Query(query): Query<NotesQuery>,
) -> Result<Json<Page<ExecutionCall>>, Problem> {
    let (_, row) = executions::find(&api, caller, UserQuery { user: query.user }, run).await?;
    let CallsPage { calls, next } =
        api.daemon.replays.calls(&row, query.from()?, limit(query.limit)?).await?;
    let items = calls.into_iter().map(ExecutionCall::from).collect();
    Ok(Json(Page { items, next: next.map(|index| u64::from(index).write()) }))
}

impl From<CallLine> for ExecutionCall {
    fn from(line: CallLine) -> Self {
        let CallLine { index, function, arguments, answer, error, by_gate, cut } = line;
        Self { index, function, arguments, answer, error, by_gate, cut }
    }
}
