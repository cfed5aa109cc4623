//! How a user's unified service stands.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use super::{Activity, IndividualState, Services};
use crate::user::User;

/// State of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// It does what is due.
    Running,
    /// It was never started, or stopped.
    Stopped,
}

/// A user's unified service as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceStatus {
    /// The user that it belongs to.
    pub user: UserId,
    /// State of the service.
    pub state: ServiceState,
    /// What the user's services have done.
    pub activity: Activity,
    /// Tasks that are executing for the user.
    pub executing: Vec<Task>,
    /// Individual services that run or wait to be started again, by task.
    pub individual: Vec<ActiveIndividual>,
}

/// An individual service that runs or waits to be started again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveIndividual {
    /// The task that it runs.
    pub task: Task,
    /// Whether it runs or waits.
    pub state: IndividualState,
    /// Id of its process; none while it waits.
    pub process_id: Option<u32>,
    /// Time at which it was last started.
    pub started_at: Timestamp,
    /// Time at which it is started again; none while it runs.
    pub next_restart_at: Option<Timestamp>,
}

impl Services {
    /// Returns the status of a user's unified service.
    pub fn service_status(&self, user: &User) -> ServiceStatus {
        let state = if user.services.is_running() { ServiceState::Running } else { ServiceState::Stopped };
        ServiceStatus {
            user: user.id,
            state,
            activity: user.services.activity().clone(),
            executing: user.runs.executing(),
            individual: user.services.active_individuals(),
        }
    }
}
