//! What holds for every request and answer, whichever route it is of.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath};
use axum::http::{HeaderValue, Request, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;
use tracing::{Instrument, Span};

use crate::auth;
use crate::conditional;
use crate::csv;
use crate::hosts;
use crate::idempotency;
use crate::jobs;
use crate::problem::Problem;
use crate::request_counts::CountAnswers;
use crate::retry_after;
use crate::state::Api;
use crate::surplus;

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
        .on_response(CountAnswers(api.clone()))
        // A failure is logged once, where it becomes a problem.
        .on_failure(());
    routes
        .layer(from_fn_with_state(api.clone(), csv::answer))
        .layer(from_fn_with_state(api.clone(), retry_after::tell))
        .layer(from_fn_with_state(api.clone(), auth::tell_outcomes))
        .layer(from_fn_with_state(api.clone(), jobs::respond_async))
        .layer(from_fn_with_state(api.clone(), idempotency::once))
        .layer(from_fn(carry_through))
        // Before anything reads a body to its end.
        .layer(from_fn_with_state(api.clone(), surplus::refuse))
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
        .layer(from_fn(conditional::answer))
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(SizeAbove::new(LEAST_COMPRESSED)),
        )
        .layer(tracing)
}

/// Returns whether a request to this route is sent as changes are and only computes something.
fn is_question(route: &str) -> bool {
    route.ends_with("/preview") || jobs::is_long(route)
}

/// Carries a change through that was begun, also when whoever asked for it hangs up meanwhile: nothing is left half done, such as
/// the stop of a worker that does not end by itself. Questions end with whoever asked them.
async fn carry_through(request: Request<Body>, next: Next) -> Response {
    let is_question =
        request.extensions().get::<MatchedPath>().is_some_and(|route| is_question(route.as_str()));
    if request.method().is_safe() || is_question {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => Problem::fault(&error).into_response(),
    }
}

/// Creates the log span of a request. It leaves out headers and bodies, because they hold tokens.
fn span<B>(request: &Request<B>) -> Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::any;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use tokio::sync::Notify;

    use super::*;

    /// Whether a request that somebody hangs up on is carried out to its end.
    async fn is_carried_through(method: &str, path: &str) -> bool {
        is_carried_through_at(method, path, path).await
    }

    async fn is_carried_through_at(method: &str, route: &str, path: &str) -> bool {
        let (begun, go_on, done) =
            (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (tell, wait, end) = (begun.clone(), go_on.clone(), done.clone());
        let handler = move || async move {
            tell.notify_one();
            wait.notified().await;
            end.notify_one();
        };
        let routes = Router::new().route(route, any(handler)).layer(from_fn(carry_through));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let asked = TowerToHyperService::new(routes).call(request);
        tokio::select! {
            _ = asked => panic!("nobody has let it go on"),
            () = begun.notified() => {}
        }
        go_on.notify_one();
        // What was dropped has dropped the only other handle.
        tokio::select! {
            biased;
            () = done.notified() => true,
            () = async { while Arc::strong_count(&done) > 1 { tokio::task::yield_now().await } } => false,
        }
    }

    #[tokio::test]
    async fn a_change_is_carried_through_when_its_caller_hangs_up_and_a_question_is_not() {
        assert!(is_carried_through("POST", "/api/v1/service/individual/stop").await);
        assert!(is_carried_through("PATCH", "/api/v1/users/2").await);
        assert!(!is_carried_through("GET", "/api/v1/service/individual/status").await);
        for question in ["/preview", "/replay", "/replays", "/shadow"] {
            assert!(!is_carried_through("POST", &format!("/api/v1/any{question}")).await, "{question}");
        }
        // A task may be called so.
        let (route, path) = ("/api/v1/service/schedules/{task}", "/api/v1/service/schedules/preview");
        assert!(is_carried_through_at("PUT", route, path).await);
    }
}
