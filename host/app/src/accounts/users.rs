//! Users as accounts: who there is, and how they log in.

use prahari_domain::ids::UserId;
use prahari_store::{NewUser, UserRow};

use super::{AccountError, Accounts};

/// State of a user's log-in, without secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogInState {
    /// Whether an authenticator is asked for.
    pub totp_enabled: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u64,
}

impl Accounts {
    /// A user; none when nobody has the id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_user(&self, user: UserId) -> Result<Option<UserRow>, AccountError> {
        Ok(self.store.user(user).find().await?)
    }

    /// Writes a user down, who has no password and cannot log in yet; returns their id.
    ///
    /// # Errors
    /// When somebody has the name, or it cannot be written.
    pub async fn create_user(&self, new: NewUser) -> Result<UserId, AccountError> {
        Ok(self.store.system().create_user(new).await?)
    }

    /// Returns how a user logs in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn log_in_state(&self, user: UserId) -> Result<LogInState, AccountError> {
        let scope = self.store.user(user);
        let totp_enabled = scope.log_in().await?.totp.is_some();
        Ok(LogInState { totp_enabled, recovery_codes_left: scope.recovery_codes_left().await? })
    }
}
