//! `/api/v1/system/connections`: who is connected, and who was sent away, for admins.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(connections))
}

/// How connections are used, beside what they may take. What was closed and refused is counted since the daemon's
/// start.
#[derive(Serialize, ToSchema)]
struct ConnectionUse {
    /// Connections open now.
    open: usize,
    /// Most that may be open.
    most: usize,
    /// Open connections without a signed-in user.
    strangers: usize,
    /// Most of these from one address.
    most_per_address: usize,
    /// Most of one signed-in user, streams not counted.
    most_per_user: usize,
    /// Open live streams.
    streams: usize,
    /// Most live streams of one user.
    most_streams_per_user: usize,
    /// Closed because no complete request came in time.
    silent: u64,
    /// Closed because the client took nothing of its answer.
    stalled: u64,
    /// Closed to make room for others.
    gave_way: u64,
    /// Closed as they came, because nobody could give way.
    refused: u64,
    /// Streams refused because their user has too many.
    streams_refused: u64,
}

/// Returns how connections are used, and how many were closed.
#[utoipa::path(get, path = "/api/v1/system/connections", tag = "system",
    responses((status = OK, body = ConnectionUse)))]
async fn connections(State(api): State<Api>, _admin: Admin) -> Result<Json<ConnectionUse>, Problem> {
    let (used, limits) = (api.connections.used(), api.connections.limits());
    Ok(Json(ConnectionUse {
        open: used.open,
        most: limits.most,
        strangers: used.anonymous,
        most_per_address: limits.per_address,
        most_per_user: limits.per_user,
        streams: used.streams,
        most_streams_per_user: limits.streams_per_user,
        silent: used.silent,
        stalled: used.stalled,
        gave_way: used.evicted,
        refused: used.refused,
        streams_refused: used.streams_refused,
    }))
}
