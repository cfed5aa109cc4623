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
        /// The trading date that is asked about.
        day: Day,
    },
    /// `calendar.phases`
    Phases {
        /// The symbols whose phase is asked for; the answer has their order.
        symbols: Vec<String>,
    },
    /// `calendar.after-market-open`
    AfterMarketOpen,
    /// `calendar.trading-day-from`
    TradingDayFrom {
        /// The trading date to count from.
        day: Day,
        /// Trading days after `day`, before it when negative.
        count: i32,
    },
    /// `market.universe`
    Universe,
    /// `market.quotes`
    Quotes {
        /// The symbols whose price is asked for; the answer has their order.
        symbols: Vec<String>,
    },
    /// `market.candles`
    Candles {
        /// The symbols whose candles are asked for; the answer has their order.
        symbols: Vec<String>,
        /// The time that one candle covers.
        interval: market::Interval,
        /// The number of candles wanted of each symbol, counted from the newest.
        count: u32,
        /// Whether the bar of the running session is wanted too.
        forming: bool,
    },
    /// `market.instruments`
    Instruments {
        /// The symbols that are asked about; the answer has their order.
        symbols: Vec<String>,
    },
    /// `broker.place`
    Place {
        /// The order requests, placed one after the other.
        requests: Vec<broker::OrderRequest>,
    },
    /// `broker.modify`
    Modify {
        /// The host's id of the order.
        order_id: String,
        /// The new quantity and kind, where they change.
        change: broker::OrderChange,
    },
    /// `broker.cancel`
    Cancel {
        /// The host's ids of the orders.
        order_ids: Vec<String>,
        /// Reason why the orders are cancelled; it is kept with each of them.
        reason: String,
    },
    /// `broker.orders`
    Orders {
        /// Filter of the orders.
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
        /// The signals that this run found.
        drafts: Vec<signals::SignalDraft>,
    },
    /// `config.get`
    GetConfig,
    /// `state.get`
    GetState {
        /// The keys whose values are asked for; the answer has their order.
        keys: Vec<String>,
    },
    /// `state.keys`
    StateKeys {
        /// What the listed keys begin with; empty for all of them.
        prefix: String,
    },
    /// `state.set`
    SetState {
        /// The keys with their new values, written in this order; one without a value is removed.
        entries: Vec<state::Entry>,
    },
    /// `notify.send`
    Notify {
        /// Level of the message.
        level: notify::Level,
        /// The headline, one line of text.
        title: String,
        /// The text of the message.
        body: String,
    },
    /// `log.write`
    Log {
        /// The level of the line.
        level: log::Level,
        /// The text of the line.
        message: String,
    },
    /// `decision.record`
    RecordDecisions {
        /// The decisions, one for each symbol that was acted on or left alone.
        entries: Vec<decision::Entry>,
    },
    /// `charges.estimate`
    EstimateCharges {
        /// The trades whose charges are asked for; the answer has their order.
        trades: Vec<charges::Trade>,
    },
    /// `selection.get`
    GetSelection,
    /// `settings.get`
    GetSettings,
    /// `actions.since`
    ActionsSince {
        /// The shares that are asked about.
        symbols: Vec<String>,
        /// Actions with a later ex-date are asked for.
        day: Day,
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
            Self::Universe
            | Self::Quotes { .. }
            | Self::Candles { .. }
            | Self::Instruments { .. }
            | Self::ActionsSince { .. } => Capability::Market,
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
            Self::GetConfig | Self::GetSelection | Self::GetSettings => Capability::Config,
            Self::GetState { .. } | Self::StateKeys { .. } | Self::SetState { .. } => Capability::State,
            Self::Notify { .. } => Capability::Notify,
            Self::Log { .. } => Capability::Log,
            Self::RecordDecisions { .. } => Capability::Decision,
        }
    }

    /// Returns whether the call changes something outside the run. Such a call is never abandoned halfway: at the
    /// wall limit the run waits for its end and stops then, so that no order is sent whose answer nobody hears.
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
            | Self::EstimateCharges { .. }
            | Self::GetSelection
            | Self::GetSettings
            | Self::ActionsSince { .. } => false,
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
            Self::GetSelection => "selection.get",
            Self::GetSettings => "settings.get",
            Self::ActionsSince { .. } => "actions.since",
        }
    }
}
