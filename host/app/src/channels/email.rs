//! Channels by e-mail: the installation's mail server, and the mailboxes whose owners have shown that they are theirs.

use prahari_couriers::{MailCourier, MailDestination, MailServer};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::Secret;
use prahari_store::{CarrierKind, ChannelKind, NewChannel};

use super::carriers::Mail;
use super::destination::{self, Kept};
use super::{ChannelError, Channels, MOST_CHANNELS};
use crate::error::AppError;

/// Most codes that are sent for a user within an hour: each is a message to an address that need not be the user's.
pub const MOST_CODES: usize = 5;

/// A mailbox that waits for its code.
pub(super) struct NewMailbox {
    name: String,
    address: String,
}

impl Channels {
    /// The installation's mail server, if it has one.
    pub fn mail(&self) -> Option<Mail> {
        self.carriers.mail()
    }

    /// Refuses a mail server with which nothing is ever spoken. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ChannelError::Address`].
    pub fn check_mail(&self, server: &MailServer) -> Result<(), AppError> {
        Ok(self.mail.check(server).map_err(ChannelError::Address)?)
    }

    /// Makes a mail server the one of the installation, once it has let the installation in.
    ///
    /// # Errors
    /// [`ChannelError::Address`], [`ChannelError::Carrier`] when it does not, or when it cannot be sealed or written.
    pub async fn set_mail(&self, server: MailServer) -> Result<Mail, AppError> {
        self.check_mail(&server)?;
        let tried = self.mail.try_server(&server).await;
        tried.map_err(|failed| ChannelError::Carrier(failed.for_admin()))?;
        let mail = Mail { server, changed_at: self.real.now() };
        self.carriers.set_mail(&self.store, &self.vault, mail.clone()).await?;
        self.outbox.wake();
        Ok(mail)
    }

    /// Leaves the installation without a mail server; what waits for mailboxes is tried for a day. Returns whether there
    /// was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove_mail(&self) -> Result<bool, AppError> {
        self.carriers.remove(&self.store, CarrierKind::Email).await
    }

    /// Sends a code to a mailbox, by which a user shows that it is theirs; the channel gets a name of the user's choice.
    /// Returns until when the code helps.
    ///
    /// # Errors
    /// [`ChannelError::NotSetUp`], [`ChannelError::Address`], [`ChannelError::TooMany`],
    /// [`ChannelError::CodesTooOften`], or [`ChannelError::Carrier`] when the server does not take the message.
    pub async fn begin_mailbox(
        &self,
        user: UserId,
        name: String,
        address: &Secret,
    ) -> Result<Timestamp, AppError> {
        let server = self.mail().ok_or(ChannelError::NotSetUp("mail server"))?.server;
        let address = MailCourier::check_address(address.expose()).map_err(ChannelError::Address)?;
        self.check_room(user).await?;
        let (now, who) = (self.real.now(), user.0.cast_signed());
        if !self.codes_sent.allows(who, now) {
            let retry_at = self.codes_sent.again_at(who, now);
            return Err(ChannelError::CodesTooOften { retry_at }.into());
        }
        let to = MailDestination { server, address: Secret::new(address.clone()) };
        let issued = self.mail_codes.issue(user, now, NewMailbox { name, address })?;
        let sent = self.mail.send_code(&to, issued.code.expose(), now).await;
        sent.map_err(|failed| ChannelError::Carrier(failed.reason))?;
        Ok(issued.expires_at)
    }

    /// Adds the mailbox to which a code was sent to the channels of its user; returns the id of the channel.
    ///
    /// # Errors
    /// [`ChannelError::WrongCode`], [`ChannelError::TooMany`], or when it cannot be sealed or written.
    pub async fn confirm_mailbox(&self, user: UserId, typed: &Secret) -> Result<u64, AppError> {
        let taken = self.mail_codes.take_of(user, typed.expose(), self.real.now());
        let NewMailbox { name, address } = taken.ok_or(ChannelError::WrongCode)?;
        let new = NewChannel {
            kind: ChannelKind::Email,
            name,
            shown: MailCourier::shown(&address),
            sealed: destination::seal(&self.vault, user, &Kept::Email { address })?,
            created_at: self.clock.now(),
            chat: None,
        };
        let added = self.store.user(user).add_channel(new, MOST_CHANNELS).await?;
        let id = added.ok_or(ChannelError::TooMany)?;
        self.outbox.add_user(user);
        self.tell_of(user, "");
        Ok(id)
    }
}
