//! What the watchdog asks of the ledger, and the alerts that it raises.

use rusqlite::{Connection, params};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::alerts::{AlertRow, read};
use crate::columns::{execute, select, unsigned, user};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// A slot of which something should be seen by now, of every user whose unified service runs by the schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The task.
    pub task: Task,
    /// Whether the task runs once for all users.
    pub shared: bool,
    /// Time at which the slot was due; of a continuous slot its first tick.
    pub due_at: Timestamp,
    /// The last instant at which it can begin: a service that is started during a continuous slot gets the rest of it.
    pub until: Timestamp,
    /// The instant that has to be accounted for; services that were not on before it owe nothing.
    pub owed: Timestamp,
    /// Tick of a continuous slot that has not ended: the slot is alive when this tick or a later one is
    /// accounted for.
    pub tick: Option<Timestamp>,
    /// Only services with this version of the schedules owe it.
    pub schedule_version: u64,
    /// A slot that waits for other tasks, and can start later than this, owes nothing yet.
    pub free_until: Timestamp,
}

/// An alert about a slot, to be raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSlotAlert {
    /// The user whose slot it is.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// Time at which it was due.
    pub due_at: Timestamp,
    /// The last instant at which it can begin.
    pub until: Timestamp,
    /// Message, one sentence.
    pub detail: String,
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
    pub async fn raise_slot_alerts(
        &self,
        alerts: Vec<NewSlotAlert>,
        at: Timestamp,
    ) -> Result<Vec<NewSlotAlert>, StoreError> {
        let raise = move |conn: &Connection| {
            let mut raised = Vec::new();
            for alert in alerts {
                if insert(conn, &alert, at)? {
                    raised.push(alert);
                }
            }
            Ok(raised)
        };
        self.store.write_durable("raise alerts", raise).await
    }

    /// Resolves open alerts whose slot has its outcome, or a tick later than the alert, by now; returns them.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn resolve_slot_alerts(&self, at: Timestamp) -> Result<Vec<AlertRow>, StoreError> {
        let resolve = move |conn: &Connection| {
            let sql = "UPDATE alerts
                       SET resolved_at = ?1, resolution = 'seen late: ' || coalesce(slots.outcome, 'it ticks again')
                       FROM slots
                       WHERE alerts.code = 'slot_not_seen' AND alerts.resolved_at IS NULL AND slots.user_id = alerts.user_id
                           AND slots.task = alerts.task
                           AND slots.due_at >= alerts.due_at AND slots.due_at <= alerts.until_at
                           AND (slots.outcome IS NOT NULL OR slots.last_tick_at >= alerts.raised_at)
                       RETURNING *";
            select(conn, sql, [at.0], read)
        };
        self.store.write_durable("resolve alerts", resolve).await
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
                               OR outcome IS NULL AND (free_at > ?8 OR retry_at > ?8)
                               OR outcome IS NOT NULL AND coalesce(ends_at, due_at) >= ?2))
               ORDER BY user_id";
    let values = params![
        expected.schedule_version.cast_signed(),
        expected.owed.0,
        expected.task.name(),
        expected.due_at.0,
        expected.tick.map(|at| at.0),
        expected.shared,
        expected.until.0,
        expected.free_until.0,
    ];
    select(conn, sql, values, |row| user(row, "user_id"))
}

fn insert(conn: &Connection, alert: &NewSlotAlert, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO alerts (code, user_id, task, due_at, until_at, raised_at, detail)
               VALUES ('slot_not_seen', ?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (user_id, task, due_at) WHERE code = 'slot_not_seen' DO NOTHING";
    let NewSlotAlert { user, task, due_at, until, detail } = alert;
    let values = (user.0.cast_signed(), task.name(), due_at.0, until.0, at.0, detail);
    Ok(execute(conn, sql, values)? > 0)
}
