//! The services of users: which are on, what they say of themselves, and single runs that are asked for.

mod by;
mod heartbeat;
mod individual;
mod individual_end;
mod individual_restart;
mod individual_status;
mod log;
mod refused;
mod restart;
mod shared;
mod status;
mod unified;
mod user_services;

use std::sync::Arc;

use prahari_runtime::Runtime;

pub use by::By;
pub use heartbeat::Activity;
pub use individual::{Individual, RESTARTED, STOP_PATIENCE, STOP_PATIENCE_OF_DAEMON};
pub use individual_restart::{MOST_RESTARTS, PendingRestart, RESTART_DELAYS_MS, STEADY_AFTER_MS};
pub use individual_status::{IndividualState, IndividualStatus};
pub use log::Level;
pub(crate) use shared::leaves_signals_untouched;
pub use status::{ActiveIndividual, ServiceState, ServiceStatus};
pub use unified::Switched;
pub use user_services::UserServices;

use crate::halts::Halts;
use crate::handles::Handles;
use crate::ledger::Ledger;
use crate::modules::Modules;
use crate::notices::Notices;
use crate::schedules::{Previews, Schedules};
use crate::tasks::Tasks;
use crate::users::Users;
pub(crate) use heartbeat::Hour;
pub(crate) use individual_restart::Restarts;

/// Turns the services of users on and off, and keeps what they say of themselves.
pub struct Services {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) previews: Arc<Previews>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) runtime: Arc<Runtime>,
    /// The hour of the last lines that say which services are on.
    pub(crate) hour: Hour,
    /// Individual services that wait to be started again.
    pub(crate) restarts: Restarts,
}
