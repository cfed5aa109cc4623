//! The session that a link needs at a broker where somebody has to log in.

use async_trait::async_trait;
use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::Secret;

/// A login that brought no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct LoginFailure {
    /// Why, in one sentence without secrets.
    pub reason: String,
    /// Whether anything of it may have left this machine. What was not sent was no attempt at the broker.
    pub was_sent: bool,
    /// Time before which nobody tries again, where a wait is the reason or follows from it.
    pub retry_at: Option<Timestamp>,
}

/// One user's session at their broker. Only [`BrokerSession::log_in`] and what needs the broker's answer log in; whoever looks at
/// it does not.
#[async_trait]
pub trait BrokerSession: Send + Sync {
    /// Returns the session as it is shown. Its texts have no secrets in them.
    fn view(&self) -> BrokerSessionView;

    /// Logs in, unless there is a session: with this one-time code, or with one that is made of the user's secret. A login that
    /// was begun goes on when the caller gives up waiting.
    ///
    /// # Errors
    /// [`LoginFailure`] when nobody may log in now or the login failed, with its reason.
    async fn log_in(&self, code: Option<Secret>) -> Result<(), LoginFailure>;

    /// Lets logins be tried again that were blocked or have to wait: a person says so. It holds across a restart.
    async fn allow_again(&self);

    /// Forgets the session, which is logged where there was one. What needs the broker afterwards logs in anew. Only what
    /// [`SessionEnd::Shutdown`] ends may be taken up by the next start.
    async fn forget(&self, why: SessionEnd);
}

/// Reasons why a session is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// The trading day has ended.
    Day,
    /// The user's service was stopped.
    Service,
    /// The user's credentials were changed or deleted.
    Credentials,
    /// The user trades over another broker.
    Broker,
    /// The daemon stops.
    Shutdown,
}

impl SessionEnd {
    /// Returns the reason as the end of a sentence.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Day => "the day has ended",
            Self::Service => "the service was stopped",
            Self::Credentials => "the credentials were changed",
            Self::Broker => "the user trades over another broker",
            Self::Shutdown => "the daemon stops",
        }
    }
}

/// A session as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerSessionView {
    /// State of the session.
    pub state: BrokerSessionState,
    /// Why it is in this state, in one sentence; empty where nothing is to be said.
    pub reason: String,
    /// Logins of this day that succeeded.
    pub logins_today: u32,
    /// Refused logins since the last that succeeded.
    pub refusals: u32,
    /// Time of the last good answer to a call with the session.
    pub last_answer: Option<Timestamp>,
}

/// State of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerSessionState {
    /// Nobody has logged in.
    None,
    /// A login is under way.
    LoggingIn {
        /// Since when.
        since: Timestamp,
    },
    /// There is a session.
    Active {
        /// Time of the login.
        since: Timestamp,
        /// Trading day on which it is good.
        day: Day,
    },
    /// There was one; what needs the broker next logs in.
    Over {
        /// When it ended.
        at: Timestamp,
    },
    /// A login failed or helped nothing; nobody tries before this time.
    CoolingDown {
        /// Until when.
        until: Timestamp,
    },
    /// The user has to type a one-time code: there is no secret to make one with.
    NeedsCode,
    /// Nobody tries until a person says so.
    Blocked,
}
