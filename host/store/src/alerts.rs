//! What the watchdog asks of the ledger, and the alerts that it raises.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, optional_instant, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// A slot of which something should be seen by now, of every user whose unified service runs by the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Of which task.
    pub task: Task,
    /// When the slot was due; of a continuous slot its first tick.
    pub due_at: Timestamp,
    /// The last instant at which it can begin: a service that is started during a continuous slot gets the rest of it.
    pub until: Timestamp,
    /// The instant that has to be accounted for; services that were not on before it owe nothing.
    pub owed: Timestamp,
    /// Of a continuous slot that has not ended: it lives when this tick or a later one is accounted for.
    pub tick: Option<Timestamp>,
    /// Only services with this version of the schedules owe it.
    pub schedule_version: u64,
}

/// An alert to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// Whose slot.
    pub user: UserId,
    /// Of which task.
    pub task: Task,
    /// When it was due.
    pub due_at: Timestamp,
    /// The last instant at which it can begin.
    pub until: Timestamp,
    /// One sentence.
    pub detail: String,
}

/// An alert: a slot that was expected and not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Grows with time.
    pub id: u64,
    /// Whose slot.
    pub user: UserId,
    /// Of which task.
    pub task: Task,
    /// When it was due.
    pub due_at: Timestamp,
    /// When it was missed.
    pub raised_at: Timestamp,
    /// One sentence.
    pub detail: String,
    /// When it was settled; none while it is open.
    pub resolved_at: Option<Timestamp>,
    /// Who settled it; none when the slot was seen late.
    pub resolved_by: Option<UserId>,
    /// How it was settled.
    pub resolution: String,
}

/// Which alerts to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFilter {
    /// Open ones only, or settled ones only.
    pub open: Option<bool>,
    /// Older than this one: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl SystemScope {
    /// The versions of the schedules that running services were started with.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn versions_in_use(&self) -> Result<Vec<u64>, StoreError> {
        self.store
            .read("read the versions in use", |conn| {
                let sql = "SELECT DISTINCT schedule_version FROM service_status WHERE running = 1 ORDER BY 1";
                select(conn, sql, [], |row| unsigned(row, "schedule_version"))
            })
            .await
    }

    /// The users who owe a slot of which nothing is to be seen: neither an outcome nor, where ticks count, a tick. What
    /// is shared, the first admin with a running service owes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unseen(&self, expected: Expectation) -> Result<Vec<UserId>, StoreError> {
        self.store.read("look for slots that were not seen", move |conn| unseen(conn, &expected)).await
    }

    /// Raises alerts and waits until they are durable; answers those that are new.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn raise_alerts(
        &self,
        alerts: Vec<NewAlert>,
        at: Timestamp,
    ) -> Result<Vec<AlertRow>, StoreError> {
        let raise = move |conn: &Connection| {
            let mut raised = Vec::new();
            for alert in &alerts {
                raised.extend(insert(conn, alert, at)?);
            }
            Ok(raised)
        };
        self.store.write_durable("raise alerts", raise).await
    }

    /// Settles open alerts whose slot has its outcome, or a tick later than the alert, by now; answers them.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn settle_alerts(&self, at: Timestamp) -> Result<Vec<AlertRow>, StoreError> {
        let settle = move |conn: &Connection| {
            let sql = "UPDATE alerts
                       SET resolved_at = ?1, resolution = 'seen late: ' || coalesce(slots.outcome, 'it ticks again')
                       FROM slots
                       WHERE alerts.resolved_at IS NULL AND slots.user_id = alerts.user_id
                           AND slots.task = alerts.task
                           AND slots.due_at >= alerts.due_at AND slots.due_at <= alerts.until_at
                           AND (slots.outcome IS NOT NULL OR slots.last_tick_at >= alerts.raised_at)
                       RETURNING *";
            select(conn, sql, [at.0], read)
        };
        self.store.write_durable("settle alerts", settle).await
    }

    /// Whether any alert is open.
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

    /// One alert, whoever's it is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_alert(&self, id: u64) -> Result<Option<AlertRow>, StoreError> {
        self.store
            .read("read an alert", move |conn| {
                select_one(conn, "SELECT * FROM alerts WHERE id = ?1", [id.cast_signed()], read)
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
        self.store.read("read the alerts", move |conn| list(conn, Some(user), &filter)).await
    }

    /// Settles an open alert of the user by hand and waits until that is durable; one that is settled stays as it is.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn resolve_alert(
        &self,
        id: u64,
        by: UserId,
        at: Timestamp,
        resolution: String,
    ) -> Result<(), StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed(), by.0.cast_signed(), at.0, resolution);
        self.store
            .write_durable("resolve an alert", move |conn| {
                let sql = "UPDATE alerts SET resolved_by = ?3, resolved_at = ?4, resolution = ?5
                           WHERE id = ?1 AND user_id = ?2 AND resolved_at IS NULL";
                execute(conn, sql, values).map(|_| ())
            })
            .await
    }
}

fn unseen(conn: &Connection, expected: &Expectation) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM service_status AS service
               WHERE running = 1 AND schedule_version = ?1 AND coalesce(started_at, 0) < ?2
                   AND (?6 = 0 OR user_id = (
                       SELECT min(id) FROM users JOIN service_status AS other ON other.user_id = users.id
                       WHERE role = 'admin' AND other.running = 1))
                   AND NOT EXISTS (
                       SELECT 1 FROM slots
                       WHERE slots.user_id = service.user_id AND task = ?3 AND due_at >= ?4 AND due_at <= ?7
                           AND (last_tick_at >= ?5
                               OR outcome IS NOT NULL AND coalesce(ends_at, due_at) >= ?2))
               ORDER BY user_id";
    let values = params![
        expected.schedule_version.cast_signed(),
        expected.owed.0,
        expected.task.name(),
        expected.due_at.0,
        expected.tick.map(|at| at.0),
        expected.task.is_shared(),
        expected.until.0,
    ];
    select(conn, sql, values, |row| user(row, "user_id"))
}

fn insert(conn: &Connection, alert: &NewAlert, at: Timestamp) -> Result<Option<AlertRow>, StoreError> {
    let sql = "INSERT INTO alerts (user_id, task, due_at, until_at, raised_at, detail)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (user_id, task, due_at) DO NOTHING RETURNING *";
    let NewAlert { user, task, due_at, until, detail } = alert;
    let values = (user.0.cast_signed(), task.name(), due_at.0, until.0, at.0, detail);
    // To its end: a statement with an answer takes effect only when it is read through.
    Ok(select(conn, sql, values, read)?.pop())
}

fn list(conn: &Connection, user: Option<UserId>, filter: &AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
    let sql = "SELECT * FROM alerts
               WHERE (?1 IS NULL OR user_id = ?1) AND (?2 IS NULL OR (resolved_at IS NULL) = ?2) AND id < ?3
               ORDER BY id DESC LIMIT ?4";
    let before = filter.before.map_or(i64::MAX, u64::cast_signed);
    let values = params![user.map(|user| user.0.cast_signed()), filter.open, before, filter.limit];
    select(conn, sql, values, read)
}

fn read(row: &Row<'_>) -> Result<AlertRow, StoreError> {
    let resolved_by: Option<i64> = row.get("resolved_by")?;
    Ok(AlertRow {
        id: unsigned(row, "id")?,
        user: user(row, "user_id")?,
        task: parsed(row, "task")?,
        due_at: instant(row, "due_at")?,
        raised_at: instant(row, "raised_at")?,
        detail: row.get("detail")?,
        resolved_at: optional_instant(row, "resolved_at")?,
        resolved_by: resolved_by.map(|id| UserId(id.cast_unsigned())),
        resolution: row.get("resolution")?,
    })
}
