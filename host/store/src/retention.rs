//! Forgetting what is old, in batches so small that nobody waits for the writer.
//!
//! Runs are numbered in the order in which they started, so a batch is a range of numbers: each call looks at the runs
//! after the last one it looked at, and none is looked at twice in a day.

use rusqlite::Connection;

use prahari_domain::ids::{RunId, SignalId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, select_one};
use crate::errors::StoreError;
use crate::recordings;
use crate::store::SystemScope;

/// Number of runs in one batch.
const BATCH: u32 = 500;

/// What runs leave behind, by how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrunableRunData {
    /// Recordings, except of runs that placed, changed or cancelled an order. What they shared with others goes
    /// with the last of them.
    Recordings,
    /// Runs of these tasks that were a plain success of their slot and touched no order, with all that belongs to them.
    /// A tick stays counted in its slot.
    PlainRuns(Vec<Task>),
    /// Log lines; decisions stay.
    Logs,
    /// Decisions of runs.
    Decisions,
    /// The end of long sentences with which runs ended.
    Details,
}

/// Result of pruning one batch of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrunedSignals {
    /// The last signal it looked at; none when there was nothing left to look at.
    pub through: Option<SignalId>,
    /// Number of signals deleted.
    pub changed: u64,
}

/// What stays of the sentence with which a run ended, in characters.
const SHORT_DETAIL: u32 = 200;

/// Result of pruning one batch of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrunedRuns {
    /// The last run it looked at; none when there was nothing left to look at.
    pub through: Option<RunId>,
    /// Recordings, runs or logs that went.
    pub changed: u64,
}

impl SystemScope {
    /// Forgets `what` of a batch of runs after `after` that started before an instant.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_run_data(
        &self,
        what: PrunableRunData,
        after: RunId,
        before: Timestamp,
    ) -> Result<PrunedRuns, StoreError> {
        let forget = move |conn: &Connection| match last_of_batch(conn, &what, after, before)? {
            None => Ok(PrunedRuns { through: None, changed: 0 }),
            Some(last) => {
                let changed = what.forget(conn, after.0.cast_signed(), last)? as u64;
                Ok(PrunedRuns { through: Some(RunId(last.cast_unsigned())), changed })
            }
        };
        self.store.write_durable("forget what is old", forget).await
    }

    /// Removes up to a batch of lines about services from before an instant; how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_service_log(&self, before: Timestamp) -> Result<u64, StoreError> {
        let forget = move |conn: &Connection| {
            let sql = "DELETE FROM service_log
                       WHERE id IN (SELECT id FROM service_log ORDER BY id LIMIT ?2) AND at < ?1";
            Ok(execute(conn, sql, (before.0, BATCH))? as u64)
        };
        self.store.write_durable("forget lines about services", forget).await
    }

    /// Removes up to a batch of messages to users from before an instant; how many there were. The newest of all
    /// stays, because the next number is one more than it.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_notifications(&self, before: Timestamp) -> Result<u64, StoreError> {
        let forget = move |conn: &Connection| {
            let sql = "DELETE FROM notifications
                       WHERE id IN (SELECT id FROM notifications ORDER BY id LIMIT ?2) AND at < ?1
                           AND id < (SELECT max(id) FROM notifications)";
            Ok(execute(conn, sql, (before.0, BATCH))? as u64)
        };
        self.store.write_durable("forget messages to users", forget).await
    }

    /// Removes those of a batch of signals after `after` that ended before an instant, and what users did with
    /// them. The newest of all stays, as above.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_signals(
        &self,
        after: SignalId,
        before: Timestamp,
    ) -> Result<PrunedSignals, StoreError> {
        let forget = move |conn: &Connection| {
            let next =
                "SELECT max(id) AS last FROM (SELECT id FROM signals WHERE id > ?1 ORDER BY id LIMIT ?2)";
            let values = (after.0.cast_signed(), BATCH);
            let last =
                select_one(conn, next, values, |row| Ok(row.get::<_, Option<i64>>("last")?))?.flatten();
            let Some(last) = last else { return Ok(PrunedSignals { through: None, changed: 0 }) };
            let old = "SELECT id FROM signals WHERE id > ?1 AND id <= ?2 AND expires_at < ?3
                           AND id < (SELECT max(id) FROM signals)";
            let values = (after.0.cast_signed(), last, before.0);
            execute(conn, &format!("DELETE FROM signal_statuses WHERE signal_id IN ({old})"), values)?;
            let changed = execute(conn, &format!("DELETE FROM signals WHERE id IN ({old})"), values)?;
            let through = Some(SignalId(last.cast_unsigned()));
            Ok(PrunedSignals { through, changed: changed as u64 })
        };
        self.store.write_durable("forget signals", forget).await
    }
}

impl PrunableRunData {
    /// The table to look through, and its column with the run.
    const fn table(&self) -> (&'static str, &'static str) {
        match self {
            Self::Recordings => ("recordings", "run_id"),
            Self::PlainRuns(_) | Self::Details => ("runs", "id"),
            Self::Logs | Self::Decisions => ("run_notes", "run_id"),
        }
    }

    /// Forgets it of the runs after `after` through `last`; how many went.
    fn forget(&self, conn: &Connection, after: i64, last: i64) -> Result<usize, StoreError> {
        let within = (after, last);
        match self {
            Self::Recordings => {
                let plain =
                    "SELECT id FROM runs WHERE id > ?1 AND id <= ?2 AND coalesce(journaled, orders) = 0";
                recordings::forget(conn, plain, within)
            }
            Self::PlainRuns(tasks) => {
                // Names of tasks are small letters, digits and `_`.
                let tasks: Vec<String> = tasks.iter().map(|task| format!("'{task}'")).collect();
                let tasks = tasks.join(", ");
                // The newest run stays, because the next number is one more than it.
                let plain = &format!(
                    "SELECT id FROM runs
                             WHERE id > ?1 AND id <= ?2 AND task IN ({tasks}) AND trigger = 'scheduled'
                                 AND outcome = 'succeeded' AND coalesce(journaled, orders) = 0
                                 AND id < (SELECT max(id) FROM runs)"
                );
                recordings::forget(conn, plain, within)?;
                execute(conn, &format!("DELETE FROM run_notes WHERE run_id IN ({plain})"), within)?;
                execute(conn, &format!("DELETE FROM runs WHERE id IN ({plain})"), within)
            }
            Self::Logs => {
                let bare = "DELETE FROM run_notes WHERE run_id > ?1 AND run_id <= ?2 AND decisions = '[]'";
                let log =
                    "UPDATE run_notes SET log = '[]' WHERE run_id > ?1 AND run_id <= ?2 AND log <> '[]'";
                Ok(execute(conn, bare, within)? + execute(conn, log, within)?)
            }
            Self::Decisions => {
                let bare = "DELETE FROM run_notes WHERE run_id > ?1 AND run_id <= ?2 AND log = '[]'";
                let decisions = "UPDATE run_notes SET decisions = '[]'
                                 WHERE run_id > ?1 AND run_id <= ?2 AND decisions <> '[]'";
                Ok(execute(conn, bare, within)? + execute(conn, decisions, within)?)
            }
            Self::Details => {
                let sql = "UPDATE runs SET detail = substr(detail, 1, ?3) || '...'
                           WHERE id > ?1 AND id <= ?2 AND length(detail) > ?3 + 3";
                execute(conn, sql, (after, last, SHORT_DETAIL))
            }
        }
    }
}

/// The last run of the next batch: the rows of the table are looked at in order, up to the first that is not old
/// enough.
fn last_of_batch(
    conn: &Connection,
    what: &PrunableRunData,
    after: RunId,
    before: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let (table, column) = what.table();
    let sql = format!(
        "SELECT max(candidate.run) AS last
         FROM (SELECT {column} AS run FROM {table} WHERE {column} > ?1 ORDER BY {column} LIMIT ?3) AS candidate
             JOIN runs ON runs.id = candidate.run
         WHERE runs.started_at < ?2"
    );
    let values = (after.0.cast_signed(), before.0, BATCH);
    Ok(select_one(conn, &sql, values, |row| Ok(row.get::<_, Option<i64>>("last")?))?.flatten())
}
