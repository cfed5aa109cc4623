//! How a user's unified service stands.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;

use super::{Activity, Services};
use crate::user::User;

/// Whether a service is on.
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
    /// Whether it is on.
    pub state: ServiceState,
    /// What it has done.
    pub activity: Activity,
    /// What is executing for the user.
    pub executing: Vec<Task>,
}

impl Services {
    /// How a user's unified service stands.
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
