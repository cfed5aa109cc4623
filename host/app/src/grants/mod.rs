//! What the operator allows each task: which capabilities, how much of the machine, which orders.

mod allowance;
mod held;
mod limits;
mod task_limits;

pub use allowance::{Allowance, AllowanceError};
pub use held::Grants;
pub use limits::{DayLimits, RunLimits};
pub use task_limits::TaskLimits;
