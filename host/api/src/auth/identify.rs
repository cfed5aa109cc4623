//! From a request to who sent it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use prahari_app::accounts::{Holder, Role, Via};
use prahari_domain::ids::UserId;
use prahari_secrets::TokenHash;

use super::{cookie, origin};
use crate::connections::Connection;
use crate::problem::Problem;
use crate::state::Api;

/// A caller whose credential was valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The user that it is.
    pub user: UserId,
    /// What they may do with this request: an admin's token of a lesser scope has the rights of a user.
    pub role: Role,
    /// Credential that identified the caller.
    pub via: Via,
    /// Where the request came from, as the listener saw it.
    pub address: Option<IpAddr>,
}

impl Api {
    /// Returns who sent a request; none when it does not say so or what it says is not valid any more.
    ///
    /// # Errors
    /// When it rests on a cookie, changes something and does not come from our own page; when a token is used for more
    /// than its scope; when two are shown; or when the database cannot be read.
    pub(crate) async fn identify(&self, parts: &Parts) -> Result<Option<Identity>, Problem> {
        let found = self.holder(parts).await?;
        if let Some(connection) = parts.extensions.get::<Arc<Connection>>() {
            connection.belongs_to(found.map(|holder| holder.user));
        }
        let address = address(parts);
        Ok(found.map(|Holder { user, role, via }| Identity { user, role, via, address }))
    }

    async fn holder(&self, parts: &Parts) -> Result<Option<Holder>, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            refuse_two(&parts.headers)?;
            // Somebody who shows a token means the token, whatever cookies come along.
            let Some(hash) = bearer(&parts.headers) else { return Ok(None) };
            let changes = !matches!(parts.method, Method::GET | Method::HEAD);
            return Ok(self.accounts.by_token(hash, changes).await?);
        }
        let Some(hash) = cookie::presented(&parts.headers) else { return Ok(None) };
        let found = self.accounts.by_session(hash).await?;
        if found.is_some() {
            origin::check(parts)?;
        }
        Ok(found)
    }
}

/// Returns where a request came from.
pub(super) fn address(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

/// Of two tokens nobody knows which is meant.
fn refuse_two(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
        return Err(Problem::invalid("Authorization: it is given twice; send it once"));
    }
    Ok(())
}

fn bearer(headers: &HeaderMap) -> Option<TokenHash> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| TokenHash::of(token.trim()))
}
