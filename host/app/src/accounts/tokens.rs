//! API tokens, for scripts.

use prahari_domain::ids::UserId;
use prahari_secrets::Token;
use prahari_store::{ApiTokenRow, NewApiToken, TokenScope};

use super::{AccountError, Accounts};

/// Most tokens of one user that are not revoked.
pub const MOST_TOKENS: usize = 50;

const DAY_MS: i64 = 24 * 3_600_000;

/// A token that a user wants.
pub struct TokenRequest {
    /// To know it by; no other unrevoked token of the user has it.
    pub name: String,
    /// Scope of the token.
    pub scope: TokenScope,
    /// After how many days it ends; never without it.
    pub expires_in_days: Option<u32>,
    /// The session by which it is asked for.
    pub session: u64,
}

/// A token that was found to be allowed, and is not valid yet.
pub struct PreparedToken {
    token: Token,
    new: NewApiToken,
}

/// A token that is valid from now on. This is the only time that it is known.
pub struct CreatedToken {
    /// Id of the token.
    pub id: u64,
    /// Secret that programs send.
    pub token: Token,
}

impl Accounts {
    /// The tokens of a user, newest first, revoked ones as well.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tokens(&self, user: UserId) -> Result<Vec<ApiTokenRow>, AccountError> {
        Ok(self.store.user(user).api_tokens().await?)
    }

    /// Makes a token ready, if the user may have one more of this name.
    ///
    /// # Errors
    /// [`AccountError::TooManyTokens`], [`AccountError::TokenNameTaken`], or when the database cannot be read.
    pub async fn prepare_token(
        &self,
        user: UserId,
        request: TokenRequest,
    ) -> Result<PreparedToken, AccountError> {
        let TokenRequest { name, scope, expires_in_days, session } = request;
        let rows = self.store.user(user).api_tokens().await?;
        let unrevoked: Vec<_> = rows.iter().filter(|row| row.revoked_at.is_none()).collect();
        if unrevoked.len() >= MOST_TOKENS {
            return Err(AccountError::TooManyTokens);
        }
        // By its name a token outlives a change of the password: another one must not do so in its place.
        if unrevoked.iter().any(|row| row.name == name) {
            return Err(AccountError::TokenNameTaken);
        }
        let (token, now) = (Token::generate()?, self.now());
        let new = NewApiToken {
            hash: *token.hash().as_bytes(),
            name,
            scope,
            now,
            expires_at: expires_in_days.map(|days| now.plus_millis(i64::from(days) * DAY_MS)),
            session: Some(session),
        };
        Ok(PreparedToken { token, new })
    }

    /// Makes a prepared token valid.
    ///
    /// # Errors
    /// [`AccountError::SessionEnded`], or when it cannot be written.
    pub async fn add_token(
        &self,
        user: UserId,
        prepared: PreparedToken,
    ) -> Result<CreatedToken, AccountError> {
        let PreparedToken { token, new } = prepared;
        let id = self.store.user(user).create_api_token(new).await?.ok_or(AccountError::SessionEnded)?;
        Ok(CreatedToken { id, token })
    }

    /// Revokes a token of a user.
    ///
    /// # Errors
    /// [`AccountError::UnknownToken`], or when it cannot be written.
    pub async fn revoke_token(&self, user: UserId, token: u64) -> Result<(), AccountError> {
        if !self.store.user(user).revoke_api_token(token, self.now()).await? {
            return Err(AccountError::UnknownToken(token));
        }
        self.events.recheck(user);
        Ok(())
    }

    /// Refuses names that no token has, because a slip would end one that was meant to go on; and names that
    /// several have, because one would go on that was not meant.
    ///
    /// # Errors
    /// [`AccountError::UnknownTokenName`], [`AccountError::AmbiguousTokenName`], or when the database cannot be read.
    pub(super) async fn check_token_names(&self, user: UserId, names: &[String]) -> Result<(), AccountError> {
        let tokens = self.store.user(user).api_tokens().await?;
        for (place, name) in names.iter().enumerate() {
            let named = |token: &&ApiTokenRow| token.revoked_at.is_none() && token.name == *name;
            match tokens.iter().filter(named).count() {
                1 => {}
                0 => return Err(AccountError::UnknownTokenName(place)),
                _ => return Err(AccountError::AmbiguousTokenName(place)),
            }
        }
        Ok(())
    }
}
