//! Why something about a channel was not done, in sentences for its user.

use prahari_domain::time::Timestamp;

use super::{MOST_CHANNELS, MOST_CODES, MOST_TESTS};

/// A request about a channel that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Nothing would ever be delivered to the address.
    #[error("{0}")]
    Address(String),
    /// The installation has nothing by which messages of the kind leave.
    #[error("the installation has no {0}; an admin sets one up")]
    NotSetUp(&'static str),
    /// What messages of the kind leave by does not do its work.
    #[error("it was tried and did not work: {0}")]
    Carrier(String),
    /// The code is another one, was used, or is too old.
    #[error("the code is not the right one, was used, or is older than ten minutes")]
    WrongCode,
    /// The user has as many channels as one may.
    #[error("there are {} channels already, and no more are allowed; remove one first", MOST_CHANNELS)]
    TooMany,
    /// The user has no such channel, or not any more.
    #[error("there is no channel {0}")]
    Unknown(u64),
    /// Codes were sent for the user too often.
    #[error("codes were sent {} times within an hour; the next is sent from {retry_at}", MOST_CODES)]
    CodesTooOften {
        /// Time from which the next is sent.
        retry_at: Timestamp,
    },
    /// The user has tested too often.
    #[error(
        "channels were tested {} times within an hour; the next test is taken from {retry_at}",
        MOST_TESTS
    )]
    TestedTooOften {
        /// Time from which the next test is taken.
        retry_at: Timestamp,
    },
}
