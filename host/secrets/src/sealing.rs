//! Sealing: XChaCha20-Poly1305 under a key that is not in the database.
//!
//! A sealed value is `1 | key id (8) | nonce (24) | ciphertext with tag`. User and purpose are authenticated with it,
//! so that a value copied to another user's row, or to another column, does not open.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::random;

const FORMAT: u8 = 1;
const KEY_BYTES: usize = 32;
const ID_BYTES: usize = 8;
const NONCE_BYTES: usize = 24;

/// Length of the beginning of a sealed value that names the key, in bytes.
pub const SEALED_BEGINNING: usize = 1 + ID_BYTES;

/// Purpose of a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Credentials of a broker's log-in.
    BrokerCredentials,
    /// A session at a broker.
    BrokerSession,
    /// The secret of a user's authenticator.
    Totp,
    /// What is needed to send to a user's channel: its address and its key.
    Channel,
    /// What is secret of a carrier of the installation, such as the token of its bot.
    Carrier,
}

/// Names a key without telling it: a hash of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; ID_BYTES]);

/// A key that secrets are sealed with.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; KEY_BYTES]>);

/// The key under which everything is sealed, and older ones that still open while a rotation is under way.
#[derive(Debug, Clone)]
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

impl KeyId {
    /// The key under which a value was sealed, by its beginning; none when that is no sealed value.
    pub fn of(beginning: &[u8]) -> Option<Self> {
        let (format, rest) = beginning.split_first()?;
        let (key, _) = rest.split_first_chunk::<ID_BYTES>()?;
        (*format == FORMAT).then_some(Self(*key))
    }
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::BrokerCredentials => "broker credentials",
            Self::BrokerSession => "broker session",
            Self::Totp => "totp",
            Self::Channel => "channel",
            Self::Carrier => "carrier",
        }
    }
}

impl Key {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        random::bytes().map(Self)
    }

    /// A key as it is kept; none when it has another length.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; KEY_BYTES]>::try_from(bytes).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Returns the id of the key.
    pub fn id(&self) -> KeyId {
        let derived = Zeroizing::new(blake3::derive_key("prahari 2026 name of a sealing key", &*self.0));
        let mut id = [0; ID_BYTES];
        id.iter_mut().zip(derived.iter()).for_each(|(to, from)| *to = *from);
        KeyId(id)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl KeyRing {
    /// Seals under `current`, opens under it and `older`.
    pub fn new(current: Key, older: Vec<Key>) -> Self {
        Self { current, older }
    }

    /// The key under which values are sealed now.
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// Keys that still open.
    pub fn older(&self) -> &[Key] {
        &self.older
    }

    /// Returns whether a key of this name is among them.
    pub fn has(&self, key: KeyId) -> bool {
        std::iter::once(&self.current).chain(&self.older).any(|known| known.id() == key)
    }

    /// Seals a value for a user and a purpose.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal(&self, user: u64, purpose: Purpose, value: &[u8]) -> Result<Vec<u8>, SecretError> {
        let key = self.current.id();
        let nonce = random::bytes::<NONCE_BYTES>()?;
        let aad = associated(key, user, purpose);
        let sealed = self
            .current
            .cipher()
            .encrypt(&XNonce::from(*nonce), Payload { msg: value, aad: &aad })
            .map_err(|_| SecretError::Sealed)?;
        Ok([&[FORMAT], key.0.as_slice(), nonce.as_slice(), &sealed].concat())
    }

    /// Opens a value that was sealed for this user and purpose.
    ///
    /// # Errors
    /// [`SecretError::Sealed`], whatever is wrong with it.
    pub fn open(
        &self,
        user: u64,
        purpose: Purpose,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let (key, nonce, sealed) = parts(sealed).ok_or(SecretError::Sealed)?;
        let mut keys = std::iter::once(&self.current).chain(&self.older);
        let found = keys.find(|candidate| candidate.id() == key).ok_or(SecretError::Sealed)?;
        let aad = associated(key, user, purpose);
        let opened = found.cipher().decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &aad });
        opened.map(Zeroizing::new).map_err(|_| SecretError::Sealed)
    }
}

fn parts(sealed: &[u8]) -> Option<(KeyId, [u8; NONCE_BYTES], &[u8])> {
    let (format, rest) = sealed.split_first()?;
    let (key, rest) = rest.split_first_chunk::<ID_BYTES>()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>()?;
    (*format == FORMAT).then_some((KeyId(*key), *nonce, rest))
}

fn associated(key: KeyId, user: u64, purpose: Purpose) -> Vec<u8> {
    [b"prahari sealed ".as_slice(), &[FORMAT], &key.0, &user.to_le_bytes(), purpose.name().as_bytes()]
        .concat()
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[key {}]", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> KeyRing {
        KeyRing::new(Key::generate().unwrap(), Vec::new())
    }

    #[test]
    fn a_value_opens_for_its_user_and_purpose_and_for_nobody_else() {
        let ring = ring();
        let sealed = ring.seal(7, Purpose::Totp, b"value").unwrap();
        assert_eq!(ring.open(7, Purpose::Totp, &sealed).unwrap().as_slice(), b"value");
        assert!(ring.open(8, Purpose::Totp, &sealed).is_err());
        assert!(ring.open(7, Purpose::BrokerCredentials, &sealed).is_err());
        assert!(self::ring().open(7, Purpose::Totp, &sealed).is_err());
    }

    #[test]
    fn a_changed_or_shortened_value_does_not_open() {
        let ring = ring();
        let sealed = ring.seal(7, Purpose::Totp, b"value").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(ring.open(7, Purpose::Totp, &changed).is_err(), "byte {at}");
            assert!(ring.open(7, Purpose::Totp, &sealed[..at]).is_err(), "length {at}");
        }
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let ring = ring();
        assert_ne!(
            ring.seal(7, Purpose::Totp, b"value").unwrap(),
            ring.seal(7, Purpose::Totp, b"value").unwrap()
        );
    }

    #[test]
    fn an_older_key_still_opens() {
        let before = ring();
        let sealed = before.seal(7, Purpose::Totp, b"value").unwrap();
        let after = KeyRing::new(Key::generate().unwrap(), vec![before.current().clone()]);
        assert_eq!(after.open(7, Purpose::Totp, &sealed).unwrap().as_slice(), b"value");
        let named = KeyId::of(&sealed[..SEALED_BEGINNING]).unwrap();
        assert!(named == before.current().id() && after.has(named) && !ring().has(named));
        assert_eq!(KeyId::of(&sealed[..SEALED_BEGINNING - 1]), None);
        let resealed = after.seal(7, Purpose::Totp, b"value").unwrap();
        assert!(before.open(7, Purpose::Totp, &resealed).is_err());
    }

    #[test]
    fn a_key_does_not_show_itself() {
        let key = Key::from_bytes(&[0xAB; 32]).unwrap();
        let shown = format!("{:?}", KeyRing::new(key.clone(), Vec::new()));
        assert!(shown.contains(&key.id().to_string()) && !shown.contains("171") && !shown.contains("abab"));
    }
}
