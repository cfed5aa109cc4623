//! `/api/v1/users/{id}/broker`: over which broker a user trades, for admins.

use axum::extract::State;
use prahari_app::brokers::TradingMode;
use prahari_domain::ids::UserId;
use prahari_secrets::Secret;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::broker_session::BrokerBody;
use crate::auth::Origin;
use crate::caller::{Admin, AdminPerson, Person};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_broker, set_broker))
}

/// Over which broker a user is to trade.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrokerChange {
    /// A broker's name, such as `paper`.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z0-9_-]+$")]
    broker: String,
    /// The acting admin's own password, for a broker at which the money is real.
    #[schema(value_type = Option<String>, format = Password, max_length = 256)]
    password: Option<Secret>,
}

/// Over which broker a user trades, how the link does, and the limits that hold for their orders, at this broker as at another.
#[utoipa::path(get, path = "/api/v1/users/{id}/broker", operation_id = "user_broker", tag = "users", params(("id" = u64, Path)),
    responses((status = OK, body = BrokerBody)))]
async fn read_broker(
    State(api): State<Api>,
    _admin: Admin,
    Path(id): Path<u64>,
) -> Result<Json<BrokerBody>, Problem> {
    let user = api.daemon.users.find(UserId(id))?;
    BrokerBody::of(&user).map(Json)
}

/// Has a user trade over another broker. Refused while they have open orders or positions, which are at the broker
/// that they are at, and while something of theirs is missing that the broker takes, such as credentials: the sentence names it. Where
/// the money is real there, the admin's own password is asked for. The answer has the limits that hold for the user's orders. Not
/// for API tokens.
#[utoipa::path(put, path = "/api/v1/users/{id}/broker", operation_id = "set_user_broker", tag = "users", params(("id" = u64, Path)),
    request_body = BrokerChange, responses((status = OK, body = BrokerBody)))]
async fn set_broker(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Origin(from): Origin,
    Path(id): Path<u64>,
    Json(BrokerChange { broker, password }): Json<BrokerChange>,
) -> Result<Json<BrokerBody>, Problem> {
    let id = UserId(id);
    let before = api.daemon.users_admin.broker_status(id).ok();
    let mode = TradingMode::without_link(&broker);
    let details = json!({
        "broker": broker, "mode": mode.name(),
        "before": before.as_ref().map(|status| &status.name), "mode_before": before.as_ref().map(|status| status.mode.name()),
    });
    api.audit(&admin.caller, "user.broker", format!("user {id}"), details).await?;
    let user = api.daemon.users.find(id)?;
    api.daemon.users_admin.check_broker(id, &broker).await?;
    if mode == TradingMode::Live {
        confirm(&api, &admin, password.as_ref(), &from).await?;
    }
    api.daemon.users_admin.set_broker(id, &broker).await?;
    BrokerBody::of(&user).map(Json)
}

/// Asks for the admin's own password, so that nobody begins to trade with real money at an unlocked screen.
async fn confirm(
    api: &Api,
    admin: &Person,
    password: Option<&Secret>,
    from: &prahari_app::accounts::Peer,
) -> Result<(), Problem> {
    let password = password.ok_or_else(|| {
        Problem::invalid("password: with this broker the money is real, so your own password is needed")
    })?;
    let admin = api.daemon.users.find(admin.caller.0.user)?;
    Ok(api.accounts.confirm_password(admin.id, &admin.name, password, from).await?)
}
