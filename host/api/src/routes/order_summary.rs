//! `/api/v1/orders/summary` and `/api/v1/system/orders/summary`: how many orders stand in which state.

use axum::extract::State;
use prahari_app::queries::OrderCounts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::order_selection::OrderSelection;
use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::StateName;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(summary)).routes(routes!(summary_of_all))
}

/// Whose orders are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SummaryQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
}

/// The orders of a user, or of everybody, counted.
#[derive(Debug, Serialize, ToSchema)]
struct OrderSummary {
    /// Number of orders in all states.
    total: u64,
    /// Number of orders by state, by the names of the states; without those in which there are none.
    states: Vec<OrdersInState>,
    /// Whether all are counted: else only the newest 100,000, and of everybody those that are meant of the newest 100,000.
    complete: bool,
}

/// The orders in one state, counted.
#[derive(Debug, Serialize, ToSchema)]
struct OrdersInState {
    /// The state.
    state: StateName,
    /// Number of orders that stand so.
    orders: u64,
}

/// The orders of a user that the same filters of `GET /api/v1/orders` let through, counted by state.
#[utoipa::path(get, path = "/api/v1/orders/summary", operation_id = "order_summary", tag = "orders",
    params(OrderSelection, SummaryQuery), responses((status = OK, body = OrderSummary)))]
async fn summary(
    State(api): State<Api>,
    caller: Caller,
    Query(selection): Query<OrderSelection>,
    Query(query): Query<SummaryQuery>,
) -> Result<Json<OrderSummary>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    Ok(Json(api.daemon.queries.of(&user).order_counts(selection.filter()?).await?.into()))
}

/// The orders of everybody that the same filters of `GET /api/v1/system/orders` let through, counted by state.
#[utoipa::path(get, path = "/api/v1/system/orders/summary", operation_id = "order_summary_of_all", tag = "orders",
    params(OrderSelection), responses((status = OK, body = OrderSummary)))]
async fn summary_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(selection): Query<OrderSelection>,
) -> Result<Json<OrderSummary>, Problem> {
    Ok(Json(api.daemon.queries.order_counts(selection.filter()?).await?.into()))
}

impl From<OrderCounts> for OrderSummary {
    fn from(counts: OrderCounts) -> Self {
        let in_state = |(state, orders)| OrdersInState { state: StateName(state), orders };
        Self {
            total: counts.states.iter().map(|(_, orders)| orders).sum(),
            states: counts.states.into_iter().map(in_state).collect(),
            complete: counts.complete,
        }
    }
}
