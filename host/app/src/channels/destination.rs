//! What is sealed of a channel: where it goes, and the key that belongs to it.

use prahari_couriers::{Destination, MailDestination, TelegramChat, Undelivered, Webhook};
use prahari_domain::ids::UserId;
use prahari_secrets::{Secret, SecretError, SigningKey};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::carriers::Carriers;
use crate::vault::Vault;

/// The form in which it is sealed.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kept {
    Webhook { url: String, key: String },
    Telegram { chat: i64 },
    Email { address: String },
}

impl Kept {
    /// What is kept of a webhook.
    pub(super) fn webhook(webhook: &Webhook) -> Self {
        Self::Webhook { url: webhook.url.expose().to_owned(), key: webhook.key.text().expose().to_owned() }
    }

    /// Where it goes now, by what the installation has for its kind.
    ///
    /// # Errors
    /// When the installation has nothing for its kind, which may change, or it cannot be read.
    pub(super) fn to(&self, carriers: &Carriers) -> Result<Destination, Undelivered> {
        match self {
            Self::Webhook { url, key } => {
                let key = SigningKey::parse(key).ok_or_else(unreadable)?;
                Ok(Destination::Webhook(Webhook { url: Secret::new(url.clone()), key }))
            }
            Self::Telegram { chat } => {
                let bot =
                    carriers.bot().ok_or_else(|| Undelivered::not_sent("the installation has no bot"))?;
                Ok(Destination::Telegram(TelegramChat { token: bot.token, chat: *chat }))
            }
            Self::Email { address } => {
                let none = || Undelivered::not_sent("the installation has no mail server");
                let server = carriers.mail().ok_or_else(none)?.server;
                Ok(Destination::Mail(MailDestination { server, address: Secret::new(address.clone()) }))
            }
        }
    }
}

fn unreadable() -> Undelivered {
    Undelivered::for_good(SecretError::Sealed.to_string())
}

/// Seals where a channel of a user goes.
///
/// # Errors
/// When the system gives no random numbers.
pub(super) fn seal(vault: &Vault, user: UserId, kept: &Kept) -> Result<Vec<u8>, SecretError> {
    let mut json = serde_json::to_vec(kept).map_err(|_| SecretError::Sealed)?;
    let sealed = vault.seal_channel(user, &json);
    // Wiped, because it holds what was just sealed.
    json.zeroize();
    sealed
}

/// Opens it again, for an attempt to deliver.
///
/// # Errors
/// When it was not sealed for this user under one of our keys.
pub(super) fn open(vault: &Vault, user: UserId, sealed: &[u8]) -> Result<Kept, SecretError> {
    let opened = vault.open_channel(user, sealed)?;
    serde_json::from_slice(&opened).map_err(|_| SecretError::Sealed)
}
