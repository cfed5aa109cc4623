//! Schedules: which instants of a day a task is due at.
//!
//! [`slots`] is the only evaluator. The preview, the armed timer and the slot ledger all come from it, so they cannot
//! disagree. It is a pure function of a schedule and a trading day: no clock, no randomness, no memory.

mod defaults;
mod evaluate;
mod late;
mod preview;
mod schedule;
mod script;

pub use defaults::defaults;
pub use evaluate::{DaySlots, slots};
pub use late::{LatePolicy, late_policy};
pub use preview::{Due, preview};
pub use schedule::{Rule, Schedule, ScheduleError};
pub use script::LIMITS as SCRIPT_LIMITS;
