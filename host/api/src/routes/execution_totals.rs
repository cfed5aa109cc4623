//! `/api/v1/executions/totals`: what the executions of a day counted, added up by task.

use axum::extract::State;
use prahari_app::queries::CounterTotals;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Counter, Date, TaskName};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(execution_totals))
}

/// Query parameters that select the day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TotalsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// The date in India on which the executions began; today when nothing is said.
    #[param(inline)]
    date: Option<Date>,
}

/// What the executions of a day counted.
#[derive(Debug, Serialize, ToSchema)]
struct ExecutionTotals {
    /// The date in India.
    date: Date,
    /// Sums of each task that has executions on the day, in the order of the tasks.
    tasks: Vec<TaskTotals>,
}

/// What the executions of a task counted on a day.
#[derive(Debug, Serialize, ToSchema)]
struct TaskTotals {
    /// The task that counted.
    task: TaskName,
    /// Executions that have ended and are still kept.
    executions: u32,
    /// Those of them that succeeded: the others count nothing.
    succeeded: u32,
    /// Sums of what they counted, by name; 200 at most.
    details: Vec<Counter>,
    /// Counters that are in no sum, because there are too many or their names are too long.
    details_left_out: u32,
}

/// What the executions of a day counted, added up by task. Executions that the retention rule has removed are not in it.
#[utoipa::path(get, path = "/api/v1/executions/totals", tag = "executions", params(TotalsQuery),
    responses((status = OK, body = ExecutionTotals)))]
async fn execution_totals(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<TotalsQuery>,
) -> Result<Json<ExecutionTotals>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let date = query.date.map_or_else(|| api.daemon.clock.now().ist_day(), |date| date.0);
    let totals = api.daemon.queries.of(&user).counter_totals(date).await?;
    Ok(Json(ExecutionTotals { date: Date(date), tasks: totals.into_iter().map(TaskTotals::from).collect() }))
}

impl From<CounterTotals> for TaskTotals {
    fn from(totals: CounterTotals) -> Self {
        Self {
            task: TaskName(totals.task),
            executions: totals.runs,
            succeeded: totals.succeeded,
            details: totals.counted.into_iter().map(Counter::from).collect(),
            details_left_out: totals.left_out,
        }
    }
}
