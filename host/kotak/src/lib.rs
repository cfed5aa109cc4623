//! Kotak Neo, a broker: one login a day of each user, and orders that are never doubled or lost.
//!
//! The way of a call, from the outside in: [`KotakBroker`] speaks as every broker does; [`Sessions`] knows who has logged
//! in, and makes each call with that session; the client makes one request and reads one answer. What an answer, an error or
//! a silence proves stands in one table, [`proof::TABLE`]; everything that the broker writes is cleaned of secrets
//! ([`Masked`]) before it leaves this crate.
//!
//! Time is told by a [`prahari_brokers::Pace`]; only the longest times of requests are the system's.

mod broker;
mod client;
mod credentials;
mod error;
pub mod feed;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod limiter;
mod market;
mod mask;
pub mod proof;
mod protection;
mod scrip;
mod session;
mod settings;
mod shares;
mod wire;

pub use broker::{KotakBroker, KotakBrokerage};
pub use client::{NewOrder, OrderChange, QuoteFilter};
pub use credentials::{CredentialSource, Credentials};
pub use error::{Call, KotakError, Meaning};
pub use limiter::{NoTurn, RateLimiter};
pub use market::{KotakMarket, KotakMarketParts, PriceAccount};
pub use mask::{Masked, Masker};
pub use protection::Protection;
pub use scrip::{Scrip, ScripError, ScripMaster};
pub use session::{
    KeptSession, LoginCounts, LoginRecord, LoginRecords, Session, SessionState, SessionView, Sessions,
    UserSession,
};
pub use settings::{KotakSettings, LOGIN_ADDRESS, OLDER_MARKET_FEED, Outbound, PositionsPath};
pub use shares::Shares;
pub use wire::holding::HoldingRow;
pub use wire::limits::Limits;
pub use wire::margin::Margin;
pub use wire::order::OrderRow;
pub use wire::position::PositionRow;
pub use wire::quote::QuoteRow;
pub use wire::rejection::{Rejection, RejectionKind};
pub use wire::status::OrderStatus;
pub use wire::tag::{LONGEST_TAG, Tag};
pub use wire::trade::TradeRow;

#[cfg(test)]
mod fake;
