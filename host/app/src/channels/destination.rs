//! What is sealed of a channel: where it goes, and the key that belongs to it.

use prahari_couriers::{Destination, Webhook};
use prahari_domain::ids::UserId;
use prahari_secrets::{Secret, SecretError, SigningKey};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::vault::Vault;

/// The form in which it is sealed.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Webhook { url: String, key: String },
}

/// Seals where a channel of a user goes.
///
/// # Errors
/// When the system gives no random numbers.
pub(super) fn seal(vault: &Vault, user: UserId, to: &Destination) -> Result<Vec<u8>, SecretError> {
    let Destination::Webhook(Webhook { url, key }) = to;
    let kept = Kept::Webhook { url: url.expose().to_owned(), key: key.text().expose().to_owned() };
    let mut json = serde_json::to_vec(&kept).map_err(|_| SecretError::Sealed)?;
    let sealed = vault.seal_channel(user, &json);
    // Wiped, because it holds what was just sealed.
    json.zeroize();
    sealed
}

/// Opens it again, for an attempt to deliver.
///
/// # Errors
/// When it was not sealed for this user under one of our keys.
pub(super) fn open(vault: &Vault, user: UserId, sealed: &[u8]) -> Result<Destination, SecretError> {
    let opened = vault.open_channel(user, sealed)?;
    let kept: Kept = serde_json::from_slice(&opened).map_err(|_| SecretError::Sealed)?;
    let Kept::Webhook { url, key } = &kept;
    let key = SigningKey::parse(key).ok_or(SecretError::Sealed)?;
    Ok(Destination::Webhook(Webhook { url: Secret::new(url.clone()), key }))
}
