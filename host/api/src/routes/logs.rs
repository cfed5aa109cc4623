//! `/api/v1/logs`: what the runs of a user wrote, searchable.

use axum::extract::State;
use prahari_app::queries::{FoundLine, LogFilter, LogLevel};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Instant, LogLevelName, Page, TaskName, limit, parse_cursor, range};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(logs))
}

/// The longest text that is searched for, in characters.
const LONGEST_TEXT: usize = 200;

/// Query parameters that select the log lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LogsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only lines of executions of this task.
    #[param(inline)]
    task: Option<TaskName>,
    /// Only lines of this level or a more severe one.
    #[param(inline)]
    level: Option<LogLevelName>,
    /// Containing this text, in capitals or not.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Only lines of executions that started at this instant or later.
    #[param(inline)]
    since: Option<Instant>,
    /// Only lines of executions that started before this instant.
    #[param(inline)]
    until: Option<Instant>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A line with the execution that wrote it.
#[derive(Debug, Serialize, ToSchema)]
struct FoundLogLine {
    /// The number of the execution that wrote it.
    execution: u64,
    /// The task that the execution ran.
    task: TaskName,
    /// Start time of the run that wrote the line.
    started_at: Instant,
    /// Number of the line within the execution, from 0.
    number: u32,
    /// Level of the line.
    level: LogLevelName,
    /// The text, as the task wrote it.
    message: String,
}

/// Log lines of a user's executions, newest first. What is looked at for one page is bounded, so a page of a rare text
/// may be short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/logs", tag = "logs", params(LogsQuery),
    responses((status = OK, body = Page<FoundLogLine>)))]
async fn logs(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<LogsQuery>,
) -> Result<Json<Page<FoundLogLine>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    range(("since", query.since), ("until", query.until))?;
    if query.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(Problem::invalid(format!("text: it is longer than {LONGEST_TEXT} characters")));
    }
    let filter = LogFilter {
        task: query.task.map(|task| task.0),
        since: query.since.map(|at| at.0),
        until: query.until.map(|at| at.0),
        level: query.level.map(|level| level.0),
        text: query.text.filter(|text| !text.is_empty()),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit(query.limit)?,
    };
    let found = api.daemon.queries.of(&user).search_log(filter).await?;
    let items = found.lines.into_iter().map(FoundLogLine::from).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}

impl From<FoundLine> for FoundLogLine {
    fn from(found: FoundLine) -> Self {
        Self {
            execution: found.cursor.run.run.0,
            task: TaskName(found.task),
            started_at: Instant(found.cursor.run.started_at),
            number: found.cursor.line,
            level: LogLevelName(found.line.level.parse().unwrap_or(LogLevel::Error)),
            message: found.line.message,
        }
    }
}
