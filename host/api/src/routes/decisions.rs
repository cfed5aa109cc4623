//! `/api/v1/decisions`: what a user's tasks decided, over all their executions of some days.

use axum::extract::State;
use prahari_app::queries::{DecisionLine, DecisionSearch};
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::executions::Decision;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Date, DateSpan, Instant, Page, TaskName, limit, parse_cursor, symbol};

/// The days that one search goes through.
const DATES: DateSpan = DateSpan { usual: 1, most: 92 };

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(search))
}

/// Query parameters that select the decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DecisionsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only decisions about this symbol.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// The one day in India on which the executions began, in place of `from` and `through`.
    #[param(inline)]
    day: Option<Date>,
    /// The first day in India on which the executions began; the last day when nothing is said.
    #[param(inline)]
    from: Option<Date>,
    /// The last day in India on which they began; today when nothing is said. 92 days at most.
    #[param(inline)]
    through: Option<Date>,
    /// Only decisions of this task.
    #[param(inline)]
    task: Option<TaskName>,
    /// Only decisions with this action, such as `skip`.
    #[param(min_length = 1, max_length = 64)]
    action: Option<String>,
    /// Only decisions with this reason, such as `open_position_exists`.
    #[param(min_length = 1, max_length = 64)]
    reason: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A decision with the execution that made it.
#[derive(Debug, Serialize, ToSchema)]
struct FoundDecision {
    /// The execution that decided.
    execution: u64,
    /// The task that it ran.
    task: TaskName,
    /// Start time of the execution.
    started_at: Instant,
    /// Number of the decision within the execution, from 0.
    number: u32,
    #[serde(flatten)]
    decision: Decision,
}

/// The decisions of a user's tasks, the newest execution first, and in its own order within each. What is looked at for one
/// page is bounded, so a page of a rare kind may be short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/decisions", operation_id = "search_decisions", tag = "executions",
    params(DecisionsQuery), responses((status = OK, body = Page<FoundDecision>)))]
async fn search(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DecisionsQuery>,
) -> Result<Json<Page<FoundDecision>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let (from, through) = query.days(api.daemon.clock.now().ist_day())?;
    let search = DecisionSearch {
        symbol: symbol(query.symbol.as_deref())?.map(|symbol| symbol.to_string()),
        action: query.action,
        reason: query.reason,
        task: query.task.map(|task| task.0),
        since: Some(Timestamp::start_of(from)),
        until: Some(Timestamp::end_of(through)),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit(query.limit)?,
    };
    let found = api.daemon.queries.of(&user).search_decisions(search).await?;
    let items = found.items.into_iter().map(FoundDecision::from).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}

impl DecisionsQuery {
    /// The first and the last day that is meant.
    fn days(&self, today: Day) -> Result<(Day, Day), Problem> {
        if let Some(day) = self.day {
            if self.from.is_some() || self.through.is_some() {
                return Err(Problem::invalid("day: it stands in place of from and through, not beside them"));
            }
            return Ok((day.0, day.0));
        }
        DATES.dates(today, self.from, self.through)
    }
}

impl From<DecisionLine> for FoundDecision {
    fn from(line: DecisionLine) -> Self {
        Self {
            execution: line.cursor.run.run.0,
            task: TaskName(line.task),
            started_at: Instant(line.cursor.run.started_at),
            number: line.cursor.number,
            decision: line.decision.into(),
        }
    }
}
