//! What a user has set for tasks over time.

use prahari_domain::tasks::Task;
use prahari_store::TaskSettingsRow;

use super::UserQueries;
use crate::error::AppError;

impl UserQueries<'_> {
    /// The versions of what the user has set for a task that are kept, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn task_settings_history(&self, task: Task) -> Result<Vec<TaskSettingsRow>, AppError> {
        Ok(self.scope.task_settings_history(task).await?)
    }
}
