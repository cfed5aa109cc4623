//! What runs cost the host and left behind.

use prahari_app::queries::RunFootprint;
use serde::Serialize;
use utoipa::ToSchema;

/// What a run, or all runs of some days, cost the host and left behind.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct LeftBehind {
    /// Processor time of the host for the calls, in microseconds.
    host_us: u64,
    /// Rows of calls and replies.
    rows: u64,
    /// Calls that were refused for lack of a grant or of budget.
    refused: u64,
    /// Orders to change or cancel.
    order_changes: u64,
    /// Number of decisions recorded.
    decisions: u64,
    /// Size of the decisions, in bytes.
    decision_bytes: u64,
    /// Messages to the user.
    notifications: u64,
    /// Bytes of the log that were kept.
    log_bytes: u64,
    /// Number of signals published.
    signals: u64,
    /// Keys of the state set or removed.
    state_changes: u64,
    /// Bytes of the recording, what it shares with others included; 0 when it was not kept.
    recording_bytes: u64,
}

impl From<RunFootprint> for LeftBehind {
    fn from(left: RunFootprint) -> Self {
        Self {
            host_us: left.host_micros,
            rows: left.rows,
            refused: left.refused,
            order_changes: left.order_changes,
            decisions: left.decisions,
            decision_bytes: left.decision_bytes,
            notifications: left.notifications,
            log_bytes: left.log_bytes,
            signals: left.signals,
            state_changes: left.state_changes,
            recording_bytes: left.recording_bytes,
        }
    }
}
