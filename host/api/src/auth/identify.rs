//! From a request to who sent it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::TokenHash;
use prahari_store::{Role, TokenScope};

use super::{Auth, SEEN_MS, SESSION_IDLE_MS, cookie, origin};
use crate::connections::Connection;
use crate::problem::{Code, Problem};

/// Somebody who has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub user: UserId,
    /// What they may do with this request: an admin's token of a lesser scope has the rights of a user.
    pub role: Role,
    /// How they have shown it.
    pub via: Via,
    /// Where the request came from, as the listener saw it.
    pub address: Option<IpAddr>,
}

/// How somebody has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By the cookie of a session, with its number.
    Session(u64),
    /// By an API token, with its number.
    Token(u64),
}

impl Auth {
    /// Who sent a request; none when it does not say so or what it says is not valid any more.
    ///
    /// # Errors
    /// When it rests on a cookie, changes something and does not come from our own page; when a token is used for more
    /// than its scope; or when the database cannot be read.
    pub async fn identify(&self, parts: &Parts) -> Result<Option<Identity>, Problem> {
        let found = self.look_up(parts).await?;
        if let Some(connection) = parts.extensions.get::<Arc<Connection>>() {
            connection.belongs_to(found.map(|identity| identity.user));
        }
        Ok(found)
    }

    async fn look_up(&self, parts: &Parts) -> Result<Option<Identity>, Problem> {
        let address = address(parts);
        if parts.headers.contains_key(header::AUTHORIZATION) {
            // Somebody who shows a token means the token, whatever cookies come along.
            return match bearer(&parts.headers) {
                Some(hash) => self.by_token(hash, &parts.method, address).await,
                None => Ok(None),
            };
        }
        let Some(hash) = cookie::presented(&parts.headers) else { return Ok(None) };
        let found = self.by_session(hash, address).await?;
        if found.is_some() {
            origin::check(parts)?;
        }
        Ok(found)
    }

    async fn by_session(
        &self,
        hash: TokenHash,
        address: Option<IpAddr>,
    ) -> Result<Option<Identity>, Problem> {
        let system = self.store.system();
        let now = self.now();
        let Some((session, user)) = system.find_session(*hash.as_bytes()).await? else { return Ok(None) };
        let idle = now.millis_since(session.seen_at);
        if !user.active || now >= session.expires_at || idle >= SESSION_IDLE_MS {
            return Ok(None);
        }
        if idle >= SEEN_MS {
            system.touch_session(session.id, now).await?;
        }
        Ok(Some(Identity { user: user.id, role: user.role, via: Via::Session(session.id), address }))
    }

    async fn by_token(
        &self,
        hash: TokenHash,
        method: &Method,
        address: Option<IpAddr>,
    ) -> Result<Option<Identity>, Problem> {
        let system = self.store.system();
        let now = self.now();
        let Some((token, user)) = system.find_api_token(*hash.as_bytes()).await? else { return Ok(None) };
        let over = |end: Option<Timestamp>| end.is_some_and(|end| now >= end);
        if !user.active || token.revoked_at.is_some() || over(token.expires_at) {
            return Ok(None);
        }
        if token.scope == TokenScope::Read && !matches!(*method, Method::GET | Method::HEAD) {
            return Err(Problem::new(Code::TokenScope, "this API token may look, but change nothing"));
        }
        if token.used_at.is_none_or(|used| now.millis_since(used) >= SEEN_MS) {
            system.touch_api_token(token.id, now).await?;
        }
        let role = if token.scope == TokenScope::Admin { user.role } else { Role::User };
        Ok(Some(Identity { user: user.id, role, via: Via::Token(token.id), address }))
    }
}

/// Where a request came from.
pub(super) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

fn bearer(headers: &HeaderMap) -> Option<TokenHash> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| TokenHash::of(token.trim()))
}
