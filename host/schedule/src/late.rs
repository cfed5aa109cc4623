//! How late a slot may still start.

use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What happens to a slot that could not start when it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LatePolicy {
    /// It runs within this window and is missed afterwards.
    Window {
        /// Longest delay, in milliseconds.
        millis: i64,
    },
    /// It goes on with the ticks that are still to come; a tick is dropped when the next one is due.
    Continue {
        /// Longest delay of one tick, in milliseconds.
        millis: i64,
    },
    /// It runs as long as the next session has not opened: its findings serve that session.
    UntilNextOpen,
}

/// Two minutes: prices and phases move on, and a task that starts later than that decides for another moment.
const WINDOW_MS: i64 = 2 * 60_000;

/// Longest delay that a policy may name: a day.
const MOST_MS: i64 = 24 * 60 * 60_000;

impl Default for LatePolicy {
    fn default() -> Self {
        Self::Window { millis: WINDOW_MS }
    }
}

impl LatePolicy {
    /// Returns whether its delay is between nothing and a day.
    pub fn is_bounded(self) -> bool {
        match self {
            Self::Window { millis } | Self::Continue { millis } => (0..=MOST_MS).contains(&millis),
            Self::UntilNextOpen => true,
        }
    }
}

/// The last instant at which a slot (of a continuous task: a tick) due at `due` may still start.
///
/// Where the calendar does not know the next session, [`LatePolicy::UntilNextOpen`] ends with the window of the others.
pub fn latest_start(policy: LatePolicy, due: Timestamp, calendar: &Calendar) -> Timestamp {
    let millis = match policy {
        LatePolicy::Window { millis } | LatePolicy::Continue { millis } => millis,
        LatePolicy::UntilNextOpen => {
            let next = calendar.next_open(due.ist_day()).and_then(|next| calendar.trading_day(next));
            match next.ok().and_then(|next| next.hours()) {
                Some((open, _)) => return open.plus_millis(-1),
                None => WINDOW_MS,
            }
        }
    };
    due.plus_millis(millis)
}
