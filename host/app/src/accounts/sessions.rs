//! Sessions: where somebody is logged in.

use prahari_domain::ids::UserId;
use prahari_secrets::Token;
use prahari_store::{NewSession, SessionRow};

use super::{AccountError, Accounts, Peer};

/// A session that nobody uses ends after this; a console that is open asks all the time.
pub(super) const SESSION_IDLE_MS: i64 = 12 * 3_600_000;

/// A session ends after this however much it is used, in milliseconds.
pub const SESSION_MS: i64 = 7 * 24 * 3_600_000;

impl Accounts {
    /// Begins a session of a user who has just become one.
    ///
    /// # Errors
    /// [`AccountError::NotActive`], or when it cannot be written.
    pub async fn begin_session(&self, user: UserId, from: &Peer) -> Result<Token, AccountError> {
        self.open_session(user, from, None).await?.ok_or(AccountError::NotActive)
    }

    /// The sessions of a user that are not over, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<SessionRow>, AccountError> {
        let now = self.now();
        let mut rows = self.store.user(user).sessions().await?;
        rows.retain(|row| now < row.expires_at);
        Ok(rows)
    }

    /// Ends one session of a user.
    ///
    /// # Errors
    /// [`AccountError::UnknownSession`], or when it cannot be written.
    pub async fn end_session(&self, user: UserId, session: u64) -> Result<(), AccountError> {
        let ended = self.store.user(user).end_session(session).await?;
        self.events.recheck(user);
        if ended { Ok(()) } else { Err(AccountError::UnknownSession(session)) }
    }

    /// Begins a session of a user; none when they are not active any more, or have another password than the one
    /// that was looked at.
    pub(super) async fn open_session(
        &self,
        user: UserId,
        from: &Peer,
        password: Option<String>,
    ) -> Result<Option<Token>, AccountError> {
        let token = Token::generate()?;
        let now = self.now();
        let session = NewSession {
            hash: *token.hash().as_bytes(),
            now,
            expires_at: now.plus_millis(SESSION_MS),
            address: from.address.to_string(),
            agent: from.agent.clone(),
            password,
        };
        let begun = self.store.user(user).open_session(session).await?;
        Ok(begun.map(|_| token))
    }
}
