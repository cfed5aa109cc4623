//! Prices from Yahoo Finance's chart interface, which is undocumented, free of charge and limited.
//!
//! What is known of it, and what follows:
//!
//! - **One request names one share**, and more than one request every two seconds is answered with a lock-out of a quarter of an
//!   hour or more. So one line (`line.rs`) asks one question at a time, at a pace; a share that many ask for is asked for
//!   once; after a lock-out nobody asks for at least as long, twice as long after the next.
//! - **Daily bars are adjusted** for splits, bonus issues and some demergers, all of history at once. So when a bar that is known
//!   comes with another price, the whole history is fetched again, and what changed is told (`merge.rs`). What the exchange
//!   traded at before a split cannot be had: prices of a day before one are computed back by the corporate actions that are
//!   known, and marked as derived (`held.rs`). Splits and dividends that it tells are told on (`events.rs`).
//! - **There are bars of days without a session, bars without volume, holes, and a bar of the running day** that changes until
//!   the close. All of them are left out (`daily.rs`): a bar counts when the calendar has its day and it was fetched when it
//!   was final. A hole never takes away a bar that is known.
//! - **Minutes are kept for some weeks only.** So the running day is told by its minutes (`tape.rs`), of which one counts
//!   when it is over, and a past day by a path through its bar, as the other sources of bars have it.
//!
//! Bars of closed days come from a [`BarCache`] and are asked for once.

mod cache;
mod client;
mod daily;
mod events;
mod flights;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod held;
mod line;
mod market;
mod merge;
mod news;
mod pack;
mod settings;
mod shares;
mod shelf;
mod tape;
mod warm;
mod wire;

pub use cache::{BarCache, BarCacheError, KeptShare, KeptYear, MemoryBarCache};
pub use market::YahooMarket;
pub(crate) use pack::pack_bars;
pub use pack::unpack_year;
pub use settings::YahooSettings;

/// Name of the source.
pub(crate) const SOURCE: &str = "yahoo";
