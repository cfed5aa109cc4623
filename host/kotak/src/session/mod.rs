//! Sessions: one login of each user and trading day, which everything that a user does shares.
//!
//! A second login takes the session away from the first, so nothing else ever logs in: whoever needs a session asks
//! [`Sessions`].

mod acquire;
mod calls;
mod ends;
mod inner;
mod kept;
mod link;
mod login;
mod manager;
mod readiness;
mod reads;
mod record;
mod state;

pub(crate) use link::LinkedSession;
pub use manager::{Sessions, UserSession};
pub(crate) use readiness::AccountProof;
pub use record::{KeptSession, LoginCounts, LoginRecord, LoginRecords};
pub use state::{SessionState, SessionView};

use std::fmt;

use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::Secret;
use url::Url;

/// A session at the broker. It shows nothing of its keys.
#[derive(Clone)]
pub struct Session {
    /// Which of the user's sessions it is, counted from 1 since the start.
    pub(crate) generation: u64,
    /// Trading day of the login; on another one it is over.
    pub day: Day,
    /// Time of the login.
    pub since: Timestamp,
    pub(crate) token: Secret,
    pub(crate) sid: Secret,
    /// What else the login has told of the user that nobody may see.
    pub(crate) also_secret: Vec<Secret>,
    pub(crate) base: Url,
    /// Address of the market feed, where the login named one.
    pub feed: Option<Url>,
    /// Address of the order feed, where the login named one.
    pub orders: Option<Url>,
    /// Data centre of the account.
    pub data_centre: Option<String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[session {} of {}]", self.generation, self.day)
    }
}

#[cfg(test)]
mod restarts;
#[cfg(test)]
mod tests;
