//! What was used of what is granted.

use std::sync::Arc;

use prahari_domain::time::{Day, Timestamp};
use prahari_store::UsedRow;

use super::UserQueries;
use crate::error::AppError;
use crate::grants::Allowance;

/// What the runs of a task have used, beside what one of them is granted.
#[derive(Debug, Clone)]
pub struct TaskUse {
    /// What all runs of the days together used, and the most of one of them.
    pub used: UsedRow,
    /// Allowance of the next run.
    pub granted: Arc<Allowance>,
}

impl UserQueries<'_> {
    /// Returns what the user's runs that started from one day through another have used, by task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn used(&self, from: Day, through: Day) -> Result<Vec<TaskUse>, AppError> {
        let after = through.succ_opt().unwrap_or(through);
        let mut rows = self.scope.used(Timestamp::start_of(from), Timestamp::start_of(after)).await?;
        let tasks = self.all.tasks.current();
        rows.sort_by_key(|row| tasks.rank(row.task));
        let granted = |task| self.all.grants.of(self.user.id, task);
        Ok(rows.into_iter().map(|used| TaskUse { granted: granted(used.task), used }).collect())
    }
}
