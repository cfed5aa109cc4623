//! A host in memory for native tests: a small market with one user's books, and a note of everything a task did.
//!
//! It keeps the promises of the WIT that tasks rely on (duplicates, funds, ticks and price bands are refused, a rejected
//! buy for want of funds is kept and may be retried, a signal becomes traded with its order), and it can be told to
//! deny a capability, to have something unavailable, or to refuse an order.

mod calls;
mod rules;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Candle, Capability, Day, DayStatement, Decision, Difference, Funds, Holding, Instant, Instrument,
    LogLevel, NoticeLevel, Order, OrderChange, OrderRequest, Paise, Phase, Position, Quote, Refusal,
    Selection, Signal, SignalDraft, Strategy,
};

pub use world::candles_from_closes;

/// Something a task did to the user's orders.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    /// An order was placed and accepted.
    Placed(OrderRequest),
    /// An order was changed.
    Modified(String, OrderChange),
    /// An order was cancelled, or a retry given up, for this reason.
    Cancelled(String, String),
}

/// The scripted world. Its fields are the script; change them freely before and between runs.
#[derive(Debug, Clone)]
pub struct ScriptedHost {
    /// The trading date.
    pub day: Day,
    /// The host's clock.
    pub now: Instant,
    /// Weekdays without a session.
    pub holidays: BTreeSet<Day>,
    /// The phase of every symbol that has none of its own.
    pub phase: Phase,
    /// Phases of single symbols.
    pub phases: BTreeMap<String, Phase>,
    /// Whether after-market orders are taken.
    pub after_market: bool,
    /// Quotes by symbol.
    pub quotes: BTreeMap<String, Quote>,
    /// Closed daily bars by symbol, oldest first.
    pub daily: BTreeMap<String, Vec<Candle>>,
    /// Closed weekly bars by symbol, oldest first.
    pub weekly: BTreeMap<String, Vec<Candle>>,
    /// The bar of the running session by symbol.
    pub forming: BTreeMap<String, Candle>,
    /// Instruments by symbol; their keys are the universe.
    pub instruments: BTreeMap<String, Instrument>,
    /// Corporate actions, oldest first.
    #[cfg(feature = "actions")]
    pub actions: Vec<crate::actions::Action>,
    /// Orders, oldest first.
    pub orders: Vec<Order>,
    /// Positions.
    pub positions: Vec<Position>,
    /// The demat account.
    pub holdings: Vec<Holding>,
    /// The user's money.
    pub funds: Funds,
    /// What trading costs, in thousandths of the value. Default 1, about what delivery costs on a plan without
    /// brokerage.
    pub charges_per_mille: Paise,
    /// Signals that stand for the user.
    pub signals: Vec<Signal>,
    /// The user's settings.
    pub strategy: Strategy,
    /// How the user has buys chosen; a new user asks nothing of the past and ranks by combined score.
    pub selection: Selection,
    /// What the user has set for the task, with defaults, as a JSON object.
    pub settings: String,
    /// The task's state.
    pub state: BTreeMap<String, Vec<u8>>,
    /// What reconciliation answers.
    pub differences: Vec<Difference>,
    /// What closing the day answers.
    pub statement: DayStatement,

    /// Capabilities that are not granted.
    pub denied: Vec<Capability>,
    /// Methods of [`Host`](crate::Host) that answer "unavailable".
    pub unavailable: Vec<&'static str>,
    /// Refusals of new orders by symbol.
    pub refusals: BTreeMap<String, Refusal>,
    /// Symbols of which the broker takes orders without a clear answer: they stand, and their outcome is not known.
    pub unanswered: BTreeSet<String>,
    /// Refusals of changes and cancellations by order id.
    pub change_refusals: BTreeMap<String, Refusal>,
    /// Refusals of changes alone by order id.
    pub modify_refusals: BTreeMap<String, Refusal>,

    /// What was done to orders, in order.
    pub sent: Vec<Sent>,
    /// The decisions, in order.
    pub decisions: Vec<Decision>,
    /// The log.
    pub lines: Vec<(LogLevel, String)>,
    /// Messages to the user: level, title, body.
    pub notices: Vec<(NoticeLevel, String, String)>,
    /// Every draft published.
    pub published: Vec<SignalDraft>,
    /// The name of every method called, in order.
    pub calls: Vec<&'static str>,
}
