//! The tasks that an operator, or the program, has accepted. What a manifest means is the application's affair;
//! here it is text.

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, optional_instant, optional_user, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// Row of an accepted task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Name of the task.
    pub task: Task,
    /// The manifest, as JSON.
    pub manifest: String,
    /// Time at which the manifest was accepted.
    pub accepted_at: Timestamp,
    /// Admin who accepted it; none for the program itself.
    pub accepted_by: Option<UserId>,
    /// Time at which the task was removed; none while it is there.
    pub removed_at: Option<Timestamp>,
    /// The first version of the schedules that has it: later than those from before it was removed and added again.
    pub schedules_from: u64,
}

impl SystemScope {
    /// Every task that there is or was, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tasks(&self) -> Result<Vec<TaskRow>, StoreError> {
        self.store
            .read("read the tasks", |conn| select(conn, "SELECT * FROM tasks ORDER BY task", [], read))
            .await
    }

    /// Keeps a task, as new or in the place of what was accepted of it before, and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_task(&self, row: TaskRow) -> Result<(), StoreError> {
        self.store
            .write_durable("save a task", move |conn| {
                let sql =
                    "INSERT INTO tasks (task, manifest, accepted_at, accepted_by, removed_at, schedules_from)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                           ON CONFLICT (task) DO UPDATE
                           SET manifest = excluded.manifest, accepted_at = excluded.accepted_at,
                               accepted_by = excluded.accepted_by, removed_at = excluded.removed_at,
                               schedules_from = excluded.schedules_from";
                let TaskRow { task, manifest, accepted_at, accepted_by, removed_at, schedules_from } = &row;
                let by = accepted_by.map(|by| by.0.cast_signed());
                let removed = removed_at.map(|at| at.0);
                execute(
                    conn,
                    sql,
                    (task.name(), manifest, accepted_at.0, by, removed, schedules_from.cast_signed()),
                )
                .map(|_| ())
            })
            .await
    }

    /// Marks a task as removed and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_task(&self, task: Task, at: Timestamp) -> Result<(), StoreError> {
        self.store
            .write_durable("remove a task", move |conn| {
                let sql = "UPDATE tasks SET removed_at = ?2 WHERE task = ?1";
                execute(conn, sql, (task.name(), at.0)).map(|_| ())
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        task: parsed(row, "task")?,
        manifest: row.get("manifest")?,
        accepted_at: instant(row, "accepted_at")?,
        accepted_by: optional_user(row, "accepted_by")?,
        removed_at: optional_instant(row, "removed_at")?,
        schedules_from: unsigned(row, "schedules_from")?,
    })
}
