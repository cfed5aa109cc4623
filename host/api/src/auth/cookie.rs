//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, CookieBuilder, SameSite};
use prahari_app::accounts::SESSION_MS;
use prahari_secrets::{Token, TokenHash};

use crate::problem::Problem;

const NAME: &str = "prahari_session";

/// Returns the hash of the session token in the request's cookies. Of several cookies of the name the first counts.
pub(super) fn presented(headers: &HeaderMap) -> Option<TokenHash> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == NAME).map(|cookie| TokenHash::of(cookie.value()))
}

/// Gives the browser a session. `secure` has it sent over TLS only.
///
/// # Errors
/// When the token cannot stand in a header, which is a fault of ours.
pub(crate) fn given(token: &Token, secure: bool) -> Result<HeaderValue, Problem> {
    let cookie = session(token.expose()).max_age(Duration::milliseconds(SESSION_MS));
    let cookie = if secure { cookie.secure(true) } else { cookie };
    header_of(&cookie.build())
}

/// Takes the session from the browser.
///
/// # Errors
/// As [`given`].
pub(crate) fn ended() -> Result<HeaderValue, Problem> {
    header_of(&session("").max_age(Duration::ZERO).build())
}

/// Scripts cannot read it, other sites cannot have it sent.
fn session(value: &str) -> CookieBuilder<'_> {
    Cookie::build((NAME, value)).http_only(true).same_site(SameSite::Strict).path("/")
}

fn header_of(cookie: &Cookie<'_>) -> Result<HeaderValue, Problem> {
    let mut value = HeaderValue::try_from(cookie.to_string()).map_err(|error| Problem::fault(&error))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_for_our_own_pages_and_for_no_script() {
        let token = Token::generate().unwrap();
        let text = |secure| given(&token, secure).unwrap().to_str().unwrap().to_owned();
        let secret = token.expose();
        let plain = format!("prahari_session={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age=604800");
        assert_eq!(text(false), plain);
        assert!(text(true).contains("; Secure"));
        assert_eq!(ended().unwrap(), "prahari_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    }

    #[test]
    fn a_session_is_found_among_other_cookies_and_the_first_of_two_counts() {
        let presented = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, line.parse().unwrap());
            }
            presented(&headers)
        };
        let (one, other) = (Some(TokenHash::of("one")), Some(TokenHash::of("other")));
        assert_eq!(presented(&["theme=dark; prahari_session=one;a=b"]), one);
        assert_eq!(presented(&["theme", "=; ;prahari_session=other"]), other);
        assert_eq!(presented(&["prahari_session=one", "prahari_session=other"]), one);
        assert_eq!(presented(&["prahari_sessions=one; x=prahari_session"]), None);
    }
}
