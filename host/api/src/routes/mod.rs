//! Every route, by resource.

mod auth;
mod individual;
mod system;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::openapi::Base;
use crate::page;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// Most bytes of a body. The largest that is meant is a schedule's script.
const MAX_BODY_BYTES: usize = 256 << 10;

/// The routes of the API with their documentation: one line for each resource.
pub(crate) fn documented() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Base::openapi())
        .merge(system::routes())
        .merge(auth::routes())
        .merge(individual::routes())
}

/// Everything that the daemon answers.
pub fn router(api: Api) -> Router {
    let (routes, _document) = documented().split_for_parts();
    routes
        .route("/api/v1/openapi.json", get(async || axum::Json(crate::openapi::document())))
        .merge(page::routes())
        .method_not_allowed_fallback(async || {
            Problem::new(Code::MethodNotAllowed, "this path does not answer this method")
        })
        .fallback(async || Problem::new(Code::NotFound, "there is nothing at this path"))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(api)
}
