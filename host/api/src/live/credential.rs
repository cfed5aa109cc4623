//! What a client has shown when it came, to be looked at again while it stays.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Request;
use axum::http::request::Parts;

use crate::auth::Identity;
use crate::problem::Problem;
use crate::state::Api;

/// The head of the request that opened a stream: cookie or token, and where it came from.
pub struct Credential(Parts);

impl Credential {
    /// Identifies the user again; `None` when the credential is not valid any more.
    ///
    /// # Errors
    /// When it cannot be looked up.
    pub async fn identify(&self, api: &Api) -> Result<Option<Identity>, Problem> {
        api.identify(&self.0).await
    }
}

impl FromRequestParts<Api> for Credential {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Infallible> {
        // Not a clone: the connection itself is among the extensions.
        let (mut kept, ()) = Request::new(()).into_parts();
        kept.method = parts.method.clone();
        kept.uri = parts.uri.clone();
        kept.headers = parts.headers.clone();
        if let Some(from) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
            kept.extensions.insert(*from);
        }
        Ok(Self(kept))
    }
}
