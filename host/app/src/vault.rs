//! What is sealed: which bytes belong to which user and purpose.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use prahari_domain::ids::UserId;
use prahari_secrets::{
    Key, KeyFile, KeyId, KeyRing, Purpose, SEALED_BEGINNING, Secret, SecretError, TotpSecret,
};
use prahari_store::{Sealed, Store, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The number for which is sealed what is no user's.
const INSTALLATION: u64 = 0;

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
    /// Mobile number with country code.
    pub mobile: Option<String>,
    /// Unique client code (UCC) at the broker.
    pub ucc: Option<String>,
    /// Six-digit trading PIN (MPIN).
    pub mpin: Option<String>,
    /// Secret of the authenticator that is registered with the broker, in base32.
    pub totp_secret: Option<String>,
    /// How the user's calls leave this machine: one of its addresses, or the address of an HTTP proxy, which may hold a password.
    /// None as the system routes them.
    #[serde(default)]
    pub outbound: Option<String>,
}

/// Reasons why keys could not be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file or a sealed value cannot be used.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The store failed, or a value in it does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no key file, and there was one.
    #[error(
        "the key file {} is not there, and the database holds credentials, authenticators or channels that are sealed under it: put it \
         back, or name it with --key; if it is lost, give them up with `prahari key forget`", path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key file is not the one of this database.
    #[error(
        "the key file {} is another one than the credentials, authenticators and channels in the database are sealed under: put the \
         right one there, or name it with --key; if it is lost, give them up with `prahari key forget`", path.display()
    )]
    Other {
        /// Path of the key file.
        path: PathBuf,
    },
}

impl Vault {
    /// Creates a vault with these keys.
    pub fn new(keys: KeyRing) -> Self {
        Self { keys }
    }

    /// Opens the vault with the key file of a database. It is made when nothing in the database is sealed yet;
    /// otherwise a file that is missing or of another database is refused, because what is sealed could never be
    /// opened again under a new key.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Other`], or when the file or the database cannot be read.
    pub async fn open(store: &Store, file: &KeyFile) -> Result<Self, KeyError> {
        let sealed = store.system().sealed_beginnings(SEALED_BEGINNING).await?;
        if sealed.is_empty() {
            return Ok(Self::new(file.load_or_create()?));
        }
        let path = || file.path().to_owned();
        let Some(keys) = found(file)? else { return Err(KeyError::Missing { path: path() }) };
        let named: Vec<KeyId> = sealed.iter().filter_map(|beginning| KeyId::of(beginning)).collect();
        let known = named.iter().filter(|key| keys.has(**key)).count();
        if known == 0 && !named.is_empty() {
            return Err(KeyError::Other { path: path() });
        }
        if known < sealed.len() {
            // Those of some users: everybody else is not concerned.
            tracing::warn!(
                "some credentials, authenticators or channels are sealed under another key and cannot be opened"
            );
        }
        Ok(Self::new(keys))
    }

    /// Opens the vault with the key file beside a database; creates the file when there is none.
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

    /// Seals a user's session at a broker, which is good for a day.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal_broker_session(&self, user: UserId, session: &Secret) -> Result<Vec<u8>, SecretError> {
        self.keys.seal(user.0, Purpose::BrokerSession, session.expose().as_bytes())
    }

    /// Opens it again.
    ///
    /// # Errors
    /// When it was not sealed for this user under one of our keys.
    pub fn open_broker_session(&self, user: UserId, sealed: &[u8]) -> Result<Secret, SecretError> {
        let opened = self.keys.open(user.0, Purpose::BrokerSession, sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SecretError::Sealed)?;
        Ok(Secret::new(text.to_owned()))
    }

    /// Seals what is needed to send to a channel of a user.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn seal_channel(&self, user: UserId, value: &[u8]) -> Result<Vec<u8>, SecretError> {
        self.keys.seal(user.0, Purpose::Channel, value)
    }

    /// Opens it again.
    ///
    /// # Errors
    /// When it was not sealed for this user under one of our keys.
    pub(crate) fn open_channel(
        &self,
        user: UserId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        self.keys.open(user.0, Purpose::Channel, sealed)
    }
}

impl Vault {
    /// Seals what is secret of a carrier of the installation.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn seal_carrier(&self, value: &[u8]) -> Result<Vec<u8>, SecretError> {
        self.keys.seal(INSTALLATION, Purpose::Carrier, value)
    }

    /// Opens it again.
    ///
    /// # Errors
    /// When it was not sealed for the installation under one of our keys.
    pub(crate) fn open_carrier(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        self.keys.open(INSTALLATION, Purpose::Carrier, sealed)
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
            ("outbound", &self.outbound),
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
/// At each moment the file holds every key that a value in the database may be sealed under: the new key is added
/// to it first, then all values change at once, then the old key leaves it. A crash leaves one of these states, and
/// doing it again goes on from there.
///
/// # Errors
/// When the file or the database cannot be read or written, or a value does not open; all values can be opened with
/// what the file then holds, if they could before.
pub async fn rotate(store: &Store, file: &KeyFile) -> Result<usize, KeyError> {
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
                Sealed::BrokerSession => Purpose::BrokerSession,
                Sealed::Totp => Purpose::Totp,
                Sealed::Channel => Purpose::Channel,
                Sealed::Carrier => Purpose::Carrier,
            };
            let opened = after.open(user.0, purpose, value).map_err(|error| error.to_string())?;
            after.seal(user.0, purpose, &opened).map_err(|error| error.to_string())
        })
        .await?;
    file.save(&KeyRing::new(new, Vec::new()))?;
    Ok(count)
}

/// Removes from a database what was sealed under a key that the key file does not hold, if there is such a file at
/// all; answers how many values that were. Their users enter them again.
///
/// # Errors
/// When the file or the database cannot be read or written.
pub async fn forget(store: &Store, file: &KeyFile) -> Result<usize, KeyError> {
    let keys = found(file)?;
    let opens = move |sealed: &[u8]| {
        KeyId::of(sealed).is_some_and(|key| keys.as_ref().is_some_and(|keys| keys.has(key)))
    };
    Ok(store.system().delete_sealed(opens).await?)
}

/// The keys of a file; none when there is no file.
fn found(file: &KeyFile) -> Result<Option<KeyRing>, SecretError> {
    match file.load() {
        Ok(keys) => Ok(Some(keys)),
        Err(SecretError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
