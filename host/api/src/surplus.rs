//! What a request carries and its operation does not take: a query where there are no parameters, a body where there is none.
//!
//! Nobody reads it, so it would be ignored, and somebody who means one user with `POST /system/kill-switch?user=2` would stop
//! everybody. It is refused here for all routes, by what the document says of them; what an operation takes is read by its own
//! extractors.

use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, FromRequestParts as _, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::caller::Caller;
use crate::contract::{self, Wrong};
use crate::extract::{check_query, read_body};
use crate::problem::{Code, Problem};
use crate::state::Api;

/// Most bytes that are read of a body that should not be there: enough to name a field of it.
const MOST_BYTES: usize = 1 << 10;

/// Routes for which nobody has to be signed in. For all others it is said first who may not ask at all.
const OPEN: [&str; 4] =
    ["/api/v1/system/health", "/api/v1/auth/login", "/api/v1/auth/setup", "/api/v1/auth/reset"];

/// Refuses a request with a query or a body that its operation does not take.
pub(crate) async fn refuse(State(api): State<Api>, request: Request, next: Next) -> Response {
    match without_surplus(&api, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn without_surplus(api: &Api, request: Request) -> Result<Request, Problem> {
    let has_query = request.uri().query().is_some_and(|query| !query.is_empty());
    let has_body = !request.body().is_end_stream();
    // Most requests have neither, and the first ones come before the document was needed: it is not made for them.
    if !has_query && !has_body {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let Some(operation) = contract::operation(&parts) else {
        return Ok(Request::from_parts(parts, body));
    };
    let needless_query = has_query && !operation.takes_query();
    let needless_body = has_body && !operation.takes_body();
    if (needless_query || needless_body) && !is_open(&parts) {
        Caller::from_request_parts(&mut parts, api).await?;
    }
    if needless_query {
        check_query(&parts).map_err(|problem| with_whom(&parts, problem))?;
    }
    let request = Request::from_parts(parts, body);
    if needless_body { without_body(api, request).await } else { Ok(request) }
}

/// Most of what is about a user takes `?user=`; of what does not it is said whom it is about.
fn with_whom(parts: &Parts, problem: Problem) -> Problem {
    let names_user =
        parts.uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("user=")));
    let route = parts.extensions.get::<MatchedPath>();
    if names_user && route.is_some_and(|route| route.as_str().starts_with("/api/v1/user/")) {
        return Problem::invalid(format!("{}; it is about whoever asks", problem.into_detail()));
    }
    problem
}

fn is_open(parts: &Parts) -> bool {
    parts.extensions.get::<MatchedPath>().is_some_and(|route| OPEN.contains(&route.as_str()))
}

/// Reads a body in which nothing may stand, and goes on without it. One that is larger than any nothing is not read on.
async fn without_body(api: &Api, mut request: Request) -> Result<Request, Problem> {
    DefaultBodyLimit::max(MOST_BYTES).apply(&mut request);
    match read_body(request, api, "the body").await {
        Ok((parts, bytes)) => {
            check_says_nothing(&bytes)?;
            Ok(Request::from_parts(parts, Body::empty()))
        }
        Err(problem) if problem.code() == Code::TooLarge => Err(takes_none()),
        Err(problem) => Err(problem),
    }
}

/// Clients that always send JSON send an empty object, or null.
fn check_says_nothing(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Null) => Ok(()),
        Ok(Value::Object(fields)) => match fields.keys().next() {
            Some(name) => {
                Err(Problem::invalid(Wrong::unknown("field", name, std::iter::empty()).to_string()))
            }
            None => Ok(()),
        },
        _ => Err(takes_none()),
    }
}

fn takes_none() -> Problem {
    Problem::invalid("the body is not expected: this takes none, or {}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_nothing_or_is_refused_in_one_sentence() {
        for nothing in ["", " \r\n", "{}", "{ }", "null"] {
            assert!(check_says_nothing(nothing.as_bytes()).is_ok(), "{nothing:?}");
        }
        for (body, expected) in [
            (r#"{"user":3}"#, "user is no field of this: there are none"),
            (r#"{"":3}"#, "a field without a name is no field of this: there are none"),
            ("[]", "the body is not expected: this takes none, or {}"),
            ("{", "the body is not expected: this takes none, or {}"),
            ("user=3", "the body is not expected: this takes none, or {}"),
        ] {
            let refused = check_says_nothing(body.as_bytes()).unwrap_err();
            assert_eq!(refused.into_detail(), expected, "{body}");
        }
    }
}
