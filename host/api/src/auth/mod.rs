//! Who is asking.

use axum::http::HeaderMap;
use prahari_domain::ids::UserId;
use prahari_store::{Role, Store};

use crate::problem::Problem;

/// Somebody who has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
}

/// Decides who is asking.
pub struct Auth {
    #[expect(dead_code, reason = "sessions are rows of it")]
    store: Store,
}

impl Auth {
    /// Over the users of a database.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Who sent a request with these headers; none when it does not say so or what it says is not valid any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    #[expect(clippy::unused_async, reason = "sessions are read from the database")]
    pub async fn identify(&self, _headers: &HeaderMap) -> Result<Option<Identity>, Problem> {
        Ok(None)
    }
}
