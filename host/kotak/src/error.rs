//! What went wrong with a call, by what it means for whoever asked.

use std::fmt;

use prahari_brokers::BrokerError;

use crate::mask::Masked;
use crate::proof::{CallKind, Known, proof_of};

/// The calls that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// First step of the login, with the one-time code.
    LogIn,
    /// Second step of the login, with the PIN.
    Validate,
    /// The address from which the broker sees us.
    Address,
    /// The addresses from which the broker takes orders.
    Listed,
    /// Placing an order.
    Place,
    /// Changing an order.
    Modify,
    /// Cancelling an order.
    Cancel,
    /// The order book of today.
    Book,
    /// The states that one order went through.
    History,
    /// The executions of today.
    Trades,
    /// Positions.
    Positions,
    /// Settled shares.
    Holdings,
    /// Money.
    Limits,
    /// What an order would need.
    Margin,
    /// Prices.
    Quotes,
    /// Where the files of all shares are.
    Files,
    /// Where the feeds are.
    Feeds,
    /// The file of all shares.
    Shares,
}

impl Call {
    /// Returns the name of the call in sentences, such as `an order`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogIn => "the login",
            Self::Validate => "the second step of the login",
            Self::Address => "the question for our address",
            Self::Listed => "the question for the list of addresses",
            Self::Place => "an order",
            Self::Modify => "a change of an order",
            Self::Cancel => "a cancellation",
            Self::Book => "the order book",
            Self::History => "the history of an order",
            Self::Trades => "the executions",
            Self::Positions => "the positions",
            Self::Holdings => "the holdings",
            Self::Limits => "the money",
            Self::Margin => "the margin of an order",
            Self::Quotes => "prices",
            Self::Files => "the list of files",
            Self::Feeds => "the list of feeds",
            Self::Shares => "the file of all shares",
        }
    }

    /// Returns whether the call changes something in the market.
    pub const fn trades(self) -> bool {
        matches!(self, Self::Place | Self::Modify | Self::Cancel)
    }
}

/// What an answer, or its absence, means. What it proves of an order is [`proof_of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Nothing of the request left this machine: no connection, no turn, or our own check refused it.
    NotSent,
    /// The connection broke, or nothing came in time, after the request was begun.
    Lost,
    /// The broker's gateway is in trouble: 408, 424, 5xx.
    Gateway,
    /// The body cannot be read: not JSON, a page, empty, too long, or without what it must have.
    Unreadable,
    /// The session is over, or of the wrong kind.
    Session,
    /// The address from which we came is not allowed, or the token is of another application.
    Address,
    /// Too many requests.
    Rate,
    /// An order with this tag is there already.
    TagTaken,
    /// Money is missing.
    Funds,
    /// The order has ended.
    Finished,
    /// There is no such order, or the segment is not allowed.
    NotFound,
    /// There is nothing, says the broker: an empty list that proves nothing.
    Empty,
    /// The request was refused for what is in it.
    Refused,
    /// A code that proves nothing, or that nobody knows.
    Unlisted,
}

/// A call that did not do what was asked. Its text is clean of secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KotakError {
    /// The call.
    pub call: Call,
    /// What it means.
    pub meaning: Meaning,
    /// What was said, by the broker or by us.
    pub said: Masked,
    /// Code in the body, where there was one.
    pub code: Option<i64>,
    /// Status of the answer, where there was one.
    pub http: Option<u16>,
}

impl KotakError {
    /// An error that we state ourselves.
    pub(crate) fn ours(call: Call, meaning: Meaning, said: impl Into<String>) -> Self {
        Self { call, meaning, said: Masked::ours(said), code: None, http: None }
    }

    /// A call that was never begun.
    pub(crate) fn not_sent(call: Call, said: impl Into<String>) -> Self {
        Self::ours(call, Meaning::NotSent, said)
    }

    /// Returns whether the same request may succeed on another day or with other money.
    pub fn is_retryable(&self) -> bool {
        matches!(self.meaning, Meaning::Session | Meaning::Address | Meaning::Funds | Meaning::Rate)
    }
}

impl fmt::Display for KotakError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.said.as_str();
        write!(f, "{}: {}", self.call.name(), if said.is_empty() { "nothing was said" } else { said })?;
        match (self.code, self.http) {
            (Some(code), _) => write!(f, " (code {code})"),
            (None, Some(http)) if http != 200 => write!(f, " (status {http})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for KotakError {}

impl From<KotakError> for BrokerError {
    fn from(error: KotakError) -> Self {
        if error.call.kind() == CallKind::LogIn {
            // Whatever was to follow the login was never begun.
            return Self::Unavailable(error.to_string());
        }
        match proof_of(error.call, error.meaning).known {
            // The three words of the contract: what it proves of the order decides, not how it sounds.
            Known::NotCarried if error.meaning == Meaning::NotSent => Self::Unavailable(error.to_string()),
            Known::NotCarried => Self::Refused { reason: error.to_string(), retryable: error.is_retryable() },
            Known::Exists => Self::TagInUse,
            Known::Carried | Known::Unknown => Self::Unclear(error.to_string()),
            Known::Answered | Known::Nothing => Self::Unavailable(error.to_string()),
        }
    }
}
