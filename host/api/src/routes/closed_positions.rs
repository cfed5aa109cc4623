//! `/api/v1/positions/closed`: what a user bought and sold again, each sell matched with the lots that it took.

use axum::extract::State;
use prahari_app::queries::ClosedLotFilter;
use prahari_domain::book::ClosedLot;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Page, StrategyLabel, limit, page, parse_cursor, range, symbol};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(closed))
}

/// Query parameters that select the closed lots.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ClosedQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only what was sold on this trading date or later.
    #[param(inline)]
    from: Option<Date>,
    /// Only what was sold on this trading date or earlier.
    #[param(inline)]
    through: Option<Date>,
    /// Only lots of this symbol.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Shares that one order bought and another sold. Of a strategy, the shares that were bought first are sold first.
#[derive(Debug, Serialize, ToSchema)]
struct ClosedPosition {
    /// Place in the order in which the sells were booked, from 1.
    number: u64,
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// The strategy whose lot it was.
    strategy: StrategyLabel,
    /// Number of shares.
    quantity: u32,
    /// Id of the buying order.
    bought_by: String,
    /// Trading date of the buy (IST).
    bought_on: Date,
    /// Price per share of the buy, in paise.
    buy_price_paise: i64,
    /// Id of the selling order.
    sold_by: String,
    /// Trading date of the sell (IST).
    sold_on: Date,
    /// Price per share of the sell, in paise.
    sell_price_paise: i64,
    /// Calendar days from the buy to the sell; 0 within one day.
    days_held: i64,
    /// By how much these shares made the contract notes of both dates grow, in proportion to the shares of each fill. What trades
    /// of a day share, such as a charge that is rounded to the rupee, stands with the first of them. Never below zero: what a trade
    /// saves beyond its own charges, such as one that makes intraday of a buy, other trades of that date cost less, also when they
    /// are closed already. With the charges of what is still held they add up to all charges.
    charges_paise: i64,
    /// Sale value less cost, charges not included, in paise.
    gross_paise: i64,
    /// Sale value less cost and charges, in paise.
    net_paise: i64,
}

/// Returns what a user bought and sold again, the newest sell first. A user with more than 50,000 fills is not answered.
#[utoipa::path(get, path = "/api/v1/positions/closed", operation_id = "closed_positions", tag = "positions",
    params(ClosedQuery), responses((status = OK, body = Page<ClosedPosition>)))]
async fn closed(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ClosedQuery>,
) -> Result<Json<Page<ClosedPosition>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let limit = limit(query.limit)?;
    range(("from", query.from), ("through", query.through))?;
    let filter = ClosedLotFilter {
        from: query.from.map(|day| day.0),
        through: query.through.map(|day| day.0),
        symbol: symbol(query.symbol.as_deref())?,
        before: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let lots = api.daemon.queries.of(&user).closed_lots(filter).await?;
    Ok(Json(page(lots, limit, |lot| lot.number, ClosedPosition::from)))
}

impl From<ClosedLot> for ClosedPosition {
    fn from(lot: ClosedLot) -> Self {
        Self {
            days_held: lot.days_held(),
            gross_paise: lot.gross().0,
            net_paise: lot.net().0,
            number: lot.number,
            symbol: lot.symbol.to_string(),
            strategy: StrategyLabel(lot.strategy),
            quantity: lot.quantity,
            bought_by: lot.bought_by.to_string(),
            bought_on: Date(lot.bought_on),
            buy_price_paise: lot.buy_price.0,
            sold_by: lot.sold_by.to_string(),
            sold_on: Date(lot.sold_on),
            sell_price_paise: lot.sell_price.0,
            charges_paise: lot.charges.0,
        }
    }
}
