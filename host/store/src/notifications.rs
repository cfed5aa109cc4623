//! Messages to a user.

use rusqlite::Row;

use prahari_domain::ids::RunId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, named, optional_run, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

named! {
    /// How urgent a message is.
    NotificationLevel {
        /// Good to know.
        Info = "info",
        /// Worth a look.
        Warning = "warning",
        /// Needs somebody.
        Error = "error",
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Grows with time; none before it is saved.
    pub id: Option<u64>,
    /// When it was sent.
    pub at: Timestamp,
    /// How urgent it is.
    pub level: NotificationLevel,
    /// One line.
    pub title: String,
    /// The rest.
    pub body: String,
    /// The run that sent it.
    pub run: Option<RunId>,
}

impl UserScope {
    /// Keeps a message to the user; the store gives it its id.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn notify(&self, row: NotificationRow) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write("save a notification", move |conn| {
                let sql = "INSERT INTO notifications (user_id, at, level, title, body, run_id)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                let run = row.run.map(|run| run.0.cast_signed());
                let values = (user, row.at.0, row.level.name(), row.title, row.body, run);
                execute(conn, sql, values).map(|_| ())
            })
            .await
    }

    /// The newest messages, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn notifications(&self, limit: u32) -> Result<Vec<NotificationRow>, StoreError> {
        let values = (self.user.0.cast_signed(), limit);
        self.store
            .read("read the notifications", move |conn| {
                let sql = "SELECT * FROM notifications WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2";
                select(conn, sql, values, read)
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<NotificationRow, StoreError> {
    Ok(NotificationRow {
        id: Some(unsigned(row, "id")?),
        at: instant(row, "at")?,
        level: parsed(row, "level")?,
        title: row.get("title")?,
        body: row.get("body")?,
        run: optional_run(row, "run_id")?,
    })
}
