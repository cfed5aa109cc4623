//! `/api/v1/positions` and `/api/v1/funds`: what a user holds, at the last price, and the money beside it.

use std::sync::Arc;

use axum::extract::State;
use prahari_app::desk::Valuation;
use prahari_app::user::User;
use prahari_domain::book::PositionEntry;
use prahari_domain::money::Paise;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::OrderPurpose;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant, Page, Whose};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(positions)).routes(routes!(funds))
}

/// A held share.
#[derive(Debug, Serialize, ToSchema)]
struct Position {
    /// Which share.
    symbol: String,
    /// How many.
    quantity: u32,
    /// Mean cost per share of what is still held, charges not included.
    average_price_paise: i64,
    /// Cost of what is still held, charges not included.
    invested_paise: i64,
    /// The last price; while the market tells none, the last that was known.
    last_price_paise: i64,
    /// When it was seen.
    priced_at: Instant,
    /// Whether the market tells no price, so that this one is of an earlier day.
    unpriced: bool,
    /// What is held at the last price.
    market_value_paise: i64,
    /// That less the cost.
    unrealised_paise: i64,
    /// Trading date of the first buy since nothing was held.
    opened_on: Date,
    /// The buys since then, oldest first.
    entries: Vec<Entry>,
}

/// A buy of a position.
#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    /// The order.
    order: String,
    /// What it was for.
    purpose: OrderPurpose,
    /// Shares bought.
    quantity: u32,
    /// Mean price of its fills.
    price_paise: i64,
    /// RSI10 at the decision.
    #[schema(required)]
    rsi: Option<f64>,
    /// Trading date of its first fill.
    day: Date,
}

/// The money of a user.
#[derive(Debug, Serialize, ToSchema)]
struct Funds {
    /// What the books were opened with.
    capital_paise: i64,
    /// Money on the account, charges paid.
    cash_paise: i64,
    /// What open buys hold back of it.
    reserved_paise: i64,
    /// What a new buy may use.
    available_paise: i64,
    /// Cost of what is held.
    invested_paise: i64,
    /// What is held, each share at its last price or at the last that was known.
    market_value_paise: i64,
    /// Cash and market value.
    total_paise: i64,
    /// Realised so far, before charges.
    realised_paise: i64,
    /// Market value less cost.
    unrealised_paise: i64,
    /// Charges so far.
    charges_paise: i64,
}

/// What a user holds, by symbol.
#[utoipa::path(get, path = "/api/v1/positions", tag = "positions", params(Whose),
    responses((status = OK, body = Page<Position>)))]
async fn positions(
    State(api): State<Api>,
    caller: Caller,
    Query(whose): Query<Whose>,
) -> Result<Json<Page<Position>>, Problem> {
    let user = user(&api, caller, whose)?;
    // The desk is let go of before the market is asked: an order must not wait for somebody who looks.
    let held = user.desk.lock().await.book().positions();
    let valued = api.daemon.venue.value(held, api.daemon.clock.now()).await;
    Ok(Json(Page::whole(valued.into_iter().map(Position::from))))
}

/// The money of a user.
#[utoipa::path(get, path = "/api/v1/funds", tag = "positions", params(Whose),
    responses((status = OK, body = Funds)))]
async fn funds(
    State(api): State<Api>,
    caller: Caller,
    Query(whose): Query<Whose>,
) -> Result<Json<Funds>, Problem> {
    let user = user(&api, caller, whose)?;
    let (mut funds, held) = {
        let desk = user.desk.lock().await;
        let reserved = desk.reserved(api.daemon.clock.now()).await;
        let book = desk.book();
        let funds = Funds {
            capital_paise: book.capital().0,
            cash_paise: book.cash().0,
            reserved_paise: reserved.0,
            available_paise: (book.cash() - reserved).max(Paise::ZERO).0,
            invested_paise: book.invested().0,
            market_value_paise: 0,
            total_paise: 0,
            realised_paise: book.realised().0,
            unrealised_paise: 0,
            charges_paise: book.charges().0,
        };
        (funds, book.positions())
    };
    let valued = api.daemon.venue.value(held, api.daemon.clock.now()).await;
    let market_value: Paise = valued.iter().map(Valuation::value).sum();
    funds.market_value_paise = market_value.0;
    funds.total_paise = (Paise(funds.cash_paise) + market_value).0;
    funds.unrealised_paise = (market_value - Paise(funds.invested_paise)).0;
    Ok(Json(funds))
}

fn user(api: &Api, caller: Caller, whose: Whose) -> Result<Arc<User>, Problem> {
    Ok(api.daemon.user(caller.subject(api, whose.user)?)?)
}

impl From<Valuation> for Position {
    fn from(valuation: Valuation) -> Self {
        let market_value = valuation.value();
        let Valuation { position: held, price, at, unpriced } = valuation;
        Self {
            symbol: held.symbol.to_string(),
            quantity: held.quantity,
            average_price_paise: held.average_price.0,
            invested_paise: held.invested.0,
            last_price_paise: price.0,
            priced_at: Instant(at),
            unpriced,
            market_value_paise: market_value.0,
            unrealised_paise: (market_value - held.invested).0,
            opened_on: Date(held.opened_on),
            entries: held.entries.into_iter().map(Entry::from).collect(),
        }
    }
}

impl From<PositionEntry> for Entry {
    fn from(entry: PositionEntry) -> Self {
        Self {
            order: entry.order.to_string(),
            purpose: entry.purpose.into(),
            quantity: entry.quantity,
            price_paise: entry.price.0,
            rsi: entry.rsi,
            day: Date(entry.day),
        }
    }
}
