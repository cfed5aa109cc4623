//! What running services say of themselves each minute, in one write for all of them.

use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_store::{HeartbeatRow, ServiceRow};

use super::Services;
use crate::error::AppError;
use crate::events::ServiceChange;

/// What a user's services have done, as far as this process knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// Time of the last heartbeat.
    pub heartbeat: Option<Timestamp>,
    /// Time of the last start.
    pub started_at: Option<Timestamp>,
    /// Last task that ran, and the time at which it ended.
    pub last_task: Option<(Task, Timestamp)>,
    /// Failures since the service was started.
    pub error_count: u64,
    /// The last failure; empty when there was none.
    pub last_error: String,
    /// The schedules that it was started with.
    pub schedule_version: u64,
    /// Whether a run has ended since the last heartbeat.
    pub(super) changed: bool,
}

impl Activity {
    /// Restores the activity from its row.
    pub fn of(row: &ServiceRow) -> Self {
        Self {
            heartbeat: row.heartbeat,
            started_at: row.started_at,
            last_task: row.last_task.zip(row.last_task_at),
            error_count: row.error_count,
            last_error: row.last_error.clone(),
            schedule_version: row.schedule_version,
            changed: false,
        }
    }

    /// A run has ended.
    pub(crate) fn ran(&mut self, task: Task, at: Timestamp, outcome: &RunOutcome) {
        self.last_task = Some((task, at));
        self.changed = true;
        if !outcome.is_success() {
            self.failed(format!("{task}: {}", outcome.detail()));
        }
    }

    /// Records the last error.
    pub(crate) fn failed(&mut self, error: String) {
        self.error_count += 1;
        // Words of guests and workers may stand in it.
        self.last_error = into_one_line(error);
    }
}

impl Services {
    /// Stores the heartbeat of every running service and its activity since the last one. Called each minute of
    /// the daemon's clock; two statements even with 10,000 services.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn beat(&self) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let mut heartbeats = Vec::new();
        for user in self.users.running() {
            let mut activity = user.services.activity();
            activity.heartbeat = Some(now);
            self.tell_of_service(user.id, ServiceChange::Heartbeat, "");
            if std::mem::take(&mut activity.changed)
                && let Some((last_task, last_task_at)) = activity.last_task
            {
                let (error_count, last_error) = (activity.error_count, activity.last_error.clone());
                heartbeats.push(HeartbeatRow {
                    user: user.id,
                    last_task,
                    last_task_at,
                    error_count,
                    last_error,
                });
            }
        }
        Ok(self.handles.store.system().beat(now, heartbeats).await?)
    }
}
