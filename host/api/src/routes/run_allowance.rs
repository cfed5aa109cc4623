//! What an execution was allowed, as it stands in an answer.

use prahari_app::queries;
use serde::Serialize;
use utoipa::ToSchema;

/// What an execution was granted and could use, what the executions before it on that day had used taken off. A limit
/// that is null was not in force when it was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunAllowance {
    /// The capabilities that it was granted, such as `broker-trade`; 32 at most.
    capabilities: Vec<&'static str>,
    /// Processor time inside the module, in milliseconds.
    cpu_ms: u64,
    /// Time from begin to end, host calls included, in milliseconds.
    wall_ms: u64,
    /// Memory, in bytes.
    memory_bytes: u64,
    /// Host calls.
    calls: u32,
    /// Bytes of all calls and replies.
    boundary_bytes: u64,
    /// Orders to place.
    orders: u32,
    /// Bytes of log messages.
    log_bytes: u64,
    /// Rows of calls and replies.
    #[schema(required)]
    rows: Option<u64>,
    /// Bytes that calls carry.
    #[schema(required)]
    call_bytes: Option<u64>,
    /// Processor time of the host for the calls, in milliseconds.
    #[schema(required)]
    host_ms: Option<u64>,
    /// Orders to change or cancel.
    #[schema(required)]
    order_changes: Option<u32>,
    /// Calls that the broker is asked for.
    #[schema(required)]
    broker_questions: Option<u32>,
    /// Bytes of one decision, message, signal, log line or summary.
    #[schema(required)]
    item_bytes: Option<u64>,
    /// Decisions.
    #[schema(required)]
    decisions: Option<u32>,
    /// Bytes of the decisions together.
    #[schema(required)]
    decision_bytes: Option<u64>,
    /// Messages to the user.
    #[schema(required)]
    notifications: Option<u32>,
    /// Lines of the log.
    #[schema(required)]
    log_lines: Option<u32>,
    /// Bytes of the log that are kept.
    #[schema(required)]
    kept_log_bytes: Option<u64>,
    /// Signals to publish.
    #[schema(required)]
    signals: Option<u32>,
    /// Keys of the state to set or remove.
    #[schema(required)]
    state_changes: Option<u32>,
    /// Counters of the summary.
    #[schema(required)]
    counters: Option<u32>,
}

impl From<queries::RunAllowance> for RunAllowance {
    fn from(allowed: queries::RunAllowance) -> Self {
        Self {
            capabilities: allowed.capabilities,
            cpu_ms: allowed.cpu_ms,
            wall_ms: allowed.wall_ms,
            memory_bytes: allowed.memory_bytes,
            calls: allowed.calls,
            boundary_bytes: allowed.boundary_bytes,
            orders: allowed.orders,
            log_bytes: allowed.log_bytes,
            rows: allowed.rows,
            call_bytes: allowed.call_bytes,
            host_ms: allowed.host_ms,
            order_changes: allowed.order_changes,
            broker_questions: allowed.broker_questions,
            item_bytes: allowed.item_bytes,
            decisions: allowed.decisions,
            decision_bytes: allowed.decision_bytes,
            notifications: allowed.notifications,
            log_lines: allowed.log_lines,
            kept_log_bytes: allowed.kept_log_bytes,
            signals: allowed.signals,
            state_changes: allowed.state_changes,
            counters: allowed.counters,
        }
    }
}
