//! The page that shows the day.

use axum::http::header;
use axum::response::{Html, IntoResponse};

/// The page; it asks the API for what it shows.
const PAGE: &str = include_str!("page.html");

/// Answers the page.
pub async fn page() -> impl IntoResponse {
    // Everything the page needs is in it: nothing may be loaded from elsewhere, nothing may frame it.
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE))
}
