//! `/api/v1/user/notifications/preferences`: what disturbs a user, and when nothing does.

use axum::extract::State;
use prahari_app::settings::Change;
use prahari_domain::settings::{PREFERENCES, Values, to_values};
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
    OpenApiRouter::new().routes(routes!(read_preferences, change_preferences))
}

/// What disturbs a user and which change of it that is.
#[derive(Debug, Serialize, ToSchema)]
struct PreferencesBody {
    /// Version of the settings; the first is 1.
    version: u64,
    /// Every setting by name; `GET /api/v1/user/config/schema` describes them.
    #[schema(schema_with = preference_values)]
    values: Values,
}

fn preference_values() -> Object {
    named::every(&PREFERENCES, "Every setting by name; `GET /api/v1/user/config/schema` describes them.")
}

/// A switch for each kind of message, and the quiet hours. Every message is kept; these decide what disturbs.
#[utoipa::path(get, path = "/api/v1/user/notifications/preferences", tag = "settings", params(UserQuery),
    responses((status = OK, body = PreferencesBody)))]
async fn read_preferences(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<PreferencesBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let preferences = user.settings.preferences();
    Ok(Json(PreferencesBody { version: preferences.version, values: to_values(&preferences.value)? }))
}

/// Changes switches and quiet hours, for messages from now on.
#[utoipa::path(patch, path = "/api/v1/user/notifications/preferences", tag = "settings", params(UserQuery),
    request_body = ChangeBody, responses((status = OK, body = PreferencesBody)))]
async fn change_preferences(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(body): Json<ChangeBody>,
) -> Result<Json<PreferencesBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let merge = Change::Merge(&body.values);
    let change = api.daemon.settings.change_preferences(&user, merge, body.expected_version).await?;
    let values = to_values(change.value())?;
    let details = json!({ "change": body.values });
    api.audit(&caller, "preferences.change", format!("user {}", user.id), details).await?;
    Ok(Json(PreferencesBody { version: change.save().await?, values }))
}
