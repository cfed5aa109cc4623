//! What Prahari asks of a broker, whichever it is.

use std::collections::BTreeMap;

use async_trait::async_trait;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderKind};
use prahari_domain::time::Timestamp;

/// A broker as the order desk sees it. The tag of an order is the text of its [`prahari_domain::ids::OrderId`].
#[async_trait]
pub trait Broker: Send + Sync {
    /// Sends an order. A tag that the broker has already is never placed a second time: the answer is the first one's.
    ///
    /// # Errors
    /// [`BrokerError::Refused`] when it was refused for good; [`BrokerError::Unclear`] when it may have arrived;
    /// [`BrokerError::Unavailable`] when it certainly did not.
    async fn place(&self, user: UserId, order: &Order, now: Timestamp) -> Result<Placed, BrokerError>;

    /// Gives an order that stands at the broker another total quantity and kind. Success is answered here and not
    /// repeated as an event.
    ///
    /// # Errors
    /// As [`Broker::place`].
    async fn modify(
        &self,
        user: UserId,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError>;

    /// Ends an order that stands at the broker. Success is answered here and not repeated as an event.
    ///
    /// # Errors
    /// As [`Broker::place`]; an order that has ended already is refused.
    async fn cancel(&self, user: UserId, order: &Order, now: Timestamp) -> Result<(), BrokerError>;

    /// The broker's own book: everything open, and what ended recently, oldest tag first.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be had.
    async fn book(&self, user: UserId) -> Result<Vec<BrokerOrder>, BrokerError>;

    /// Whether an order that [`Broker::book`] does not show has certainly not arrived, nor will. Only then may an order whose
    /// answer was lost be sent again; a broker that does not say so of itself is not believed to.
    fn book_proves_absence(&self) -> bool {
        false
    }

    /// Shares held, sorted by symbol.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when they cannot be had.
    async fn holdings(&self, user: UserId) -> Result<Vec<(Symbol, u32)>, BrokerError>;

    /// Money as the broker sees it.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be had.
    async fn funds(&self, user: UserId) -> Result<Funds, BrokerError>;

    /// Makes sure that the user can trade: a paper account is opened with `capital` when there is none. Whoever has an
    /// account of their own at a real broker needs nothing.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be opened.
    async fn open_account(&self, user: UserId, capital: Paise) -> Result<(), BrokerError> {
        let _ = (user, capital);
        Ok(())
    }

    /// Whether [`Broker::advance`] could report anything for this user; cheap enough to ask for every user each minute.
    fn has_open(&self, user: UserId) -> bool;

    /// What happened to the user's orders up to `now` and was not reported before, in the order it happened.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be told now; nothing is lost by that.
    async fn advance(&self, user: UserId, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError>;

    /// A user's whole account, by a broker at which nothing but our orders and payments can change it: then our books have to
    /// say the same to the paisa. `None` by a real broker.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be had.
    async fn own_account(&self, user: UserId) -> Result<Option<OwnAccount>, BrokerError> {
        let _ = user;
        Ok(None)
    }

    /// Pays made-up money in or out, so that `capital` is what was paid in altogether. The caller has asked whether enough is
    /// free.
    ///
    /// # Errors
    /// [`BrokerError::Refused`] by a broker whose money is real.
    async fn set_capital(&self, user: UserId, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        let _ = (user, capital, now);
        let reason = "only the money of a paper account can be set here".to_owned();
        Err(BrokerError::Refused { reason, retryable: false })
    }
}

/// Why a broker did not do what was asked. Which variant it is decides whether sending again is safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// Refused, and not carried out.
    #[error("the broker refused: {reason}")]
    Refused {
        /// The broker's sentence.
        reason: String,
        /// Whether the same order may succeed later.
        retryable: bool,
    },
    /// It may have been carried out; only the broker's book tells.
    #[error("the broker gave no clear answer: {0}")]
    Unclear(String),
    /// Certainly not carried out.
    #[error("the broker cannot be reached: {0}")]
    Unavailable(String),
}

/// The answer to an order that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The broker's number of the order.
    pub broker_id: String,
}

/// Money at the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funds {
    /// After every fill and charge.
    pub cash: Paise,
    /// Held back for open buys.
    pub reserved: Paise,
}

impl Funds {
    /// What a new buy may use.
    pub fn available(&self) -> Paise {
        self.cash - self.reserved
    }
}

/// An account that only our orders and payments change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// Paid in altogether, withdrawals taken off.
    pub capital: Paise,
    /// After every fill and charge.
    pub cash: Paise,
    /// Shares held, by symbol.
    pub holdings: BTreeMap<Symbol, u32>,
    /// The executions of the orders in the broker's book, with the tag of their order, oldest first within each.
    pub fills: Vec<(String, Fill)>,
}

/// An order in the broker's book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerOrder {
    /// Our order id, as text.
    pub tag: String,
    /// The broker's number.
    pub broker_id: String,
    /// What it trades.
    pub symbol: Symbol,
    /// Total shares in force.
    pub quantity: u32,
    /// Kind in force.
    pub kind: OrderKind,
    /// Where it stands.
    pub state: BrokerOrderState,
    /// Shares filled.
    pub filled: u32,
    /// Its executions, oldest first.
    pub fills: Vec<Fill>,
    /// When the broker took it.
    pub accepted_at: Timestamp,
    /// When quantity or kind were last changed; `accepted_at` if never.
    pub modified_at: Timestamp,
    /// When anything about it last changed: acceptance, change, fill or end.
    pub changed_at: Timestamp,
}

/// Where an order stands at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerOrderState {
    /// Waiting for its session or in the market, perhaps part filled.
    Open,
    /// Wholly filled.
    Filled,
    /// Ended by a cancellation, ours or the broker's.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// Ended with its validity.
    Expired {
        /// Why.
        reason: String,
    },
    /// Taken and then refused.
    Rejected {
        /// Why.
        reason: String,
    },
}

/// Something that happened at the broker without our asking at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerEvent {
    /// Our order id, as text.
    pub tag: String,
    /// When it happened, which may be before it was reported.
    pub at: Timestamp,
    /// What happened.
    pub kind: BrokerEventKind,
}

/// What can happen to an order at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerEventKind {
    /// Part or all was executed.
    Filled(Fill),
    /// The broker ended it.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// It was taken and then refused.
    Rejected {
        /// Why.
        reason: String,
    },
    /// Its validity ended.
    Expired {
        /// Why.
        reason: String,
    },
}
