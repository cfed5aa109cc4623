//! Runs, what they decided, and what they wrote to their logs.

use std::collections::BTreeMap;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_store::{
    DecisionRow, FoundLine, LogFilter, LogRow, Looked, NoteCursor, NotesPage, RunFilter, RunRow,
};

use super::{Queries, UserQueries};
use crate::error::AppError;

/// The numbers of the versions of modules that are kept, by task and hash.
pub type ModuleNumbers = BTreeMap<(Task, String), u64>;

impl Queries {
    /// Returns whose a run is: an admin names runs by their id alone. None when there is no such run.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn owner_of_run(&self, run: RunId) -> Result<Option<UserId>, AppError> {
        Ok(self.store.system().find_run(run).await?.map(|row| row.user))
    }

    /// The runs of everybody that the filter lets through, newest first. What is looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn runs_of_all(
        &self,
        filter: RunFilter,
        after: Option<RunId>,
    ) -> Result<Looked<RunRow, RunId>, AppError> {
        Ok(self.store.system().runs(filter, after).await?)
    }

    /// The numbers of the versions that executed these runs, as far as they are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_numbers(&self, runs: &[RunRow]) -> Result<ModuleNumbers, AppError> {
        let wanted = runs.iter().map(|run| (run.task, run.module_hash.clone())).collect();
        Ok(self.store.system().module_numbers(wanted).await?)
    }
}

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
    pub async fn search_log(&self, filter: LogFilter) -> Result<Looked<FoundLine, NoteCursor>, AppError> {
        Ok(self.scope.search_log(filter).await?)
    }
}
