//! What users set for tasks, in versions. What the settings mean is the affair of each task's schema; here they are text.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::settings::Settings;
use crate::store::UserScope;

/// How many versions of a user's settings of one task are kept; older ones go as new ones come.
pub const KEPT_TASK_SETTINGS: u64 = 100;

/// A version of what a user has set for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSettingsRow {
    /// The task.
    pub task: Task,
    /// Version of the settings; the first is 1.
    pub version: u64,
    /// The settings as a JSON object, without defaults.
    pub settings: String,
    /// User who made this version.
    pub changed_by: UserId,
    /// Time at which it was changed, by the daemon's clock.
    pub changed_at: Timestamp,
}

impl UserScope {
    /// Returns what is in force of each task for which the user has set something, by task name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn task_settings(&self) -> Result<Vec<TaskSettingsRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the settings of tasks", move |conn| {
            // SQLite takes the other columns from the row that has the maximum.
            let sql = "SELECT task, max(version) AS version, settings, changed_by, changed_at
                       FROM task_settings WHERE user_id = ?1 GROUP BY task ORDER BY task";
            select(conn, sql, [user], read)
        })
        .await
    }

    /// Returns the versions of the settings of one task that are kept, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn task_settings_history(&self, task: Task) -> Result<Vec<TaskSettingsRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the history of the settings of a task", move |conn| {
            let sql = "SELECT task, version, settings, changed_by, changed_at
                       FROM task_settings WHERE user_id = ?1 AND task = ?2 ORDER BY version DESC";
            select(conn, sql, (user, task.name()), read)
        })
        .await
    }

    /// Writes the next version of the settings of a task and waits until it is durable; `row.version` is that of the
    /// settings that it follows, 0 for the first. Answers the new version.
    ///
    /// # Errors
    /// [`StoreError::SettingsChanged`] when the newest version is another one; or when the store is closed or has
    /// stopped.
    pub async fn save_task_settings(&self, row: TaskSettingsRow) -> Result<u64, StoreError> {
        let user = self.user;
        self.store.write_durable("save the settings of a task", move |conn| insert(conn, user, &row)).await
    }
}

fn insert(conn: &Connection, user: UserId, row: &TaskSettingsRow) -> Result<u64, StoreError> {
    let TaskSettingsRow { task, version, settings, changed_by, changed_at } = row;
    let id = user.0.cast_signed();
    let sql =
        "SELECT coalesce(max(version), 0) AS version FROM task_settings WHERE user_id = ?1 AND task = ?2";
    let newest = select_one(conn, sql, (id, task.name()), |row| unsigned(row, "version"))?.unwrap_or(0);
    if newest != *version {
        let (expected, what) = (*version, Settings::OfTask);
        return Err(StoreError::SettingsChanged { user, what, expected, found: newest });
    }
    let next = newest + 1;
    let sql = "INSERT INTO task_settings (user_id, task, version, settings, changed_by, changed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    execute(
        conn,
        sql,
        (id, task.name(), next.cast_signed(), settings, changed_by.0.cast_signed(), changed_at.0),
    )?;
    let sql = "DELETE FROM task_settings WHERE user_id = ?1 AND task = ?2 AND version <= ?3";
    execute(conn, sql, (id, task.name(), next.saturating_sub(KEPT_TASK_SETTINGS).cast_signed()))?;
    Ok(next)
}

pub(crate) fn read(row: &Row<'_>) -> Result<TaskSettingsRow, StoreError> {
    Ok(TaskSettingsRow {
        task: parsed(row, "task")?,
        version: unsigned(row, "version")?,
        settings: row.get("settings")?,
        changed_by: user(row, "changed_by")?,
        changed_at: instant(row, "changed_at")?,
    })
}
