//! One-time links: to become the first admin, and to choose a password.

use prahari_domain::ids::UserId;
use prahari_secrets::{Secret, SecretError, Token, TokenHash};
use prahari_store::{NewLink, NewUser, StoreError};

use super::{AccountError, Accounts, Peer, check_name, check_password};

/// Longest time that a one-time link can be used, in milliseconds.
const LINK_MS: i64 = 24 * 3_600_000;

impl Accounts {
    /// Returns whether no active admin can log in, so that the first one is still to be made.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn needs_set_up(&self) -> Result<bool, AccountError> {
        Ok(self.store.system().needs_set_up().await?)
    }

    /// Creates a one-time link with which the first admin is made, when no active admin can log in; earlier links
    /// end. Returns its token; `None` when an active admin can log in.
    ///
    /// # Errors
    /// When it cannot be written, or the system gives no random numbers.
    pub async fn set_up_token(&self) -> Result<Option<String>, AccountError> {
        let system = self.store.system();
        if !self.needs_set_up().await? {
            return Ok(None);
        }
        let (token, link) = self.new_link(None)?;
        system.create_setup_link(link).await?;
        Ok(Some(token.expose().to_owned()))
    }

    /// Makes a one-time link with which `user` chooses a password, and ends their earlier ones. `maker` is the
    /// admin who makes it and the number of their session; it ends with their right to make one. `remove_totp` has
    /// its use remove the user's authenticator as well.
    ///
    /// # Errors
    /// [`AccountError::SessionEnded`], or when it cannot be written.
    pub async fn make_password_link(
        &self,
        maker: (UserId, u64),
        user: UserId,
        remove_totp: bool,
    ) -> Result<Token, AccountError> {
        let (token, link) = self.new_link(Some(maker))?;
        if !self.store.user(user).create_password_link(link, remove_totp).await? {
            return Err(AccountError::SessionEnded);
        }
        Ok(token)
    }

    /// Uses a set-up link to make a user.
    ///
    /// # Errors
    /// When the link cannot be used, or name or password are refused.
    pub async fn use_set_up_link(
        &self,
        link: &Secret,
        new: NewUser,
        password: &Secret,
        from: &Peer,
    ) -> Result<UserId, AccountError> {
        // Guesses at links cannot succeed; counting them keeps them from costing anything else.
        self.count_attempt(None, from)?;
        let hash = TokenHash::of(link.expose());
        let system = self.store.system();
        if !system.is_setup_link(*hash.as_bytes(), self.now()).await? {
            return Err(StoreError::LinkUnusable.into());
        }
        self.throttle.succeeded(None, from.address);
        check_name(&new.name)?;
        check_password(password, &new.name)?;
        let password = self.hash_password(password).await?;
        Ok(system.use_setup_link(*hash.as_bytes(), self.now(), new, password).await?)
    }

    /// The user who may choose a password with this link.
    ///
    /// # Errors
    /// When the link cannot be used, or too many were tried.
    pub async fn user_of_link(&self, link: &Secret, from: &Peer) -> Result<UserId, AccountError> {
        self.count_attempt(None, from)?;
        let hash = TokenHash::of(link.expose());
        let found = self.store.system().password_link(*hash.as_bytes(), self.now()).await?;
        let user = found.ok_or(StoreError::LinkUnusable)?;
        self.throttle.succeeded(None, from.address);
        Ok(user)
    }

    /// Uses a link to set the password of a user whose name is known; all their sessions and tokens end.
    ///
    /// # Errors
    /// When the password is refused or the link cannot be used any more.
    pub async fn use_password_link(
        &self,
        link: &Secret,
        name: &str,
        password: &Secret,
    ) -> Result<(), AccountError> {
        check_password(password, name)?;
        let password = self.hash_password(password).await?;
        let hash = TokenHash::of(link.expose());
        let user = self.store.system().use_password_link(*hash.as_bytes(), self.now(), password).await?;
        self.events.recheck(user);
        Ok(())
    }

    fn new_link(&self, made_by: Option<(UserId, u64)>) -> Result<(Token, NewLink), SecretError> {
        let token = Token::generate()?;
        let now = self.now();
        let hash = *token.hash().as_bytes();
        let link = NewLink { hash, now, expires_at: now.plus_millis(LINK_MS), made_by };
        Ok((token, link))
    }
}
