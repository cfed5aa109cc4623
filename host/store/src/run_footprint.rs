//! What runs cost the host and left behind, for what the next run of a day may still leave.

use rusqlite::Row;

use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{select_one, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

/// What a run, or all runs of a day, cost the host and left behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunFootprint {
    /// Processor time of the host, in microseconds.
    pub host_micros: u64,
    /// Rows of calls and replies.
    pub rows: u64,
    /// Calls that the gate refused.
    pub refused: u64,
    /// Orders to change or cancel.
    pub order_changes: u64,
    /// Number of decisions recorded.
    pub decisions: u64,
    /// Size of the decisions, in bytes.
    pub decision_bytes: u64,
    /// Messages to the user.
    pub notifications: u64,
    /// Bytes of the log.
    pub log_bytes: u64,
    /// Number of signals published.
    pub signals: u64,
    /// Keys of the state set or removed.
    pub state_changes: u64,
    /// Bytes of the recording; none when it was not kept.
    pub recording_bytes: u64,
}

impl RunFootprint {
    /// The sum of both.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self {
            host_micros: self.host_micros.saturating_add(more.host_micros),
            rows: self.rows.saturating_add(more.rows),
            refused: self.refused.saturating_add(more.refused),
            order_changes: self.order_changes.saturating_add(more.order_changes),
            decisions: self.decisions.saturating_add(more.decisions),
            decision_bytes: self.decision_bytes.saturating_add(more.decision_bytes),
            notifications: self.notifications.saturating_add(more.notifications),
            log_bytes: self.log_bytes.saturating_add(more.log_bytes),
            signals: self.signals.saturating_add(more.signals),
            state_changes: self.state_changes.saturating_add(more.state_changes),
            recording_bytes: self.recording_bytes.saturating_add(more.recording_bytes),
        }
    }
}

/// The columns of [`RunFootprint`], summed up under their own names.
pub(crate) const SUMS: &str =
    "coalesce(sum(host_micros), 0) AS host_micros, coalesce(sum(host_rows), 0) AS host_rows,
    coalesce(sum(refused_calls), 0) AS refused_calls, coalesce(sum(order_changes), 0) AS order_changes,
    coalesce(sum(decisions), 0) AS decisions, coalesce(sum(decision_bytes), 0) AS decision_bytes,
    coalesce(sum(notifications), 0) AS notifications, coalesce(sum(log_bytes), 0) AS log_bytes,
    coalesce(sum(signals), 0) AS signals, coalesce(sum(state_changes), 0) AS state_changes,
    coalesce(sum(recording_bytes), 0) AS recording_bytes";

/// Reads a footprint from the columns of a run or their sums.
pub(crate) fn read(row: &Row<'_>) -> Result<RunFootprint, StoreError> {
    Ok(RunFootprint {
        host_micros: unsigned(row, "host_micros")?,
        rows: unsigned(row, "host_rows")?,
        refused: unsigned(row, "refused_calls")?,
        order_changes: unsigned(row, "order_changes")?,
        decisions: unsigned(row, "decisions")?,
        decision_bytes: unsigned(row, "decision_bytes")?,
        notifications: unsigned(row, "notifications")?,
        log_bytes: unsigned(row, "log_bytes")?,
        signals: unsigned(row, "signals")?,
        state_changes: unsigned(row, "state_changes")?,
        recording_bytes: unsigned(row, "recording_bytes")?,
    })
}

impl UserScope {
    /// Returns what the runs of a task that began in this time left behind.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn footprint_of(
        &self,
        task: Task,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<RunFootprint, StoreError> {
        let values = (self.user.0.cast_signed(), task.to_string(), from.0, until.0);
        self.read("sum up what runs have left behind", move |conn| {
            let sql = format!(
                "SELECT {SUMS} FROM runs
                     WHERE user_id = ?1 AND task = ?2 AND started_at >= ?3 AND started_at < ?4"
            );
            Ok(select_one(conn, &sql, values, read)?.unwrap_or_default())
        })
        .await
    }
}
