//! The risk gate: whether an order may be written down and sent. Pure; the desk asks it before every order and change.
//!
//! Sells pass the limits on order value, daily loss, position size, position count and symbols: at a limit, leaving a position
//! must stay possible. The kill switch, halts and a share without a price stop sells too; cancellations never come here. While the
//! trading state is reduce-only, nothing passes that could raise a position.
//!
//! Limits hold for the user over all strategies. What an order sells, what it is a duplicate of and what it tries again is its own
//! strategy's: see the table in `docs/decisions/0019-orders-belong-to-strategies.md`.

mod gate;
mod limits;
mod names;
mod state;

use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::calendar::Phase;
use crate::instruments::Instrument;
use crate::money::Paise;
use crate::orders::Order;
use crate::strategies::StrategyName;
use crate::time::Day;

pub use gate::{check, check_change, check_resend};
pub use limits::{LIMITS, OwnLimits, RiskLimits};
pub use state::{StatedState, StatedStates, TradingState};

/// Reasons why an order or a change is refused, before or at the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The operator's kill switch is on.
    KillSwitch,
    /// The value is above the user's largest order value.
    OrderValue,
    /// The user's orders for this trading date are used up.
    OrdersPerDay,
    /// The run's own order budget is used up; the runtime's gate says so.
    OrdersPerRun,
    /// The user's daily loss limit is reached; only sells are accepted.
    DailyLoss,
    /// The position would be larger than allowed.
    PositionSize,
    /// The portfolio holds as many symbols as allowed.
    PositionCount,
    /// The limit price is outside the symbol's price band.
    PriceBand,
    /// The limit price is not a multiple of the tick.
    TickSize,
    /// The quantity is above the exchange's freeze quantity.
    FreezeQuantity,
    /// The quantity is zero, not a multiple of the lot, or below what is filled.
    Quantity,
    /// The symbol is unknown, not allowed, or has no price.
    Symbol,
    /// An active order for the same user, strategy, symbol and side exists.
    Duplicate,
    /// More is offered for sale than is held and not already offered.
    Holdings,
    /// Cash, less what open buys reserve, does not cover value and charges.
    Funds,
    /// Market orders are not accepted in this phase of the session.
    MarketOrdersFrozen,
    /// The session is closed for this kind of order, or for this symbol on the ex-date of an action.
    SessionClosed,
    /// An earlier order of this user has an unknown outcome; nothing is sent until it is known. The released
    /// task interface gave it this name.
    Unsettled,
    /// No order of this user has that id, or it belongs to another strategy.
    UnknownOrder,
    /// The order is in a state that does not allow the change.
    State,
    /// The broker refused; the text is the broker's.
    Broker,
    /// Orders of the user are halted until an admin lifts that.
    UserHalted,
    /// Orders of this symbol are halted for the user until an admin lifts that.
    SymbolHalted,
    /// The market cannot be asked for what a buy has to be checked against.
    MarketUnavailable,
    /// The trading state lets only through what lowers a position.
    ReduceOnly,
    /// The request contradicts itself or the user's books: its purpose, its re-entry level, the order it retries,
    /// its signal.
    Request,
}

impl RefusalCode {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KillSwitch => "kill_switch",
            Self::OrderValue => "order_value",
            Self::OrdersPerDay => "orders_per_day",
            Self::OrdersPerRun => "orders_per_run",
            Self::DailyLoss => "daily_loss",
            Self::PositionSize => "position_size",
            Self::PositionCount => "position_count",
            Self::PriceBand => "price_band",
            Self::TickSize => "tick_size",
            Self::FreezeQuantity => "freeze_quantity",
            Self::Quantity => "quantity",
            Self::Symbol => "symbol",
            Self::Duplicate => "duplicate",
            Self::Holdings => "holdings",
            Self::Funds => "funds",
            Self::MarketOrdersFrozen => "market_orders_frozen",
            Self::SessionClosed => "session_closed",
            Self::Unsettled => "unsettled",
            Self::UnknownOrder => "unknown_order",
            Self::State => "state",
            Self::Broker => "broker",
            Self::UserHalted => "user_halted",
            Self::SymbolHalted => "symbol_halted",
            Self::MarketUnavailable => "market_unavailable",
            Self::ReduceOnly => "reduce_only",
            Self::Request => "request",
        }
    }
}

/// A refusal with the sentence a user can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The rule that refuses.
    pub code: RefusalCode,
    /// Why it is refused, one sentence that a user can act on.
    pub detail: String,
}

/// Everything that the gate looks at besides the order.
#[derive(Debug, Clone, Copy)]
pub struct RiskView<'a> {
    /// The limits in force.
    pub limits: &'a RiskLimits,
    /// Book of the user.
    pub book: &'a Book,
    /// The strategy of whoever asks.
    pub strategy: StrategyName,
    /// The trading date of the order.
    pub day: Day,
    /// What the exchange says of the symbol; `None` when it is unknown.
    pub instrument: Option<&'a Instrument>,
    /// The last price of the symbol; values a market order.
    pub last_price: Option<Paise>,
    /// Cash that open buys hold back, see [`Book::reserved`].
    pub reserved: Paise,
    /// Why the market could not be asked for instrument and price; `None` when it answered.
    pub market_down: Option<&'a str>,
    /// Whether the signal that the order names stands for the user; `true` where it names none.
    pub signal_stands: bool,
    /// The phase of the session for this symbol.
    pub phase: Phase,
    /// Whether the broker accepts after-market orders.
    pub after_market_open: bool,
    /// Halts of this user.
    pub halted: Halted<'a>,
    /// Why no order of the symbol is taken although its market is open: a demerger that has no price yet, or an action that
    /// these books do not have yet; `None` otherwise.
    pub shut: Option<&'a str>,
}

/// What of a user is halted, each with the sentence that says why; `None` where nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Halted<'a> {
    /// Why every order of the user is halted; none when the user is not halted.
    pub user: Option<&'a str>,
    /// Why orders of this symbol are halted for the user; none when the symbol is not halted.
    pub symbol: Option<&'a str>,
}

/// The refusal of whoever would touch an order of another strategy than its own.
pub fn foreign(order: &Order, strategy: StrategyName) -> Refusal {
    let detail = format!(
        "order {} belongs to the strategy {}, and {strategy} may not touch it",
        order.id, order.strategy
    );
    Refusal { code: RefusalCode::UnknownOrder, detail }
}

#[cfg(test)]
mod tests;
