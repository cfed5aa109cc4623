//! Schedules, each change a new version.
//!
//! What a rule means is the schedule crate's affair; here it is text.

use rusqlite::{Connection, Row};

use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{instant, parsed, select, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// A version of a task's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Of which task.
    pub task: Task,
    /// From 1, per task.
    pub version: u64,
    /// Whether its slots are planned at all.
    pub enabled: bool,
    /// The rule as JSON.
    pub rule: String,
    /// For people.
    pub description: String,
    /// Who made this version.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

impl SystemScope {
    /// Adds a version, waits until it is durable and answers its number, which is one more than the task's last;
    /// the number in `row` is not used.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_schedule(&self, row: ScheduleRow) -> Result<u64, StoreError> {
        self.store.write_durable("save a schedule", move |conn| insert(conn, &row)).await
    }

    /// The newest version of each task's schedule, by task name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn schedules(&self) -> Result<Vec<ScheduleRow>, StoreError> {
        self.store
            .read("read the schedules", |conn| {
                // SQLite takes the other columns from the row that has the maximum.
                let sql =
                    "SELECT task, max(version) AS version, enabled, rule, description, changed_by, changed_at
                           FROM schedules GROUP BY task ORDER BY task";
                select(conn, sql, [], read)
            })
            .await
    }

    /// One version of a task's schedule.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn schedule(&self, task: Task, version: u64) -> Result<Option<ScheduleRow>, StoreError> {
        let values = (task.name(), version.cast_signed());
        self.store
            .read("read a schedule", move |conn| {
                select_one(conn, "SELECT * FROM schedules WHERE task = ?1 AND version = ?2", values, read)
            })
            .await
    }
}

fn insert(conn: &Connection, row: &ScheduleRow) -> Result<u64, StoreError> {
    let sql = "INSERT INTO schedules (task, version, enabled, rule, description, changed_by, changed_at)
               SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM schedules WHERE task = ?1
               RETURNING version";
    let ScheduleRow { task, enabled, rule, description, changed_by, changed_at, .. } = row;
    let values = (task.name(), enabled, rule, description, changed_by, changed_at.0);
    Ok(conn.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0))?.cast_unsigned())
}

fn read(row: &Row<'_>) -> Result<ScheduleRow, StoreError> {
    Ok(ScheduleRow {
        task: parsed(row, "task")?,
        version: unsigned(row, "version")?,
        enabled: row.get("enabled")?,
        rule: row.get("rule")?,
        description: row.get("description")?,
        changed_by: row.get("changed_by")?,
        changed_at: instant(row, "changed_at")?,
    })
}
