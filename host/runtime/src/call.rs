//! What a task can ask: one `HostCall` for each function of the WIT. With `HostReply` it is the whole surface between
//! a task and the host.

use serde::{Deserialize, Serialize};

use crate::abi::latest::types::Day;
use crate::abi::latest::{Capability, broker, charges, decision, log, market, notify, signals, state};
pub use crate::reply::HostReply;

/// What a task asks of the host. Units and meaning are those of the WIT function named by each variant.
///
/// Recordings name a variant by its place, so a new one goes to the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum HostCall {
    /// `calendar.get-day`
    GetDay {
        /// The date asked for.
        day: Day,
    },
    /// `calendar.phases`
    Phases {
        /// In the order of the answer.
        symbols: Vec<String>,
    },
    /// `calendar.after-market-open`
    AfterMarketOpen,
    /// `calendar.trading-day-from`
    TradingDayFrom {
        /// Where to count from.
        day: Day,
        /// Trading days after `day`, before it when negative.
        count: i32,
    },
    /// `market.universe`
    Universe,
    /// `market.quotes`
    Quotes {
        /// In the order of the answer.
        symbols: Vec<String>,
    },
    /// `market.candles`
    Candles {
        /// In the order of the answer.
        symbols: Vec<String>,
        /// How long one candle lasts.
        interval: market::Interval,
        /// How many of the newest candles.
        count: u32,
        /// Whether the bar of the running session is wanted too.
        forming: bool,
    },
    /// `market.instruments`
    Instruments {
        /// In the order of the answer.
        symbols: Vec<String>,
    },
    /// `broker.place`
    Place {
        /// Placed in this order.
        requests: Vec<broker::OrderRequest>,
    },
    /// `broker.modify`
    Modify {
        /// Our id of the order.
        order_id: String,
        /// What to change.
        change: broker::OrderChange,
    },
    /// `broker.cancel`
    Cancel {
        /// Our ids of the orders.
        order_ids: Vec<String>,
        /// Kept with each order.
        reason: String,
    },
    /// `broker.orders`
    Orders {
        /// Which orders.
        filter: broker::OrderFilter,
    },
    /// `broker.positions`
    Positions,
    /// `broker.holdings`
    Holdings,
    /// `broker.get-funds`
    Funds,
    /// `broker.reconcile`
    Reconcile,
    /// `broker.close-day`
    CloseDay,
    /// `signals.read`
    ReadSignals,
    /// `signals.publish`
    PublishSignals {
        /// The findings of this run.
        drafts: Vec<signals::SignalDraft>,
    },
    /// `config.get`
    GetConfig,
    /// `state.get`
    GetState {
        /// In the order of the answer.
        keys: Vec<String>,
    },
    /// `state.keys`
    StateKeys {
        /// Every key with this prefix.
        prefix: String,
    },
    /// `state.set`
    SetState {
        /// Written in this order.
        entries: Vec<state::Entry>,
    },
    /// `notify.send`
    Notify {
        /// How urgent it is.
        level: notify::Level,
        /// One line.
        title: String,
        /// The text.
        body: String,
    },
    /// `log.write`
    Log {
        /// How important it is.
        level: log::Level,
        /// The line.
        message: String,
    },
    /// `decision.record`
    RecordDecisions {
        /// One for each symbol acted on or left alone.
        entries: Vec<decision::Entry>,
    },
    /// `charges.estimate`
    EstimateCharges {
        /// In the order of the answer.
        trades: Vec<charges::Trade>,
    },
}

impl HostCall {
    /// The capability that the call needs.
    pub fn capability(&self) -> Capability {
        match self {
            Self::GetDay { .. }
            | Self::Phases { .. }
            | Self::AfterMarketOpen
            | Self::TradingDayFrom { .. } => Capability::Calendar,
            Self::Universe | Self::Quotes { .. } | Self::Candles { .. } | Self::Instruments { .. } => {
                Capability::Market
            }
            Self::Orders { .. }
            | Self::Positions
            | Self::Holdings
            | Self::Funds
            | Self::EstimateCharges { .. } => Capability::BrokerRead,
            Self::Place { .. }
            | Self::Modify { .. }
            | Self::Cancel { .. }
            | Self::Reconcile
            | Self::CloseDay => Capability::BrokerTrade,
            Self::ReadSignals => Capability::SignalsRead,
            Self::PublishSignals { .. } => Capability::SignalsPublish,
            Self::GetConfig => Capability::Config,
            Self::GetState { .. } | Self::StateKeys { .. } | Self::SetState { .. } => Capability::State,
            Self::Notify { .. } => Capability::Notify,
            Self::Log { .. } => Capability::Log,
            Self::RecordDecisions { .. } => Capability::Decision,
        }
    }

    /// Whether the call changes something outside the run. Such a call is never abandoned halfway: at the wall limit
    /// the run waits for its end and stops then, so that no order is sent whose answer nobody hears.
    pub fn has_effect(&self) -> bool {
        match self {
            Self::Place { .. }
            | Self::Modify { .. }
            | Self::Cancel { .. }
            | Self::Reconcile
            | Self::CloseDay
            | Self::PublishSignals { .. }
            | Self::SetState { .. }
            | Self::Notify { .. }
            | Self::Log { .. }
            | Self::RecordDecisions { .. } => true,
            Self::GetDay { .. }
            | Self::Phases { .. }
            | Self::AfterMarketOpen
            | Self::TradingDayFrom { .. }
            | Self::Universe
            | Self::Quotes { .. }
            | Self::Candles { .. }
            | Self::Instruments { .. }
            | Self::Orders { .. }
            | Self::Positions
            | Self::Holdings
            | Self::Funds
            | Self::ReadSignals
            | Self::GetConfig
            | Self::GetState { .. }
            | Self::StateKeys { .. }
            | Self::EstimateCharges { .. } => false,
        }
    }

    /// The WIT function, such as `broker.place`.
    pub fn function(&self) -> &'static str {
        match self {
            Self::GetDay { .. } => "calendar.get-day",
            Self::Phases { .. } => "calendar.phases",
            Self::AfterMarketOpen => "calendar.after-market-open",
            Self::TradingDayFrom { .. } => "calendar.trading-day-from",
            Self::Universe => "market.universe",
            Self::Quotes { .. } => "market.quotes",
            Self::Candles { .. } => "market.candles",
            Self::Instruments { .. } => "market.instruments",
            Self::Place { .. } => "broker.place",
            Self::Modify { .. } => "broker.modify",
            Self::Cancel { .. } => "broker.cancel",
            Self::Orders { .. } => "broker.orders",
            Self::Positions => "broker.positions",
            Self::Holdings => "broker.holdings",
            Self::Funds => "broker.get-funds",
            Self::Reconcile => "broker.reconcile",
            Self::CloseDay => "broker.close-day",
            Self::ReadSignals => "signals.read",
            Self::PublishSignals { .. } => "signals.publish",
            Self::GetConfig => "config.get",
            Self::GetState { .. } => "state.get",
            Self::StateKeys { .. } => "state.keys",
            Self::SetState { .. } => "state.set",
            Self::Notify { .. } => "notify.send",
            Self::Log { .. } => "log.write",
            Self::RecordDecisions { .. } => "decision.record",
            Self::EstimateCharges { .. } => "charges.estimate",
        }
    }
}
