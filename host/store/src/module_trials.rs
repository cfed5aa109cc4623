//! What versions of modules would have done, and who agreed with that.

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, optional_instant, optional_user, parsed, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// A trial of a version on recorded runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialRow {
    /// The task.
    pub task: Task,
    /// The number of the module's version, from 1.
    pub version: u64,
    /// Time at which it was tried.
    pub at: Timestamp,
    /// User who had it tried.
    pub by: UserId,
    /// Report of the trial, as JSON.
    pub report: String,
    /// Time at which it was accepted; none while it is not.
    pub accepted_at: Option<Timestamp>,
    /// Admin who accepted it; none before that, and when nothing differed.
    pub accepted_by: Option<UserId>,
}

impl SystemScope {
    /// Keeps a trial and waits until it is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_trial(&self, row: TrialRow) -> Result<(), StoreError> {
        self.store
            .write_durable("save a trial", move |conn| {
                let sql =
                    "INSERT INTO module_trials (task, version, at, by_user, report, accepted_at, accepted_by)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
                let TrialRow { task, version, at, by, report, accepted_at, accepted_by } = &row;
                let values = (
                    task.name(),
                    version.cast_signed(),
                    at.0,
                    by.0.cast_signed(),
                    report,
                    accepted_at.map(|at| at.0),
                    accepted_by.map(|by| by.0.cast_signed()),
                );
                execute(conn, sql, values).map(|_| ())
            })
            .await
    }

    /// The newest trial of a version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_trial(&self, task: Task, version: u64) -> Result<Option<TrialRow>, StoreError> {
        self.store
            .read("read a trial", move |conn| {
                let sql =
                    "SELECT * FROM module_trials WHERE task = ?1 AND version = ?2 ORDER BY id DESC LIMIT 1";
                select_one(conn, sql, (task.name(), version.cast_signed()), read)
            })
            .await
    }

    /// Accepts the newest trial of a version, if it is not, and waits until that is durable; whether there is one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn accept_trial(
        &self,
        task: Task,
        version: u64,
        by: UserId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.store
            .write_durable("accept a trial", move |conn| {
                let sql = "UPDATE module_trials
                           SET accepted_by = CASE WHEN accepted_at IS NULL THEN ?3 ELSE accepted_by END,
                               accepted_at = coalesce(accepted_at, ?4)
                           WHERE id = (SELECT max(id) FROM module_trials WHERE task = ?1 AND version = ?2)";
                let values = (task.name(), version.cast_signed(), by.0.cast_signed(), at.0);
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<TrialRow, StoreError> {
    Ok(TrialRow {
        task: parsed(row, "task")?,
        version: unsigned(row, "version")?,
        at: instant(row, "at")?,
        by: user(row, "by_user")?,
        report: row.get("report")?,
        accepted_at: optional_instant(row, "accepted_at")?,
        accepted_by: optional_user(row, "accepted_by")?,
    })
}
