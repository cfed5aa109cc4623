//! Channels on Telegram: the installation's bot, and the chats that are connected with users.

use prahari_couriers::Telegram;
use prahari_domain::ids::UserId;
use prahari_secrets::Secret;
use prahari_store::{CarrierKind, ChannelKind, ChatChannel, NewChannel};
use tokio::sync::Notify;

use super::carriers::Bot;
use super::codes::IssuedCode;
use super::destination::{self, Kept};
use super::{ChannelError, Channels, MOST_CHANNELS};
use crate::error::AppError;

/// A code that connects the chat from which it is sent.
pub struct ChatCode {
    /// The code, and until when it helps.
    pub issued: IssuedCode,
    /// Name of the bot to send it to, without the `@`.
    pub bot: String,
}

impl Channels {
    /// The installation's bot, if it has one.
    pub fn bot(&self) -> Option<Bot> {
        self.carriers.bot()
    }

    /// Notified when the bot is another one, or none.
    pub(crate) fn bot_changed(&self) -> &Notify {
        self.carriers.bot_changed()
    }

    /// Returns the number of the bot in its token, which is no secret.
    ///
    /// # Errors
    /// [`ChannelError::Address`] when it has not the form of a token.
    pub fn number_of_bot(token: &Secret) -> Result<&str, AppError> {
        match token.expose().split_once(':') {
            Some((number, _)) if Telegram::is_token(token.expose()) => Ok(number),
            _ => {
                let why = "token: a number, a colon, and letters, digits, - and _, as @BotFather tells it";
                Err(ChannelError::Address(why.to_owned()).into())
            }
        }
    }

    /// Asks Telegram which bot a token belongs to. Nothing is kept yet.
    ///
    /// # Errors
    /// [`ChannelError::Carrier`] when Telegram cannot be asked or knows no such bot.
    pub async fn prepare_bot(&self, token: Secret) -> Result<Bot, AppError> {
        Self::number_of_bot(&token)?;
        let asked = self.telegram.bot_name(&token).await;
        let name = asked.map_err(|failed| ChannelError::Carrier(failed.for_admin()))?;
        Ok(Bot { name, token, changed_at: self.real.now() })
    }

    /// Makes a bot the one of the installation. Chats that are connected stay so, and hear from it once their users have
    /// written to it.
    ///
    /// # Errors
    /// When it cannot be sealed or written.
    pub async fn set_bot(&self, bot: Bot) -> Result<(), AppError> {
        self.carriers.set_bot(&self.store, &self.vault, bot).await?;
        self.outbox.wake();
        Ok(())
    }

    /// Leaves the installation without a bot; what waits for chats is tried for a day. Returns whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn remove_bot(&self) -> Result<bool, AppError> {
        self.carriers.remove(&self.store, CarrierKind::Telegram).await
    }

    /// Makes a code by which a user connects a chat, under a name of the user's choice.
    ///
    /// # Errors
    /// [`ChannelError::NotSetUp`], [`ChannelError::TooMany`], or when the database cannot be read.
    pub async fn begin_chat(&self, user: UserId, name: String) -> Result<ChatCode, AppError> {
        let bot = self.bot().ok_or(ChannelError::NotSetUp("bot"))?.name;
        self.check_room(user).await?;
        let issued = self.chat_codes.issue(user, self.real.now(), name)?;
        Ok(ChatCode { issued, bot })
    }

    /// Uses a code that came from a chat: the user, and the name of the channel. None when it does not help.
    pub(crate) fn take_chat_code(&self, typed: &str) -> Option<(UserId, String)> {
        self.chat_codes.take(typed, self.real.now())
    }

    /// The channel of a chat, if it is connected.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn of_chat(&self, chat: i64) -> Result<Option<ChatChannel>, AppError> {
        Ok(self.store.system().channel_of_chat(chat).await?)
    }

    /// Connects a chat with a user, in place of whatever it was connected with.
    ///
    /// # Errors
    /// [`ChannelError::TooMany`], or when it cannot be sealed or written.
    pub(crate) async fn add_chat(&self, user: UserId, name: String, chat: i64) -> Result<u64, AppError> {
        if let Some(before) = self.of_chat(chat).await? {
            self.store.user(before.user).remove_channel(before.id, self.clock.now()).await?;
        }
        let new = NewChannel {
            kind: ChannelKind::Telegram,
            name,
            shown: "a chat on Telegram".to_owned(),
            sealed: destination::seal(&self.vault, user, &Kept::Telegram { chat })?,
            created_at: self.clock.now(),
            chat: Some(chat),
        };
        let added = self.store.user(user).add_channel(new, MOST_CHANNELS).await?;
        self.outbox.add_user(user);
        self.tell_of(user, "");
        Ok(added.ok_or(ChannelError::TooMany)?)
    }

    /// Refuses a user who has as many channels as one may.
    pub(super) async fn check_room(&self, user: UserId) -> Result<(), AppError> {
        let has = self.store.user(user).channels().await?.len();
        if has >= MOST_CHANNELS as usize { Err(ChannelError::TooMany.into()) } else { Ok(()) }
    }
}
