//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use prahari_secrets::{Token, TokenHash};

use super::SESSION_MS;

const NAME: &str = "prahari_session";

/// What the browser shows as its session.
pub(super) fn presented(headers: &HeaderMap) -> Option<TokenHash> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| TokenHash::of(value))
}

/// Gives the browser a session: scripts cannot read it, other sites cannot have it sent.
pub(super) fn given(token: &Token, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let age = SESSION_MS / 1_000;
    let text = format!("{NAME}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age}{secure}", token.expose());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Takes the session from the browser.
pub(crate) fn ended() -> HeaderValue {
    HeaderValue::from_static("prahari_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}
