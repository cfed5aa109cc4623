//! Whether a request comes from our own page. Browsers say so in `Sec-Fetch-Site` and `Origin`, and no page can forge
//! either; a request that is sent with a cookie and changes something has to carry one of them.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

use crate::problem::{Code, Problem};

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Refuses a request that rests on a cookie, changes something or opens a stream, and does not prove its origin.
pub(super) fn check(parts: &Parts) -> Result<(), Problem> {
    let harmless = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS)
        && !parts.headers.contains_key(header::UPGRADE);
    if harmless || is_ours(&parts.headers) == Some(true) { Ok(()) } else { Err(foreign()) }
}

/// Refuses a request without a cookie, such as a log-in, when it says that it comes from another page.
pub(super) fn check_told(headers: &HeaderMap) -> Result<(), Problem> {
    if is_ours(headers) == Some(false) { Err(foreign()) } else { Ok(()) }
}

/// Returns whether the request is from our own page; none when it does not say where it is from.
fn is_ours(headers: &HeaderMap) -> Option<bool> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let site = text(SEC_FETCH_SITE).map(|site| site == "same-origin");
    let host = text(header::HOST.as_str()).unwrap_or_default();
    let origin = text(header::ORIGIN.as_str()).map(|origin| {
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        authority.is_some_and(|authority| !authority.is_empty() && authority.eq_ignore_ascii_case(host))
    });
    match (site, origin) {
        (None, None) => None,
        (site, origin) => Some(site.unwrap_or(true) && origin.unwrap_or(true)),
    }
}

fn foreign() -> Problem {
    Problem::new(
        Code::ForeignOrigin,
        "this changes something and does not come from this console: its Origin and Sec-Fetch-Site must name it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(pairs: &[(&'static str, &str)]) -> Option<bool> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_ours(&headers)
    }

    #[test]
    fn only_the_address_that_was_asked_is_our_own() {
        let host = ("host", "127.0.0.1:8700");
        assert_eq!(ours(&[host]), None);
        assert_eq!(ours(&[host, ("origin", "http://127.0.0.1:8700")]), Some(true));
        assert_eq!(ours(&[host, ("sec-fetch-site", "same-origin")]), Some(true));
        for origin in
            ["http://evil.example", "http://127.0.0.1:8701", "null", "", "http://", "127.0.0.1:8700"]
        {
            assert_eq!(ours(&[host, ("origin", origin)]), Some(false), "{origin}");
            assert_eq!(ours(&[host, ("origin", origin), ("sec-fetch-site", "same-origin")]), Some(false));
        }
        for site in ["cross-site", "same-site", "none", ""] {
            let own = ("origin", "http://127.0.0.1:8700");
            assert_eq!(ours(&[host, own, ("sec-fetch-site", site)]), Some(false), "{site}");
        }
        assert_eq!(ours(&[("origin", "http://")]), Some(false));
    }
}
