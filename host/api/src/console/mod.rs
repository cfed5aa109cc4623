//! The console: the files of its build, which the program carries, and the page that starts it.

mod files;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prahari_secrets::Token;

use crate::problem::{Code, Problem};
use files::{FILES, File};

/// What `index.html` has in place of the nonce of its answer.
const NONCE_MARK: &str = "__CSP_NONCE__";

/// The page of a build without the console.
const MISSING: &str = include_str!("missing.html");

/// Returns the routes of the console's files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let files = FILES.iter().filter(|file| file.path != INDEX);
    let routes = files.fold(Router::new(), |routes, file| {
        routes.route(file.path, get(async move |headers: HeaderMap| file.answer(&headers)))
    });
    routes.route("/", get(index))
}

const INDEX: &str = "/index.html";

/// Answers what no route answers: the console, when a browser asks for one of its pages, which have addresses of their own.
pub async fn fallback(request: Request) -> Response {
    let path = request.uri().path();
    let of_api = path == "/api" || path.starts_with("/api/");
    if request.method().is_safe() && !of_api && wants_page(request.headers()) {
        return index().await;
    }
    Problem::new(Code::NotFound, "there is nothing at this path").into_response()
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter();
    accept.filter_map(|kinds| kinds.to_str().ok()).any(|kinds| kinds.contains("text/html"))
}

/// The page that starts the console. Each answer has a nonce of its own, without which no style that a script adds
/// takes effect; so the page is never kept.
async fn index() -> Response {
    let Some(File { bytes, kind, .. }) = FILES.iter().find(|file| file.path == INDEX) else {
        return page("text/html; charset=utf-8", MISSING.to_owned(), "").into_response();
    };
    let nonce = match Token::generate() {
        Ok(nonce) => nonce,
        Err(error) => return Problem::fault(&error).into_response(),
    };
    let text = String::from_utf8_lossy(bytes).replace(NONCE_MARK, nonce.expose());
    page(kind, text, &format!(" 'nonce-{}'", nonce.expose())).into_response()
}

fn page(kind: &'static str, text: String, nonce: &str) -> impl IntoResponse {
    // Everything the console needs comes from here: nothing is loaded from elsewhere, nothing may frame it.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (StatusCode::OK, headers, text)
}
