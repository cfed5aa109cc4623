//! `/api/v1/user/limits`: the most that a user's tasks may do.
//!
//! They are the host's: an admin sets them for each user, by naming the user. The user may tighten them and take
//! that back; what holds is the tighter of the two.

use axum::extract::State;
use prahari_app::accounts::Role;
use prahari_app::settings::{Change, LimitsSet, Versioned};
use prahari_app::user::User;
use prahari_domain::risk::LIMITS;
use prahari_domain::settings::{Values, to_values};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ChangeBody, named};
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::UserQuery;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_limits, change_limits))
}

/// The limits of a user by who has set them.
#[derive(Debug, Serialize, ToSchema)]
struct LimitsBody {
    /// Counts the changes of both, from 1.
    version: u64,
    /// Limits that the admin has set.
    #[schema(schema_with = admin_limits)]
    admin: Values,
    /// Tighter limits that the user has set.
    #[schema(schema_with = own_limits)]
    own: Values,
    /// What orders are checked against: for each limit the tighter one, and the daemon's kill switch.
    #[schema(schema_with = limits_in_force)]
    in_force: Values,
}

fn admin_limits() -> Object {
    named::every(&LIMITS, "Limits that the admin has set.")
}

fn own_limits() -> Object {
    named::set_ones(&LIMITS, "Tighter limits that the user has set; what is left out is as the admin has it.")
}

/// What orders are checked against, as the document describes it.
pub(in crate::routes) fn limits_in_force() -> Object {
    let about =
        "What orders are checked against: for each limit the tighter one, and the daemon's kill switch.";
    named::every(&LIMITS, about)
}

/// The limits, by who has set them, and what holds.
#[utoipa::path(get, path = "/api/v1/user/limits", tag = "settings", params(UserQuery),
    responses((status = OK, body = LimitsBody)))]
async fn read_limits(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<LimitsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    Ok(Json(body(&user)?))
}

/// Changes limits at once. A user tightens their own; an admin who names a user sets what that user is allowed.
#[utoipa::path(patch, path = "/api/v1/user/limits", tag = "settings", params(UserQuery), request_body = ChangeBody,
    responses((status = OK, body = LimitsBody)))]
async fn change_limits(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(ChangeBody { expected_version, values }): Json<ChangeBody>,
) -> Result<Json<LimitsBody>, Problem> {
    change(&api, &caller, target, &values, expected_version).await?;
    let user = caller.target_user(&api, target.user)?;
    Ok(Json(body(&user)?))
}

/// Returns whether a change is to what a user is allowed, and not to what the user has tightened.
pub(super) fn is_for_admin(caller: &Caller, target: UserQuery) -> bool {
    caller.0.role == Role::Admin && target.user.is_some()
}

/// Checks, writes down and makes a change of limits.
pub(super) async fn change(
    api: &Api,
    caller: &Caller,
    target: UserQuery,
    values: &Values,
    expected: Option<u64>,
) -> Result<(), Problem> {
    let user = caller.target_user(api, target.user)?;
    let merge = Change::Merge(values);
    let (action, change) = if is_for_admin(caller, target) {
        ("limits.set", api.daemon.settings.change_limits(&user, merge, expected).await?)
    } else {
        ("limits.tighten", api.daemon.settings.change_own_limits(&user, merge, expected).await?)
    };
    api.audit(caller, action, format!("user {}", user.id), json!({ "change": values })).await?;
    change.save().await?;
    Ok(())
}

fn body(user: &User) -> Result<LimitsBody, Problem> {
    let limits = user.settings.limits();
    let Versioned { version, value: LimitsSet { admin, own, .. } } = &*limits.set();
    let in_force = to_values(&*limits.in_force())?;
    Ok(LimitsBody { version: *version, admin: to_values(admin)?, own: to_values(own)?, in_force })
}
