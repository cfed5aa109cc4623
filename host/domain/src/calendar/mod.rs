//! The exchange's days: which are open, in which phases, under the rules in force on that date.
//!
//! Everything comes from two tables of data: the published holidays and special sessions (`data/nse-holidays.json`) and the
//! phases of a day by effective date (`data/nse-sessions.json`). The calendar never guesses: a day outside the published
//! years is an error, and a session whose hours are not published is closed.

mod data;
mod day;
mod handle;
mod walk;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::time::{Day, Timestamp};

pub use day::{PhaseWindow, TradingDay};
pub use handle::CalendarHandle;

use data::{Regime, Sessions, Special};

/// A phase of the exchange's day; each says which orders it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No orders; after-market orders may be given to the broker at certain hours.
    Closed,
    /// Pre-open entry: limit and market orders.
    PreOpen,
    /// Pre-open entry, limit orders only.
    PreOpenLimitOnly,
    /// Pre-open matching and buffer: no orders.
    PreOpenMatching,
    /// Continuous trading.
    Continuous,
    /// Closing auction, reference price being computed: no orders.
    ClosingReference,
    /// Closing auction entry: limit and market orders.
    ClosingAuction,
    /// Closing auction entry, limit orders only.
    ClosingAuctionLimitOnly,
    /// Closing auction matching, or the gap before the post-close session: no orders.
    ClosingMatching,
    /// Post-close session: market orders at the close price.
    PostClose,
}

impl Phase {
    /// Whether limit orders can be entered and changed.
    pub const fn takes_limit_orders(self) -> bool {
        matches!(
            self,
            Self::PreOpen
                | Self::PreOpenLimitOnly
                | Self::Continuous
                | Self::ClosingAuction
                | Self::ClosingAuctionLimitOnly
        )
    }

    /// Whether market orders can be entered and changed.
    pub const fn takes_market_orders(self) -> bool {
        matches!(self, Self::PreOpen | Self::Continuous | Self::ClosingAuction | Self::PostClose)
    }

    /// Its name in data, database and API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::PreOpen => "pre_open",
            Self::PreOpenLimitOnly => "pre_open_limit_only",
            Self::PreOpenMatching => "pre_open_matching",
            Self::Continuous => "continuous",
            Self::ClosingReference => "closing_reference",
            Self::ClosingAuction => "closing_auction",
            Self::ClosingAuctionLimitOnly => "closing_auction_limit_only",
            Self::ClosingMatching => "closing_matching",
            Self::PostClose => "post_close",
        }
    }
}

/// A question that the calendar cannot answer, or data it cannot be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The exchange's list of that year is not loaded.
    #[error("{day} is outside the published trading calendar, which covers {from} to {to}")]
    NotCovered {
        /// The day asked for.
        day: Day,
        /// First day covered.
        from: Day,
        /// Last day covered.
        to: Day,
    },
    /// Zero trading days away from a day is not a trading day's distance.
    #[error(
        "a count of 0 trading days is no direction; use 1 for the next and -1 for the previous trading day"
    )]
    NoDirection,
    /// Not the expected JSON.
    #[error("the table of {table} cannot be read: {detail}")]
    Format {
        /// `holidays` or `sessions`.
        table: &'static str,
        /// What the reader said.
        detail: String,
    },
    /// A table that is JSON but makes no sense.
    #[error("the table of {table} is wrong: {detail}")]
    Data {
        /// `holidays` or `sessions`.
        table: &'static str,
        /// What is wrong.
        detail: String,
    },
}

/// The exchange's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    from: Day,
    to: Day,
    holidays: BTreeMap<Day, String>,
    specials: BTreeMap<Day, Vec<Special>>,
    sessions: Sessions,
}

impl Calendar {
    /// The calendar that is part of the program.
    ///
    /// # Errors
    /// Never with the tables as released; a test reads them.
    pub fn embedded() -> Result<Self, CalendarError> {
        Self::from_json(include_str!("../../data/nse-holidays.json"))
    }

    /// A calendar with the holidays and special sessions of an operator's file, in the format of
    /// `data/nse-holidays.json`, and the phases that are part of the program.
    ///
    /// # Errors
    /// When the text is not such a table, has no published year, or leaves out a year between two others.
    pub fn from_json(holidays: &str) -> Result<Self, CalendarError> {
        let sessions = Sessions::from_json(include_str!("../../data/nse-sessions.json"))?;
        let read = data::Holidays::from_json(holidays)?;
        let (from, to) = read.covers;
        Ok(Self { from, to, holidays: read.holidays, specials: read.specials, sessions })
    }

    /// First and last day of the years whose holidays are published.
    pub fn covers(&self) -> (Day, Day) {
        (self.from, self.to)
    }

    /// What the exchange does on a date.
    ///
    /// # Errors
    /// When the date is not covered; the error names the range.
    pub fn trading_day(&self, day: Day) -> Result<TradingDay, CalendarError> {
        let regime = self.sessions.on(day);
        Ok(match self.kind(day)? {
            Kind::Closed(note) => TradingDay::closed(day, note, regime),
            Kind::Ordinary => TradingDay::ordinary(day, "", regime),
            Kind::Special(sessions) => TradingDay::special(day, sessions, regime),
        })
    }

    /// Whether any session is held on a date; `false` also outside the calendar, where [`Calendar::trading_day`] says why.
    pub fn is_open_on(&self, day: Day) -> bool {
        !matches!(self.kind(day), Err(_) | Ok(Kind::Closed(_)))
    }

    /// The phase at an instant, for a share in the closing auction or for others; closed outside the calendar.
    pub fn phase_at(&self, at: Timestamp, closing_auction: bool) -> Phase {
        self.trading_day(at.ist_day()).map_or(Phase::Closed, |day| day.phase_at(at, closing_auction))
    }

    /// Whether shares in the closing auction have phases of their own at this instant's date.
    pub fn has_closing_auction(&self, at: Timestamp) -> bool {
        self.sessions.on(at.ist_day()).is_some_and(|regime| regime.ordinary != regime.closing_auction)
    }

    /// Whether the broker accepts after-market orders: all day while the exchange is closed, on a trading day until
    /// shortly before its first phase and again shortly after its last one (08:55 and 16:01 on an ordinary day).
    pub fn after_market_open(&self, at: Timestamp) -> bool {
        let day = at.ist_day();
        match self.trading_day(day) {
            Ok(trading_day) if trading_day.open => {
                let Some((closes, opens)) = self.after_market_gap(&trading_day) else { return false };
                at < closes || at >= opens
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// When after-market orders stop and when they start again on an open day. A special session moves both by as much
    /// as its first phase begins and its last phase ends later than usual; a short day never starts them earlier.
    fn after_market_gap(&self, day: &TradingDay) -> Option<(Timestamp, Timestamp)> {
        let regime = self.sessions.on(day.day)?;
        let usual_first = Timestamp::from_ist(day.day, regime.ordinary.first()?.starts);
        let usual_last = Timestamp::from_ist(day.day, regime.ordinary.last()?.ends);
        let before = usual_first.millis_since(Timestamp::from_ist(day.day, self.sessions.after_market.ends));
        let usual_start = Timestamp::from_ist(day.day, self.sessions.after_market.starts);
        let after = usual_start.millis_since(usual_last);
        let closes = day.windows.first()?.starts.plus_millis(-before);
        let opens = day.windows.last()?.ends.plus_millis(after).max(usual_start);
        Some((closes, opens))
    }

    /// When continuous trading runs, for shares outside the closing auction; empty on a closed day.
    ///
    /// # Errors
    /// When the date is not covered.
    pub fn continuous(&self, day: Day) -> Result<Vec<(Timestamp, Timestamp)>, CalendarError> {
        Ok(self.trading_day(day)?.continuous())
    }

    /// When continuous trading ends on an ordinary day under the rules of a date, whether or not that date is open.
    pub fn usual_close(&self, day: Day) -> Timestamp {
        let hours = usual_hours(self.sessions.on(day));
        Timestamp::from_ist(day, hours.map_or(NaiveTime::MIN, |(_, close)| close))
    }

    fn kind(&self, day: Day) -> Result<Kind<'_>, CalendarError> {
        if day < self.from || day > self.to {
            return Err(CalendarError::NotCovered { day, from: self.from, to: self.to });
        }
        Ok(match (self.specials.get(&day), self.holidays.get(&day), day.weekday()) {
            (Some(sessions), ..) if sessions.iter().all(|session| session.hours.is_some()) => {
                Kind::Special(sessions)
            }
            (Some(sessions), ..) => Kind::Closed(format!(
                "{}: its hours are not published, so it is treated as closed",
                data::names(sessions)
            )),
            (None, Some(name), _) => Kind::Closed(name.clone()),
            (None, None, Weekday::Sat) => Kind::Closed("Saturday".to_owned()),
            (None, None, Weekday::Sun) => Kind::Closed("Sunday".to_owned()),
            (None, None, _) => Kind::Ordinary,
        })
    }
}

enum Kind<'a> {
    Closed(String),
    Ordinary,
    Special(&'a [Special]),
}

/// The hours of continuous trading on an ordinary day of a regime.
fn usual_hours(regime: Option<&Regime>) -> Option<(NaiveTime, NaiveTime)> {
    let windows = &regime?.ordinary;
    windows.iter().find(|window| window.phase == Phase::Continuous).map(|window| (window.starts, window.ends))
}

#[cfg(test)]
mod tests;
