//! API tokens, for scripts.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::accounts::{self, ApiTokenRow, CreatedToken, TokenScope};
use prahari_domain::text::into_one_line;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Caller, Person};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;
use crate::view::Page;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// What a token may be used for; never more than its user may do.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Scope {
    /// May only read.
    Read,
    /// May read, and change the user's own data.
    Control,
    /// Everything that an admin may do.
    Admin,
}

/// Body that creates a token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// The name by which its user knows it.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Scope of the token.
    scope: Scope,
    /// After how many days it ends; never without it.
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u32>,
}

/// A token, without what it is.
#[derive(Serialize, ToSchema)]
struct ApiToken {
    /// The number by which other routes name it.
    id: u64,
    /// The name by which its user knows it.
    name: String,
    /// Scope of the token.
    scope: Scope,
    /// Time at which it was made.
    created_at: Instant,
    /// Time at which it was last used, to the minute; null when it never was.
    used_at: Option<Instant>,
    /// Time from which the token is refused; null when it never expires.
    expires_at: Option<Instant>,
    /// Time at which it was revoked; null when it was not.
    revoked_at: Option<Instant>,
}

/// A token that was just made. It is shown this once.
#[derive(Serialize, ToSchema)]
struct NewToken {
    /// The number by which other routes name it.
    id: u64,
    /// Secret, to be sent as `Authorization: Bearer`.
    token: String,
}

/// The caller's tokens, newest first, revoked ones as well.
#[utoipa::path(get, path = "/api/v1/auth/tokens", operation_id = "tokens", tag = "auth", responses((status = OK, body = Page<ApiToken>)))]
async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<Page<ApiToken>>, Problem> {
    let rows = api.accounts.tokens(caller.0.user).await?;
    Ok(Json(Page::whole(rows.into_iter().map(ApiToken::from))))
}

/// Creates an API token and returns its secret once.
#[utoipa::path(post, path = "/api/v1/auth/tokens", operation_id = "create_token", tag = "auth", request_body = TokenRequest,
    responses((status = CREATED, body = NewToken)))]
async fn create(
    State(api): State<Api>,
    person: Person,
    Json(body): Json<TokenRequest>,
) -> Result<(StatusCode, Json<NewToken>), Problem> {
    let (name, scope) = (body.name.trim().to_owned(), stored(body.scope));
    let details = json!({ "name": name, "scope": scope.name() });
    let (expires_in_days, session) = (body.expires_in_days, Some(person.session));
    let request = accounts::TokenRequest { name, scope, expires_in_days, session };
    let (user, role) = (person.caller.0.user, person.caller.0.role);
    let prepared = api.accounts.prepare_token((user, role), request).await?;
    api.audit(&person.caller, "token.create", format!("user {user}"), details).await?;
    let CreatedToken { id, token } = api.accounts.add_token(prepared).await?;
    Ok((StatusCode::CREATED, Json(NewToken { id, token: token.expose().to_owned() })))
}

/// Revokes a token of the caller.
#[utoipa::path(delete, path = "/api/v1/auth/tokens/{id}", operation_id = "revoke_token", tag = "auth", params(("id" = u64, Path)),
    responses((status = NO_CONTENT)))]
async fn revoke(State(api): State<Api>, person: Person, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    api.audit(&person.caller, "token.revoke", format!("token {id}"), json!({})).await?;
    api.accounts.revoke_token(person.caller.0.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ApiTokenRow> for ApiToken {
    fn from(row: ApiTokenRow) -> Self {
        let scope = match row.scope {
            TokenScope::Read => Scope::Read,
            TokenScope::Control => Scope::Control,
            TokenScope::Admin => Scope::Admin,
        };
        Self {
            id: row.id,
            // One from before names were checked may hold what cannot be seen.
            name: into_one_line(row.name),
            scope,
            created_at: row.created_at.into(),
            used_at: row.used_at.map(Instant),
            expires_at: row.expires_at.map(Instant),
            revoked_at: row.revoked_at.map(Instant),
        }
    }
}

fn stored(scope: Scope) -> TokenScope {
    match scope {
        Scope::Read => TokenScope::Read,
        Scope::Control => TokenScope::Control,
        Scope::Admin => TokenScope::Admin,
    }
}
