//! `/api/v1/system/health`: whether the daemon does its work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use prahari_app::queries::{self, AlertRow};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Json;
use crate::state::Api;
use crate::view::{Date, Instant};

/// Most alerts in the answer to a monitor; the rest is at `/api/v1/system/alerts`.
const MOST_ALERTS: u32 = 20;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(health))
}

/// Health of the daemon.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`, `attention` when an alert about the installation is open, or `failed`.
    status: &'static str,
    /// The version of the program.
    version: &'static str,
    /// Whether this is a demonstration, whose passwords everybody knows.
    demonstration: bool,
    /// Whether nobody can log in yet: the first admin is made with the link that the daemon printed at its start.
    set_up_pending: bool,
    /// Current time of the daemon's clock.
    now: Instant,
    /// The last instant whose work was done or handed out.
    last_instant: Instant,
    /// Reason why there is no session today, the name of its special session, or that today is presumed; empty on
    /// an ordinary day that is known.
    day_note: String,
    /// The last day of which the holidays are known.
    known_through: Date,
    /// Number of users, active or not.
    users: usize,
    /// Number of users whose unified service is running.
    services_running: usize,
    /// The open alerts about the installation, oldest first, at most 20.
    alerts: Vec<OpenAlert>,
    /// What failed, in one sentence; left out while nothing has.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// An open alert about the installation. It names no user.
#[derive(Serialize, ToSchema)]
struct OpenAlert {
    /// The kind of condition, such as `calendar_ends`.
    code: &'static str,
    /// Time at which the alert was raised.
    since: Instant,
    /// What is wrong, one sentence.
    detail: String,
}

/// Whether the daemon does its work; for monitors, without signing in.
#[utoipa::path(get, path = "/api/v1/system/health", tag = "system",
    responses((status = OK, body = Health), (status = SERVICE_UNAVAILABLE, body = Health)))]
async fn health(State(api): State<Api>) -> Response {
    let daemon = &api.daemon;
    let queries::Health { problem, alerts } = daemon.queries.health(MOST_ALERTS).await;
    let status = match (&problem, alerts.is_empty()) {
        (Some(_), _) => "failed",
        (None, true) => "ok",
        (None, false) => "attention",
    };
    let (calendar, now) = (daemon.trading.calendar.current(), daemon.clock.now());
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        demonstration: api.demonstration,
        // A store that fails is reported as the problem.
        set_up_pending: api.accounts.needs_set_up().await.unwrap_or(false),
        now: Instant(now),
        last_instant: Instant(daemon.cursor.reached()),
        day_note: calendar.day_or_closed(now.ist_day()).note,
        known_through: Date(calendar.covers().1),
        users: daemon.users.all().len(),
        services_running: daemon.users.running().len(),
        alerts: alerts.into_iter().map(OpenAlert::from).collect(),
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
