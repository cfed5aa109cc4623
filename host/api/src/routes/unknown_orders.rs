//! `/api/v1/user/orders/unknown`: orders of which it is not known what became of them, and what a person decides.

use axum::extract::State;
use prahari_app::desk::{LikeIt, Look};
use prahari_app::queries::UnknownOrderDetail;
use prahari_app::resolutions::Word;
use prahari_app::user::User;
use prahari_domain::risk::RefusalCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::Order;
use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, UserQuery, sentence};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(unknown_orders)).routes(routes!(resolve_order))
}

/// The orders of a user whose outcome is not known.
#[derive(Debug, Serialize, ToSchema)]
struct UnknownOrders {
    /// The orders, oldest first; at most 200.
    orders: Vec<UnknownOrder>,
    /// How many there are.
    total: u64,
}

/// An order of which it is not known what became of it, with what speaks for and against it. It is never sent again by the
/// daemon, and blocks orders of its share and side until the broker's book shows it or a person decides.
#[derive(Debug, Serialize, ToSchema)]
struct UnknownOrder {
    /// The order as it stands.
    order: Order,
    /// Since when its outcome is not known.
    since: Instant,
    /// What the broker answered, or why there is no answer; null when nothing was said.
    #[schema(required)]
    answer: Option<String>,
    /// How often the broker's book was read and did not show it, before the daemon started too.
    looks: u64,
    /// When the broker's book was read last; null while it was not.
    #[schema(required)]
    last_looked_at: Option<Instant>,
    /// Orders at the broker that nobody knows and that are like it: the same share, quantity and limit, and not before it. At
    /// most three.
    alike: Vec<LikeOrder>,
    /// What the shares held at the broker say of it, one sentence; null while they were not had.
    #[schema(required)]
    holdings: Option<String>,
    /// The looks that are kept, oldest first: the first one and the newest 20.
    kept_looks: Vec<OrderLook>,
}

/// A look into the broker's book that did not show an order of unknown outcome.
#[derive(Debug, Serialize, ToSchema)]
struct OrderLook {
    /// Which look for the order this was, from 1 on.
    number: u64,
    /// Time of the look.
    at: Instant,
    /// Orders of that book that nobody knew and that were like it. At most three.
    alike: Vec<LikeOrder>,
    /// What the shares held at the broker said of it, one sentence; null while they were not had.
    #[schema(required)]
    holdings: Option<String>,
}

/// An order at the broker that is like one of unknown outcome.
#[derive(Debug, Serialize, ToSchema)]
struct LikeOrder {
    /// Order number at the broker.
    broker_order_id: String,
    /// Shares ordered.
    quantity: u32,
    /// Shares filled so far.
    filled_quantity: u32,
    /// Whether it stands at the broker; otherwise it has ended.
    open: bool,
    /// Time at which the broker took it.
    accepted_at: Instant,
}

/// Body that decides what became of an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderResolution {
    /// What became of it.
    outcome: DecidedOutcome,
    /// How the person knows, one sentence. It is kept with the order.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Key of the fill that was annulled; with that outcome only.
    #[schema(min_length = 1, max_length = 200)]
    fill: Option<String>,
}

/// What a person can say of an order.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DecidedOutcome {
    /// An order of unknown outcome never reached the broker.
    NeverArrived,
    /// The exchange has annulled a fill of it, which the broker's book does not show any more.
    FillAnnulled,
}

/// The orders of a user of which it is not known what became of them, each with the evidence.
#[utoipa::path(get, path = "/api/v1/user/orders/unknown", tag = "orders", params(UserQuery),
    responses((status = OK, body = UnknownOrders)))]
async fn unknown_orders(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<UnknownOrders>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let (found, count) = api.daemon.queries.of(&user).unknown_orders().await?;
    let orders = found.into_iter().map(|unknown| UnknownOrder::of(unknown, &user)).collect();
    Ok(Json(UnknownOrders { orders, total: u64::try_from(count).unwrap_or(u64::MAX) }))
}

/// Decides what became of an order of unknown outcome, or that a fill was annulled, after a look at the broker's own application.
/// The broker's book is read before: an order or a fill that it shows needs no decision, which is refused then. An execution that
/// comes to light afterwards is booked all the same.
#[utoipa::path(post, path = "/api/v1/user/orders/{id}/resolve", tag = "orders",
    params(("id" = String, Path, min_length = 1, max_length = 64, example = "U1-20250307-0001"), UserQuery),
    request_body = OrderResolution, responses((status = OK, body = Order)))]
async fn resolve_order(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Query(target): Query<UserQuery>,
    Json(OrderResolution { outcome, reason, fill }): Json<OrderResolution>,
) -> Result<Json<Order>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let reason = sentence("reason", &reason)?;
    let fill = fill.as_deref().map(|fill| sentence("fill", fill)).transpose()?;
    let word = match (outcome, fill) {
        (DecidedOutcome::NeverArrived, None) => Word::NeverArrived,
        (DecidedOutcome::FillAnnulled, Some(fill)) => Word::Annulled(fill),
        (DecidedOutcome::NeverArrived, Some(_)) => {
            let detail =
                "outcome: an order that never arrived has no fill to name; an annulled one is fill_annulled";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
        (DecidedOutcome::FillAnnulled, None) => {
            let detail = "fill: the outcome fill_annulled needs the key of the fill";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
    };
    take_word(&api, &caller, &user, &id, (word, reason)).await.map(Json)
}

async fn take_word(
    api: &Api,
    caller: &Caller,
    user: &User,
    id: &str,
    (word, reason): (Word<'_>, &str),
) -> Result<Order, Problem> {
    let unknown = || Problem::new(Code::NotFound, format!("there is no order {id}"));
    let order = id.parse().map_err(|_| unknown())?;
    let queries = api.daemon.queries.of(user);
    let found = queries.order(order).await?.ok_or_else(unknown)?.order;
    let detail = match word {
        Word::NeverArrived => json!({ "outcome": "never_arrived", "reason": reason }),
        Word::Annulled(fill) => json!({ "outcome": "fill_annulled", "fill": fill, "reason": reason }),
    };
    api.audit(caller, "order.resolve", format!("order {id}"), detail).await?;
    let refused = |sentence: String| Err(Problem::new(Code::OrderNotOpen, sentence));
    match api.daemon.resolutions.take(user, order, word, reason).await? {
        // Orders of earlier days are in the database only, and each has come to its end.
        None => return refused(format!("order {id} is {} and cannot be decided", found.state.name())),
        Some(Err(refusal)) if refusal.code == RefusalCode::Unsettled => {
            return Err(Problem::new(Code::Unavailable, refusal.detail));
        }
        Some(Err(refusal)) => return refused(refusal.detail),
        Some(Ok(())) => {}
    }
    let now = queries.order(order).await?.ok_or_else(unknown)?.order;
    Ok(Order::of(now, user))
}

impl UnknownOrder {
    fn of(unknown: UnknownOrderDetail, user: &User) -> Self {
        let search = unknown.search;
        Self {
            order: Order::of(unknown.order, user),
            since: Instant(unknown.since),
            answer: unknown.answer,
            looks: search.looks,
            last_looked_at: search.last.map(Instant),
            alike: search.alike.into_iter().map(LikeOrder::from).collect(),
            holdings: search.holdings,
            kept_looks: unknown.kept.into_iter().map(OrderLook::from).collect(),
        }
    }
}

impl From<Look> for OrderLook {
    fn from(look: Look) -> Self {
        Self {
            number: look.number,
            at: Instant(look.at),
            alike: look.alike.into_iter().map(LikeOrder::from).collect(),
            holdings: look.holdings,
        }
    }
}

impl From<LikeIt> for LikeOrder {
    fn from(known: LikeIt) -> Self {
        Self {
            broker_order_id: known.broker_id,
            quantity: known.quantity,
            filled_quantity: known.filled,
            open: known.is_open,
            accepted_at: Instant(known.accepted_at),
        }
    }
}
