//! From a request that asks for it to its job.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tracing::Instrument as _;

use super::{JobState, Owner};
use crate::caller::Caller;
use crate::extract::{Json, read_body};
use crate::problem::{Code, Problem};
use crate::state::Api;

/// The header by which a caller says that it does not wait.
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What stands in it.
pub(crate) const RESPOND_ASYNC: &str = "respond-async";

/// Ends of the routes of requests that may take minutes.
const LONG: [&str; 3] = ["/shadow", "/replays", "/replay"];

/// Most bytes of an answer that is kept. The longest report lists 100 runs with some hundred bytes each.
const MOST_ANSWER_BYTES: usize = 256 << 10;

/// Returns whether a POST to this route may take minutes, and so may be answered by a job.
pub(crate) fn is_long(route: &str) -> bool {
    LONG.iter().any(|end| route.ends_with(end))
}

/// Answers a long request at once with its job, where the caller asks for that.
pub(crate) async fn respond_async(State(api): State<Api>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let long = request.method() == Method::POST && route.is_some_and(|route| is_long(route.as_str()));
    if !long || !prefers(request.headers()) {
        return next.run(request).await;
    }
    match begin(api, request, next).await {
        Ok(answer) => answer,
        Err(problem) => problem.into_response(),
    }
}

fn prefers(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(PREFER).iter().filter_map(|line| line.to_str().ok());
    // A preference may have parameters after it (RFC 7240); this one knows none.
    let mut names = lines.flat_map(|line| line.split(',')).filter_map(|one| one.split(';').next());
    names.any(|name| name.trim().eq_ignore_ascii_case(RESPOND_ASYNC))
}

async fn begin(api: Api, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let owner = Owner::of(Caller::from_request_parts(&mut parts, &api).await?);
    // Read before the answer: afterwards nobody sends any more of it.
    let (parts, body) = read_body(Request::from_parts(parts, body), &api, "the body").await?;
    let (path, now) = (parts.uri.path().to_owned(), api.daemon.clock.now());
    let jobs = api.jobs.clone();
    let id = jobs.begin(owner, (path, now), |id, progress| {
        let work = progress.of(next.run(Request::from_parts(parts, Body::from(body))));
        let work = tokio::spawn(work.in_current_span());
        let abort = work.abort_handle();
        tokio::spawn(async move {
            match work.await {
                Ok(answer) => finish(&api, (owner, id), answer).await,
                // Whoever ended it has said so already.
                Err(ended) if ended.is_cancelled() => {}
                Err(panic) => finish(&api, (owner, id), Problem::fault(&panic).into_response()).await,
            }
        });
        abort
    })?;
    let place = format!("/api/v1/jobs/{id}");
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(json!({ "id": id }))).into_response())
}

async fn finish(api: &Api, (owner, id): (Owner, u64), answer: Response) {
    let (parts, body) = answer.into_parts();
    let (status, body) = match axum::body::to_bytes(body, MOST_ANSWER_BYTES).await {
        Ok(body) => (parts.status, body),
        Err(_) => too_long().await,
    };
    api.jobs.end(owner, id, JobState::Ended { at: api.daemon.clock.now(), status, body });
}

async fn too_long() -> (StatusCode, Bytes) {
    let problem = Problem::new(Code::Unavailable, "it was done, and its answer is longer than a job keeps");
    let (parts, body) = problem.into_response().into_parts();
    (parts.status, axum::body::to_bytes(body, MOST_ANSWER_BYTES).await.unwrap_or_else(|_| Bytes::new()))
}
