//! What the host can answer: the other half of the surface between a task and the host.

use serde::{Deserialize, Serialize};

use crate::abi::latest::types::{Day, HostError, Paise, Refusal};
use crate::abi::latest::{actions, broker, calendar, config, market, selection, signals};

/// What the host answers. Each variant belongs to the call named in its documentation; `Refused` to all of them.
///
/// Recordings name a variant by its place, so a new one goes to the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HostReply {
    /// To `GetDay`.
    Day(calendar::TradingDay),
    /// To `Phases`.
    Phases(Vec<calendar::Phase>),
    /// To `AfterMarketOpen`.
    AfterMarketOpen(bool),
    /// To `TradingDayFrom`.
    TradingDayFrom(Day),
    /// To `Universe`.
    Universe(Vec<String>),
    /// To `Quotes`.
    Quotes(Vec<Option<market::Quote>>),
    /// To `Candles`.
    Candles(Vec<Vec<market::Candle>>),
    /// To `Instruments`.
    Instruments(Vec<Option<market::Instrument>>),
    /// To `Place`: one answer per request.
    Placed(Vec<Result<String, Refusal>>),
    /// To `Modify`.
    Modified(Result<(), Refusal>),
    /// To `Cancel`: one answer per order id.
    Cancelled(Vec<Result<(), Refusal>>),
    /// To `Orders`.
    Orders(Vec<broker::Order>),
    /// To `Positions`.
    Positions(Vec<broker::Position>),
    /// To `Holdings`.
    Holdings(Vec<broker::Holding>),
    /// To `Funds`.
    Funds(broker::Funds),
    /// To `Reconcile`.
    Reconciled(Vec<broker::Difference>),
    /// To `CloseDay`.
    DayClosed(broker::DayStatement),
    /// To `ReadSignals`.
    Signals(Vec<signals::Signal>),
    /// To `PublishSignals`.
    Published(signals::PublishReport),
    /// To `GetConfig`.
    Config(config::Strategy),
    /// To `GetState`.
    StateValues(Vec<Option<Vec<u8>>>),
    /// To `StateKeys`.
    StateKeys(Vec<String>),
    /// To `SetState`.
    StateSet,
    /// To `Notify`.
    Notified,
    /// To `Log`.
    Logged,
    /// To `RecordDecisions`.
    DecisionsRecorded,
    /// To any call: not done, and why. It is an answer the task may act on.
    Refused(HostError),
    /// To any call: the host itself cannot go on (its store failed, its connection is gone). The run is stopped.
    Failed(String),
    /// To `EstimateCharges`: one answer per trade.
    ChargesEstimated(Vec<Paise>),
    /// To `GetSelection`.
    Selection(selection::Choice),
    /// To `GetSettings`: a JSON object.
    Settings(String),
    /// To `ActionsSince`.
    Actions(Vec<actions::Action>),
}

impl HostReply {
    /// Returns the name of the variant, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Day(_) => "Day",
            Self::Phases(_) => "Phases",
            Self::AfterMarketOpen(_) => "AfterMarketOpen",
            Self::TradingDayFrom(_) => "TradingDayFrom",
            Self::Universe(_) => "Universe",
            Self::Quotes(_) => "Quotes",
            Self::Candles(_) => "Candles",
            Self::Instruments(_) => "Instruments",
            Self::Placed(_) => "Placed",
            Self::Modified(_) => "Modified",
            Self::Cancelled(_) => "Cancelled",
            Self::Orders(_) => "Orders",
            Self::Positions(_) => "Positions",
            Self::Holdings(_) => "Holdings",
            Self::Funds(_) => "Funds",
            Self::Reconciled(_) => "Reconciled",
            Self::DayClosed(_) => "DayClosed",
            Self::Signals(_) => "Signals",
            Self::Published(_) => "Published",
            Self::Config(_) => "Config",
            Self::StateValues(_) => "StateValues",
            Self::StateKeys(_) => "StateKeys",
            Self::StateSet => "StateSet",
            Self::Notified => "Notified",
            Self::Logged => "Logged",
            Self::DecisionsRecorded => "DecisionsRecorded",
            Self::Refused(_) => "Refused",
            Self::Failed(_) => "Failed",
            Self::ChargesEstimated(_) => "ChargesEstimated",
            Self::Selection(_) => "Selection",
            Self::Settings(_) => "Settings",
            Self::Actions(_) => "Actions",
        }
    }
}
