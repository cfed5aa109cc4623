//! How late a slot may still start.

use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::TICK_MS;

/// What happens to a slot that could not start when it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatePolicy {
    /// It runs within this window and is missed afterwards.
    Window {
        /// Longest delay.
        millis: i64,
    },
    /// It goes on with the ticks that are still to come; a tick is dropped when the next one is due.
    Continue {
        /// Longest delay of one tick.
        millis: i64,
    },
    /// It runs as long as the next session has not opened: its findings serve that session.
    UntilNextOpen,
}

/// Two minutes: prices and phases move on, and a task that starts later than that decides for another moment.
const WINDOW_MS: i64 = 2 * 60_000;

/// The policy of a task.
pub const fn late_policy(task: Task) -> LatePolicy {
    match task {
        Task::SellMonitor => LatePolicy::Continue { millis: TICK_MS },
        Task::Analysis => LatePolicy::UntilNextOpen,
        Task::PremarketRetry
        | Task::PremarketAmoAdjustment
        | Task::PositionMonitor
        | Task::BuyOrders
        | Task::EodCleanup => LatePolicy::Window { millis: WINDOW_MS },
    }
}

/// The last instant at which a slot (of a continuous task: a tick) due at `due` may still start.
///
/// Where the calendar does not know the next session, [`LatePolicy::UntilNextOpen`] ends with the window of the others.
pub fn latest_start(task: Task, due: Timestamp, calendar: &Calendar) -> Timestamp {
    let millis = match late_policy(task) {
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
