//! Passwords: hashing, showing, choosing.

use prahari_domain::ids::UserId;
use prahari_secrets::{Passwords, Secret};
use prahari_store::KeptAccess;

use super::{AccountError, Accounts, Peer, check_password};

/// Another password of a user that was found to be allowed, and is not in force yet.
pub struct PreparedPassword {
    hash: String,
    kept: KeptAccess,
}

impl Accounts {
    /// Gives a user a password without asking for the present one: for demonstrations, whose passwords are printed, and
    /// for tests.
    ///
    /// # Errors
    /// When it cannot be written, or the system gives no random numbers.
    pub async fn give_password(&self, user: UserId, password: String) -> Result<(), AccountError> {
        let hash = self.passwords.hash(&Secret::new(password))?;
        self.store.user(user).set_password(hash, self.now(), KeptAccess::default()).await?;
        Ok(())
    }

    /// Makes another password ready for somebody who knows the present one. `session` and the tokens named in
    /// `kept_tokens` go on when it comes into force.
    ///
    /// # Errors
    /// When the new one is weak or the present one, a token is not to be found, or the present one is another.
    pub async fn prepare_password(
        &self,
        (user, name): (UserId, &str),
        (present, new): (&Secret, &Secret),
        (session, kept_tokens): (u64, Vec<String>),
        from: &Peer,
    ) -> Result<PreparedPassword, AccountError> {
        check_password(new, name)?;
        self.check_token_names(user, &kept_tokens).await?;
        self.confirm_password(user, name, present, from).await?;
        // Tokens and sessions would end for nothing, and somebody who knows it would go on knowing it.
        if present.expose() == new.expose() {
            return Err(AccountError::WeakPassword("it is the one that you have now"));
        }
        let hash = self.hash_password(new).await?;
        Ok(PreparedPassword { hash, kept: KeptAccess { session: Some(session), tokens: kept_tokens } })
    }

    /// Puts a prepared password in force: other sessions and tokens of the user end.
    ///
    /// # Errors
    /// [`AccountError::SessionEnded`], or when it cannot be written.
    pub async fn change_password(
        &self,
        user: UserId,
        prepared: PreparedPassword,
    ) -> Result<(), AccountError> {
        let PreparedPassword { hash, kept } = prepared;
        if !self.store.user(user).set_password(hash, self.now(), kept).await? {
            return Err(AccountError::SessionEnded);
        }
        self.events.recheck(user);
        Ok(())
    }

    /// Checks that this is the user's password. Counts as an attempt to log in.
    ///
    /// # Errors
    /// [`AccountError::WrongPassword`], too many attempts, or when the database cannot be read.
    pub async fn confirm_password(
        &self,
        user: UserId,
        name: &str,
        password: &Secret,
        from: &Peer,
    ) -> Result<(), AccountError> {
        self.count_attempt(Some(name), from)?;
        let hash = self.store.user(user).log_in().await?.password_hash;
        if !self.verify_password(password, hash).await? {
            return Err(AccountError::WrongPassword);
        }
        self.throttle.succeeded(Some(name), from.address);
        Ok(())
    }

    /// The hash of a new password.
    pub(super) async fn hash_password(&self, password: &Secret) -> Result<String, AccountError> {
        let password = password.clone();
        Ok(self.hashing(move |passwords| passwords.hash(&password)).await??)
    }

    /// Returns whether a password is right; as slow when there is none to compare with.
    pub(super) async fn verify_password(
        &self,
        password: &Secret,
        hash: Option<String>,
    ) -> Result<bool, AccountError> {
        let password = password.clone();
        self.hashing(move |passwords| passwords.verify(&password, hash.as_deref())).await
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Passwords) -> T + Send + 'static,
    ) -> Result<T, AccountError> {
        let permit = self.hashing.clone().acquire_owned().await.map_err(|_| AccountError::Ending)?;
        let passwords = self.passwords.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&passwords)
        });
        work.await.map_err(|_| AccountError::Ending)
    }
}
