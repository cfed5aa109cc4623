//! What holds for every request and answer, whichever route it is of.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Request, header};
use axum::middleware::from_fn_with_state;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::{Level, Span};

use crate::auth;
use crate::hosts;
use crate::state::Api;

/// Most bytes of a body. The largest that is meant is a schedule's script.
const MAX_BODY_BYTES: usize = 256 << 10;

/// Answers of fewer bytes are sent as they are: a packet or three less is not worth the processor time. 4 KiB is a
/// page of some ten orders; the longest list of them, 300 kB, becomes a tenth in 2 ms.
const LEAST_COMPRESSED: u16 = 4 << 10;

/// The routes with everything that stands around them.
pub(crate) fn around(routes: Router<Api>, api: &Api) -> Router<Api> {
    let tracing = TraceLayer::new_for_http()
        .make_span_with(span)
        .on_request(())
        .on_response(DefaultOnResponse::new().level(Level::DEBUG))
        // A failure is logged once, where it becomes a problem.
        .on_failure(());
    routes
        .layer(from_fn_with_state(api.clone(), auth::tell_outcomes))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(api.clone(), hosts::guard))
        // Browsers neither guess what an answer is nor keep it, unless it says that they may.
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(SizeAbove::new(LEAST_COMPRESSED)),
        )
        .layer(tracing)
}

/// Creates the log span of a request. It leaves out headers and bodies, because they hold tokens.
fn span<B>(request: &Request<B>) -> Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}
