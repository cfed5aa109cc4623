//! `/api/v1/system`: whether the daemon does its work, and the day at a glance.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use prahari_app::overview::Overview;
use prahari_store::{AlertRow, Role};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant};

/// Most alerts in the answer to a monitor; the rest is at `/api/v1/system/alerts`.
const MOST_ALERTS: u32 = 20;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(overview))
}

/// Whether the daemon does its work.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`, `attention` when an alert about the installation is open, or `failed`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
    /// Whether this is a demonstration, whose passwords everybody knows.
    demonstration: bool,
    /// The daemon's clock.
    now_ist: String,
    /// The last instant whose work was done or handed out.
    last_instant_ist: String,
    /// Why there is no session today, the name of its special session, or that today is presumed; empty on an ordinary day that is
    /// known.
    day_note: String,
    /// The last day of which the holidays are known.
    known_through: Date,
    /// How many there are.
    users: usize,
    /// How many of them have their unified service on.
    services_running: usize,
    /// The open alerts about the installation, oldest first, at most 20.
    alerts: Vec<OpenAlert>,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// An open alert about the installation. It names no user.
#[derive(Serialize, ToSchema)]
struct OpenAlert {
    /// What kind of condition.
    code: &'static str,
    /// Since when.
    since: Instant,
    /// One sentence.
    detail: String,
}

/// Whether the daemon does its work; for monitors, without signing in.
#[utoipa::path(get, path = "/api/v1/system/health", tag = "system",
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health)))]
async fn health(State(api): State<Api>) -> Response {
    let daemon = &api.daemon;
    let open = daemon.store.system().open_installation_alerts(MOST_ALERTS).await;
    let stopped = daemon.store.health().err();
    let problem = stopped.as_ref().or(open.as_ref().err()).map(ToString::to_string);
    let alerts: Vec<_> = open.into_iter().flatten().map(OpenAlert::from).collect();
    let status = match (&problem, alerts.is_empty()) {
        (Some(_), _) => "failed",
        (None, true) => "ok",
        (None, false) => "attention",
    };
    let (calendar, now) = (daemon.venue.calendar.current(), daemon.clock.now());
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        demonstration: api.demonstration,
        now_ist: now.to_string(),
        last_instant_ist: daemon.reached().to_string(),
        day_note: calendar.day_or_closed(now.ist_day()).note,
        known_through: Date(calendar.covers().1),
        users: daemon.users().len(),
        services_running: daemon.running_users().len(),
        alerts,
        problem,
    };
    let status = if health.problem.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

impl From<AlertRow> for OpenAlert {
    fn from(row: AlertRow) -> Self {
        Self { code: row.code.name(), since: Instant(row.raised_at), detail: row.detail }
    }
}

/// The day at a glance: a user's own, or everybody's for an admin.
#[utoipa::path(get, path = "/api/v1/system/overview", tag = "system", responses((status = OK, body = Object)))]
async fn overview(State(api): State<Api>, caller: Caller) -> Result<Json<Overview>, Problem> {
    let only = (caller.0.role != Role::Admin).then_some(caller.0.user);
    Ok(Json(api.daemon.overview(only).await?))
}
