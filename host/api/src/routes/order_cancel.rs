//! `/api/v1/orders/{id}/cancel`: an order that a person withdraws.

use axum::extract::State;
use prahari_app::user::User;
use prahari_domain::risk::RefusalCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::Order;
use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{UserQuery, sentence};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(cancel_order))
}

/// Body that cancels an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cancellation {
    /// Why it is cancelled, one sentence. It is kept with the order.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Cancels an order to which something can still happen, whichever strategy it belongs to; a rejected one that would be
/// tried again is given up. Passes while a kill switch is on. What was filled meanwhile stays.
#[utoipa::path(post, path = "/api/v1/orders/{id}/cancel", tag = "orders",
    params(("id" = String, Path, min_length = 1, max_length = 64, example = "U1-20250307-0001"), UserQuery),
    request_body = Cancellation, responses((status = OK, body = Order)))]
async fn cancel_order(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Query(target): Query<UserQuery>,
    Json(Cancellation { reason }): Json<Cancellation>,
) -> Result<Json<Order>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let reason = sentence("reason", &reason)?;
    cancel(&api, &caller, &user, &id, reason).await.map(Json)
}

async fn cancel(api: &Api, caller: &Caller, user: &User, id: &str, reason: &str) -> Result<Order, Problem> {
    let unknown = || Problem::new(Code::NotFound, format!("there is no order {id}"));
    let order = id.parse().map_err(|_| unknown())?;
    let queries = api.daemon.queries.of(user);
    let found = queries.order(order).await?.ok_or_else(unknown)?.order;
    api.audit(caller, "order.cancel", format!("order {id}"), json!({ "reason": reason })).await?;
    match api.daemon.cancellations.cancel(user, order, reason).await? {
        // Orders of earlier days are in the database only, and each has come to its end.
        None => {
            let detail = format!("order {id} is {} and cannot be cancelled", found.state.name());
            return Err(Problem::new(Code::OrderNotOpen, detail));
        }
        Some(Err(refusal)) => return Err(Problem::new(code_of(refusal.code), refusal.detail)),
        Some(Ok(())) => {}
    }
    let now = queries.order(order).await?.ok_or_else(unknown)?.order;
    Ok(Order::of(now, user))
}

/// What a cancellation that was not done says of its order.
fn code_of(refusal: RefusalCode) -> Code {
    match refusal {
        // It may have been done, or the order itself may not be there, so nothing is said of the order but that.
        RefusalCode::Unsettled => Code::OutcomeUnknown,
        // The broker refused it, or it certainly did not leave: the order may be open as it was before.
        RefusalCode::Broker => Code::OrderNotCancelled,
        _ => Code::OrderNotOpen,
    }
}
