//! What the operator allows each task: which capabilities, how much of the machine, which orders.

mod allowance;
mod limits;
mod table;
mod task_limits;

pub use allowance::{Allowance, AllowanceError};
pub use limits::{DayLimits, RunLimits};
pub use table::{Grants, SetAllowance};
pub use task_limits::TaskLimits;
