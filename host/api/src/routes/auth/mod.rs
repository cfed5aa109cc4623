//! `/api/v1/auth`: logging in and out, and who is logged in.

mod passwords;
mod sessions;
mod tokens;
mod totp;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prahari_app::accounts::{AccountError, LogInAttempt, LoggedIn, Role, Via};
use prahari_domain::ids::UserId;
use prahari_secrets::{Secret, Token};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Origin, ended, given};
use crate::caller::{Caller, Person};
use crate::extract::Json;
use crate::problem::Problem;
use crate::routes::users::RoleName;
use crate::state::Api;
use crate::view::Instant;

/// Most bytes of a body here. A new password with fifty names of tokens takes up to 14 kB.
const MAX_BODY_BYTES: usize = 16 << 10;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(log_in))
        .routes(routes!(log_out))
        .routes(routes!(me))
        .merge(passwords::routes())
        .merge(sessions::routes())
        .merge(tokens::routes())
        .merge(totp::routes())
        // Read from people who are not signed in: less of them is held.
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

/// Name and password, and a code when the user has an authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
    /// Name the user logs in with.
    #[schema(max_length = 64)]
    name: String,
    /// The user's present password.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Secret,
    /// Six digits of the authenticator, or a recovery code.
    #[schema(value_type = Option<String>, max_length = 64)]
    code: Option<Secret>,
}

/// The logged-in user.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// The user's number, by which other routes name them.
    pub id: u64,
    /// The name by which the user logs in.
    pub name: String,
    /// The user's rights: `admin` for everything of everybody, `user` for their own things.
    pub role: RoleName,
    /// How this request has shown who they are: `session` or `token`.
    pub via: &'static str,
    /// Whether an authenticator is asked for at the log-in.
    pub totp_enabled: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u64,
    /// Real time at which the session or the API token of this request ends however much it is used; null for a token without an
    /// end. A session that is not used for twelve hours ends before.
    #[schema(required)]
    pub expires_at: Option<Instant>,
}

/// Logs in: begins a session and sets its cookie.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LogIn,
    responses((status = OK, body = Me)))]
async fn log_in(
    State(api): State<Api>,
    Origin(from): Origin,
    Json(body): Json<LogIn>,
) -> Result<Response, Problem> {
    let LogIn { name, password, code } = body;
    let attempt = LogInAttempt { name, password, code };
    let LoggedIn { user, token } = api.accounts.log_in(&attempt, &from).await?;
    api.audit_unknown(Some(user), "password", "session.begin", format!("user {user}"), from.address).await?;
    signed_in(&api, user, &token).await
}

/// Logs out: ends the session, here and in the browser.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", responses((status = NO_CONTENT)))]
async fn log_out(State(api): State<Api>, person: Person) -> Result<Response, Problem> {
    let resource = format!("session {}", person.session);
    api.audit(&person.caller, "session.end", resource, json!({})).await?;
    match api.accounts.end_session(person.caller.0.user, person.session).await {
        // It was ended elsewhere at the same moment: the browser is to forget it all the same.
        Ok(()) | Err(AccountError::UnknownSession(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, ended()?)]).into_response())
}

/// Returns the logged-in user.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth", responses((status = OK, body = Me)))]
async fn me(State(api): State<Api>, caller: Caller) -> Result<Json<Me>, Problem> {
    who(&api, caller.0.user, caller.0.role, Some(caller.0.via)).await.map(Json)
}

/// The answer to a log-in.
async fn signed_in(api: &Api, user: UserId, token: &Token) -> Result<Response, Problem> {
    let cookie = given(token, api.secure_cookie)?;
    let role = api.daemon.users.find(user)?.access.role();
    let via = api.accounts.by_session(token.hash()).await?.map(|holder| holder.via);
    let body = Json(who(api, user, role, via).await?);
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, cookie);
    Ok((headers, body).into_response())
}

/// Returns a user to themselves; `via` is missing of a session that was ended at the moment at which it began.
async fn who(api: &Api, id: UserId, role: Role, via: Option<Via>) -> Result<Me, Problem> {
    let user = api.daemon.users.find(id)?;
    let log_in = api.accounts.log_in_state(id).await?;
    let expires_at = match via {
        Some(via) => api.accounts.expires_at(id, via).await?,
        None => None,
    };
    Ok(Me {
        id: id.0,
        name: user.name.clone(),
        role: role.into(),
        via: match via {
            Some(Via::Token(_)) => "token",
            Some(Via::Session(_)) | None => "session",
        },
        totp_enabled: log_in.totp_enabled,
        recovery_codes_left: log_in.recovery_codes_left,
        expires_at: expires_at.map(Instant),
    })
}
