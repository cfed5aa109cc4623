//! What a user has set for tasks over time.

use prahari_domain::tasks::Task;

use super::UserQueries;
use crate::error::AppError;
use crate::settings::TaskSettings;

impl UserQueries<'_> {
    /// The versions of what the user has set for a task that are kept, newest first.
    ///
    /// # Errors
    /// When the database or one of them cannot be read.
    pub async fn task_settings_history(&self, task: Task) -> Result<Vec<TaskSettings>, AppError> {
        let rows = self.scope.task_settings_history(task).await?;
        Ok(rows.iter().map(TaskSettings::read).collect::<Result<_, _>>()?)
    }
}
