//! The services of users: which are on, what they say of themselves, and single runs that are asked for.

mod heartbeat;
mod individual;
mod individual_status;
mod log;
mod once;
mod refused;
mod restart;
mod retention;
mod shared;
mod status;
mod unified;

pub use heartbeat::Activity;
pub use individual::{Individual, RESTARTED, STOP_PATIENCE, STOP_PATIENCE_OF_DAEMON};
pub use individual_status::IndividualStatus;
pub use log::Level;
pub(crate) use once::RUN_ONCE_WALL_MS;
pub use once::{BegunRun, RUN_ONCE_WINDOW_MS};
pub use retention::{Forgotten, Retention};
pub(crate) use shared::leaves_signals_untouched;
pub use status::{ServiceState, ServiceStatus};
pub use unified::Switched;
