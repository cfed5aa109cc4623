//! What is shown of a user's session.

use prahari_domain::time::{Day, Timestamp};

use crate::mask::Masked;

/// State of a user's session, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// Nobody has logged in, or the session was forgotten for this reason.
    None {
        /// Why there is none.
        reason: Masked,
    },
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
    /// The broker said that the session is over; the next call logs in.
    Over {
        /// When it said so.
        at: Timestamp,
        /// What it said.
        reason: Masked,
    },
    /// A login failed or helped nothing; nobody tries before this time.
    CoolingDown {
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: Masked,
    },
    /// The user has to type a one-time code: there is no secret to make one with.
    NeedsCode,
    /// Nobody tries until a person says so.
    Blocked {
        /// Why.
        reason: Masked,
    },
}

/// A user's session as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// State, with its reason.
    pub state: SessionState,
    /// Logins of this day that succeeded.
    pub logins_today: u32,
    /// Refused logins since the last that succeeded.
    pub refusals: u32,
    /// Time of the last good answer to a call with the session.
    pub last_answer: Option<Timestamp>,
}
