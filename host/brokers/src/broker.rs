//! What Prahari asks of a broker, whichever it is.

use async_trait::async_trait;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderKind, OrderRequest, Product, Side};
use prahari_domain::time::Timestamp;

use crate::market::PriceSeen;
use crate::readiness::Check;
use crate::share_rules::ShareRules;

/// One user's broker as their order desk sees it. A broker is given the text of [`Order::broker_tag`] with a new order;
/// afterwards the number that it answered names the order.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Sends an order. A tag that the broker has had before, also of an order that has ended, is never placed a second
    /// time. Either it is refused, and which order has it is for [`Broker::book`] to tell; or, where the broker's book or
    /// what this link has sent tells that it is this very order, the number of that order is the answer.
    ///
    /// # Errors
    /// [`BrokerError::TagInUse`]; [`BrokerError::Refused`] when it was refused for good; [`BrokerError::Unclear`] when
    /// it may have arrived; [`BrokerError::Unavailable`] when it certainly did not.
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError>;

    /// Gives an order that stands at the broker another total quantity and kind. Success is answered here and need
    /// not be reported as an event.
    ///
    /// # Errors
    /// As [`Broker::place`].
    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError>;

    /// Ends an order that stands at the broker. Success is answered here and need not be reported as an event.
    ///
    /// # Errors
    /// As [`Broker::place`]; an order that has ended already is refused.
    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError>;

    /// The broker's own book: everything open, and what ended recently, the one that was taken first at the begin. Orders that others placed in the
    /// same account may be in it. What it shows is a fact; what it does not is one only by [`Broker::book_proves_absence`].
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be had.
    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError>;

    /// Returns whether an order that [`Broker::book`] does not show has certainly not arrived, nor will, and one that it shows
    /// no more has ended. Only then may an order whose answer was lost be sent again; a broker that does not say so of
    /// itself is not believed to. Elsewhere such an order stays unknown, blocks its share and side, and is looked for in
    /// each book, on later days too.
    fn book_proves_absence(&self) -> bool {
        false
    }

    /// Returns the limit with which a market order is to be sent to this broker, given what is known of the share's price; none
    /// where it is sent as a market order. Nothing is sent by asking. Whoever asks writes the limit down beside the order, and
    /// hands the order over as one with that limit.
    async fn market_limit(
        &self,
        _request: &OrderRequest,
        _seen: &PriceSeen,
        _now: Timestamp,
    ) -> Option<Paise> {
        None
    }

    /// Returns what the broker's own list says of a share on the day of `now`; none where it has no such list, or the list is not
    /// here yet. It waits for nothing: nobody logs in and nothing is sent by asking. Whoever decides and whoever checks an order
    /// go by it, because the broker refuses what is against it.
    fn share_rules(&self, _symbol: &Symbol, _now: Timestamp) -> Option<ShareRules> {
        None
    }

    /// Returns whether [`Broker::book`] may show a limit for an order that was sent as a market order.
    fn shows_market_as_limit(&self) -> bool {
        false
    }

    /// Returns whether an execution that was told stays. Elsewhere the exchange may annul it later: then [`Broker::book`] shows
    /// the order without it and with less filled, which is looked for and believed when two readings say the same. A broker
    /// whose executions are final never does that.
    fn executions_are_final(&self) -> bool {
        false
    }

    /// Shares held, today's trades included, sorted by symbol, each once. Nothing held is an empty list, however the broker
    /// says it.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when they cannot be had.
    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError>;

    /// Money as the broker sees it.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be had.
    async fn funds(&self) -> Result<Funds, BrokerError>;

    /// What can be proved of this account before anything is needed of it. It never logs in and sends no order, and takes at
    /// most some seconds, whatever the broker does.
    async fn readiness(&self, _now: Timestamp) -> Vec<Check> {
        vec![Check::not_known("broker", "this broker proves nothing before it is first needed", "")]
    }

    /// How the calls of the present session leave this machine, such as `from 192.0.2.7`; of a proxy its name and port only.
    /// None without a session, and where nobody has to know.
    fn way_out(&self) -> Option<String> {
        None
    }

    /// Whether the money for these buys, which wait for the next session, is there as the broker sees it; none where there is
    /// nothing to ask. Like [`Broker::readiness`] it logs in for nobody, sends no order, and takes at most some seconds.
    async fn margin(&self, _buys: &[Order], _now: Timestamp) -> Option<Check> {
        None
    }
}

/// Reasons why a broker did not do what was asked. Which variant it is decides whether sending again is safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// Refused, and not carried out.
    #[error("the broker refused: {reason}")]
    Refused {
        /// Reason that the broker gave.
        reason: String,
        /// Whether the same order may succeed later.
        retryable: bool,
    },
    /// The broker has an order with this tag already, so this one was not taken. It proves that such an order exists,
    /// and not whose it is.
    #[error("the broker has an order with this tag already")]
    TagInUse,
    /// It may have been carried out; only the broker's book tells.
    #[error("the broker gave no clear answer: {0}")]
    Unclear(String),
    /// Certainly not carried out: of an order, a change or a cancellation nothing has left. It is known, so nothing has to be
    /// compared, and whoever decided it decides anew.
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
    /// Cash after every fill and charge, in paise; what open buys hold back is still in it.
    pub cash: Paise,
    /// Cash reserved for open buys, in paise.
    pub reserved: Paise,
}

impl Funds {
    /// Returns the cash that a new buy may use.
    pub fn available(&self) -> Paise {
        self.cash - self.reserved
    }
}

/// Shares of one symbol at the broker. Whose they are it does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Symbol of the shares.
    pub symbol: Symbol,
    /// ISIN of the share, where the broker says it.
    pub isin: Option<String>,
    /// Shares held, more than zero.
    pub quantity: u32,
    /// Shares of them that may be sold now, where the broker says it: what is pledged, locked or on its way may not be. What was
    /// sold today is out of it; whether what is offered is, brokers do alike or not. Shares that were bought and have not
    /// arrived need not be in it.
    pub sellable: Option<u32>,
    /// Mean cost of a share, in paise. None where the broker does not know it: carried shares have none there, and a cost of
    /// nothing is never meant.
    pub average_cost: Option<Paise>,
    /// Product under which they are held.
    pub product: Product,
}

impl Holding {
    /// Shares held for delivery of which the broker says nothing more.
    pub fn of_shares(symbol: Symbol, quantity: u32) -> Self {
        Self { symbol, isin: None, quantity, sellable: None, average_cost: None, product: Product::Delivery }
    }

    /// Returns the symbol and how many shares of it there are.
    pub fn into_shares(self) -> (Symbol, u32) {
        (self.symbol, self.quantity)
    }
}

/// An order in the broker's book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerOrder {
    /// The tag as the broker shows it now. It may be another than it was given: brokers write it anew when an order is
    /// changed, and put the time behind it when one is cancelled.
    pub tag: String,
    /// Order number at the broker, unique among its orders.
    pub broker_id: String,
    /// Symbol of the order.
    pub symbol: Symbol,
    /// Side of the order.
    pub side: Side,
    /// Total shares in force.
    pub quantity: u32,
    /// Kind and limit price in force.
    pub kind: OrderKind,
    /// State of the order at the broker.
    pub state: BrokerOrderState,
    /// The algo id with which the broker tagged it, where it shows one.
    pub algo_id: Option<String>,
    /// Shares filled so far.
    pub filled: u32,
    /// Fills, the oldest first.
    pub fills: Vec<Fill>,
    /// Time at which the broker took it.
    pub accepted_at: Timestamp,
    /// Time at which quantity or kind were last changed; `accepted_at` if never.
    pub modified_at: Timestamp,
    /// Time at which anything about it last changed: acceptance, change, fill or end.
    pub changed_at: Timestamp,
}

/// State of an order at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerOrderState {
    /// Waiting for its session or in the market, perhaps part filled.
    Open,
    /// All shares are filled.
    Filled,
    /// Ended by a cancellation, ours or the broker's.
    Cancelled {
        /// The reason, in one sentence.
        reason: String,
    },
    /// Ended with its validity.
    Expired {
        /// The reason, in one sentence.
        reason: String,
    },
    /// Taken and then refused.
    Rejected {
        /// The reason, in one sentence.
        reason: String,
        /// Whether the same order may succeed later.
        retryable: bool,
        /// Whether shares were sold that have not arrived yet: no sell of them succeeds on this date.
        unsettled: bool,
    },
}

/// Something that happened at the broker without our asking at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerEvent {
    /// Order number at the broker, which is what names the order; none where the broker tells only the tag.
    pub broker_id: Option<String>,
    /// The tag as the broker shows it now.
    pub tag: String,
    /// Time at which it happened, which may be before it was reported.
    pub at: Timestamp,
    /// What happened to the order.
    pub kind: BrokerEventKind,
}

/// Kinds of events of an order at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerEventKind {
    /// The broker has taken it.
    Accepted {
        /// The broker's number of the order.
        broker_id: String,
    },
    /// Part or all was executed.
    Filled(Fill),
    /// The broker ended it.
    Cancelled {
        /// The reason, in one sentence.
        reason: String,
    },
    /// It was taken and then refused.
    Rejected {
        /// The reason, in one sentence.
        reason: String,
        /// Whether the same order may succeed later.
        retryable: bool,
        /// Whether shares were sold that have not arrived yet: no sell of them succeeds on this date.
        unsettled: bool,
    },
    /// The order expired at the end of its validity.
    Expired {
        /// The reason, in one sentence.
        reason: String,
    },
}
