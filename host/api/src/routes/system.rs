//! `/api/v1/system`: whether the daemon does its work, and the day at a glance.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use prahari_app::overview::Overview;
use prahari_store::Role;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(overview))
}

/// Whether the daemon does its work.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok` or `failed`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
    /// Whether this is a demonstration, whose passwords everybody knows.
    demonstration: bool,
    /// The daemon's clock.
    now_ist: String,
    /// The last instant whose work was done or handed out.
    last_instant_ist: String,
    /// How many there are.
    users: usize,
    /// How many of them have their unified service on.
    services_running: usize,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Whether the daemon does its work; for monitors, without signing in.
#[utoipa::path(get, path = "/api/v1/system/health", tag = "system",
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health)))]
async fn health(State(api): State<Api>) -> Response {
    let daemon = &api.daemon;
    let problem = daemon.store.health().err().map(|error| error.to_string());
    let health = Health {
        status: if problem.is_none() { "ok" } else { "failed" },
        version: env!("CARGO_PKG_VERSION"),
        demonstration: api.demonstration,
        now_ist: daemon.clock.now().to_string(),
        last_instant_ist: daemon.reached().to_string(),
        users: daemon.users().len(),
        services_running: daemon.running_users().len(),
        problem,
    };
    let status = if health.problem.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

/// The day at a glance: a user's own, or everybody's for an admin.
#[utoipa::path(get, path = "/api/v1/system/overview", tag = "system", responses((status = OK, body = Object)))]
async fn overview(State(api): State<Api>, caller: Caller) -> Result<Json<Overview>, Problem> {
    let only = (caller.0.role != Role::Admin).then_some(caller.0.user);
    Ok(Json(api.daemon.overview(only).await?))
}
