//! What is asked of a courier, whatever the channel is.

use async_trait::async_trait;
use prahari_domain::text::one_line;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, SigningKey};

use crate::mail::MailDestination;

/// Most characters of a sentence that says why a message was not delivered.
pub const LONGEST_REASON: usize = 300;

/// Brings messages to destinations outside. One courier serves all users.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Returns what pages and logs may say of a destination, such as `https://hooks.example.org`.
    ///
    /// # Errors
    /// One sentence that says why nothing is ever delivered to it, such as an address without TLS.
    fn check(&self, to: &Destination) -> Result<String, String>;

    /// Brings one message to its destination and returns once the other side has taken it. Ends within
    /// [`LONGEST_DELIVERY`](crate::LONGEST_DELIVERY) of real time.
    ///
    /// # Errors
    /// Why it was not taken, without a word of the address or the key.
    async fn deliver(&self, to: &Destination, message: &OutgoingMessage) -> Result<(), Undelivered>;
}

/// Where a message goes. Shows nothing of itself.
#[derive(Debug, Clone)]
pub enum Destination {
    /// An address that takes messages over HTTP.
    Webhook(Webhook),
    /// A chat with the installation's bot.
    Telegram(TelegramChat),
    /// A mailbox.
    Mail(MailDestination),
}

/// An address that takes messages over HTTP, and the key by which it knows them.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The address; its path often holds a secret of the receiver.
    pub url: Secret,
    /// Key under which each message is signed.
    pub key: SigningKey,
}

/// A chat, and the bot that writes into it.
#[derive(Debug, Clone)]
pub struct TelegramChat {
    /// Token of the bot; who knows it is the bot.
    pub token: Secret,
    /// Number of the chat.
    pub chat: i64,
}

/// A message as it leaves the daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// Name of the message, the same in every attempt: a receiver that knows it has had the message.
    pub id: String,
    /// Name of its kind, such as `order_filled`; `test` for one that only tries the channel.
    pub kind: String,
    /// Name of its level: `info`, `warning` or `error`.
    pub level: String,
    /// The message in one line.
    pub title: String,
    /// What there is to say beyond the title; may be empty.
    pub body: String,
    /// Time of the message, by the daemon's clock.
    pub at: Timestamp,
    /// Number of further messages of the kind that are not sent one by one.
    pub more: u64,
    /// Whether title and body say themselves for how many messages they stand.
    pub says_how_many: bool,
    /// Whether the receiver may have had it before.
    pub repeated: bool,
    /// Time of this attempt, real time, which is part of what is signed.
    pub attempted_at: Timestamp,
}

impl OutgoingMessage {
    /// The message as plain text: its title, and below it what else there is to say.
    pub(crate) fn text(&self) -> String {
        let title = one_line(&self.title).into_owned();
        let rest = self.text_below_title();
        if rest.is_empty() { title } else { format!("{title}\n{rest}") }
    }

    /// What there is to say below the title, as plain text; may be empty.
    pub(crate) fn text_below_title(&self) -> String {
        let body = Some(self.body.clone()).filter(|body| !body.is_empty());
        let more = self.more > 0 && !self.says_how_many;
        let more = more.then(|| format!("(and {} more of the kind)", self.more));
        let repeated = self.repeated.then(|| "(this message may have come before)".to_owned());
        [body, more, repeated].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

/// A message that was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The reason, in one sentence without secrets.
    pub reason: String,
    /// Whether another attempt may help.
    pub again: bool,
    /// Whether the receiver may have had the message all the same.
    pub perhaps_arrived: bool,
    /// Time for which the receiver asked to be left alone, in seconds.
    pub wait_s: Option<u64>,
    /// Whether the receiver takes no message of this channel any more, until its user does something about it.
    pub ends_channel: bool,
    /// What whoever runs the installation is told beyond the reason; none where the reason says everything.
    pub told_admin: Option<String>,
}

impl Undelivered {
    /// A failure before anything was sent, which may pass.
    pub fn not_sent(reason: impl AsRef<str>) -> Self {
        let reason = bounded(reason.as_ref());
        Self {
            reason,
            again: true,
            perhaps_arrived: false,
            wait_s: None,
            ends_channel: false,
            told_admin: None,
        }
    }

    /// The same where what was said is for whoever runs the installation and of no use to its users.
    #[must_use]
    pub fn telling_admin(self, said: impl AsRef<str>) -> Self {
        Self { told_admin: Some(bounded(said.as_ref())), ..self }
    }

    /// Returns the reason as whoever runs the installation is told it.
    pub fn for_admin(self) -> String {
        self.told_admin.unwrap_or(self.reason)
    }

    /// A failure after something was sent: nobody knows what became of it.
    pub fn unclear(reason: impl AsRef<str>) -> Self {
        Self { perhaps_arrived: true, ..Self::not_sent(reason) }
    }

    /// A failure that no further attempt changes.
    pub fn for_good(reason: impl AsRef<str>) -> Self {
        Self { again: false, ..Self::not_sent(reason) }
    }

    /// The receiver takes nothing of this channel any more.
    pub fn ends_channel(reason: impl AsRef<str>) -> Self {
        Self { ends_channel: true, ..Self::for_good(reason) }
    }
}

/// A reason on one line, cut to its longest length.
fn bounded(reason: &str) -> String {
    one_line(reason).chars().take(LONGEST_REASON).collect()
}
