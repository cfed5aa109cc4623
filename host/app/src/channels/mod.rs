//! Channels: where messages to a user go beside the console, and who brings them there.
//!
//! A message that may disturb is queued for each channel of its user in the write that keeps it
//! (`host/store/src/delivery_queue.rs`), so no task and no request ever waits for a receiver. What is queued is
//! delivered beside everything else, at least once: where nobody knows whether an attempt arrived, the next one is
//! marked as repeated. In lockstep nothing is delivered: a simulation asks nothing of the outside.

mod carriers;
mod codes;
mod deliver;
mod destination;
mod email;
mod error;
mod outbox;
mod pauses;
mod telegram;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::sync::Arc;

use prahari_couriers::{Courier, Destination, MailCourier, Telegram, Webhook};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, SigningKey};
use prahari_store::{NewChannel, Store, TestQueued};

use carriers::Carriers;
use codes::Codes;
use destination::Kept;
use email::NewMailbox;

pub use carriers::{Bot, Mail, security_name};
pub use codes::IssuedCode;
pub use email::MOST_CODES;
pub use error::ChannelError;
pub use outbox::Outbox;
pub use prahari_couriers::{MailLogIn, MailSecurity, MailServer};
pub use prahari_store::{ChannelKind, ChannelRow, DeliveryFilter, DeliveryRow, DeliveryState, MOST_WAITING};
pub use telegram::ChatCode;

use crate::clock::Clock;
use crate::error::AppError;
use crate::events::{Audience, EventBus, Resource};
use crate::notices::words;
use crate::recent::Recent;
use crate::shutdown::Shutdown;
use crate::vault::Vault;

/// Most channels of a user. Each message is sent to all of them, and nobody reads one message six times.
pub const MOST_CHANNELS: u32 = 5;

/// Most tests of a user within an hour: each is a request to an address that the user chose.
pub const MOST_TESTS: u32 = 10;

const HOUR_MS: i64 = 60 * 60_000;

/// Most users whose codes of the last hour are counted.
const MOST_USERS: usize = 100_000;

/// What the channels are built from.
pub struct ChannelDeps {
    /// The daemon's clock.
    pub clock: Clock,
    /// Real time, for what people do within minutes.
    pub real: Clock,
    /// Store of the daemon's data.
    pub store: Store,
    /// Wakes whoever delivers; that of the room which sends messages.
    pub outbox: Arc<Outbox>,
    /// Bus on which changes are told.
    pub events: Arc<EventBus>,
    /// State and reason of the daemon's stop.
    pub shutdown: Arc<Shutdown>,
    /// What opens the secrets.
    pub vault: Arc<Vault>,
    /// Who brings the messages.
    pub courier: Arc<dyn Courier>,
    /// What speaks with Telegram.
    pub telegram: Arc<Telegram>,
    /// What speaks with mail servers.
    pub mail: Arc<MailCourier>,
    /// Until when nothing disturbs whom.
    pub quiet: QuietHours,
}

/// Until when the quiet hours of a user last in which an instant lies; none outside of them.
pub type QuietHours = Arc<dyn Fn(UserId, Timestamp) -> Option<Timestamp> + Send + Sync>;

/// The channels of every user.
pub struct Channels {
    clock: Clock,
    real: Clock,
    store: Store,
    outbox: Arc<Outbox>,
    events: Arc<EventBus>,
    shutdown: Arc<Shutdown>,
    vault: Arc<Vault>,
    courier: Arc<dyn Courier>,
    telegram: Arc<Telegram>,
    carriers: Carriers,
    /// Codes that connect chats, each with the name of its channel.
    chat_codes: Codes<String>,
    mail: Arc<MailCourier>,
    quiet: QuietHours,
    /// Codes that were sent to mailboxes.
    mail_codes: Codes<NewMailbox>,
    /// How often codes were sent for each user.
    codes_sent: Recent,
}

/// A webhook that was just added, with its key, which is shown this once.
pub struct AddedWebhook {
    /// Id of the channel.
    pub id: u64,
    /// Key under which its messages are signed.
    pub key: Secret,
}

impl Channels {
    /// Over the channels of a database.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(deps: ChannelDeps) -> Result<Self, AppError> {
        let ChannelDeps {
            clock,
            real,
            store,
            outbox,
            events,
            shutdown,
            vault,
            courier,
            telegram,
            mail,
            quiet,
        } = deps;
        for user in store.system().users_with_channels().await? {
            outbox.add_user(user);
        }
        Ok(Self {
            carriers: Carriers::load(&store, &vault).await?,
            clock,
            real,
            store,
            outbox,
            events,
            shutdown,
            vault,
            courier,
            telegram,
            mail,
            quiet,
            chat_codes: Codes::default(),
            mail_codes: Codes::default(),
            codes_sent: Recent::new(MOST_CODES, HOUR_MS, MOST_USERS),
        })
    }

    /// Returns the channels of a user, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, user: UserId) -> Result<Vec<ChannelRow>, AppError> {
        Ok(self.store.user(user).channels().await?)
    }

    /// Checks the address of a webhook and makes a key for it. Nothing is kept yet.
    ///
    /// # Errors
    /// [`ChannelError::Address`], or when the system gives no random numbers.
    pub fn prepare_webhook(&self, url: Secret) -> Result<PreparedWebhook, AppError> {
        let webhook = Webhook { url, key: SigningKey::generate()? };
        let to = Destination::Webhook(webhook.clone());
        let shown = self.courier.check(&to).map_err(ChannelError::Address)?;
        Ok(PreparedWebhook { webhook, shown })
    }

    /// Adds a webhook to the channels of a user, under a name of the user's choice.
    ///
    /// # Errors
    /// [`ChannelError::TooMany`], or when it cannot be sealed or written.
    pub async fn add_webhook(
        &self,
        user: UserId,
        name: String,
        prepared: PreparedWebhook,
    ) -> Result<AddedWebhook, AppError> {
        let PreparedWebhook { webhook, shown } = prepared;
        let sealed = destination::seal(&self.vault, user, &Kept::webhook(&webhook))?;
        let created_at = self.clock.now();
        let new = NewChannel { kind: ChannelKind::Webhook, name, shown, sealed, created_at, chat: None };
        let added = self.store.user(user).add_channel(new, MOST_CHANNELS).await?;
        let id = added.ok_or(ChannelError::TooMany)?;
        self.outbox.add_user(user);
        self.tell_of(user, "");
        Ok(AddedWebhook { id, key: webhook.key.text() })
    }

    /// Removes a channel of a user; what waits for it is given up.
    ///
    /// # Errors
    /// [`ChannelError::Unknown`], or when it cannot be written.
    pub async fn remove(&self, user: UserId, id: u64) -> Result<(), AppError> {
        if !self.store.user(user).remove_channel(id, self.clock.now()).await? {
            return Err(ChannelError::Unknown(id).into());
        }
        self.tell_of(user, "");
        Ok(())
    }

    /// Tells pages that something about the channels of a user changed, and which delivery if it is one.
    fn tell_of(&self, user: UserId, delivery: impl Display) {
        self.events.changed(Audience::User(user), Resource::Delivery, delivery);
    }

    /// Queues a message that tries a channel, and returns the id of its delivery. It is sent also in quiet hours.
    ///
    /// # Errors
    /// [`ChannelError::Unknown`], [`ChannelError::TestedTooOften`], or when it cannot be written.
    pub async fn test(&self, user: UserId, id: u64) -> Result<u64, AppError> {
        let message = words::channels::test().into_row(self.clock.now(), None);
        match self.store.user(user).queue_test(id, message, MOST_TESTS).await? {
            TestQueued::Queued(delivery) => {
                self.outbox.wake();
                self.tell_of(user, delivery);
                Ok(delivery)
            }
            TestQueued::UnknownChannel => Err(ChannelError::Unknown(id).into()),
            TestQueued::TooMany { retry_at } => Err(ChannelError::TestedTooOften { retry_at }.into()),
        }
    }

    /// Returns the deliveries to a user that the filter lets through, newest first, each as it is sent.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deliveries(
        &self,
        user: UserId,
        filter: DeliveryFilter,
    ) -> Result<Vec<DeliveryRow>, AppError> {
        let rows = self.store.user(user).deliveries(filter).await?;
        Ok(rows.into_iter().map(deliver::as_sent).collect())
    }
}

/// A webhook whose address was checked.
pub struct PreparedWebhook {
    webhook: Webhook,
    shown: String,
}

impl PreparedWebhook {
    /// What pages and logs may say of where it goes.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}
