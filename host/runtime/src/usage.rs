//! What a run has used of its budget.

use serde::{Deserialize, Serialize};

/// What a run has used of its budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Host calls that the guest made, refused ones included.
    pub calls: u32,
    /// Order requests that were passed on to the desk.
    pub orders: u32,
    /// Bytes of the log messages that the guest wrote while the log was granted.
    pub log_bytes: u64,
    /// Bytes of calls and replies in the form in which they are recorded.
    pub boundary_bytes: u64,
    /// Calls that the gate refused, for lack of a grant or of budget.
    pub refused: u32,
    /// Rows (list entries) that the host took over or built for calls and replies.
    pub rows: u64,
    /// Bytes of text and lists in the calls, as `cost.rs` counts them.
    pub call_bytes: u64,
    /// Changes and cancellations of orders that were passed on to the desk.
    pub order_changes: u32,
    /// Calls that ask the broker: holdings, reconcile, close-day.
    pub broker_questions: u32,
    /// Decisions that were recorded.
    pub decisions: u32,
    /// Bytes of the recorded decisions.
    pub decision_bytes: u64,
    /// Notifications sent to the user.
    pub notifications: u32,
    /// Lines of the log, dropped ones included.
    pub log_lines: u32,
    /// Bytes of the log lines that were kept, each cut where one thing left behind has to end.
    pub kept_log_bytes: u64,
    /// Signals that the guest published.
    pub signals: u32,
    /// Keys of the task's state that were set or removed.
    pub state_changes: u32,
}
