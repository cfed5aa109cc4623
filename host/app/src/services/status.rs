//! How a user's unified service stands.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;

use super::{Activity, Services};
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
        }
    }
}
