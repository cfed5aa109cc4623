//! Passwords and one-time links.

use prahari_app::error::AppError;
use prahari_domain::ids::UserId;
use prahari_secrets::{Secret, SecretError, Token, TokenHash};
use prahari_store::{Kept, NewLink, NewUser, StoreError};

use super::{Auth, Origin, check_name, check_password, failed};
use crate::caller::Person;
use crate::problem::{Code, Problem};

/// How long a one-time link can be used.
const LINK_MS: i64 = 24 * 3_600_000;

impl Auth {
    /// The token of a new one-time link with which somebody can make themself an admin, when no active admin could log in;
    /// earlier ones end. Whoever starts the daemon is shown it.
    ///
    /// # Errors
    /// When it cannot be written, or the system gives no random numbers.
    pub async fn set_up_token(&self) -> Result<Option<String>, AppError> {
        let system = self.store.system();
        if !system.needs_set_up().await? {
            return Ok(None);
        }
        let (token, link) = self.new_link(None)?;
        system.create_setup_link(link).await?;
        Ok(Some(token.expose().to_owned()))
    }

    /// Gives a user a password without asking for the present one: for demonstrations, whose passwords are printed, and
    /// for tests.
    ///
    /// # Errors
    /// When it cannot be written, or the system gives no random numbers.
    pub async fn give_password(&self, user: UserId, password: String) -> Result<(), AppError> {
        let hash = self.passwords.hash(&Secret::new(password))?;
        self.store.user(user).set_password(hash, self.now(), Kept::default()).await?;
        Ok(())
    }

    /// Makes a one-time link with which a user chooses a password, and ends their earlier ones. It ends with its maker's right to
    /// make one.
    pub(crate) async fn make_password_link(
        &self,
        maker: Person,
        user: UserId,
        remove_totp: bool,
    ) -> Result<Token, Problem> {
        let made_by = (maker.caller.0.user, maker.session);
        let (token, link) = self.new_link(Some(made_by)).map_err(failed)?;
        if !self.store.user(user).create_password_link(link, remove_totp).await? {
            return Err(Problem::new(Code::NotSignedIn, "your session has ended"));
        }
        Ok(token)
    }

    /// Uses a set-up link to make a user.
    pub(crate) async fn use_setup_link(
        &self,
        link: &Secret,
        new: NewUser,
        password: &Secret,
        from: &Origin,
    ) -> Result<UserId, Problem> {
        // Guesses at links cannot succeed; counting them keeps them from costing anything else.
        self.throttled(None, from)?;
        let hash = TokenHash::of(link.expose());
        let system = self.store.system();
        if !system.is_setup_link(*hash.as_bytes(), self.now()).await? {
            return Err(unusable());
        }
        self.throttle.succeeded(None, from.address);
        check_name(&new.name)?;
        check_password(password, &new.name)?;
        let password = self.hash_password(password).await?;
        Ok(system.use_setup_link(*hash.as_bytes(), self.now(), new, password).await?)
    }

    /// Who may choose a password with this link.
    pub(crate) async fn password_link(&self, link: &Secret, from: &Origin) -> Result<UserId, Problem> {
        self.throttled(None, from)?;
        let hash = TokenHash::of(link.expose());
        let found = self.store.system().password_link(*hash.as_bytes(), self.now()).await?;
        let user = found.ok_or_else(unusable)?;
        self.throttle.succeeded(None, from.address);
        Ok(user)
    }

    /// Uses a link to set the password of a user whose name is known; all their sessions end.
    pub(crate) async fn use_password_link(
        &self,
        link: &Secret,
        name: &str,
        password: &Secret,
    ) -> Result<UserId, Problem> {
        check_password(password, name)?;
        let password = self.hash_password(password).await?;
        let hash = TokenHash::of(link.expose());
        Ok(self.store.system().use_password_link(*hash.as_bytes(), self.now(), password).await?)
    }

    /// Whether this is the user's password. Counts as an attempt to log in.
    pub(crate) async fn confirm_password(
        &self,
        user: UserId,
        name: &str,
        password: &Secret,
        from: &Origin,
    ) -> Result<(), Problem> {
        self.throttled(Some(name), from)?;
        let hash = self.store.user(user).log_in().await?.password_hash;
        if !self.verify_password(password, hash).await? {
            return Err(Problem::new(Code::WrongPassword, "this is not your present password"));
        }
        self.throttle.succeeded(Some(name), from.address);
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

fn unusable() -> Problem {
    Problem::new(Code::LinkUnusable, StoreError::LinkUnusable.to_string())
}
