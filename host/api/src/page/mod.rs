//! The page that shows the day, and the files that it consists of.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Everything the page needs comes from here: nothing may be loaded from elsewhere, nothing may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The routes of the page.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(async || file("text/html; charset=utf-8", include_str!("index.html"))))
        .route("/assets/app.js", get(async || file("text/javascript; charset=utf-8", include_str!("app.js"))))
        .route("/assets/style.css", get(async || file("text/css; charset=utf-8", include_str!("style.css"))))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The files are those of this program; after an update the next look must get the new ones.
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text).into_response()
}
