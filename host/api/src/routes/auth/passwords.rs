//! Choosing a password: the first admin, everybody for themselves, and by a one-time link.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use prahari_app::accounts::{Role, check_password};
use prahari_secrets::Secret;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Me, signed_in};
use crate::auth::Origin;
use crate::caller::Person;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(set_up)).routes(routes!(change)).routes(routes!(reset))
}

/// Body that creates the first admin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUp {
    /// Secret part of the link that the daemon printed at its start.
    #[schema(value_type = String, max_length = 256)]
    token: Secret,
    /// Name with which the user logs in.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9._@+-]+$")]
    name: String,
    /// At least 12 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    password: Secret,
}

/// Body that changes the caller's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// Current password.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Secret,
    /// The one to come; at least 12 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    new_password: Secret,
    /// Names of the API tokens that go on; all others are revoked.
    #[serde(default)]
    #[schema(value_type = Vec<KnownToken>, max_items = 50)]
    keep_tokens: Vec<String>,
}

/// The name of an API token.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 64)]
struct KnownToken(#[expect(dead_code, reason = "it stands for a name in the document")] String);

/// A password by a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordReset {
    /// Secret part of the one-time link.
    #[schema(value_type = String, max_length = 256)]
    token: Secret,
    /// At least 12 characters.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    password: Secret,
}

/// Makes the first admin with a one-time set-up link, and logs them in.
#[utoipa::path(post, path = "/api/v1/auth/setup", tag = "auth", request_body = SetUp,
    responses((status = OK, body = Me)))]
async fn set_up(
    State(api): State<Api>,
    Origin(from): Origin,
    Json(body): Json<SetUp>,
) -> Result<Response, Problem> {
    let new = api.daemon.users_admin.new_user(body.name, Role::Admin, None)?;
    let user = api.accounts.use_set_up_link(&body.token, new, &body.password, &from).await?;
    api.audit_unknown(Some(user), "set-up link", "user.create", format!("user {user}"), from.address).await?;
    api.daemon.users_admin.add_user(user).await?;
    let token = api.accounts.begin_session(user, &from).await?;
    signed_in(&api, user, &token).await
}

/// Changes one's own password; all other sessions end, and all API tokens that are not named.
#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "change_password", tag = "auth", request_body = PasswordChange,
    responses((status = NO_CONTENT)))]
async fn change(
    State(api): State<Api>,
    person: Person,
    Origin(from): Origin,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let id = person.caller.0.user;
    let user = api.daemon.users.find(id)?;
    let PasswordChange { password, new_password, keep_tokens } = body;
    let details = json!({ "keep_tokens": keep_tokens });
    let (passwords, kept) = ((&password, &new_password), (person.session, keep_tokens));
    let prepared = api.accounts.prepare_password((id, &user.name), passwords, kept, &from).await?;
    api.audit(&person.caller, "password.change", format!("user {id}"), details).await?;
    api.accounts.change_password(id, prepared).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Chooses a password with a one-time link; all sessions and API tokens of the user end.
#[utoipa::path(post, path = "/api/v1/auth/reset", operation_id = "reset_password", tag = "auth", request_body = PasswordReset,
    responses((status = NO_CONTENT)))]
async fn reset(
    State(api): State<Api>,
    Origin(from): Origin,
    Json(body): Json<PasswordReset>,
) -> Result<Response, Problem> {
    let id = api.accounts.user_of_link(&body.token, &from).await?;
    let user = api.daemon.users.find(id)?;
    check_password(&body.password, &user.name)?;
    api.audit_unknown(Some(id), "one-time link", "password.reset", format!("user {id}"), from.address)
        .await?;
    api.accounts.use_password_link(&body.token, &user.name, &body.password).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
