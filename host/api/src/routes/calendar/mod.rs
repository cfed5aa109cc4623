//! `/api/v1/calendar`: the days and hours of the exchange, and the versions in which operators bring them.

mod days;
mod import;
mod preview;
mod text;
mod versions;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(days::days))
        .routes(routes!(days::now))
        .routes(routes!(import::import))
        .routes(routes!(preview::preview))
        .routes(routes!(versions::versions))
        .routes(routes!(versions::document))
        .routes(routes!(versions::shipped))
}
