//! Where somebody is logged in.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::accounts::Via;
use serde::Serialize;
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
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(end))
}

/// A session of the caller.
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

/// The caller's sessions, newest first.
#[utoipa::path(get, path = "/api/v1/auth/sessions", tag = "auth", responses((status = OK, body = Page<Session>)))]
async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<Page<Session>>, Problem> {
    let rows = api.accounts.sessions(caller.0.user).await?;
    let sessions = rows.into_iter().map(|row| Session {
        id: row.id,
        created_at: row.created_at.into(),
        seen_at: row.seen_at.into(),
        expires_at: row.expires_at.into(),
        address: row.address,
        agent: row.agent,
        current: caller.0.via == Via::Session(row.id),
    });
    Ok(Json(Page::whole(sessions)))
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", tag = "auth", params(("id" = u64, Path)),
    responses((status = NO_CONTENT)))]
async fn end(State(api): State<Api>, person: Person, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    api.audit(&person.caller, "session.end", format!("session {id}"), json!({})).await?;
    api.accounts.end_session(person.caller.0.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
