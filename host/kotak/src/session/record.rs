//! What outlives the process of a user's logins: how many there were, what they forbid, and the session of the day.

use async_trait::async_trait;
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::{Secret, TotpStep};

/// Logins of one trading day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoginCounts {
    /// Begun, so that something may have reached the broker.
    pub tried: u32,
    /// Those that brought a session.
    pub succeeded: u32,
    /// Those that did not.
    pub failed: u32,
    /// Of those that succeeded, the ones that do not count towards the most of a day any more.
    pub forgiven: u32,
}

/// What is kept of a user's logins from one start of the daemon to the next. Its texts are clean of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRecord {
    /// Trading day of the counts.
    pub day: Day,
    /// The logins of that day.
    pub counts: LoginCounts,
    /// Whether a session was doubted on that day.
    pub doubted: bool,
    /// Refused logins since the last that succeeded.
    pub refusals: u32,
    /// Logins in a row that were said to be over as soon as they were used.
    pub fruitless: u32,
    /// When the login began that is under way: it is written before anything is sent.
    pub begun_at: Option<Timestamp>,
    /// Since when nobody logs in until a person allows it, and why.
    pub blocked: Option<(Timestamp, String)>,
    /// Until when nobody logs in, and why.
    pub cooling: Option<(Timestamp, String)>,
    /// Time of the last login that succeeded.
    pub last_success: Option<Timestamp>,
    /// Step of the last one-time code that was made: none is used twice.
    pub last_step: Option<TotpStep>,
}

/// What becomes of the session that is kept.
#[derive(Debug, Clone)]
pub enum KeptSession {
    /// It stays as it is.
    Same,
    /// This one takes its place, sealed: the text is the whole session.
    Keep(Secret),
    /// None is kept any more.
    Remove,
}

/// Where what outlives the process is kept.
#[async_trait]
pub trait LoginRecords: Send + Sync {
    /// Returns what is kept of a user's logins; none before the first.
    ///
    /// # Errors
    /// One sentence, when it cannot be read.
    async fn record(&self, user: UserId) -> Result<Option<LoginRecord>, String>;

    /// Returns the session of a day that is kept for a user, opened.
    ///
    /// # Errors
    /// One sentence without secrets, when it cannot be read or opened.
    async fn session(&self, user: UserId, day: Day) -> Result<Option<Secret>, String>;

    /// Keeps a record with what becomes of the session, of the record's day, and waits until it is durable.
    ///
    /// # Errors
    /// One sentence, when nothing is kept.
    async fn save(&self, user: UserId, record: LoginRecord, session: KeptSession) -> Result<(), String>;
}
