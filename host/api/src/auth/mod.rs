//! Who is asking: log-ins, sessions, API tokens, and what each of them may do.
//!
//! All instants here are real time, also when the daemon's clock is faster or virtual: a session of a demonstration
//! would be over within minutes otherwise. Only tests give another clock.

mod account;
mod audit;
mod cookie;
mod identify;
mod log_in;
mod origin;
mod rules;
mod throttle;
mod totp;

use std::sync::Arc;

use prahari_app::clock::Clock;
use prahari_app::vault::Vault;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Cost, Passwords, Secret, SecretError};
use prahari_store::Store;
use tokio::sync::Semaphore;

use crate::problem::{Code, Problem};

pub(crate) use cookie::ended;
pub use identify::{Identity, Via};
pub(crate) use log_in::{Attempt, Origin};
pub(crate) use rules::{check_name, check_password};

use throttle::Throttle;

/// A session that nobody uses ends after this; a console that is open asks all the time.
const SESSION_IDLE_MS: i64 = 12 * 3_600_000;
/// A session ends after this however much it is used.
const SESSION_MS: i64 = 7 * 24 * 3_600_000;
/// Use is noted this often at most, so that looking at a page does not write to the database each second.
const SEEN_MS: i64 = 60_000;
/// Passwords hashed at a time. Each takes 19 MiB, and with more of them log-ins could crowd out the trading.
const HASHING: usize = 2;

/// How to decide.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    /// Real time; another one in tests.
    pub clock: Clock,
    /// What a guess at a password costs.
    pub cost: Cost,
    /// Whether browsers may send the session's cookie over TLS only. Right for every address but this machine's own.
    pub secure_cookie: bool,
}

/// Decides who is asking.
pub struct Auth {
    store: Store,
    vault: Arc<Vault>,
    clock: Clock,
    passwords: Arc<Passwords>,
    hashing: Arc<Semaphore>,
    throttle: Throttle,
    secure_cookie: bool,
}

impl AuthSettings {
    /// For a daemon that listens on an address of this machine only, or of others too.
    pub fn listening(only_here: bool) -> Self {
        Self { clock: Clock::System, cost: Cost::Standard, secure_cookie: !only_here }
    }
}

impl Auth {
    /// Over the users of a database.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(store: Store, vault: Arc<Vault>, settings: AuthSettings) -> Result<Self, SecretError> {
        let AuthSettings { clock, cost, secure_cookie } = settings;
        Ok(Self {
            store,
            vault,
            clock,
            passwords: Arc::new(Passwords::new(cost)?),
            hashing: Arc::new(Semaphore::new(HASHING)),
            throttle: Throttle::default(),
            secure_cookie,
        })
    }

    /// Real time, in production.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What seals secrets.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The hash of a new password.
    pub(crate) async fn hash_password(&self, password: &Secret) -> Result<String, Problem> {
        let password = password.clone();
        self.hashing(move |passwords| passwords.hash(&password)).await?.map_err(failed)
    }

    /// Whether a password is right; as slow when there is none to compare with.
    async fn verify_password(&self, password: &Secret, hash: Option<String>) -> Result<bool, Problem> {
        let password = password.clone();
        self.hashing(move |passwords| passwords.verify(&password, hash.as_deref())).await
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Passwords) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let ending = |_| Problem::new(Code::Unavailable, "the daemon is ending");
        let permit = self.hashing.clone().acquire_owned().await.map_err(ending)?;
        let passwords = self.passwords.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&passwords)
        });
        work.await.map_err(|_| Problem::new(Code::Unavailable, "the daemon is ending"))
    }
}

/// A failure of ours about a secret.
pub(crate) fn failed(error: SecretError) -> Problem {
    tracing::error!(%error, "a secret could not be made or opened");
    Problem::new(Code::Internal, "the daemon failed to do this; its log says why")
}
