//! Conditional requests: an answer has a hash of its body as its `ETag`, and whoever shows it in `If-None-Match` gets the
//! body only when it has changed. A program that asks again and again is spared the reading; the daemon is not spared the
//! work, because nothing is kept.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Longest body of which a hash is made; longer ones are streamed.
const MOST_BYTES: usize = 1 << 20;

/// Adds the hash, or answers 304 to whoever has this body already.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    // The body of an answer to HEAD is there until all layers have seen it.
    let asked = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect::<Vec<_>>();
    let response = next.run(request).await;
    if !asked || response.status() != StatusCode::OK {
        return response;
    }
    let is_known = known.iter().any(is_any);
    let length = response.body().size_hint().exact();
    let is_long = length.is_none_or(|length| length > MOST_BYTES as u64);
    if is_long || response.headers().contains_key(header::ETAG) {
        return if is_known { not_modified(response) } else { response };
    }
    let (mut parts, body) = response.into_parts();
    let body = match axum::body::to_bytes(body, MOST_BYTES).await {
        Ok(body) => body,
        Err(error) => return Problem::fault(&error).into_response(),
    };
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    // Weak: what is sent may be compressed.
    let etag = format!("W/\"{:016x}\"", hasher.finish());
    if let Ok(value) = HeaderValue::from_str(&etag) {
        parts.headers.insert(header::ETAG, value);
    }
    let is_known = is_known || known.iter().any(|line| lists(line, &etag));
    let response = Response::from_parts(parts, Body::from(body));
    if is_known { not_modified(response) } else { response }
}

/// Whether somebody has whatever there is (RFC 9110, 13.1.2).
fn is_any(line: &HeaderValue) -> bool {
    line.as_bytes().trim_ascii() == b"*"
}

fn not_modified(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

/// Returns whether one of the header's lines lists the value, which may have parameters after it.
pub(crate) fn any_lists(headers: &HeaderMap, name: HeaderName, value: &str) -> bool {
    headers.get_all(name).iter().any(|line| lists(line, value))
}

fn lists(line: &HeaderValue, value: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let wanted = bare(value);
    let Ok(line) = line.to_str() else { return false };
    line.split(',').any(|one| bare(one.split(';').next().unwrap_or_default()) == wanted)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;

    use super::*;

    async fn asked(known: Option<&str>, text: &'static str) -> Response {
        asked_by(Method::GET, known, text).await
    }

    async fn asked_by(method: Method, known: Option<&str>, text: &'static str) -> Response {
        let routes = Router::new().route("/", get(async move || text)).layer(from_fn(answer));
        let mut request = Request::builder().method(method).uri("/");
        if let Some(known) = known {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        TowerToHyperService::new(routes).call(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_body_that_is_known_is_not_sent_again_and_a_changed_one_is() {
        let first = asked(None, "one").await;
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = asked(Some(&format!("\"other\", {etag}")), "one").await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], etag);
        assert_eq!(again.into_body().size_hint().exact(), Some(0));
        assert_eq!(asked(Some(&etag), "two").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn whoever_has_anything_is_sent_nothing_of_what_exists() {
        let first = asked(None, "one").await;
        let again = asked(Some("*"), "one").await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], first.headers()[header::ETAG]);
        assert_eq!(again.into_body().size_hint().exact(), Some(0));
        assert_eq!(asked(Some("\"*\""), "one").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn whoever_asks_for_the_headers_alone_gets_the_same_hash() {
        let whole = asked(None, "one").await;
        let headers = asked_by(Method::HEAD, None, "one").await;
        assert_eq!(headers.headers()[header::ETAG], whole.headers()[header::ETAG]);
        assert_eq!(headers.into_body().size_hint().exact(), Some(0));
        let known = whole.headers()[header::ETAG].to_str().unwrap();
        assert_eq!(asked_by(Method::HEAD, Some(known), "one").await.status(), StatusCode::NOT_MODIFIED);
    }
}
