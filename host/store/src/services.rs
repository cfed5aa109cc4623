//! The unified service of each user, as it was last seen.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, optional_instant, optional_parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// How a user's service stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    /// Whose.
    pub user: UserId,
    /// Whether it should be running; it is started again after a restart then.
    pub running: bool,
    /// When it last said that it lives.
    pub heartbeat: Option<Timestamp>,
    /// What it ran last.
    pub last_task: Option<Task>,
    /// Failures since it was started.
    pub error_count: u64,
    /// The last failure; empty when there was none.
    pub last_error: String,
    /// The schedules it was started with.
    pub schedule_version: u64,
}

impl UserScope {
    /// Remembers how the user's service stands.
    ///
    /// # Errors
    /// [`StoreError::ForeignUser`], or when the store is closed or has stopped.
    pub async fn save_service(&self, row: ServiceRow) -> Result<(), StoreError> {
        self.check_owner("the service", row.user)?;
        self.store.write("save the status of a service", move |conn| write(conn, &row)).await
    }

    /// How the user's service stands; none when it was never started.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn service(&self) -> Result<Option<ServiceRow>, StoreError> {
        let id = self.user.0.cast_signed();
        self.store
            .read("read the status of a service", move |conn| {
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
}

fn write(conn: &Connection, row: &ServiceRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO service_status (user_id, running, heartbeat, last_task, error_count, last_error,
                                           schedule_version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (user_id) DO UPDATE
               SET running = excluded.running, heartbeat = excluded.heartbeat, last_task = excluded.last_task,
                   error_count = excluded.error_count, last_error = excluded.last_error,
                   schedule_version = excluded.schedule_version";
    let values = (
        row.user.0.cast_signed(),
        row.running,
        row.heartbeat.map(|at| at.0),
        row.last_task.map(Task::name),
        row.error_count.cast_signed(),
        &row.last_error,
        row.schedule_version.cast_signed(),
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
    })
}
