//! The risk gate: whether an order may be written down and sent. Pure; the desk asks it before every order and change.
//!
//! Sells pass the limits on order value, daily loss, position size and position count: at a limit, leaving a position must
//! stay possible. The kill switch stops sells too; cancellations never come here.

mod gate;
mod limits;

use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::calendar::Phase;
use crate::instruments::Instrument;
use crate::money::Paise;
use crate::time::Day;

pub use gate::{check, check_change};
pub use limits::{LIMITS, OwnLimits, RiskLimits};

/// Why an order or a change is refused, before or at the broker.
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
    /// An active order for the same user, symbol and side exists.
    Duplicate,
    /// More is offered for sale than is held and not already offered.
    Holdings,
    /// Cash, less what open buys reserve, does not cover value and charges.
    Funds,
    /// Market orders are not accepted in this phase of the session.
    MarketOrdersFrozen,
    /// The session is closed for this kind of order.
    SessionClosed,
    /// An earlier order of this user has an unknown outcome; nothing is sent until it is settled.
    Unsettled,
    /// No order of this user has that id.
    UnknownOrder,
    /// The order is in a state that does not allow the change.
    State,
    /// The broker refused; the text is the broker's.
    Broker,
}

/// A refusal with the sentence a user can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// Which rule.
    pub code: RefusalCode,
    /// What would have to be different.
    pub detail: String,
}

/// Everything that the gate looks at besides the order.
#[derive(Debug, Clone, Copy)]
pub struct RiskView<'a> {
    /// The limits in force.
    pub limits: &'a RiskLimits,
    /// The user's books.
    pub book: &'a Book,
    /// The trading date of the order.
    pub day: Day,
    /// What the exchange says of the symbol; `None` when it is unknown.
    pub instrument: Option<&'a Instrument>,
    /// The last price of the symbol; values a market order.
    pub last_price: Option<Paise>,
    /// Cash that open buys hold back, see [`Book::reserved`].
    pub reserved: Paise,
    /// The phase of the session for this symbol.
    pub phase: Phase,
    /// Whether the broker accepts after-market orders.
    pub after_market_open: bool,
}

#[cfg(test)]
mod tests;
