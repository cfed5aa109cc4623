//! Every route, and what answers it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prahari_app::daemon::Daemon;
use serde::Serialize;

/// The page; it asks `/api/v1/system/overview` for what it shows.
const PAGE: &str = include_str!("page.html");

/// The routes of the daemon.
pub fn router(daemon: Arc<Daemon>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/api/v1/system/health", get(health))
        .route("/api/v1/system/overview", get(overview))
        .with_state(daemon)
}

async fn page() -> impl IntoResponse {
    // Everything the page needs is in it: nothing may be loaded from elsewhere, nothing may frame it.
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE))
}

/// Whether the daemon does its work.
#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    now_ist: String,
    last_instant_ist: String,
    users: usize,
    services_running: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

async fn health(State(daemon): State<Arc<Daemon>>) -> Response {
    let problem = daemon.store.health().err().map(|error| error.to_string());
    let health = Health {
        status: if problem.is_none() { "ok" } else { "failed" },
        version: env!("CARGO_PKG_VERSION"),
        now_ist: daemon.clock.now().to_string(),
        last_instant_ist: daemon.reached().to_string(),
        users: daemon.users().len(),
        services_running: daemon.running_users().len(),
        problem,
    };
    let status = if health.problem.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

async fn overview(State(daemon): State<Arc<Daemon>>) -> Response {
    match daemon.overview().await {
        Ok(overview) => Json(overview).into_response(),
        Err(error) => problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable", &error.to_string()),
    }
}

/// An error as RFC 9457 problem details with a stable code.
fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
