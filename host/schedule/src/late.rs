//! What happens to a slot that could not start when it was due.

use prahari_domain::tasks::Task;

/// One-shot tasks may start this long after they were due.
const WINDOW_MS: i64 = 2 * 60_000;
/// A tick belongs to its minute.
const TICK_MS: i64 = 60_000;
/// From the analysis at 16:00 to the next open at 09:15: what it finds is for the next session.
const UNTIL_NEXT_OPEN_MS: i64 = (17 * 60 + 15) * 60_000;

/// How late a slot may start; after that it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatePolicy {
    /// Within a window.
    Window {
        /// How long, in milliseconds.
        millis: i64,
    },
    /// A tick that is late is left out, the next one goes on.
    Continue {
        /// How long one tick may be late, in milliseconds.
        millis: i64,
    },
    /// Until the next session opens.
    UntilNextOpen {
        /// How long that is at least, in milliseconds.
        millis: i64,
    },
}

/// The policy of a task.
pub const fn late_policy(task: Task) -> LatePolicy {
    match task {
        Task::SellMonitor => LatePolicy::Continue { millis: TICK_MS },
        Task::Analysis => LatePolicy::UntilNextOpen { millis: UNTIL_NEXT_OPEN_MS },
        Task::PremarketRetry
        | Task::PremarketAmoAdjustment
        | Task::PositionMonitor
        | Task::BuyOrders
        | Task::EodCleanup => LatePolicy::Window { millis: WINDOW_MS },
    }
}
