//! What is sealed: which bytes belong to which user and purpose.

use std::path::Path;

use prahari_domain::ids::UserId;
use prahari_secrets::{Key, KeyFile, KeyRing, Purpose, SecretError, TotpSecret};
use prahari_store::{Sealed, Store, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The keys of a database, at work.
#[derive(Debug)]
pub struct Vault {
    keys: KeyRing,
}

/// What a log-in at Kotak Neo needs. Shows nothing of itself.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct KotakCredentials {
    /// The access token of the trade API.
    pub consumer_key: Option<String>,
    /// With country code.
    pub mobile: Option<String>,
    /// The client's code.
    pub ucc: Option<String>,
    /// Six digits.
    pub mpin: Option<String>,
    /// Of the authenticator that is registered there, base32.
    pub totp_secret: Option<String>,
}

/// Why keys could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The key file.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    /// With keys from elsewhere, such as a test's.
    pub fn new(keys: KeyRing) -> Self {
        Self { keys }
    }

    /// With the key file beside a database, which is made when there is none.
    ///
    /// # Errors
    /// When it cannot be read or made, or others may read it.
    pub fn beside(database: &Path) -> Result<Self, SecretError> {
        KeyFile::beside(database).load_or_create().map(Self::new)
    }

    /// Seals the secret of a user's authenticator.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal_totp(&self, user: UserId, secret: &TotpSecret) -> Result<Vec<u8>, SecretError> {
        self.keys.seal(user.0, Purpose::Totp, secret.expose())
    }

    /// Opens it again.
    ///
    /// # Errors
    /// When it was not sealed for this user under one of our keys.
    pub fn open_totp(&self, user: UserId, sealed: &[u8]) -> Result<TotpSecret, SecretError> {
        let opened = self.keys.open(user.0, Purpose::Totp, sealed)?;
        TotpSecret::from_bytes(&opened).ok_or(SecretError::Sealed)
    }

    /// Seals a user's credentials.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal_credentials(
        &self,
        user: UserId,
        credentials: &KotakCredentials,
    ) -> Result<Vec<u8>, SecretError> {
        let json = serde_json::to_vec(credentials).map_err(|_| SecretError::Sealed)?;
        let sealed = self.keys.seal(user.0, Purpose::BrokerCredentials, &json);
        // Wiped, because it holds what was just sealed.
        let mut json = json;
        json.zeroize();
        sealed
    }

    /// Opens them again, for the broker's log-in.
    ///
    /// # Errors
    /// When they were not sealed for this user under one of our keys.
    pub fn open_credentials(&self, user: UserId, sealed: &[u8]) -> Result<KotakCredentials, SecretError> {
        let opened = self.keys.open(user.0, Purpose::BrokerCredentials, sealed)?;
        serde_json::from_slice(&opened).map_err(|_| SecretError::Sealed)
    }
}

impl KotakCredentials {
    /// The names of the fields that are there.
    pub fn fields(&self) -> Vec<String> {
        let all = [
            ("consumer_key", &self.consumer_key),
            ("mobile", &self.mobile),
            ("ucc", &self.ucc),
            ("mpin", &self.mpin),
            ("totp_secret", &self.totp_secret),
        ];
        all.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name.to_owned()).collect()
    }
}

impl std::fmt::Debug for KotakCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[credentials: {}]", self.fields().join(", "))
    }
}

/// Seals everything in a database anew under a new key; answers how many values that were.
///
/// At each moment the file holds every key that a value in the database may be sealed under: the new key is added to
/// it first, then all values change at once, then the old key leaves it. A crash leaves one of these states, and doing it
/// again goes on from there.
///
/// # Errors
/// When the file or the database cannot be read or written, or a value does not open; all values can be opened with
/// what the file then holds, if they could before.
pub async fn rotate(store: &Store, file: &KeyFile) -> Result<usize, RotateError> {
    let before = file.load()?;
    let older = std::iter::once(before.current()).chain(before.older()).cloned().collect();
    let after = KeyRing::new(Key::generate()?, older);
    file.save(&after)?;
    let new = after.current().clone();
    let count = store
        .system()
        .reseal(move |user, sealed, value| {
            let purpose = match sealed {
                Sealed::BrokerCredentials => Purpose::BrokerCredentials,
                Sealed::Totp => Purpose::Totp,
            };
            let opened = after.open(user.0, purpose, value).map_err(|error| error.to_string())?;
            after.seal(user.0, purpose, &opened).map_err(|error| error.to_string())
        })
        .await?;
    file.save(&KeyRing::new(new, Vec::new()))?;
    Ok(count)
}
