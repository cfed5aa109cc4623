//! Logging in.

use std::net::IpAddr;

use prahari_domain::ids::UserId;
use prahari_secrets::{Secret, Token};
use prahari_store::{LogInRow, UserRow};

use super::{AccountError, Accounts};

/// Credentials of a log-in attempt.
pub struct LogInAttempt {
    /// Name of the user.
    pub name: String,
    /// Password, as entered.
    pub password: Secret,
    /// A code of their authenticator, or one for recovery.
    pub code: Option<Secret>,
}

/// Client that is not logged in.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The address as the listener saw it.
    pub address: IpAddr,
    /// `User-Agent` of the browser.
    pub agent: String,
}

/// A session that has begun.
pub struct LoggedIn {
    /// User who is logged in.
    pub user: UserId,
    /// Secret of the new session.
    pub token: Token,
}

impl Accounts {
    /// Begins a session for somebody who knows name and password, and has the authenticator if one is in use.
    ///
    /// # Errors
    /// With the same answer, after the same work, for an unknown name, a wrong password and a user who is not active;
    /// too many attempts; a code that is missing or wrong.
    pub async fn log_in(&self, attempt: &LogInAttempt, from: &Peer) -> Result<LoggedIn, AccountError> {
        let LogInAttempt { name, password, code } = attempt;
        self.count_attempt(Some(name), from)?;
        let found = self.store.system().find_log_in(name.clone()).await?;
        let hash = found.as_ref().and_then(|(_, log_in)| log_in.password_hash.clone());
        let right = self.verify_password(password, hash.clone()).await?;
        let Some((user, log_in)) = found.filter(|(user, _)| right && user.active) else {
            tracing::warn!(address = %from.address, "a log-in failed");
            return Err(AccountError::WrongCredentials);
        };
        self.check_code(&user, &log_in, code.as_ref()).await?;
        self.throttle.succeeded(Some(name), from.address);
        let token = self.open_session(user.id, from, hash).await?;
        Ok(LoggedIn { user: user.id, token: token.ok_or(AccountError::WrongCredentials)? })
    }

    /// Counts an attempt to show a secret; `account` is the name of the user whose it would be, where that is said.
    ///
    /// # Errors
    /// [`AccountError::TooManyAttempts`].
    pub fn count_attempt(&self, account: Option<&str>, from: &Peer) -> Result<(), AccountError> {
        let now = self.now();
        self.throttle.begin(account, from.address, now).map_err(|until| {
            let seconds = until.millis_since(now).max(0).unsigned_abs().div_ceil(1_000).max(1);
            if let Some(attempts) = self.throttle.count_refused(now) {
                tracing::warn!(address = %from.address, attempts, "log-ins are throttled; the last was from this address");
            }
            AccountError::TooManyAttempts { retry_after_s: seconds }
        })
    }

    /// Counts a login at a broker that a person asks for, as log-ins are counted and apart from those: whoever tries codes waits,
    /// and can still come in here.
    ///
    /// # Errors
    /// [`AccountError::TooManyAttempts`].
    pub fn count_broker_login(&self, name: &str, from: &Peer) -> Result<(), AccountError> {
        self.count_attempt(Some(at_broker(name).as_str()), from)
    }

    /// Nothing of the login that was counted left this machine, so it was none at the broker.
    pub fn broker_login_not_sent(&self, name: &str, from: &Peer) {
        self.throttle.take_back(Some(at_broker(name).as_str()), from.address);
    }

    /// The login that was counted brought a session.
    pub fn broker_login_succeeded(&self, name: &str, from: &Peer) {
        self.throttle.succeeded(Some(at_broker(name).as_str()), from.address);
    }

    /// Asks for a code when the user has an authenticator.
    async fn check_code(
        &self,
        user: &UserRow,
        log_in: &LogInRow,
        code: Option<&Secret>,
    ) -> Result<(), AccountError> {
        let Some(sealed) = &log_in.totp else { return Ok(()) };
        let given = code.filter(|code| !code.expose().trim().is_empty());
        let code = given.ok_or(AccountError::TotpRequired)?;
        if self.use_code(user.id, sealed, code).await? { Ok(()) } else { Err(AccountError::WrongTotp) }
    }
}

/// What logins at a user's broker are counted by: the name of no account, since those have no blanks.
fn at_broker(name: &str) -> String {
    format!("broker of {name}")
}
