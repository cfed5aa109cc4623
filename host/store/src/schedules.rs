//! Schedules: the whole set in versions, each with who made it.
//!
//! What rules mean is the schedule crate's affair; here they are text. A version holds rows of the tasks that it
//! changed; every other task keeps the row of an earlier version.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, optional_user, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// A task's schedule as some version of the set made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// The task.
    pub task: Task,
    /// The version of the set that wrote it.
    pub version: u64,
    /// Whether its slots are planned at all.
    pub enabled: bool,
    /// The rules as a JSON array.
    pub rules: String,
    /// What it waits for as JSON; none when it waits for nothing.
    pub after: Option<String>,
    /// Description of the schedule, one sentence.
    pub description: String,
    /// User who made this version; none for the defaults of the program.
    pub changed_by: Option<UserId>,
    /// Time at which it was changed, by the daemon's clock.
    pub changed_at: Timestamp,
    /// User who made the first schedule of the task; none for the defaults of the program.
    pub created_by: Option<UserId>,
    /// Time at which the task got its first schedule, by the daemon's clock.
    pub created_at: Timestamp,
}

/// A task's schedule as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleChange {
    /// The task.
    pub task: Task,
    /// Whether its slots are planned at all.
    pub enabled: bool,
    /// The rules as a JSON array.
    pub rules: String,
    /// What it waits for as JSON; none when it waits for nothing.
    pub after: Option<String>,
    /// Description of the schedule, one sentence.
    pub description: String,
}

/// The rows of `last`, each with who made the first schedule of its task, and when.
const WITH_FIRST: &str = "
    SELECT last.*, first.changed_by AS created_by, first.changed_at AS created_at
    FROM last JOIN schedules AS first ON first.task = last.task
         AND first.version = (SELECT min(version) FROM schedules WHERE task = last.task)";

impl SystemScope {
    /// Writes the first version of the set, as the program brings it, and waits until it is durable.
    ///
    /// # Errors
    /// [`StoreError::ScheduleChanged`] when there is one already; or when the store is closed or has stopped.
    pub async fn create_schedules(
        &self,
        changes: Vec<ScheduleChange>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        self.store
            .write_durable("create the schedules", move |conn| insert(conn, 0, &changes, None, at))
            .await
    }

    /// The newest version of the set; 0 when there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn schedule_version(&self) -> Result<u64, StoreError> {
        self.store.read("read the version of the schedules", newest).await
    }

    /// The set as it was at a version, by task name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn schedules(&self, version: u64) -> Result<Vec<ScheduleRow>, StoreError> {
        self.store
            .read("read the schedules", move |conn| {
                // SQLite takes the other columns from the row that has the maximum.
                let sql = format!(
                    "WITH last AS (SELECT task, max(version) AS version, enabled, rules, after, description,
                                          changed_by, changed_at
                                   FROM schedules WHERE version <= ?1 GROUP BY task)
                     {WITH_FIRST} ORDER BY last.task"
                );
                select(conn, &sql, [version.cast_signed()], read)
            })
            .await
    }

    /// Returns what a task's schedule was over time, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn schedule_history(&self, task: Task) -> Result<Vec<ScheduleRow>, StoreError> {
        self.store
            .read("read the history of a schedule", move |conn| {
                let sql = format!(
                    "WITH last AS (SELECT * FROM schedules WHERE task = ?1)
                     {WITH_FIRST} ORDER BY last.version DESC"
                );
                select(conn, &sql, [task.name()], read)
            })
            .await
    }
}

impl UserScope {
    /// Makes a new version of the set with changes by this user, waits until it is durable, and answers its number,
    /// which is one more than `expected`.
    ///
    /// # Errors
    /// [`StoreError::ScheduleChanged`] when the newest version is not `expected`; or when the store is closed or has
    /// stopped.
    pub async fn change_schedules(
        &self,
        expected: u64,
        changes: Vec<ScheduleChange>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let by = Some(self.user);
        self.store
            .write_durable("change the schedules", move |conn| insert(conn, expected, &changes, by, at))
            .await
    }
}

fn newest(conn: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(version), 0) FROM schedules";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned())
}

fn insert(
    conn: &Connection,
    expected: u64,
    changes: &[ScheduleChange],
    by: Option<UserId>,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let current = newest(conn)?;
    if current != expected {
        return Err(StoreError::ScheduleChanged { expected, current });
    }
    let version = current + 1;
    let sql =
        "INSERT INTO schedules (task, version, enabled, rules, after, description, changed_by, changed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for ScheduleChange { task, enabled, rules, after, description } in changes {
        let by = by.map(|user| user.0.cast_signed());
        let values = (task.name(), version.cast_signed(), enabled, rules, after, description, by, at.0);
        execute(conn, sql, values)?;
    }
    Ok(version)
}

fn read(row: &Row<'_>) -> Result<ScheduleRow, StoreError> {
    Ok(ScheduleRow {
        task: parsed(row, "task")?,
        version: unsigned(row, "version")?,
        enabled: row.get("enabled")?,
        rules: row.get("rules")?,
        after: row.get("after")?,
        description: row.get("description")?,
        changed_by: optional_user(row, "changed_by")?,
        changed_at: instant(row, "changed_at")?,
        created_by: optional_user(row, "created_by")?,
        created_at: instant(row, "created_at")?,
    })
}
