//! `/api/v1/user/notifications/preferences`: what disturbs a user, and when nothing does.

use axum::extract::State;
use prahari_app::settings::Change;
use prahari_domain::settings::to_values;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ChangeBody, SettingsBody};
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::UserQuery;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_preferences, change_preferences))
}

/// A switch for each kind of message, and the quiet hours. Every message is kept; these decide what disturbs.
#[utoipa::path(get, path = "/api/v1/user/notifications/preferences", tag = "settings", params(UserQuery),
    responses((status = OK, body = SettingsBody)))]
async fn read_preferences(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<SettingsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let preferences = user.settings.preferences();
    Ok(Json(SettingsBody { version: preferences.version, values: to_values(&preferences.value)? }))
}

/// Changes switches and quiet hours, for messages from now on.
#[utoipa::path(patch, path = "/api/v1/user/notifications/preferences", tag = "settings", params(UserQuery),
    request_body = ChangeBody, responses((status = OK, body = SettingsBody)))]
async fn change_preferences(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(body): Json<ChangeBody>,
) -> Result<Json<SettingsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let merge = Change::Merge(&body.values);
    let change = api.daemon.settings.change_preferences(&user, merge, body.expected_version).await?;
    let values = to_values(change.value())?;
    let details = json!({ "change": body.values });
    api.audit(&caller, "preferences.change", format!("user {}", user.id), details).await?;
    Ok(Json(SettingsBody { version: change.save().await?, values }))
}
