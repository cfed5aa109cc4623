//! Where somebody is logged in.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::accounts::{SessionRow, Via};
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller, Person};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, Page, limit, page, parse_cursor};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(end)).routes(routes!(list_of_user, end_all))
}

/// A session of a user.
#[derive(Serialize, ToSchema)]
struct Session {
    /// The number by which other routes name it.
    id: u64,
    /// Time of the log-in.
    created_at: Instant,
    /// Time at which it was last used, to the minute.
    seen_at: Instant,
    /// Time at which it ends at the latest.
    expires_at: Instant,
    /// Address from which the user logged in.
    address: String,
    /// `User-Agent` of the browser at the log-in.
    agent: String,
    /// Whether it is the session of this request.
    current: bool,
}

/// Sessions that were ended.
#[derive(Serialize, ToSchema)]
struct SignedOut {
    /// The number of the user.
    user: u64,
    /// How many sessions they had.
    ended: u64,
}

/// Query parameters that select the part of a list of sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SessionsQuery {
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The caller's sessions, newest first.
#[utoipa::path(get, path = "/api/v1/auth/sessions", operation_id = "sessions", tag = "auth", responses((status = OK, body = Page<Session>)))]
async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<Page<Session>>, Problem> {
    let rows = api.accounts.sessions(caller.0.user).await?;
    Ok(Json(Page::whole(rows.into_iter().map(|row| Session::of(&caller, row)))))
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", operation_id = "end_session", tag = "auth", params(("id" = u64, Path)),
    responses((status = NO_CONTENT)))]
async fn end(State(api): State<Api>, person: Person, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    api.audit(&person.caller, "session.end", format!("session {id}"), json!({})).await?;
    api.accounts.end_session(person.caller.0.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The sessions of a user, newest first, for an admin.
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", operation_id = "sessions_of_user", tag = "users",
    params(("id" = u64, Path), SessionsQuery), responses((status = OK, body = Page<Session>)))]
async fn list_of_user(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
    Query(query): Query<SessionsQuery>,
) -> Result<Json<Page<Session>>, Problem> {
    let user = api.daemon.users.find(UserId(id))?;
    let limit = limit(query.limit)?;
    let before: Option<u64> = parse_cursor(query.cursor.as_deref())?;
    let mut rows = api.accounts.sessions(user.id).await?;
    rows.retain(|row| before.is_none_or(|before| row.id < before));
    Ok(Json(page(rows, limit, |row| row.id, |row| Session::of(&caller, row))))
}

/// Signs a user out everywhere: every session of theirs ends, the caller's own too when it is theirs. API tokens stay.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", operation_id = "end_sessions_of_user", tag = "users",
    params(("id" = u64, Path)), responses((status = OK, body = SignedOut)))]
async fn end_all(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
) -> Result<Json<SignedOut>, Problem> {
    let user = api.daemon.users.find(UserId(id))?;
    api.audit(&caller, "session.end_all", format!("user {id}"), json!({})).await?;
    let ended = api.accounts.end_sessions(user.id).await?;
    Ok(Json(SignedOut { user: id, ended: ended as u64 }))
}

impl Session {
    /// The view of a session; `caller` says whether it is that of the request.
    fn of(caller: &Caller, row: SessionRow) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at.into(),
            seen_at: row.seen_at.into(),
            expires_at: row.expires_at.into(),
            address: row.address,
            agent: row.agent,
            current: caller.0.via == Via::Session(row.id),
        }
    }
}
