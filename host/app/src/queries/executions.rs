//! Runs, what they decided, and what they wrote to their logs.

use prahari_domain::ids::RunId;
use prahari_store::{DecisionRow, LogFilter, LogPage, LogRow, NotesPage, RunFilter, RunRow};

use super::UserQueries;
use crate::error::AppError;

impl UserQueries<'_> {
    /// The runs of the user that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn runs(&self, filter: RunFilter) -> Result<Vec<RunRow>, AppError> {
        Ok(self.scope.runs(filter).await?)
    }

    /// A run of the user; none when they have no such run.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn run(&self, run: RunId) -> Result<Option<RunRow>, AppError> {
        Ok(self.scope.find_run(run).await?)
    }

    /// The decisions of a run of the user in order, from the one numbered `from` on, `limit` at most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn decisions(
        &self,
        run: RunId,
        from: u32,
        limit: u32,
    ) -> Result<NotesPage<DecisionRow>, AppError> {
        Ok(self.scope.decisions_page(run, from, limit).await?)
    }

    /// The log lines of a run of the user in order, from the one numbered `from` on, `limit` at most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn log(&self, run: RunId, from: u32, limit: u32) -> Result<NotesPage<LogRow>, AppError> {
        Ok(self.scope.log_page(run, from, limit).await?)
    }

    /// Log lines of all runs of the user, newest first. What is looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log(&self, filter: LogFilter) -> Result<LogPage, AppError> {
        Ok(self.scope.search_log(filter).await?)
    }
}
