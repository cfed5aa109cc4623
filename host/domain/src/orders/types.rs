//! What an order is and what can happen to it.

use serde::{Deserialize, Serialize};

use crate::book::{FillWithdrawal, HoldingChange};
use crate::ids::{OrderId, RunId, SignalId};
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::strategies::StrategyName;
use crate::time::{Day, Timestamp};

use super::OrderTag;

/// Whether shares are bought or sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Shares in, money out.
    Buy,
    /// Shares out, money in.
    Sell,
}

/// Market, or limit at a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// At the best price there is.
    Market,
    /// At this price or better.
    Limit(Paise),
}

/// Variety: when the broker passes the order on to the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variety {
    /// Sent to the exchange at once.
    Regular,
    /// At the pre-open of the next session.
    AfterMarket,
}

/// Delivery or intraday, as the broker books it; charges follow what was really matched within the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Delivery (CNC): shares are held overnight.
    Delivery,
    /// Intraday (MIS): the broker squares the position off at the end of the day.
    Intraday,
}

/// Purpose of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A first buy on a signal.
    Entry,
    /// A further buy of a held symbol at an RSI level, in a cycle of the ladder (from 1).
    Reentry {
        /// 30, 20 or 10.
        level: u8,
        /// Number of the re-entry cycle; the first is 1.
        cycle: u32,
    },
    /// A sell, with its reason code.
    Exit(String),
    /// Found at the broker, not placed by us.
    External,
}

/// An order as a task asks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRequest {
    /// Symbol to trade.
    pub symbol: Symbol,
    /// Side of the order.
    pub side: Side,
    /// Number of shares.
    pub quantity: u32,
    /// Market or limit, with the limit price.
    pub kind: OrderKind,
    /// Now or at the next session.
    pub variety: Variety,
    /// Product: delivery or intraday.
    pub product: Product,
    /// What the order is for: a first buy, a further one, or a sell with its reason.
    pub purpose: Purpose,
    /// The signal it acts on.
    pub signal: Option<SignalId>,
    /// RSI at the decision, over the sessions that the user has set (10 by default).
    pub rsi: Option<f64>,
    /// The rejected order it tries again.
    pub retry_of: Option<OrderId>,
}

/// State of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Written down, not sent.
    Intent,
    /// May have reached the broker; no answer yet.
    Sent,
    /// At the broker, nothing filled.
    Accepted,
    /// Refused, before or at the broker.
    Rejected,
    /// Whether it reached the broker is not known; it is never sent again before the broker's book shows its
    /// outcome.
    Unknown,
    /// At the broker, part filled.
    PartiallyFilled,
    /// All shares are filled.
    Filled,
    /// Ended by a cancellation; may be part filled.
    Cancelled,
    /// Ended with its validity; may be part filled.
    Expired,
}

impl OrderState {
    /// Every state of an order.
    pub const ALL: [Self; 9] = [
        Self::Intent,
        Self::Sent,
        Self::Accepted,
        Self::Rejected,
        Self::Unknown,
        Self::PartiallyFilled,
        Self::Filled,
        Self::Cancelled,
        Self::Expired,
    ];

    /// Returns whether the order is over at the broker. A fill that was learnt late and a retry that is given up
    /// may still be noted.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Rejected | Self::Filled | Self::Cancelled | Self::Expired)
    }

    /// Returns the state as a sentence has it.
    pub fn in_words(self) -> String {
        self.name().replace('_', " ")
    }

    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::PartiallyFilled => "partially_filled",
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// An order with everything that has happened to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Our id.
    pub id: OrderId,
    /// The tag that the broker keeps with it; none of an order from before there were tags, see [`Order::broker_tag`].
    #[serde(default)]
    pub tag: Option<OrderTag>,
    /// The request, with later changes of quantity and kind applied.
    pub request: OrderRequest,
    /// The run that decided it.
    pub run: RunId,
    /// The strategy that it belongs to, and the shares that it buys with it; the host stamps it.
    #[serde(default)]
    pub strategy: StrategyName,
    /// Current state.
    pub state: OrderState,
    /// The broker's number, once known.
    pub broker_id: Option<String>,
    /// What it stands with at the broker that nobody asked for.
    #[serde(default)]
    pub terms: BrokerTerms,
    /// Shares filled so far.
    pub filled: u32,
    /// Sum of fill prices times quantities.
    pub fill_value: Paise,
    /// Keys of the fills applied, so that none counts twice.
    pub fill_keys: Vec<String>,
    /// Reason why it was rejected, cancelled or expired; empty otherwise.
    pub reason: String,
    /// Whether a rejected order may be tried again.
    pub retryable: bool,
    /// The first attempt of the chain of retries it belongs to.
    pub first_placed_at: Timestamp,
    /// Time at which it was written down.
    pub placed_at: Timestamp,
    /// Time at which it last changed.
    pub updated_at: Timestamp,
}

impl Order {
    /// The trading date it was placed for.
    pub fn day(&self) -> Day {
        self.id.day
    }

    /// The text by which the broker is told which order it is: the tag, or the id of an order from before there were tags.
    pub fn broker_tag(&self) -> String {
        self.tag.map_or_else(|| self.id.to_string(), |tag| tag.to_string())
    }

    /// The order as it is sent: a market order with the limit that was made for it, where there is one.
    #[must_use]
    pub fn as_sent(&self) -> Self {
        let mut sent = self.clone();
        if let (OrderKind::Market, Some(limit)) = (self.request.kind, self.terms.limit) {
            sent.request.kind = OrderKind::Limit(limit);
        }
        sent
    }

    /// Shares not yet filled.
    pub fn remaining(&self) -> u32 {
        self.request.quantity.saturating_sub(self.filled)
    }

    /// Mean fill price, rounded half up; `None` before the first fill.
    pub fn average_price(&self) -> Option<Paise> {
        (self.filled > 0).then(|| self.fill_value.scale(1, i64::from(self.filled))).flatten()
    }
}

/// What an order stands with at the broker that nobody asked for. All of it is written, also what is none: a snapshot of the books
/// has no names by which a reader could tell what was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BrokerTerms {
    /// The limit with which a market order was sent, per share; none of another one, and where the broker takes market orders
    /// as they are.
    #[serde(default)]
    pub limit: Option<Paise>,
    /// Such a limit of a change to a market order, until it is known what became of the change.
    #[serde(default)]
    pub asked: Option<Paise>,
    /// The algo id with which the broker tagged it, as its book shows it.
    #[serde(default)]
    pub algo_id: Option<String>,
}

impl BrokerTerms {
    /// The limit with which a market order is about to be sent.
    pub fn limit(limit: Paise) -> Self {
        Self { limit: Some(limit), ..Self::default() }
    }

    /// The limit with which a change to a market order is about to be sent.
    pub fn asked(limit: Paise) -> Self {
        Self { asked: Some(limit), ..Self::default() }
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether a market order may stand with this limit because we sent it so.
    pub fn may_stand_at(&self, limit: Paise) -> bool {
        self.limit == Some(limit) || self.asked == Some(limit)
    }

    /// These with what is told now.
    #[must_use]
    pub fn with(&self, told: &Self) -> Self {
        let limit = told.limit.or(self.limit);
        // What was asked for and has come is asked for no more.
        let asked = told.asked.or(self.asked).filter(|asked| told.limit != Some(*asked));
        Self { limit, asked, algo_id: told.algo_id.clone().or_else(|| self.algo_id.clone()) }
    }
}

/// One execution of part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The broker's key of this execution, unique within the user.
    pub key: String,
    /// Number of shares.
    pub quantity: u32,
    /// Price per share, in paise.
    pub price: Paise,
    /// Time at which it was executed.
    pub at: Timestamp,
}

impl Fill {
    /// How the key of an execution begins that nobody has told.
    const ESTIMATE: &'static str = "estimate/";

    /// An execution outside of which only the shares are known: at a price that is an estimate.
    pub fn estimated(quantity: u32, price: Paise, at: Timestamp) -> Self {
        Self { key: format!("{}{}", Self::ESTIMATE, at.0), quantity, price, at }
    }

    /// Returns whether the key is that of an execution whose price is an estimate.
    pub fn is_estimate(key: &str) -> bool {
        key.starts_with(Self::ESTIMATE)
    }
}

/// Events of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum OrderEvent {
    /// Written down before anything else.
    Intended {
        /// The order request.
        request: OrderRequest,
        /// The run that asked.
        run: RunId,
        /// First attempt of the chain of retries.
        first_placed_at: Timestamp,
        /// The strategy of the task that asked. The journal leaves `rebound` unsaid, as it was before there were others.
        #[serde(default, skip_serializing_if = "StrategyName::is_rebound")]
        strategy: StrategyName,
        /// The tag that the broker is given with it; entries from before there were tags have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<OrderTag>,
    },
    /// About to be sent; from here on it may have reached the broker.
    Sent,
    /// The broker has it.
    Accepted {
        /// Order number at the broker.
        broker_id: String,
    },
    /// Refused by our risk gate or by the broker.
    Rejected {
        /// The sentence for the user.
        reason: String,
        /// Whether trying again may succeed.
        retryable: bool,
        /// Whether the broker refused a sell because the shares have not arrived: none of them succeeds on that date. The journal
        /// leaves it unsaid where it is not so, as it was before it was kept.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unsettled: bool,
    },
    /// Sending gave no clear answer.
    OutcomeUnknown {
        /// Reason why the outcome is not known.
        reason: String,
    },
    /// The broker's book shows that it never arrived; it may be sent.
    NotAtBroker,
    /// A change of quantity or kind is about to be sent.
    ChangeRequested {
        /// Total number of shares after the change, those that are filled included.
        quantity: u32,
        /// Kind and limit price after the change.
        kind: OrderKind,
        /// The run that asked; none of entries from before it was kept. Why it did is among its decisions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
    },
    /// The broker made the change.
    Changed {
        /// The quantity in force.
        quantity: u32,
        /// The kind in force.
        kind: OrderKind,
    },
    /// The broker refused the change or the cancellation; the order stands as it was.
    ChangeRefused {
        /// Reason that the broker gave.
        reason: String,
    },
    /// A cancellation is about to be sent.
    CancelRequested {
        /// The reason, in one sentence.
        reason: String,
    },
    /// Part or all of it was executed.
    Filled(Fill),
    /// The exchange has annulled an execution after it was reported.
    FillWithdrawn(FillWithdrawal),
    /// It ended by a cancellation.
    Cancelled {
        /// The reason, in one sentence.
        reason: String,
    },
    /// It ended with its validity.
    Expired {
        /// The reason, in one sentence.
        reason: String,
    },
    /// A rejected order will not be tried again.
    RetryGivenUp {
        /// The reason, in one sentence.
        reason: String,
    },
    /// It stands at the broker, or is about to be sent, with something that nobody asked for. What is none says nothing.
    Terms(BrokerTerms),
    /// A corporate action changed what is held. It is about no order: the entry's id has the number 0.
    HoldingChanged(HoldingChange),
}

impl OrderEvent {
    /// A refusal that is not about shares that have not arrived.
    pub fn refused(reason: impl Into<String>, retryable: bool) -> Self {
        Self::Rejected { reason: reason.into(), retryable, unsettled: false }
    }

    /// Returns whether it states what became of the order, rather than what we knew or asked at the time.
    ///
    /// Only facts enter the journal's digest: after a crash the same facts may be learnt in another way.
    pub const fn is_fact(&self) -> bool {
        !matches!(
            self,
            Self::Sent
                | Self::OutcomeUnknown { .. }
                | Self::NotAtBroker
                | Self::ChangeRequested { .. }
                | Self::ChangeRefused { .. }
                | Self::CancelRequested { .. }
                | Self::Terms(_)
        )
    }

    /// Returns the name in the database.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Intended { .. } => "intended",
            Self::Sent => "sent",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::NotAtBroker => "not_at_broker",
            Self::ChangeRequested { .. } => "change_requested",
            Self::Changed { .. } => "changed",
            Self::ChangeRefused { .. } => "change_refused",
            Self::CancelRequested { .. } => "cancel_requested",
            Self::Filled(_) => "filled",
            Self::FillWithdrawn(_) => "fill_withdrawn",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired { .. } => "expired",
            Self::RetryGivenUp { .. } => "retry_given_up",
            Self::Terms(_) => "terms",
            Self::HoldingChanged(_) => "holding_changed",
        }
    }
}

/// One line of a user's order journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Sequence number within the user's journal; it starts at 1 and has no gaps.
    pub sequence: u64,
    /// The order that it is about; of an entry about what is held the one of [`OrderId::of_holdings`].
    pub order: OrderId,
    /// Time, by the daemon's clock; a fill carries its own time too.
    pub at: Timestamp,
    /// What happened to the order.
    pub event: OrderEvent,
}
