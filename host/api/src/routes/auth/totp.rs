//! An authenticator for one's log-ins.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Origin;
use crate::caller::Person;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(begin)).routes(routes!(enable)).routes(routes!(disable))
}

/// The present password, so that nobody changes this at an unlocked screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordOnly {
    /// Current password of the user.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Secret,
}

/// A code of the new authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TotpCode {
    /// Six-digit one-time code of the authenticator.
    #[schema(value_type = String, max_length = 16)]
    code: Secret,
}

/// What the authenticator app needs. It is shown this once.
#[derive(Serialize, ToSchema)]
struct TotpBegun {
    /// The secret in base32, to be typed into an authenticator.
    secret: String,
    /// The `otpauth://` address, to be shown as a QR code.
    url: String,
}

/// What stands in for a lost authenticator, each once. They are shown this once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    /// The recovery codes, each good for one log-in.
    recovery_codes: Vec<String>,
}

/// Makes a secret for an authenticator; log-ins ask for it after it has shown a code.
#[utoipa::path(post, path = "/api/v1/auth/totp/begin", operation_id = "begin_totp", tag = "auth", request_body = PasswordOnly,
    responses((status = OK, body = TotpBegun)))]
async fn begin(
    State(api): State<Api>,
    person: Person,
    Origin(from): Origin,
    Json(body): Json<PasswordOnly>,
) -> Result<Json<TotpBegun>, Problem> {
    let user = api.daemon.users.find(person.caller.0.user)?;
    api.accounts.confirm_password(user.id, &user.name, &body.password, &from).await?;
    api.audit(&person.caller, "totp.begin", format!("user {}", user.id), json!({})).await?;
    let secret = api.accounts.begin_totp(user.id).await?;
    Ok(Json(TotpBegun {
        secret: secret.base32().expose().to_owned(),
        url: secret.url(&user.name).expose().to_owned(),
    }))
}

/// Asks for the authenticator at each log-in from now on.
#[utoipa::path(post, path = "/api/v1/auth/totp/enable", operation_id = "enable_totp", tag = "auth", request_body = TotpCode,
    responses((status = OK, body = RecoveryCodes)))]
async fn enable(
    State(api): State<Api>,
    person: Person,
    Origin(from): Origin,
    Json(body): Json<TotpCode>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let user = api.daemon.users.find(person.caller.0.user)?;
    api.accounts.count_attempt(Some(&user.name), &from)?;
    api.audit(&person.caller, "totp.enable", format!("user {}", user.id), json!({})).await?;
    let codes = api.accounts.enable_totp(user.id, &body.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes: codes.iter().map(|code| code.expose().to_owned()).collect() }))
}

/// Does not ask for the authenticator any more.
#[utoipa::path(post, path = "/api/v1/auth/totp/disable", operation_id = "disable_totp", tag = "auth", request_body = PasswordOnly,
    responses((status = NO_CONTENT)))]
async fn disable(
    State(api): State<Api>,
    person: Person,
    Origin(from): Origin,
    Json(body): Json<PasswordOnly>,
) -> Result<StatusCode, Problem> {
    let user = api.daemon.users.find(person.caller.0.user)?;
    api.accounts.confirm_password(user.id, &user.name, &body.password, &from).await?;
    api.audit(&person.caller, "totp.disable", format!("user {}", user.id), json!({})).await?;
    api.accounts.disable_totp(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
