//! What happened to a user's services, in lines for people.

use rusqlite::{Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select, to_json, unsigned};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// A line about a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLogRow {
    /// Grows with time; none before it is saved.
    pub id: Option<u64>,
    /// Time of the line, by the daemon's clock.
    pub at: Timestamp,
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// A stable name, such as `service_started`.
    pub event: String,
    /// Message, one sentence.
    pub message: String,
}

/// Selects the lines to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLogFilter {
    /// Only lines of these levels; an empty list means all levels.
    pub levels: Vec<String>,
    /// Older than this line: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl UserScope {
    /// Keeps a line about the user's services.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn log_service(&self, row: ServiceLogRow) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        self.write("save a line about a service", move |conn| {
            let sql =
                "INSERT INTO service_log (user_id, at, level, event, message) VALUES (?1, ?2, ?3, ?4, ?5)";
            execute(conn, sql, (user, row.at.0, row.level, row.event, row.message)).map(|_| ())
        })
        .await
    }

    /// The newest lines that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn service_log(&self, filter: ServiceLogFilter) -> Result<Vec<ServiceLogRow>, StoreError> {
        let user = self.user.0.cast_signed();
        let levels = (!filter.levels.is_empty()).then(|| filter.levels.join(","));
        let before = filter.before.map_or(i64::MAX, u64::cast_signed);
        self.read("read the lines about a service", move |conn| {
            let sql = "SELECT * FROM service_log
                           WHERE user_id = ?1 AND id < ?2
                               AND (?3 IS NULL OR instr(',' || ?3 || ',', ',' || level || ',') > 0)
                           ORDER BY id DESC LIMIT ?4";
            select(conn, sql, params![user, before, levels, filter.limit], read)
        })
        .await
    }
}

impl SystemScope {
    /// Keeps one line of level `info` for each of these users: one statement, however many users.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn log_services(
        &self,
        at: Timestamp,
        event: &'static str,
        lines: Vec<(UserId, String)>,
    ) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = lines.iter().map(|(user, message)| (user.0, message)).collect();
        let lines = to_json("lines about services", &lines)?;
        self.store
            .write("save lines about services", move |conn| {
                let sql = "INSERT INTO service_log (user_id, at, level, event, message)
                           SELECT value ->> 0, ?1, 'info', ?2, value ->> 1 FROM json_each(?3) ORDER BY key";
                execute(conn, sql, (at.0, event, lines)).map(|_| ())
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<ServiceLogRow, StoreError> {
    Ok(ServiceLogRow {
        id: Some(unsigned(row, "id")?),
        at: instant(row, "at")?,
        level: row.get("level")?,
        event: row.get("event")?,
        message: row.get("message")?,
    })
}
