//! Sessions: where somebody is logged in.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::Token;
use prahari_store::{NewSession, SessionRow};

use super::{AccountError, Accounts, Peer, Via};

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

    /// Ends every session of a user: they are signed out in all their browsers. Answers how many there were.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn end_sessions(&self, user: UserId) -> Result<usize, AccountError> {
        let ended = self.store.user(user).end_sessions().await?;
        self.events.recheck(user);
        Ok(ended)
    }

    /// Returns when a session or an API token of a user ends however much it is used, in real time; none for a token without an
    /// end, and for what has ended meanwhile.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn expires_at(&self, user: UserId, via: Via) -> Result<Option<Timestamp>, AccountError> {
        let scope = self.store.user(user);
        Ok(match via {
            Via::Session(id) => {
                let sessions = scope.sessions().await?;
                sessions.into_iter().find(|session| session.id == id).map(|session| session.expires_at)
            }
            Via::Token(id) => {
                let tokens = scope.api_tokens().await?;
                tokens.into_iter().find(|token| token.id == id).and_then(|token| token.expires_at)
            }
        })
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
