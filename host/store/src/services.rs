//! The unified service of each user, as it was last seen.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{
    execute, optional_instant, optional_parsed, select, select_one, to_json, unsigned, user,
};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// Row of a user's unified service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// The user that it belongs to.
    pub user: UserId,
    /// Whether it should be running; it is started again after a restart then.
    pub running: bool,
    /// Time of the last heartbeat.
    pub heartbeat: Option<Timestamp>,
    /// Last task that ran.
    pub last_task: Option<Task>,
    /// Failures since it was started.
    pub error_count: u64,
    /// The last failure; empty when there was none.
    pub last_error: String,
    /// The schedules it was started with.
    pub schedule_version: u64,
    /// Time of the last start.
    pub started_at: Option<Timestamp>,
    /// Time at which the last run ended.
    pub last_task_at: Option<Timestamp>,
}

/// What a running service has done since it was last written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatRow {
    /// The user that it belongs to.
    pub user: UserId,
    /// Last task that ran, and the time at which that run ended; none before the first.
    pub last_task: Option<(Task, Timestamp)>,
    /// Failures since it was started.
    pub error_count: u64,
    /// The last failure; empty when there was none.
    pub last_error: String,
}

impl UserScope {
    /// Stores the status of the user's service.
    ///
    /// # Errors
    /// [`StoreError::ForeignUser`], or when the store is closed or has stopped.
    pub async fn save_service(&self, row: ServiceRow) -> Result<(), StoreError> {
        self.check_owner("the service", row.user)?;
        self.write("save the status of a service", move |conn| write(conn, &row)).await
    }

    /// Returns the status of the user's service; none when it was never started.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn service(&self) -> Result<Option<ServiceRow>, StoreError> {
        let id = self.user.0.cast_signed();
        self.read("read the status of a service", move |conn| {
            select_one(conn, "SELECT * FROM service_status WHERE user_id = ?1", [id], read)
        })
        .await
    }
}

impl SystemScope {
    /// The service of every user that ever started one, by user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn services(&self) -> Result<Vec<ServiceRow>, StoreError> {
        self.store
            .read("read the status of the services", |conn| {
                select(conn, "SELECT * FROM service_status ORDER BY user_id", [], read)
            })
            .await
    }

    /// Stores a heartbeat for every running service, with the activity in `heartbeats`: two statements, however
    /// many users.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn beat(&self, at: Timestamp, heartbeats: Vec<HeartbeatRow>) -> Result<(), StoreError> {
        let rows: Vec<_> = heartbeats.iter().map(heartbeat_columns).collect();
        let rows = to_json("the heartbeats", &rows)?;
        self.store
            .write("save the heartbeats", move |conn| {
                execute(conn, "UPDATE service_status SET heartbeat = ?1 WHERE running = 1", [at.0])?;
                let sql = "UPDATE service_status
                           SET last_task = value ->> 1, last_task_at = value ->> 2, error_count = value ->> 3,
                               last_error = value ->> 4
                           FROM json_each(?1) WHERE user_id = value ->> 0";
                execute(conn, sql, [rows]).map(|_| ())
            })
            .await
    }

    /// Marks every service as stopped whose user is gone or inactive: nothing could run behind it.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn stop_services_of_inactive_users(&self) -> Result<(), StoreError> {
        self.store
            .write("stop the services of inactive users", |conn| {
                let sql = "UPDATE service_status SET running = 0
                           WHERE running = 1 AND user_id NOT IN (SELECT id FROM users WHERE active = 1)";
                execute(conn, sql, []).map(|_| ())
            })
            .await
    }
}

fn write(conn: &Connection, row: &ServiceRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO service_status (user_id, running, heartbeat, last_task, error_count, last_error,
                                           schedule_version, started_at, last_task_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT (user_id) DO UPDATE
               SET running = excluded.running, heartbeat = excluded.heartbeat, last_task = excluded.last_task,
                   error_count = excluded.error_count, last_error = excluded.last_error,
                   schedule_version = excluded.schedule_version, started_at = excluded.started_at,
                   last_task_at = excluded.last_task_at";
    let values = (
        row.user.0.cast_signed(),
        row.running,
        row.heartbeat.map(|at| at.0),
        row.last_task.as_ref().map(Task::name),
        row.error_count.cast_signed(),
        &row.last_error,
        row.schedule_version.cast_signed(),
        row.started_at.map(|at| at.0),
        row.last_task_at.map(|at| at.0),
    );
    execute(conn, sql, values).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<ServiceRow, StoreError> {
    Ok(ServiceRow {
        user: user(row, "user_id")?,
        running: row.get("running")?,
        heartbeat: optional_instant(row, "heartbeat")?,
        last_task: optional_parsed(row, "last_task")?,
        error_count: unsigned(row, "error_count")?,
        last_error: row.get("last_error")?,
        schedule_version: unsigned(row, "schedule_version")?,
        started_at: optional_instant(row, "started_at")?,
        last_task_at: optional_instant(row, "last_task_at")?,
    })
}

/// A heartbeat as the statement reads it, by position.
fn heartbeat_columns(row: &HeartbeatRow) -> (u64, Option<&str>, Option<i64>, u64, &str) {
    let HeartbeatRow { user, last_task, error_count, last_error } = row;
    let (task, at) = last_task.as_ref().map(|(task, at)| (task.name(), at.0)).unzip();
    (user.0, task, at, *error_count, last_error)
}
