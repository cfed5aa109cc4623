//! The kill switches: of one user, and of the daemon. While one is on, only cancellations pass.

use axum::extract::State;
use prahari_app::user::User;
use prahari_domain::settings::Values;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::limits;
use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::UserQuery;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_user, switch_user)).routes(routes!(read_system, switch_system))
}

/// The position of a switch.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    /// Whether the switch is on; while it is, no order is placed or changed.
    on: bool,
}

/// The switches that concern a user. Orders are stopped while any is on.
#[derive(Debug, Serialize, ToSchema)]
struct UserSwitches {
    /// Whether the user's own switch is on.
    own: bool,
    /// The one that an admin has set for this user.
    admin: bool,
    /// Whether the daemon's switch for all users is on.
    daemon: bool,
    /// Whether orders of this user are stopped.
    in_force: bool,
}

/// State of the switch that stops the orders of all users.
#[derive(Debug, Serialize, ToSchema)]
struct SystemSwitch {
    /// Whether orders of everybody are stopped.
    on: bool,
}

/// Stops a user's orders at once, or lets them through again. A user turns their own switch; an admin who names a user
/// turns one that the user cannot turn back.
#[utoipa::path(post, path = "/api/v1/user/kill-switch", operation_id = "set_kill_switch", tag = "settings", params(UserQuery), request_body = Switch,
    responses((status = OK, body = UserSwitches)))]
async fn switch_user(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(Switch { on }): Json<Switch>,
) -> Result<Json<UserSwitches>, Problem> {
    let values: Values = [("kill_switch".to_owned(), on.into())].into_iter().collect();
    limits::change(&api, &caller, target, &values, None).await?;
    Ok(Json(switches(&api, &*caller.target_user(&api, target.user)?)))
}

/// The switches that concern a user.
#[utoipa::path(get, path = "/api/v1/user/kill-switch", operation_id = "kill_switch", tag = "settings", params(UserQuery),
    responses((status = OK, body = UserSwitches)))]
async fn read_user(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<UserSwitches>, Problem> {
    Ok(Json(switches(&api, &*caller.target_user(&api, target.user)?)))
}

fn switches(api: &Api, user: &User) -> UserSwitches {
    let limits = user.settings.limits();
    let set = limits.set();
    UserSwitches {
        own: set.value.own.kill_switch,
        admin: set.value.admin.kill_switch,
        daemon: api.daemon.settings.is_kill_switch_on(),
        in_force: limits.in_force().kill_switch,
    }
}

/// Whether orders of everybody are stopped.
#[utoipa::path(get, path = "/api/v1/system/kill-switch", operation_id = "system_kill_switch", tag = "settings",
    responses((status = OK, body = SystemSwitch)))]
async fn read_system(State(api): State<Api>, _: Caller) -> Json<SystemSwitch> {
    Json(SystemSwitch { on: api.daemon.settings.is_kill_switch_on() })
}

/// Stops the orders of everybody at once, or lets them through again. It stays over a restart.
#[utoipa::path(post, path = "/api/v1/system/kill-switch", operation_id = "set_system_kill_switch", tag = "settings", request_body = Switch,
    responses((status = OK, body = SystemSwitch)))]
async fn switch_system(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(Switch { on }): Json<Switch>,
) -> Result<Json<SystemSwitch>, Problem> {
    api.audit(&caller, "system.kill_switch", "system", json!({ "on": on })).await?;
    api.daemon.settings.set_kill_switch(on).await?;
    Ok(Json(SystemSwitch { on: api.daemon.settings.is_kill_switch_on() }))
}
