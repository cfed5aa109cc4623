//! `/api/v1/logs`: what the runs of a user wrote, searchable; for an admin those of everybody.

use axum::extract::State;
use prahari_app::queries::{FoundLine, LogFilter, LogLevel};
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Instant, LogLevelName, Page, TaskName, limit, parse_cursor, range};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(logs)).routes(routes!(logs_of_all))
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
    /// Time at which the line was written; null for lines from before that was kept.
    #[schema(required)]
    at: Option<Instant>,
}

/// A line with the execution that wrote it and its user.
#[derive(Debug, Serialize, ToSchema)]
struct FoundLogLineOfAll {
    /// The number of the user of the execution.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    #[serde(flatten)]
    line: FoundLogLine,
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
    let found = api.daemon.queries.of(&user).search_log(filter(query)?).await?;
    let items = found.items.into_iter().map(FoundLogLine::from).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}

/// Log lines of the executions of everybody, or of one user, newest execution first. A page may be short or empty and still
/// have a next one, as in a user's own.
#[utoipa::path(get, path = "/api/v1/system/logs", operation_id = "logs_of_all", tag = "logs", params(LogsQuery),
    responses((status = OK, body = Page<FoundLogLineOfAll>)))]
async fn logs_of_all(
    State(api): State<Api>,
    Admin(caller): Admin,
    Query(query): Query<LogsQuery>,
) -> Result<Json<Page<FoundLogLineOfAll>>, Problem> {
    let named = query.user;
    let filter = filter(query)?;
    let (lines, next) = match named {
        Some(_) => {
            let user = caller.target_user(&api, named)?;
            let found = api.daemon.queries.of(&user).search_log(filter).await?;
            (found.items.into_iter().map(|line| (user.id, line)).collect(), found.next)
        }
        None => {
            let found = api.daemon.queries.search_log_of_all(filter).await?;
            (found.items, found.next)
        }
    };
    let of = |(user, line): (UserId, FoundLine)| FoundLogLineOfAll {
        user: user.0,
        user_name: api.user_name(user),
        line: line.into(),
    };
    Ok(Json(Page { items: lines.into_iter().map(of).collect(), next: next.map(|next| next.write()) }))
}

/// Returns what to look for.
fn filter(query: LogsQuery) -> Result<LogFilter, Problem> {
    range(("since", query.since), ("until", query.until))?;
    if query.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(Problem::invalid(format!("text: it is longer than {LONGEST_TEXT} characters")));
    }
    Ok(LogFilter {
        task: query.task.map(|task| task.0),
        since: query.since.map(|at| at.0),
        until: query.until.map(|at| at.0),
        level: query.level.map(|level| level.0),
        text: query.text.filter(|text| !text.is_empty()),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit(query.limit)?,
    })
}

impl From<FoundLine> for FoundLogLine {
    fn from(found: FoundLine) -> Self {
        Self {
            execution: found.cursor.run.run.0,
            task: TaskName(found.task),
            started_at: Instant(found.cursor.run.started_at),
            number: found.cursor.number,
            level: LogLevelName(found.line.level.parse().unwrap_or(LogLevel::Error)),
            message: found.line.message,
            at: found.line.at.map(Instant),
        }
    }
}
