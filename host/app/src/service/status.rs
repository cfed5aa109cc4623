//! How a user's unified service stands.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;

use super::Activity;
use crate::daemon::Daemon;
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
    /// Whose.
    pub user: UserId,
    /// Whether it is on.
    pub state: ServiceState,
    /// What it has done.
    pub activity: Activity,
    /// The schedules in force now; another version than the service's own takes effect when it is restarted.
    pub current_schedule_version: u64,
    /// What is executing for the user.
    pub executing: Vec<Task>,
}

impl ServiceStatus {
    /// Whether schedules have changed since the service was started.
    pub fn restart_needed(&self) -> bool {
        self.state == ServiceState::Running && self.activity.schedule_version != self.current_schedule_version
    }
}

impl Daemon {
    /// How a user's unified service stands.
    pub fn service_status(&self, user: &User) -> ServiceStatus {
        let state = if user.is_running() { ServiceState::Running } else { ServiceState::Stopped };
        ServiceStatus {
            user: user.id,
            state,
            activity: user.activity().clone(),
            current_schedule_version: self.schedules.current().version,
            executing: user.executing(),
        }
    }
}
