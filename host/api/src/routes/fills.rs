//! `/api/v1/fills`: what of a user's orders was executed, and when.

use axum::extract::State;
use prahari_app::queries::{FillFilter, FoundFill};
use prahari_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::OrderPurpose;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Date, Instant, Page, SideName, StrategyLabel, limit, parse_cursor, range, symbol};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(fills))
}

/// Query parameters that select the fills.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FillsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only fills of this date in India or later.
    #[param(inline)]
    from: Option<Date>,
    /// Only fills of this date in India or earlier.
    #[param(inline)]
    through: Option<Date>,
    /// Only fills of this symbol.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// An execution of part of an order, or of all of it.
#[derive(Debug, Serialize, ToSchema)]
struct ListedFill {
    /// Time at which it was executed.
    filled_at: Instant,
    /// The order that it is of.
    order: String,
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Whether shares were bought or sold.
    side: SideName,
    /// Shares of this fill.
    quantity: u32,
    /// Price per share, in paise.
    price_paise: i64,
    /// Price times quantity, charges not included, in paise.
    value_paise: i64,
    /// Key of the fill at the broker, unique within the user.
    key: String,
    /// Order number at the broker; null while it is not known.
    #[schema(required)]
    broker_order_id: Option<String>,
    /// The trading date of the order.
    day: Date,
    /// The purpose of the order.
    purpose: OrderPurpose,
    /// The strategy of the order.
    strategy: StrategyLabel,
    /// The execution that decided the order; null when none did.
    #[schema(required)]
    execution: Option<u64>,
    /// Why the exchange or a person took the fill back, one sentence; null when it stands.
    #[schema(required)]
    withdrawn: Option<String>,
}

/// The fills of a user's orders, newest first. What is looked at for one page is bounded, so a page of one symbol may be
/// short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/fills", tag = "orders", params(FillsQuery),
    responses((status = OK, body = Page<ListedFill>)))]
async fn fills(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<FillsQuery>,
) -> Result<Json<Page<ListedFill>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    range(("from", query.from), ("through", query.through))?;
    let filter = FillFilter {
        since: query.from.map(|day| Timestamp::start_of(day.0)),
        until: query.through.map(|day| Timestamp::end_of(day.0)),
        symbol: symbol(query.symbol.as_deref())?,
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit(query.limit)?,
    };
    let found = api.daemon.queries.of(&user).fill_page(filter).await?;
    let items = found.items.into_iter().map(ListedFill::from).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}

impl From<FoundFill> for ListedFill {
    fn from(FoundFill { order, fill, withdrawn, .. }: FoundFill) -> Self {
        let request = order.request;
        Self {
            filled_at: Instant(fill.at),
            order: order.id.to_string(),
            symbol: request.symbol.to_string(),
            side: SideName(request.side),
            quantity: fill.quantity,
            price_paise: fill.price.0,
            value_paise: fill.price.0.saturating_mul(fill.quantity.into()),
            key: fill.key,
            broker_order_id: order.broker_id,
            day: Date(order.id.day),
            purpose: request.purpose.into(),
            strategy: StrategyLabel(order.strategy),
            execution: order.run.if_any().map(|run| run.0),
            withdrawn,
        }
    }
}
