//! What happened to a user's services, in lines for people.

use rusqlite::{Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select, select_one, to_json, unsigned};
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

    /// The newest line before an instant that says of the user's unified service that it was turned on, was turned off or failed;
    /// none when no such line is kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_service_turn(&self, before: Timestamp) -> Result<Option<ServiceLogRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read when a service was turned on or off", move |conn| {
            select_one(conn, LAST_TURN, (user, before.0), read)
        })
        .await
    }
}

/// The lines of a user are few: one an hour, kept for months.
const LAST_TURN: &str = "SELECT * FROM service_log
                         WHERE user_id = ?1 AND at < ?2
                             AND event IN ('service_started', 'service_restarted', 'service_resumed',
                                           'service_stopped', 'service_failed')
                         ORDER BY id DESC LIMIT 1";

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;
    use crate::samples::new_database;

    #[test]
    fn the_last_turn_of_a_service_is_the_newest_before_an_instant_and_the_users_own() {
        let conn = new_database();
        let lines = [
            (1, 10, "service_started"),
            (1, 20, "service_heartbeat"),
            (2, 25, "service_failed"),
            (1, 30, "service_stopped"),
        ];
        let sql =
            "INSERT INTO service_log (user_id, at, level, event, message) VALUES (?1, ?2, 'info', ?3, '')";
        for line in lines {
            execute(&conn, sql, line).unwrap();
        }
        let last =
            |before: i64| select_one(&conn, LAST_TURN, (1, before), read).unwrap().map(|row| row.event);
        assert_eq!(last(10), None);
        assert_eq!(last(30).as_deref(), Some("service_started"));
        assert_eq!(last(31).as_deref(), Some("service_stopped"));
        let plan = plan_of(LAST_TURN);
        assert!(plan.contains("USING INDEX service_log_of_user (user_id=?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
