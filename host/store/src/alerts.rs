//! Alerts: what somebody has to know of, open until it is over or resolved by hand.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::alert_code::AlertCode;
use crate::columns::{execute, instant, optional_instant, parsed, select, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// An alert about a condition that lasts, to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// Kind of condition.
    pub code: AlertCode,
    /// The user it is about; none when it concerns the whole installation.
    pub user: Option<UserId>,
    /// What it is about among others of its kind, such as a symbol; empty where there is only one.
    pub subject: String,
    /// Message, one sentence.
    pub detail: String,
}

/// An alert: a slot that was expected and not seen, or a condition that somebody has to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Id; newer rows have higher ids.
    pub id: u64,
    /// Kind of condition.
    pub code: AlertCode,
    /// The user it is about; none when it concerns the whole installation.
    pub user: Option<UserId>,
    /// What it is about among others of its kind; empty where there is only one, and for slots.
    pub subject: String,
    /// The task whose slot was not seen.
    pub task: Option<Task>,
    /// Time at which that slot was due.
    pub due_at: Option<Timestamp>,
    /// Time at which it was raised.
    pub raised_at: Timestamp,
    /// Message, one sentence.
    pub detail: String,
    /// Time at which it was resolved; none while it is open.
    pub resolved_at: Option<Timestamp>,
    /// User who resolved it; none when the daemon saw that it is over.
    pub resolved_by: Option<UserId>,
    /// How it was resolved, one sentence; empty while it is open.
    pub resolution: String,
}

/// Selects the alerts to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFilter {
    /// Only open alerts (true) or only resolved ones (false).
    pub open: Option<bool>,
    /// Older than this one: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl SystemScope {
    /// Raises an alert about a condition and waits until it is durable; answers nothing when one with the same
    /// code, user and subject is open already.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn raise_alert(&self, alert: NewAlert, at: Timestamp) -> Result<Option<AlertRow>, StoreError> {
        self.store.write_durable("raise an alert", move |conn| insert(conn, &alert, at)).await
    }

    /// Resolves the open alert with this code, user and subject, because its condition is over; returns it.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn clear_alert(
        &self,
        (code, user, subject): (AlertCode, Option<UserId>, String),
        resolution: String,
        at: Timestamp,
    ) -> Result<Option<AlertRow>, StoreError> {
        let values = (code.name(), id_of(user), subject, at.0, resolution);
        self.store
            .write_durable("clear an alert", move |conn| {
                let sql = "UPDATE alerts SET resolved_at = ?4, resolution = ?5
                           WHERE code = ?1 AND user_id IS ?2 AND subject = ?3 AND resolved_at IS NULL
                           RETURNING *";
                Ok(select(conn, sql, values, read)?.pop())
            })
            .await
    }

    /// Has the open alert with this code, user and subject say something else, and waits until that is durable; returns it, or
    /// nothing when there is none or it says so already.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn reword_alert(&self, alert: NewAlert) -> Result<Option<AlertRow>, StoreError> {
        let NewAlert { code, user, subject, detail } = alert;
        let values = (code.name(), id_of(user), subject, detail);
        self.store
            .write_durable("reword an alert", move |conn| {
                let sql = "UPDATE alerts SET detail = ?4
                           WHERE code = ?1 AND user_id IS ?2 AND subject = ?3 AND resolved_at IS NULL
                             AND detail <> ?4
                           RETURNING *";
                Ok(select(conn, sql, values, read)?.pop())
            })
            .await
    }

    /// Returns whether somebody knows of an alert with this code, user and subject: it is open, or a person has resolved it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_alert_known(
        &self,
        code: AlertCode,
        user: Option<UserId>,
        subject: String,
    ) -> Result<bool, StoreError> {
        let values = (code.name(), id_of(user), subject);
        self.store
            .read("look for an alert", move |conn| {
                let sql = "SELECT 1 FROM alerts WHERE code = ?1 AND user_id IS ?2 AND subject = ?3
                             AND (resolved_at IS NULL OR resolved_by IS NOT NULL) LIMIT 1";
                Ok(select_one(conn, sql, values, |_| Ok(()))?.is_some())
            })
            .await
    }

    /// The open alerts that concern the whole installation, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_installation_alerts(&self, limit: u32) -> Result<Vec<AlertRow>, StoreError> {
        self.store
            .read("read the open alerts", move |conn| {
                let sql = "SELECT * FROM alerts WHERE resolved_at IS NULL AND user_id IS NULL
                           ORDER BY id LIMIT ?1";
                select(conn, sql, [limit], read)
            })
            .await
    }

    /// Resolves an open alert about the installation by hand and waits until that is durable; returns whether it was open.
    /// One that is resolved stays as it is.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn resolve_installation_alert(
        &self,
        id: u64,
        by: UserId,
        at: Timestamp,
        resolution: String,
    ) -> Result<bool, StoreError> {
        let values = (id.cast_signed(), by.0.cast_signed(), at.0, resolution);
        self.store
            .write_durable("resolve an alert", move |conn| {
                let sql = "UPDATE alerts SET resolved_by = ?2, resolved_at = ?3, resolution = ?4
                           WHERE id = ?1 AND user_id IS NULL AND resolved_at IS NULL";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// Returns whether any alert is open.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn has_open_alerts(&self) -> Result<bool, StoreError> {
        self.store
            .read("look for open alerts", |conn| {
                let sql = "SELECT 1 FROM alerts WHERE resolved_at IS NULL LIMIT 1";
                Ok(select_one(conn, sql, [], |_| Ok(()))?.is_some())
            })
            .await
    }

    /// The newest alerts of all users that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
        self.store.read("read the alerts", move |conn| list(conn, None, &filter)).await
    }

    /// One alert about the installation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_installation_alert(&self, id: u64) -> Result<Option<AlertRow>, StoreError> {
        self.store
            .read("read an alert", move |conn| {
                let sql = "SELECT * FROM alerts WHERE id = ?1 AND user_id IS NULL";
                select_one(conn, sql, [id.cast_signed()], read)
            })
            .await
    }
}

impl UserScope {
    /// The user's newest alerts that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
        let user = self.user;
        self.read("read the alerts", move |conn| list(conn, Some(user), &filter)).await
    }

    /// One alert of the user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_alert(&self, id: u64) -> Result<Option<AlertRow>, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed());
        self.read("read an alert", move |conn| {
            select_one(conn, "SELECT * FROM alerts WHERE id = ?1 AND user_id = ?2", values, read)
        })
        .await
    }

    /// Resolves an open alert of the user by hand and waits until that is durable; returns whether it was open. One that is
    /// resolved stays as it is.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn resolve_alert(
        &self,
        id: u64,
        by: UserId,
        at: Timestamp,
        resolution: String,
    ) -> Result<bool, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed(), by.0.cast_signed(), at.0, resolution);
        self.store
            .write_durable("resolve an alert", move |conn| {
                let sql = "UPDATE alerts SET resolved_by = ?3, resolved_at = ?4, resolution = ?5
                           WHERE id = ?1 AND user_id = ?2 AND resolved_at IS NULL";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }
}

fn insert(conn: &Connection, alert: &NewAlert, at: Timestamp) -> Result<Option<AlertRow>, StoreError> {
    let sql = "INSERT INTO alerts (code, user_id, subject, raised_at, detail) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (code, coalesce(user_id, 0), subject)
                   WHERE resolved_at IS NULL AND code <> 'slot_not_seen' DO NOTHING
               RETURNING *";
    let NewAlert { code, user, subject, detail } = alert;
    // To its end: a statement with an answer takes effect only when it is read through.
    Ok(select(conn, sql, (code.name(), id_of(*user), subject, at.0, detail), read)?.pop())
}

fn id_of(user: Option<UserId>) -> Option<i64> {
    user.map(|user| user.0.cast_signed())
}

fn list(conn: &Connection, user: Option<UserId>, filter: &AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
    let sql = "SELECT * FROM alerts
               WHERE (?1 IS NULL OR user_id = ?1) AND (?2 IS NULL OR (resolved_at IS NULL) = ?2) AND id < ?3
               ORDER BY id DESC LIMIT ?4";
    let before = filter.before.map_or(i64::MAX, u64::cast_signed);
    let values = params![id_of(user), filter.open, before, filter.limit];
    select(conn, sql, values, read)
}

pub(crate) fn read(row: &Row<'_>) -> Result<AlertRow, StoreError> {
    let user = |column: &str| -> Result<Option<UserId>, StoreError> {
        let id: Option<i64> = row.get(column)?;
        Ok(id.map(|id| UserId(id.cast_unsigned())))
    };
    let task: Option<String> = row.get("task")?;
    Ok(AlertRow {
        id: unsigned(row, "id")?,
        code: parsed(row, "code")?,
        user: user("user_id")?,
        subject: row.get("subject")?,
        task: task.map(|_| parsed(row, "task")).transpose()?,
        due_at: optional_instant(row, "due_at")?,
        raised_at: instant(row, "raised_at")?,
        detail: row.get("detail")?,
        resolved_at: optional_instant(row, "resolved_at")?,
        resolved_by: user("resolved_by")?,
        resolution: row.get("resolution")?,
    })
}
