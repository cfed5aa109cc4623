//! From what a request shows to whose it is.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::TokenHash;
use prahari_store::{Role, TokenScope};

use super::sessions::SESSION_IDLE_MS;
use super::{AccountError, Accounts};

/// Use is noted this often at most, so that looking at a page does not write to the database each second.
const SEEN_MS: i64 = 60_000;

/// Somebody who has shown a session or a token that is valid now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The user whose session or token it is.
    pub user: UserId,
    /// What they may do by it: an admin's token of a lesser scope has the rights of a user.
    pub role: Role,
    /// Credential that identified the caller.
    pub via: Via,
}

/// Credential that identifies a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A session, with its number.
    Session(u64),
    /// An API token, with its number.
    Token(u64),
}

impl Accounts {
    /// Returns the holder of a session; `None` when it does not exist, has ended, or its user is not active.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn by_session(&self, hash: TokenHash) -> Result<Option<Holder>, AccountError> {
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
        Ok(Some(Holder { user: user.id, role: user.role, via: Via::Session(session.id) }))
    }

    /// Returns the holder of an API token; `None` when it does not exist, has ended or was revoked, or its user
    /// is not active. `changes` says whether the request changes something.
    ///
    /// # Errors
    /// [`AccountError::ReadOnlyToken`], or when the database cannot be read.
    pub async fn by_token(&self, hash: TokenHash, changes: bool) -> Result<Option<Holder>, AccountError> {
        let system = self.store.system();
        let now = self.now();
        let Some((token, user)) = system.find_api_token(*hash.as_bytes()).await? else { return Ok(None) };
        let over = |end: Option<Timestamp>| end.is_some_and(|end| now >= end);
        if !user.active || token.revoked_at.is_some() || over(token.expires_at) {
            return Ok(None);
        }
        if token.scope == TokenScope::Read && changes {
            return Err(AccountError::ReadOnlyToken);
        }
        if token.used_at.is_none_or(|used| now.millis_since(used) >= SEEN_MS) {
            system.touch_api_token(token.id, now).await?;
        }
        let role = if token.scope == TokenScope::Admin { user.role } else { Role::User };
        Ok(Some(Holder { user: user.id, role, via: Via::Token(token.id) }))
    }
}
