//! An order of the fake: what was sent, its state, and every state before.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Buy or sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// `B`.
    Buy,
    /// `S`.
    Sell,
}

impl Side {
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Buy => "B",
            Self::Sell => "S",
        }
    }
}

/// `ordSt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// `put order req received`.
    PutReceived,
    /// `validation pending`.
    ValidationPending,
    /// `open pending`.
    OpenPending,
    /// `open`.
    Open,
    /// `trigger pending`.
    TriggerPending,
    /// `modified`.
    Modified,
    /// `not modified`.
    NotModified,
    /// `after market order req received`.
    AmoReceived,
    /// `modify after market order req received`.
    AmoModified,
    /// `complete`.
    Complete,
    /// `rejected`.
    Rejected,
    /// `cancelled`.
    Cancelled,
    /// `cancelled after market order`.
    AmoCancelled,
}

impl Status {
    /// The text of the broker.
    pub fn text(self) -> &'static str {
        match self {
            Self::PutReceived => "put order req received",
            Self::ValidationPending => "validation pending",
            Self::OpenPending => "open pending",
            Self::Open => "open",
            Self::TriggerPending => "trigger pending",
            Self::Modified => "modified",
            Self::NotModified => "not modified",
            Self::AmoReceived => "after market order req received",
            Self::AmoModified => "modify after market order req received",
            Self::Complete => "complete",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::AmoCancelled => "cancelled after market order",
        }
    }

    /// Whether nothing happens to the order any more.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Complete | Self::Rejected | Self::Cancelled | Self::AmoCancelled)
    }

    /// Whether it waits for the next session.
    pub(crate) fn waits_for_session(self) -> bool {
        matches!(self, Self::AmoReceived | Self::AmoModified)
    }

    /// Whether it stands in the exchange's book.
    pub(crate) fn is_resting(self) -> bool {
        matches!(self, Self::Open | Self::Modified | Self::NotModified | Self::TriggerPending)
    }
}

/// What of an order changes.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub status: Status,
    pub quantity: i64,
    pub filled: i64,
    pub cancelled: i64,
    /// Sum of quantity times price of the fills.
    pub value: i64,
    pub price: i64,
    pub trigger: i64,
    /// `L`, `MKT`, `SL`, `SL-M` as shown.
    pub kind: String,
    pub reason: Option<String>,
    pub tag: String,
    pub modified_by: Option<String>,
    pub changed: Millis,
    pub confirmed: Option<Millis>,
    pub exchange_number: Option<String>,
    /// When this state began.
    pub at: Millis,
    /// `updRecvTm`: the time in nanoseconds with a counter in its last digits.
    pub received: i64,
}

impl State {
    pub fn left(&self) -> i64 {
        (self.quantity - self.filled - self.cancelled).max(0)
    }

    /// Average of the fills in paise, rounded half up; 0 without a fill.
    pub fn average(&self) -> i64 {
        if self.filled == 0 { 0 } else { (self.value + self.filled / 2) / self.filled }
    }
}

/// One execution.
#[derive(Debug, Clone)]
pub(crate) struct Fill {
    pub id: u64,
    pub leg: u32,
    pub at: Millis,
    pub quantity: i64,
    pub price: i64,
    pub received: i64,
}

/// What happens to an order by itself, and when.
#[derive(Debug, Clone)]
pub(crate) enum Next {
    /// The next state on its usual path.
    Step(Millis),
    /// A rejection that comes late.
    Reject(Millis, String),
}

impl Next {
    pub fn due(&self) -> Millis {
        match self {
            Self::Step(at) | Self::Reject(at, _) => *at,
        }
    }
}

/// An order.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub number: String,
    /// Place in the world's list of accounts.
    pub account: usize,
    /// Place in the world's list of instruments.
    pub instrument: usize,
    pub side: Side,
    pub product: String,
    pub validity: String,
    pub sent_tag: Option<String>,
    /// The kind that was asked for.
    pub sent_kind: String,
    pub from_app: bool,
    pub amo: bool,
    pub entered: Millis,
    pub released: Option<Millis>,
    pub visible_from: Millis,
    pub rests: bool,
    pub first_match: Option<i64>,
    pub next: Option<Next>,
    /// Whether its fills are in holdings and cash.
    pub settled: bool,
    pub state: State,
    pub fills: Vec<Fill>,
    pub past: Vec<State>,
}

impl Order {
    /// The state that the order had at `at`; `None` before its first, or while it is invisible.
    pub fn state_at(&self, at: Millis) -> Option<&State> {
        if at < self.visible_from {
            return None;
        }
        self.past.iter().rev().find(|state| state.at <= at)
    }

    pub fn fills_until(&self, at: Millis) -> impl Iterator<Item = &Fill> {
        let visible = at >= self.visible_from;
        self.fills.iter().filter(move |fill| visible && fill.at <= at)
    }
}
