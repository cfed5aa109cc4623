//! The couriers of all kinds of channels behind one face.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::courier::{Courier, Destination, OutgoingMessage, Undelivered};
use crate::mail::{MAIL_DEADLINE, MailCourier};
use crate::telegram::Telegram;
use crate::webhook::WebhookCourier;

/// Longest time that an attempt of any kind may take, real time.
pub const LONGEST_DELIVERY: Duration = MAIL_DEADLINE;

/// Takes each message to the courier of its destination.
pub struct Couriers {
    /// For webhooks.
    pub webhooks: WebhookCourier,
    /// For chats.
    pub telegram: Arc<Telegram>,
    /// For mailboxes.
    pub mail: Arc<MailCourier>,
}

#[async_trait]
impl Courier for Couriers {
    fn check(&self, to: &Destination) -> Result<String, String> {
        match to {
            Destination::Webhook(webhook) => self.webhooks.check(webhook),
            Destination::Telegram(_) => Ok("a chat on Telegram".to_owned()),
            Destination::Mail(mail) => {
                self.mail.check(&mail.server)?;
                MailCourier::check_address(mail.address.expose()).map(|address| MailCourier::shown(&address))
            }
        }
    }

    async fn deliver(&self, to: &Destination, message: &OutgoingMessage) -> Result<(), Undelivered> {
        match to {
            Destination::Webhook(webhook) => self.webhooks.deliver(webhook, message).await,
            Destination::Telegram(chat) => self.telegram.deliver(chat, message).await,
            Destination::Mail(mail) => self.mail.deliver(mail, message).await,
        }
    }
}
