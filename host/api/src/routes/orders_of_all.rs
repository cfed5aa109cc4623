//! `/api/v1/system/orders`: the orders of everybody, for admins.

use axum::extract::State;
use prahari_app::queries::OrderFilter;
use prahari_domain::orders::Order as Placed;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::order_selection::OrderSelection;
use super::orders::Order;
use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Page, limit, parse_cursor};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(orders_of_all))
}

/// Which part of the list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OrdersOfAllQuery {
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The orders of everybody, the newest trading date first and on each the newest order first. What is looked at for one
/// page is bounded, so a page of a rare kind may be short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/system/orders", operation_id = "orders_of_all", tag = "orders",
    params(OrderSelection, OrdersOfAllQuery), responses((status = OK, body = Page<Order>)))]
async fn orders_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(selection): Query<OrderSelection>,
    Query(query): Query<OrdersOfAllQuery>,
) -> Result<Json<Page<Order>>, Problem> {
    let filter = OrderFilter { limit: limit(query.limit)?, ..selection.filter()? };
    let after = parse_cursor(query.cursor.as_deref())?;
    let found = api.daemon.queries.orders_of_all(filter, after).await?;
    // There is no order of somebody who is not served.
    let of = |order: Placed| {
        let user = api.daemon.users.find(order.id.user).ok()?;
        Some(Order::of(order, &user))
    };
    let items = found.items.into_iter().filter_map(of).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}
