//! `/api/v1/system/positions`: what everybody holds, for admins.

use axum::extract::State;
use prahari_app::desk::Valuation;
use prahari_app::queries::PositionsFilter;
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Date, Instant, StrategyLabel, limit, parse_cursor, symbol};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(positions_of_all))
}

/// Query parameters that select the positions of everybody.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PositionsOfAllQuery {
    /// Only positions in this symbol.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Of this strategy only.
    #[param(inline)]
    strategy: Option<StrategyLabel>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// What one strategy of a user holds of a share.
#[derive(Debug, Serialize, ToSchema)]
struct PositionOfUser {
    /// The number of the user who holds it.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// The strategy whose lots they are.
    strategy: StrategyLabel,
    /// Shares held now.
    quantity: u32,
    /// Mean cost per share of what is still held, charges not included.
    average_price_paise: i64,
    /// Cost of what is still held, charges not included.
    invested_paise: i64,
    /// The last price; while the market tells none, the last that was known; what a share cost where there never was one.
    last_price_paise: i64,
    /// Time at which that price was seen; null where no price of the share was ever known.
    #[schema(required)]
    priced_at: Option<Instant>,
    /// Whether the market tells no price, so that this one is of an earlier day or none at all.
    unpriced: bool,
    /// Name of the source that told the price, such as `csv` or `synthetic`; null of a price that was known before.
    #[schema(required)]
    source: Option<&'static str>,
    /// Value of the position at the last price, in paise.
    market_value_paise: i64,
    /// Market value less cost, in paise.
    unrealised_paise: i64,
    /// Trading date of the first buy since nothing was held.
    opened_on: Date,
}

/// A user whose desk was at work.
#[derive(Debug, Serialize, ToSchema)]
struct BusyUser {
    /// Id of the user.
    user: u64,
    /// The name by which they log in.
    user_name: String,
}

/// A part of what everybody holds.
#[derive(Debug, Serialize, ToSchema)]
struct PositionsPage {
    /// The positions, by user, symbol and strategy.
    items: Vec<PositionOfUser>,
    /// The `cursor` of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
    /// The users whose desk was at work at this instant, such as one that waits for its broker: what they hold is not among
    /// the items. Ask again for them. 100 at most.
    busy: Vec<BusyUser>,
    /// How many those users are altogether.
    busy_count: u64,
}

/// What everybody holds at this instant, by user, symbol and strategy. No desk is waited for.
#[utoipa::path(get, path = "/api/v1/system/positions", operation_id = "positions_of_all", tag = "positions",
    params(PositionsOfAllQuery), responses((status = OK, body = PositionsPage)))]
async fn positions_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<PositionsOfAllQuery>,
) -> Result<Json<PositionsPage>, Problem> {
    let filter = PositionsFilter {
        symbol: symbol(query.symbol.as_deref())?,
        strategy: query.strategy.map(|strategy| strategy.0),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit(query.limit)?,
    };
    let found = api.daemon.queries.positions_of_all(&api.daemon.users.all(), &filter).await;
    let (busy, busy_count) = (found.busy.into_iter(), found.busy_count as u64);
    Ok(Json(PositionsPage {
        items: found.positions.into_iter().map(|(user, held)| PositionOfUser::of(&api, user, held)).collect(),
        next: found.next.map(|next| next.write()),
        busy: busy.map(|user| BusyUser { user: user.0, user_name: api.user_name(user) }).collect(),
        busy_count,
    }))
}

impl PositionOfUser {
    fn of(api: &Api, user: UserId, valuation: Valuation) -> Self {
        let market_value = valuation.value();
        let Valuation { position: held, price, at, unpriced, at_cost, source, .. } = valuation;
        Self {
            user: user.0,
            user_name: api.user_name(user),
            symbol: held.symbol.to_string(),
            strategy: StrategyLabel(held.strategy),
            quantity: held.quantity,
            average_price_paise: held.average_price.0,
            invested_paise: held.invested.0,
            last_price_paise: price.0,
            priced_at: (!at_cost).then_some(Instant(at)),
            unpriced,
            source,
            market_value_paise: market_value.0,
            unrealised_paise: (market_value - held.invested).0,
            opened_on: Date(held.opened_on),
        }
    }
}
