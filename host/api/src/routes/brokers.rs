//! `/api/v1/users/{id}/broker`: over which broker a user trades, for admins.

use axum::extract::State;
use prahari_app::brokers::BrokerStatus;
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, AdminPerson};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_broker, set_broker))
}

/// A user's link with their broker.
#[derive(Serialize, ToSchema)]
struct BrokerBody {
    /// Name of the broker in the registry, such as `paper`.
    broker: String,
    /// Whether the money is made up. Then it is paid in and out at `user/capital`.
    simulated: bool,
    /// Calls that wait for the broker's answer now.
    calls_waiting: u32,
    /// Whether a call was not answered a moment ago, so that the next ones fail at once for a while.
    silent: bool,
    /// Events that the broker told by itself since the user was loaded, and that were new.
    pushes_booked: u64,
    /// Pushed events that the book already had.
    pushes_known: u64,
    /// Pushed events about orders that are not in the user's journal.
    pushes_ignored: u64,
    /// How often the broker's order book was asked for because such events were missing or contradicted the books.
    resyncs: u64,
}

/// Over which broker a user is to trade.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrokerChange {
    /// A broker's name, such as `paper`.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z0-9_-]+$")]
    broker: String,
}

impl From<BrokerStatus> for BrokerBody {
    fn from(status: BrokerStatus) -> Self {
        let BrokerStatus { name, simulated, calls_waiting, silent, .. } = status;
        let BrokerStatus { pushes_booked, pushes_known, pushes_ignored, resyncs, .. } = status;
        Self {
            broker: name,
            simulated,
            calls_waiting,
            silent,
            pushes_booked,
            pushes_known,
            pushes_ignored,
            resyncs,
        }
    }
}

/// Over which broker a user trades, and how the link does.
#[utoipa::path(get, path = "/api/v1/users/{id}/broker", operation_id = "user_broker", tag = "users", params(("id" = u64, Path)),
    responses((status = OK, body = BrokerBody)))]
async fn read_broker(
    State(api): State<Api>,
    _admin: Admin,
    Path(id): Path<u64>,
) -> Result<Json<BrokerBody>, Problem> {
    Ok(Json(api.daemon.users_admin.broker_status(UserId(id))?.into()))
}

/// Has a user trade over another broker. Refused while they have open orders or positions, which are at the broker
/// that they are at. Not for API tokens.
#[utoipa::path(put, path = "/api/v1/users/{id}/broker", operation_id = "set_user_broker", tag = "users", params(("id" = u64, Path)),
    request_body = BrokerChange, responses((status = OK, body = BrokerBody)))]
async fn set_broker(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Path(id): Path<u64>,
    Json(body): Json<BrokerChange>,
) -> Result<Json<BrokerBody>, Problem> {
    let id = UserId(id);
    let before = api.daemon.users_admin.broker_status(id).ok().map(|status| status.name);
    let details = json!({ "broker": body.broker, "before": before });
    api.audit(&admin.caller, "user.broker", format!("user {id}"), details).await?;
    Ok(Json(api.daemon.users_admin.set_broker(id, &body.broker).await?.into()))
}
