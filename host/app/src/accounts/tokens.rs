//! API tokens, for scripts.

use prahari_domain::ids::UserId;
use prahari_domain::text::is_plain;
use prahari_domain::time::Timestamp;
use prahari_secrets::Token;
use prahari_store::{ApiTokenRow, NewApiToken, Role, Store, TokenScope};

use super::{AccountError, Accounts};

/// Most tokens of one user that are not revoked.
pub const MOST_TOKENS: usize = 50;

/// Most characters of a token's name.
pub const LONGEST_TOKEN_NAME: usize = 64;

/// Most days after which a token ends: ten years.
pub const MOST_TOKEN_DAYS: u32 = 3_650;

const DAY_MS: i64 = 24 * 3_600_000;

/// A token that a user wants.
pub struct TokenRequest {
    /// To know it by; no other unrevoked token of the user has it.
    pub name: String,
    /// Scope of the token.
    pub scope: TokenScope,
    /// After how many days it ends; never without it.
    pub expires_in_days: Option<u32>,
    /// The session by which it is asked for; none on the machine of the database.
    pub session: Option<u64>,
}

/// A token that was found to be allowed, and is not valid yet.
pub struct PreparedToken {
    user: UserId,
    token: Token,
    new: NewApiToken,
}

impl PreparedToken {
    /// Makes a token ready, if the user, whose role this is, may have one more of this name and scope. `now` is real time.
    ///
    /// # Errors
    /// [`AccountError::InvalidToken`], [`AccountError::TokenForAdmins`], [`AccountError::TooManyTokens`],
    /// [`AccountError::TokenNameTaken`], or when the database cannot be read.
    pub async fn new(
        store: &Store,
        (user, role): (UserId, Role),
        request: TokenRequest,
        now: Timestamp,
    ) -> Result<Self, AccountError> {
        request.check(role)?;
        let TokenRequest { name, scope, expires_in_days, session } = request;
        let rows = store.user(user).api_tokens().await?;
        let unrevoked: Vec<_> = rows.iter().filter(|row| row.revoked_at.is_none()).collect();
        if unrevoked.len() >= MOST_TOKENS {
            return Err(AccountError::TooManyTokens);
        }
        // By its name a token outlives a change of the password: another one must not do so in its place.
        if unrevoked.iter().any(|row| row.name == name) {
            return Err(AccountError::TokenNameTaken);
        }
        let token = Token::generate()?;
        let new = NewApiToken {
            hash: *token.hash().as_bytes(),
            name,
            scope,
            now,
            expires_at: expires_in_days.map(|days| now.plus_millis(i64::from(days) * DAY_MS)),
            session,
        };
        Ok(Self { user, token, new })
    }

    /// Makes it valid.
    ///
    /// # Errors
    /// [`AccountError::SessionEnded`], or when it cannot be written.
    pub async fn save(self, store: &Store) -> Result<CreatedToken, AccountError> {
        let Self { user, token, new } = self;
        let id = store.user(user).create_api_token(new).await?.ok_or(AccountError::SessionEnded)?;
        Ok(CreatedToken { id, token })
    }
}

impl TokenRequest {
    fn check(&self, role: Role) -> Result<(), AccountError> {
        if self.name.is_empty() || self.name.chars().count() > LONGEST_TOKEN_NAME {
            return Err(AccountError::InvalidToken(format!("name: 1 to {LONGEST_TOKEN_NAME} characters")));
        }
        if !is_plain(&self.name) {
            let why = "name: it has a character that cannot be seen, or a line break";
            return Err(AccountError::InvalidToken(why.to_owned()));
        }
        if self.expires_in_days.is_some_and(|days| !(1..=MOST_TOKEN_DAYS).contains(&days)) {
            return Err(AccountError::InvalidToken(format!("expires_in_days: 1 to {MOST_TOKEN_DAYS}")));
        }
        if self.scope == TokenScope::Admin && role != Role::Admin {
            return Err(AccountError::TokenForAdmins);
        }
        Ok(())
    }
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

    /// Makes a token ready, if the user, whose role this is, may have one more of this name and scope.
    ///
    /// # Errors
    /// As [`PreparedToken::new`].
    pub async fn prepare_token(
        &self,
        (user, role): (UserId, Role),
        request: TokenRequest,
    ) -> Result<PreparedToken, AccountError> {
        PreparedToken::new(&self.store, (user, role), request, self.now()).await
    }

    /// Makes a prepared token valid.
    ///
    /// # Errors
    /// As [`PreparedToken::save`].
    pub async fn add_token(&self, prepared: PreparedToken) -> Result<CreatedToken, AccountError> {
        prepared.save(&self.store).await
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
