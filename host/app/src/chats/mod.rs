//! Chats: what users ask the installation's bot, and what it answers.
//!
//! The daemon asks Telegram for what was written, from one place, and keeps in the database how far it has read. A chat that is
//! connected with a user reads what that user may read, and may turn the user's kill switch on, never off. Everybody else
//! is told once how to connect. What one chat can cause is bounded. In lockstep nobody is asked.

mod answers;
mod command;
mod connect;
mod heard;
mod kill;
mod poll;

use std::sync::Arc;

use prahari_couriers::{ChatMessage, Telegram, TelegramChat};
use prahari_store::{ChatChannel, Store};
use tokio::task::JoinSet;

use crate::audit::AuditLog;
use crate::channels::{Bot, Channels};
use crate::clock::Clock;
use crate::error::AppError;
use crate::queries::Queries;
use crate::services::Services;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::user::User;
use crate::users::Users;
use command::Command;
use heard::{Heard, Remembered};
pub use heard::{MOST_COMMANDS, MOST_WRONG_CODES};
use kill::Kills;

const MINUTE_MS: i64 = 60_000;

/// What the chats are built from.
pub struct ChatDeps {
    /// The daemon's clock.
    pub clock: Clock,
    /// Real time, for what people do within minutes.
    pub real: Clock,
    /// Store of the daemon's data.
    pub store: Store,
    /// State and reason of the daemon's stop.
    pub shutdown: Arc<Shutdown>,
    /// The users that the daemon serves.
    pub users: Arc<Users>,
    /// Settings of the users.
    pub settings: Arc<Settings>,
    /// Services of the users.
    pub services: Arc<Services>,
    /// What can be read of the daemon.
    pub queries: Queries,
    /// Where a change is written down first.
    pub audit: AuditLog,
    /// The channels, some of which are chats.
    pub channels: Arc<Channels>,
    /// What speaks with Telegram.
    pub telegram: Arc<Telegram>,
}

/// The chats with the installation's bot.
pub struct Chats {
    deps: ChatDeps,
    /// What they did of late.
    heard: Heard,
    /// Kill switches that wait for their confirmation.
    kills: Kills,
}

impl Chats {
    /// Over the rooms of a daemon.
    pub fn new(deps: ChatDeps) -> Arc<Self> {
        Arc::new(Self { deps, heard: Heard::new(Remembered::default()), kills: Kills::default() })
    }

    /// Starts what asks Telegram, which goes on until the returned set is dropped. In lockstep nothing is started.
    pub fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut asking = JoinSet::new();
        if !self.deps.clock.is_lockstep() {
            asking.spawn(poll::follow(self.clone()));
        }
        asking
    }

    /// Answers what somebody wrote. Groups are not answered: whoever is in one would read what is a user's.
    async fn hear(&self, bot: &Bot, message: &ChatMessage) -> Result<(), AppError> {
        let now = self.deps.real.now();
        if !message.is_private {
            return Ok(());
        }
        let channel = self.deps.channels.of_chat(message.chat).await?;
        if !self.heard.takes(message.chat, channel.is_some(), now) {
            return Ok(());
        }
        let command = Command::read(&message.text);
        let answer = match (channel, command) {
            (_, Command::Start(Some(code))) => self.connect(message.chat, code).await?,
            (Some(channel), command) => self.obey(&channel, message.chat, command).await?,
            (None, _) => self.heard.welcomes(message.chat, now).then(|| answers::STRANGER.to_owned()),
        };
        if let Some(answer) = answer {
            self.say(bot, message.chat, &answer).await;
        }
        Ok(())
    }

    /// Does what a connected chat asks for, and returns what to answer.
    async fn obey(
        &self,
        channel: &ChatChannel,
        chat: i64,
        command: Command<'_>,
    ) -> Result<Option<String>, AppError> {
        let Ok(user) = self.deps.users.find(channel.user) else { return Ok(None) };
        if !user.access.is_active() {
            return Ok(None);
        }
        if channel.is_ended {
            return Ok(Some(answers::ENDED.to_owned()));
        }
        self.answer(&user, channel, chat, command).await.map(Some)
    }

    async fn answer(
        &self,
        user: &User,
        channel: &ChatChannel,
        chat: i64,
        command: Command<'_>,
    ) -> Result<String, AppError> {
        match command {
            Command::Status => self.status(user).await,
            Command::Positions => Ok(self.positions(user).await),
            Command::Orders => self.orders(user).await,
            Command::Kill(typed) => self.kill(user, channel, chat, typed).await,
            Command::Start(_) | Command::Help | Command::Other => Ok(answers::HELP.to_owned()),
        }
    }

    /// Writes into a chat. What does not arrive is asked for again by whoever wanted it.
    async fn say(&self, bot: &Bot, chat: i64, text: &str) {
        let to = TelegramChat { token: bot.token.clone(), chat };
        if let Err(failed) = self.deps.telegram.say(&to, text).await {
            tracing::warn!(reason = failed.reason, "an answer did not reach its chat");
        }
    }
}
