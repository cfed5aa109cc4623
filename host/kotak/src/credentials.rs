//! What a login needs, and where it comes from.

use async_trait::async_trait;
use prahari_domain::ids::UserId;
use prahari_secrets::{OneTimeCodes, Secret};

use crate::settings::Outbound;

/// What one user logs in with. Shows nothing of itself.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access token of the trade API, made in the broker's app.
    pub access_token: Secret,
    /// Mobile number with country code.
    pub mobile: Secret,
    /// The client's code at the broker (UCC).
    pub client_code: Secret,
    /// The six-digit PIN (MPIN).
    pub pin: Secret,
    /// What makes the one-time codes; none where the user types one each morning.
    pub codes: Option<OneTimeCodes>,
    /// How the user's calls leave this machine.
    pub outbound: Outbound,
}

/// Where the credentials of users are kept.
#[async_trait]
pub trait CredentialSource: Send + Sync {
    /// Returns a user's credentials, opened for one login.
    ///
    /// # Errors
    /// One sentence that says what is missing, and nothing of what is there.
    async fn credentials(&self, user: UserId) -> Result<Credentials, String>;
}
