//! How users come in: passwords, authenticators, sessions, API tokens and one-time links. What is HTTP about it
//! stands in the API.
//!
//! All instants here are real time, also when the daemon's clock is faster or virtual: a session of a demonstration
//! would be over within minutes otherwise. Only tests give another clock.

mod credentials;
mod error;
mod identify;
mod links;
mod log_in;
mod passwords;
mod rules;
mod sessions;
mod throttle;
mod tokens;
mod totp;
mod users;
mod way_out;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use prahari_domain::time::Timestamp;
use prahari_secrets::{Cost, Passwords, SecretError};
use prahari_store::Store;
use tokio::sync::Semaphore;

use crate::audit::AuditLog;
use crate::clock::Clock;
use crate::events::EventBus;
use crate::vault::Vault;

pub use credentials::KeptCredentials;
pub use error::AccountError;
pub use identify::{Holder, Via};
pub use log_in::{LogInAttempt, LoggedIn, Peer};
pub use passwords::PreparedPassword;
pub use prahari_store::{ApiTokenRow, Role, SessionRow, TokenScope, UserRow};
pub use rules::{check_name, check_password};
pub use sessions::SESSION_MS;
pub use throttle::network;
pub use tokens::{
    CreatedToken, LONGEST_TOKEN_NAME, MOST_TOKEN_DAYS, MOST_TOKENS, PreparedToken, TokenRequest,
};
pub use users::LogInState;
pub use way_out::check_way_out;

use throttle::Throttle;

/// Passwords hashed at a time. Each takes 19 MiB, and with more of them log-ins could crowd out the trading.
const HASHING: usize = 2;

/// Settings that differ between a real installation and a test.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Real time; another one in tests.
    pub clock: Clock,
    /// Cost of a password hash.
    pub cost: Cost,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { clock: Clock::System, cost: Cost::Standard }
    }
}

/// The accounts of every user of a database: who may come in, and by what.
pub struct Accounts {
    store: Store,
    events: Arc<EventBus>,
    vault: Arc<Vault>,
    clock: Clock,
    audit: AuditLog,
    passwords: Arc<Passwords>,
    hashing: Arc<Semaphore>,
    throttle: Throttle,
}

impl Accounts {
    /// Over the users of a database. `events` tells open streams to look again at whom they serve.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(
        store: Store,
        events: Arc<EventBus>,
        vault: Arc<Vault>,
        settings: AccountSettings,
    ) -> Result<Self, SecretError> {
        let AccountSettings { clock, cost } = settings;
        Ok(Self {
            audit: AuditLog::new(store.clone(), clock.clone()),
            store,
            events,
            vault,
            clock,
            passwords: Arc::new(Passwords::new(cost)?),
            hashing: Arc::new(Semaphore::new(HASHING)),
            throttle: Throttle::default(),
        })
    }

    /// Real time, in production.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the audit log, which is written before each change, by the same clock.
    pub fn audit(&self) -> &AuditLog {
        &self.audit
    }
}
