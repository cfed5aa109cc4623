//! `/api/v1/orders`: the orders of a user and what the journal says of each.

use axum::extract::State;
use prahari_app::queries::{self, OrderFilter};
use prahari_app::user::User;
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order as Placed, OrderKind, Product, Purpose, Variety};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::order_entry::{OrderEntry, OrderFill, limit_paise};
use super::order_selection::OrderSelection;
use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{
    Cursor, Date, Instant, ModeName, Page, SideName, StateName, StrategyLabel, UserQuery, limit, page,
    parse_cursor,
};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(orders)).routes(routes!(order))
}

/// Whose orders are listed, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OrdersQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// An order in its current state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Order {
    /// Ours, and the tag that the broker keeps.
    id: String,
    /// The number of the user whose order it is.
    user: u64,
    /// The name by which that user logs in.
    user_name: String,
    /// The trading date it was placed for.
    day: Date,
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Whether shares are bought or sold.
    side: SideName,
    /// Shares ordered.
    quantity: u32,
    /// Shares filled so far.
    filled_quantity: u32,
    /// The limit per share; null for a market order.
    #[schema(required)]
    limit_paise: Option<i64>,
    /// Mean price of the fills; null before the first.
    #[schema(required)]
    average_price_paise: Option<i64>,
    /// Whether the broker holds it back until the next session opens.
    after_market: bool,
    /// Whether the product is delivery; otherwise it is intraday.
    delivery: bool,
    /// The purpose of the order: a first buy, a further one, a sell, or an order from elsewhere.
    purpose: OrderPurpose,
    /// Id of the signal that the order acts on; null when there is none.
    #[schema(required)]
    signal: Option<u64>,
    /// RSI at the decision, over the days that the user has set.
    #[schema(required)]
    rsi: Option<f64>,
    /// The rejected order that it tries again.
    #[schema(required)]
    retry_of: Option<String>,
    /// The execution that decided it; null when none did, as of an order that only books shares.
    #[schema(required)]
    execution: Option<u64>,
    /// The strategy that it belongs to, and the shares that it buys with it.
    strategy: StrategyLabel,
    /// Whether the money is made up (`paper`) or real (`live`), by the broker over which the order went, also after the user has
    /// left it.
    mode: ModeName,
    /// Current state of the order.
    state: StateName,
    /// Order number at the broker; null while it is not known.
    #[schema(required)]
    broker_order_id: Option<String>,
    /// The limit per share with which a market order was sent; null of another order, and where the broker takes market orders as
    /// they are.
    #[schema(required)]
    sent_limit_paise: Option<i64>,
    /// The algo id with which the broker tagged it, as its book shows it; null while none was seen.
    #[schema(required)]
    algo_id: Option<String>,
    /// Reason why it was rejected, cancelled or expired; empty otherwise.
    reason: String,
    /// Whether a rejected order may be tried again.
    retryable: bool,
    /// Time at which the first attempt of its chain of retries was written down.
    first_placed_at: Instant,
    /// Time at which it was written down.
    placed_at: Instant,
    /// Time at which it last changed.
    updated_at: Instant,
}

/// Purpose of an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum OrderPurpose {
    /// A first buy on a signal.
    Entry,
    /// A further buy of a held share.
    Reentry {
        /// The RSI level it was bought at: 30, 20 or 10.
        level: u8,
        /// Cycle of the ladder, from 1.
        cycle: u32,
    },
    /// Sells shares that are held.
    Exit {
        /// Reason why it is sold, as a stable code: the one with which it was placed. Why a task changed it later stands with that
        /// change in the journal of the order.
        reason: String,
    },
    /// Found at the broker, not placed by us.
    External,
}

/// An order with everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
struct OrderDetail {
    /// Hash of the module version that decided it; null when no execution did.
    #[schema(required)]
    module: Option<String>,
    /// The order in its current state.
    order: Order,
    /// Fills, in the order in which the broker reported them.
    fills: Vec<OrderFill>,
    /// Whether somebody may say that a fill was annulled: not on paper, not of what others traded, and not of an order that the
    /// books have forgotten, as they do an ended sell of an earlier date.
    fills_may_be_annulled: bool,
    /// Journal entries of the order, in sequence.
    journal: Vec<OrderEntry>,
}

/// The orders of a user, newest first. What is looked at for one page is bounded, so a page of a rare kind may be short or empty
/// and still have a next one.
#[utoipa::path(get, path = "/api/v1/orders", tag = "orders", params(OrderSelection, OrdersQuery),
    responses((status = OK, body = Page<Order>)))]
async fn orders(
    State(api): State<Api>,
    caller: Caller,
    Query(selection): Query<OrderSelection>,
    Query(query): Query<OrdersQuery>,
) -> Result<Json<Page<Order>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let limit = limit(query.limit)?;
    let filter = OrderFilter {
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
        ..selection.filter()?
    };
    let found = api.daemon.queries.of(&user).orders(filter).await?;
    let bound = found.next.filter(|_| found.items.len() <= limit as usize);
    let page = page(found.items, limit, |order| order.id, |order| Order::of(order, &user));
    Ok(Json(Page { next: page.next.or(bound.map(|order| order.write())), ..page }))
}

/// One order with its fills and its journal. An admin needs to name no user: the id of an order names its user.
#[utoipa::path(get, path = "/api/v1/orders/{id}", tag = "orders",
    params(("id" = String, Path, min_length = 1, max_length = 64, example = "U1-20250307-0001"), UserQuery),
    responses((status = OK, body = OrderDetail)))]
async fn order(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Query(target): Query<UserQuery>,
) -> Result<Json<OrderDetail>, Problem> {
    let unknown = || Problem::new(Code::NotFound, format!("there is no order {id}"));
    let id = id.parse::<OrderId>().map_err(|_| unknown())?;
    let user = match target.user {
        None if caller.is_admin() => api.daemon.users.find(id.user).map_err(|_| unknown())?,
        named => caller.target_user(&api, named)?,
    };
    let detail = api.daemon.queries.of(&user).order(id).await?.ok_or_else(unknown)?;
    Ok(Json(OrderDetail::of(detail, &user)))
}

impl OrderDetail {
    fn of(detail: queries::OrderDetail, user: &User) -> Self {
        Self {
            module: detail.module,
            order: Order::of(detail.order, user),
            fills: detail.fills.into_iter().map(OrderFill::from).collect(),
            fills_may_be_annulled: detail.fills_may_be_annulled,
            journal: OrderEntry::all(detail.journal, &detail.changes),
        }
    }
}

impl Order {
    /// An order of this user.
    pub(super) fn of(order: Placed, user: &User) -> Self {
        let average_price_paise = order.average_price().map(|price| price.0);
        let request = order.request;
        let sent_limit = order.terms.limit.filter(|_| request.kind == OrderKind::Market);
        Self {
            id: order.id.to_string(),
            user: order.id.user.0,
            user_name: user.name.clone(),
            day: Date(order.id.day),
            symbol: Symbol::to_string(&request.symbol),
            side: SideName(request.side),
            quantity: request.quantity,
            filled_quantity: order.filled,
            limit_paise: limit_paise(request.kind),
            average_price_paise,
            after_market: request.variety == Variety::AfterMarket,
            delivery: request.product == Product::Delivery,
            purpose: request.purpose.into(),
            signal: request.signal.map(|signal| signal.0),
            rsi: request.rsi,
            retry_of: request.retry_of.map(|id| id.to_string()),
            execution: order.run.if_any().map(|run| run.0),
            strategy: StrategyLabel(order.strategy),
            mode: ModeName(user.mode_of(order.id)),
            state: StateName(order.state),
            broker_order_id: order.broker_id,
            sent_limit_paise: sent_limit.map(|limit| limit.0),
            algo_id: order.terms.algo_id,
            reason: order.reason,
            retryable: order.retryable,
            first_placed_at: Instant(order.first_placed_at),
            placed_at: Instant(order.placed_at),
            updated_at: Instant(order.updated_at),
        }
    }
}

impl From<Purpose> for OrderPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Entry => Self::Entry,
            Purpose::Reentry { level, cycle } => Self::Reentry { level, cycle },
            Purpose::Exit(reason) => Self::Exit { reason },
            Purpose::External => Self::External,
        }
    }
}
