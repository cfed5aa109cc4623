//! The services of users: which are on, what they say of themselves, and single runs that are asked for.

mod individual;
mod individual_status;
mod unified;

pub use individual::{Individual, RESTARTED, STOP_PATIENCE};
pub use individual_status::IndividualStatus;
