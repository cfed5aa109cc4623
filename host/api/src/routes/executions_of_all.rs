//! `/api/v1/system/executions`: what ran of everybody, for admins.

use axum::extract::State;
use prahari_app::queries::RunFilter;
use prahari_domain::ids::RunId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::executions::{Execution, in_list};
use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{
    Cursor, Instant, Page, ServiceKindName, TaskName, TriggerName, limit, parse_cursor, range, symbol_in,
};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(executions_of_all))
}

/// Query parameters that select the executions of everybody.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExecutionsOfAllQuery {
    /// Only executions of this task.
    #[param(inline)]
    task: Option<TaskName>,
    /// Only runs started for this reason.
    #[param(inline)]
    trigger: Option<TriggerName>,
    /// Only runs of slots of this service.
    #[param(inline)]
    service: Option<ServiceKindName>,
    /// Only executions that happened because the price of this share had changed.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    on_price: Option<String>,
    /// Ended like this only, such as `succeeded` or `task_failed`; `executing` finds those under way.
    #[param(max_length = 40)]
    outcome: Option<String>,
    /// Started at this instant or later.
    #[param(inline)]
    since: Option<Instant>,
    /// Only runs that started before this instant.
    #[param(inline)]
    until: Option<Instant>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The executions of everybody, newest first. What is looked at for one page is bounded, so a page of a rare kind may be
/// short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/system/executions", operation_id = "executions_of_all", tag = "executions",
    params(ExecutionsOfAllQuery), responses((status = OK, body = Page<Execution>)))]
async fn executions_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<ExecutionsOfAllQuery>,
) -> Result<Json<Page<Execution>>, Problem> {
    range(("since", query.since), ("until", query.until))?;
    let filter = RunFilter {
        task: query.task.map(|task| task.0),
        trigger: query.trigger.map(|trigger| trigger.0),
        service: query.service.map(|service| service.0),
        on_price: symbol_in("on_price", query.on_price.as_deref())?,
        outcome: query.outcome,
        since: query.since.map(|at| at.0),
        until: query.until.map(|at| at.0),
        after: None,
        limit: limit(query.limit)?,
    };
    let after = parse_cursor::<u64>(query.cursor.as_deref())?.map(RunId);
    let found = api.daemon.queries.runs_of_all(filter, after).await?;
    let numbers = api.daemon.queries.module_numbers(&found.items).await?;
    let items = found.items.into_iter().map(|run| in_list(&api, run, &numbers)).collect();
    Ok(Json(Page { items, next: found.next.map(|run| run.0.write()) }))
}
