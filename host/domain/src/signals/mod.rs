//! Signals: what a shared task found for everybody, and what a user's own tasks found about that user's positions.

mod merge;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::ids::{SignalId, UserId};
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::time::{Day, Timestamp};

pub use merge::{Merged, SignalChange, Untouched, merge, untouched};

/// Users for whom a signal is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalScope {
    /// Every user; published by shared tasks only.
    Shared,
    /// Only this user, about their positions.
    Personal(UserId),
}

/// Kind of a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Buy; published for every user.
    Buy,
    /// Buy, of better quality; shared.
    StrongBuy,
    /// Average a position down at an RSI level; personal.
    Reentry {
        /// 30, 20 or 10.
        level: u8,
        /// Cycle of the ladder, from 1.
        cycle: u32,
    },
    /// Leave a position, with the reason code; personal.
    Exit(String),
}

impl SignalKind {
    /// The names of all kinds in the database and the API.
    pub const NAMES: [&str; 4] = ["buy", "strong_buy", "reentry", "exit"];

    /// Returns the name in the database and the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::StrongBuy => "strong_buy",
            Self::Reentry { .. } => "reentry",
            Self::Exit(_) => "exit",
        }
    }

    /// Returns whether it is a buy that stands for everybody.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Buy | Self::StrongBuy)
    }
}

/// Status of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalStatus {
    /// May be acted on.
    Active,
    /// An order was placed on it.
    Traded,
    /// A person does not want it.
    Rejected,
    /// The order placed on it came to nothing.
    Failed,
    /// The signal expired or was not confirmed.
    Expired,
}

impl SignalStatus {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Traded => "traded",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

/// A finding to publish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalDraft {
    /// Symbol of the share.
    pub symbol: Symbol,
    /// Kind of the signal.
    pub kind: SignalKind,
    /// Close of the last finished session.
    pub last_close: Paise,
    /// Relative strength index, from 0 to 100, over the daily bars that the strategy sets (10 by default).
    pub rsi: f64,
    /// Exponential moving average (EMA) over 9 sessions, in paise.
    pub ema9: Paise,
    /// Exponential moving average (EMA) over 200 sessions, in paise.
    pub ema200: Paise,
    /// Mean daily volume in shares over 50 sessions.
    pub average_volume: u64,
    /// Strength score, from 0 to 25.
    pub strength_score: f64,
    /// Backtest score, from 0 to 100.
    pub backtest_score: f64,
    /// Combined score, from 0 to 100.
    pub combined_score: f64,
    /// Ranks buys; higher first.
    pub priority_score: f64,
    /// Lower end of the proposed buy range; informational.
    pub buy_low: Paise,
    /// Upper end of the proposed buy range; informational.
    pub buy_high: Paise,
    /// Proposed stop price; informational, no order is placed at it.
    pub stop: Paise,
    /// Proposed target price; informational, no order is placed at it.
    pub target: Paise,
    /// Short codes such as `hammer`.
    pub reasons: Vec<String>,
}

/// A published signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Id; 0 until the store has assigned one.
    pub id: SignalId,
    /// Status of the signal.
    pub status: SignalStatus,
    /// Time at which it was last published.
    pub published_at: Timestamp,
    /// The trading date of its 09:00-09:00 window.
    pub day: Day,
    /// Time from which the signal is expired.
    pub expires_at: Timestamp,
    /// Contents of the signal.
    pub draft: SignalDraft,
}

/// When a signal ends that rests on the bars of this session: with continuous trading on the next trading day.
///
/// Past the end of the published calendar the next weekday is taken, at the usual hour: the list of the new year comes
/// out in December, and until then the signals of the last days have to end somehow.
pub fn expires_at(day: Day, calendar: &Calendar) -> Timestamp {
    let next = calendar.next_open(day).and_then(|next| calendar.trading_day(next));
    if let Some((_, close)) = next.ok().and_then(|next| next.hours()) {
        return close;
    }
    let usual_close = calendar.usual_close(day);
    let weekday = day.iter_days().skip(1).find(|next| !is_weekend(*next)).unwrap_or(day);
    usual_close.plus_minutes(weekday.signed_duration_since(day).num_minutes())
}

fn is_weekend(day: Day) -> bool {
    use chrono::{Datelike, Weekday};
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests;
