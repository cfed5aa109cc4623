//! The individual services of each user: one task in a process of its own.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, named, optional_instant, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

named! {
    /// What becomes of an individual service whose process ended by itself.
    RestartPolicy {
        /// It stays stopped until somebody starts it.
        Never = "never",
        /// It is started again a few times in a row, with growing delays.
        OnFailure = "on_failure",
    }
}

/// Row of an individual service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndividualServiceRow {
    /// The user that it belongs to.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// Id of the process; none when the service is stopped.
    pub process_id: Option<u32>,
    /// Time at which it was last started.
    pub started_at: Timestamp,
    /// Time at which it stopped; none while it runs.
    pub stopped_at: Option<Timestamp>,
    /// Reason why it stopped; empty while it runs.
    pub reason: String,
    /// The schedules that it was started with.
    pub schedule_version: u64,
    /// What becomes of it when its process ends by itself.
    pub restart: RestartPolicy,
    /// Restarts in a row, the one that it waits for among them.
    pub restarts: u32,
    /// Time at which it is started again; none while it runs and when it stays stopped.
    pub next_restart_at: Option<Timestamp>,
    /// Time at which the row was made; none when that is unknown. The store keeps it, whatever is saved.
    pub created_at: Option<Timestamp>,
    /// Time at which the row was last saved, likewise.
    pub updated_at: Option<Timestamp>,
}

impl IndividualServiceRow {
    /// Returns whether the service is running.
    pub fn is_running(&self) -> bool {
        self.process_id.is_some()
    }
}

impl UserScope {
    /// Stores the status of an individual service at an instant and waits until it is durable.
    ///
    /// # Errors
    /// [`StoreError::ForeignUser`], or when the store is closed or has stopped.
    pub async fn save_individual_service(
        &self,
        row: IndividualServiceRow,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.check_owner("the individual service", row.user)?;
        self.store
            .write_durable("save the status of an individual service", move |conn| write(conn, &row, at))
            .await
    }

    /// Returns the row of an individual service; none when the user never started it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn individual_service(&self, task: Task) -> Result<Option<IndividualServiceRow>, StoreError> {
        let id = self.user.0.cast_signed();
        self.read("read an individual service", move |conn| {
            let sql = "SELECT * FROM individual_service_status WHERE user_id = ?1 AND task = ?2";
            select_one(conn, sql, (id, task.name()), read)
        })
        .await
    }

    /// The individual services that the user ever started, by task name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn individual_services(&self) -> Result<Vec<IndividualServiceRow>, StoreError> {
        let id = self.user.0.cast_signed();
        self.read("read the individual services", move |conn| {
            let sql = "SELECT * FROM individual_service_status WHERE user_id = ?1 ORDER BY task";
            select(conn, sql, [id], read)
        })
        .await
    }
}

impl SystemScope {
    /// Stops every individual service that a process of the past left marked as running or waiting for its restart; answers
    /// which they were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn stop_individual_services(
        &self,
        reason: &str,
        at: Timestamp,
    ) -> Result<Vec<(UserId, Task)>, StoreError> {
        let values = (reason.to_owned(), at.0);
        self.store
            .write_durable("stop the individual services", move |conn| {
                let sql = "UPDATE individual_service_status
                           SET running = 0, process_id = NULL, restarts = 0, next_restart_at = NULL,
                               reason = CASE running WHEN 1 THEN ?1 ELSE reason || '; not started again: ' || ?1 END,
                               stopped_at = coalesce(stopped_at, max(started_at, ?2)), updated_at = ?2
                           WHERE running = 1 OR next_restart_at IS NOT NULL RETURNING user_id, task";
                select(conn, sql, values, |row| Ok((user(row, "user_id")?, parsed(row, "task")?)))
            })
            .await
    }
}

fn write(conn: &Connection, row: &IndividualServiceRow, at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO individual_service_status
                   (user_id, task, running, process_id, started_at, stopped_at, reason, schedule_version,
                    restart, restarts, next_restart_at, created_at, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
               ON CONFLICT (user_id, task) DO UPDATE SET
                   running = ?3, process_id = ?4, started_at = ?5, stopped_at = ?6, reason = ?7,
                   schedule_version = ?8, restart = ?9, restarts = ?10, next_restart_at = ?11, updated_at = ?12";
    let values = (
        row.user.0.cast_signed(),
        row.task.name(),
        row.is_running(),
        row.process_id,
        row.started_at.0,
        row.stopped_at.map(|at| at.0),
        &row.reason,
        row.schedule_version.cast_signed(),
        row.restart.name(),
        row.restarts,
        row.next_restart_at.map(|at| at.0),
        at.0,
    );
    execute(conn, sql, values).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<IndividualServiceRow, StoreError> {
    Ok(IndividualServiceRow {
        user: user(row, "user_id")?,
        task: parsed(row, "task")?,
        process_id: row.get("process_id")?,
        started_at: instant(row, "started_at")?,
        stopped_at: optional_instant(row, "stopped_at")?,
        reason: row.get("reason")?,
        schedule_version: unsigned(row, "schedule_version")?,
        restart: parsed(row, "restart")?,
        restarts: row.get("restarts")?,
        next_restart_at: optional_instant(row, "next_restart_at")?,
        created_at: optional_instant(row, "created_at")?,
        updated_at: optional_instant(row, "updated_at")?,
    })
}
