//! The exchange's days: which are open, in which phases, under the rules in force on that date.
//!
//! Everything comes from one document of data (`data/nse-calendar.json` is the one that ships): the published
//! holidays and special sessions by year, and the phases of a day by effective date. A day before the first
//! published year is an error. After the last one weekdays are presumed to be ordinary sessions, or closed days
//! when the operator wants that, and say so. A session whose hours are not published is closed.

mod changes;
mod day;
mod document;
mod handle;
mod oddities;
mod tables;
mod walk;

use chrono::{Datelike, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::time::{Day, Timestamp};

pub use changes::{DayChange, changes};
pub use day::{PhaseWindow, TradingDay};
pub use document::{CalendarDocument, MOST_BYTES};
pub use handle::CalendarHandle;
pub use oddities::oddities;

use document::Regime;
use tables::{SpecialHours, Tables};

/// The first day that can be asked about, whatever a document says: no bar of this market is older.
pub const FIRST_DAY: Day = day(1990, 1, 1);

/// The last day that can be asked about: what is later is a mistake.
pub const LAST_DAY: Day = day(2100, 12, 31);

/// A day's bar counts as complete this long after its session: by then the exchange has computed the closing price.
pub const BAR_SETTLING_MINUTES: i64 = 10;

const fn day(year: i32, month: u32, day: u32) -> Day {
    match Day::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => Day::MAX,
    }
}

/// What weekdays are taken to be for which no list of holidays is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownDays {
    /// Ordinary sessions. On a holiday nothing is traded, and orders wait or expire; on a day that is wrongly taken for
    /// closed nobody looks after what is held.
    #[default]
    Session,
    /// Days without a session.
    Closed,
}

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
    /// Continuous trading session.
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
    /// Returns whether limit orders can be entered and changed.
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

    /// Returns whether market orders can be entered and changed.
    pub const fn takes_market_orders(self) -> bool {
        matches!(self, Self::PreOpen | Self::Continuous | Self::ClosingAuction | Self::PostClose)
    }

    /// Returns the name in the calendar's data, the database and the API.
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

/// A question that the calendar cannot answer, or a document it cannot be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Before the first published year, or so late that it is a mistake.
    #[error("{day} is outside the trading calendar, which reaches from {from} to {to}")]
    NotCovered {
        /// The day asked for.
        day: Day,
        /// First day that can be asked about.
        from: Day,
        /// Last day that can be asked about.
        to: Day,
    },
    /// Zero trading days away from a day is not a trading day's distance.
    #[error(
        "a count of 0 trading days is no direction; use 1 for the next and -1 for the previous trading day"
    )]
    NoDirection,
    /// Counting so far is work without use.
    #[error("a count of {count} trading days is too far; at most {most} are counted")]
    TooFar {
        /// Number of trading days asked for.
        count: i32,
        /// Largest number that is counted.
        most: i32,
    },
    /// Not the expected JSON.
    #[error("the calendar cannot be read{entry}: {detail}")]
    Format {
        /// ` at years.2027.holidays[3].date`; empty when the text as a whole is meant.
        entry: String,
        /// Error of the reader.
        detail: String,
    },
    /// Longer than any calendar is.
    #[error("the calendar has {bytes} bytes, more than {MOST_BYTES}")]
    TooLong {
        /// Size of the document, in bytes.
        bytes: usize,
    },
    /// A document that reads but makes no sense.
    #[error("the calendar is wrong: {detail}")]
    Data {
        /// What is wrong, one sentence.
        detail: String,
    },
}

impl CalendarError {
    fn format(path: &str, detail: String) -> Self {
        let entry = if path.is_empty() { String::new() } else { format!(" at {path}") };
        Self::Format { entry, detail }
    }
}

/// The trading calendar of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    document: CalendarDocument,
    tables: Tables,
    unknown_days: UnknownDays,
}

impl Calendar {
    /// The calendar that is part of the program.
    ///
    /// # Errors
    /// Never with the document as released; a test reads it.
    pub fn embedded() -> Result<Self, CalendarError> {
        Self::from_json(include_str!("../../data/nse-calendar.json"))
    }

    /// The calendar of a whole document as text, in the format of `data/nse-calendar.json`.
    ///
    /// # Errors
    /// When the text is not such a document or makes no sense; the sentence names the entry.
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        Self::of(CalendarDocument::parse(text)?)
    }

    /// The calendar of a document.
    ///
    /// # Errors
    /// When it makes no sense: no published year, a year left out between two others, phases out of order, and so on.
    pub fn of(document: CalendarDocument) -> Result<Self, CalendarError> {
        let tables = Tables::of(&document)?;
        Ok(Self { document, tables, unknown_days: UnknownDays::default() })
    }

    /// Returns the same calendar with this rule for the days after the last published year.
    #[must_use]
    pub fn with_unknown_days(self, unknown_days: UnknownDays) -> Self {
        Self { unknown_days, ..self }
    }

    /// The rule for the days after the last published year.
    pub fn unknown_days(&self) -> UnknownDays {
        self.unknown_days
    }

    /// Returns the document of the calendar.
    pub fn document(&self) -> &CalendarDocument {
        &self.document
    }

    /// First and last day of the years whose holidays are published. Days after the last one are answered too,
    /// presumed.
    pub fn covers(&self) -> (Day, Day) {
        self.tables.covers
    }

    /// Returns what the exchange does on a date; presumed after the last published year.
    ///
    /// # Errors
    /// When the date is before the first published year or after [`LAST_DAY`].
    pub fn trading_day(&self, day: Day) -> Result<TradingDay, CalendarError> {
        let regime = self.regime(day);
        let kind = self.kind(day)?;
        let mut found = match kind {
            Kind::Closed(note) => TradingDay::closed(day, note, regime),
            Kind::Ordinary => TradingDay::ordinary(day, &self.presumption(day), regime),
            Kind::Special(sessions) => TradingDay::special(day, sessions, regime),
        };
        found.presumed = self.is_presumed(day);
        found.settlement = found.open && !self.tables.settlement_holidays.contains_key(&day);
        Ok(found)
    }

    /// Returns what the exchange does on a date, where an answer is needed whatever the date is: one that the
    /// calendar cannot answer for is closed, with the reason as its note.
    pub fn day_or_closed(&self, day: Day) -> TradingDay {
        let closed = |error: CalendarError| TradingDay::closed(day, error.to_string(), self.regime(day));
        self.trading_day(day).unwrap_or_else(closed)
    }

    /// Returns whether no list of holidays is known for a date because it is after the last published year.
    pub fn is_presumed(&self, day: Day) -> bool {
        day > self.tables.covers.1
    }

    /// Returns whether any session is held on a date; `false` also where [`Calendar::trading_day`] says why there
    /// is no answer.
    pub fn is_open_on(&self, day: Day) -> bool {
        !matches!(self.kind(day), Err(_) | Ok(Kind::Closed(_)))
    }

    /// The phase at an instant, for a share in the closing auction or for others; closed where there is no answer.
    pub fn phase_at(&self, at: Timestamp, closing_auction: bool) -> Phase {
        self.trading_day(at.ist_day()).map_or(Phase::Closed, |day| day.phase_at(at, closing_auction))
    }

    /// Returns the phase that follows after an instant, with its start, of shares outside the closing auction;
    /// `None` when no later session is known or presumed.
    pub fn next_phase(&self, at: Timestamp) -> Option<(Phase, Timestamp)> {
        let today = self.day_or_closed(at.ist_day());
        today.next_phase(at).or_else(|| {
            let next = self.next_open(at.ist_day()).ok()?;
            self.day_or_closed(next).next_phase(at)
        })
    }

    /// Returns whether shares in the closing auction have phases of their own at this instant's date.
    pub fn has_closing_auction(&self, at: Timestamp) -> bool {
        self.regime(at.ist_day()).is_some_and(|regime| regime.windows(true) != regime.windows(false))
    }

    /// Returns whether the broker accepts after-market orders: all day while the exchange is closed, on a trading
    /// day until shortly before its first phase and again shortly after its last one (08:55 and 16:01 on an
    /// ordinary day).
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

    /// Returns when after-market orders stop and when they start again on an open day. A special session moves both
    /// by as much as its first phase begins and its last phase ends later than usual; a short day never starts them
    /// earlier.
    fn after_market_gap(&self, day: &TradingDay) -> Option<(Timestamp, Timestamp)> {
        let regime = self.regime(day.day)?;
        let hours = &self.document.hours.after_market;
        let usual_first = Timestamp::from_ist(day.day, regime.ordinary.first()?.starts.0);
        let usual_last = Timestamp::from_ist(day.day, regime.ordinary.last()?.ends.0);
        let before = usual_first.millis_since(Timestamp::from_ist(day.day, hours.ends.0));
        let usual_start = Timestamp::from_ist(day.day, hours.starts.0);
        let after = usual_start.millis_since(usual_last);
        let closes = day.windows.first()?.starts.plus_millis(-before);
        let opens = day.windows.last()?.ends.plus_millis(after).max(usual_start);
        Some((closes, opens))
    }

    /// Returns when continuous trading runs, for shares outside the closing auction; empty on a closed day.
    ///
    /// # Errors
    /// As [`Calendar::trading_day`].
    pub fn continuous(&self, day: Day) -> Result<Vec<(Timestamp, Timestamp)>, CalendarError> {
        Ok(self.trading_day(day)?.continuous())
    }

    /// Returns when continuous trading ends on an ordinary day under the rules of a date, whether or not that date
    /// is open.
    pub fn usual_close(&self, day: Day) -> Timestamp {
        let hours = usual_hours(self.regime(day));
        Timestamp::from_ist(day, hours.map_or(NaiveTime::MIN, |(_, close)| close))
    }

    /// The regime of a date; dates before the first regime have none.
    fn regime(&self, day: Day) -> Option<&Regime> {
        self.document.regimes.iter().rev().find(|regime| regime.from <= day)
    }

    fn kind(&self, day: Day) -> Result<Kind<'_>, CalendarError> {
        let (from, _) = self.tables.covers;
        if day < from || day > LAST_DAY {
            return Err(CalendarError::NotCovered { day, from, to: LAST_DAY });
        }
        let Tables { specials, holidays, .. } = &self.tables;
        let is_published = |session: &tables::Special| session.hours != SpecialHours::Unpublished;
        Ok(match (specials.get(&day), holidays.get(&day), day.weekday()) {
            (Some(sessions), ..) if sessions.iter().all(is_published) => Kind::Special(sessions),
            (Some(sessions), ..) => Kind::Closed(format!(
                "{}: its hours are not published, so it is treated as closed",
                tables::names(sessions)
            )),
            (None, Some(name), _) => Kind::Closed(name.clone()),
            (None, None, Weekday::Sat) => Kind::Closed("Saturday".to_owned()),
            (None, None, Weekday::Sun) => Kind::Closed("Sunday".to_owned()),
            (None, None, _) if self.is_presumed(day) && self.unknown_days == UnknownDays::Closed => {
                Kind::Closed(self.presumption(day))
            }
            (None, None, _) => Kind::Ordinary,
        })
    }

    /// Returns what is said of a weekday for which no list of holidays is known; nothing of others.
    fn presumption(&self, day: Day) -> String {
        let known = self.tables.covers.1;
        match self.unknown_days {
            _ if !self.is_presumed(day) => String::new(),
            UnknownDays::Session => format!("presumed: no holidays are known after {known}"),
            UnknownDays::Closed => format!("closed because no holidays are known after {known}"),
        }
    }
}

enum Kind<'a> {
    Closed(String),
    Ordinary,
    Special(&'a [tables::Special]),
}

/// The hours of continuous trading on an ordinary day of a regime.
fn usual_hours(regime: Option<&Regime>) -> Option<(NaiveTime, NaiveTime)> {
    let mut windows = regime?.ordinary.iter();
    let continuous = windows.find(|window| window.phase == Phase::Continuous);
    continuous.map(|window| (window.starts.0, window.ends.0))
}

#[cfg(test)]
mod tests;
