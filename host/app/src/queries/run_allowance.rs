//! What a run was allowed, as its recording says.

use prahari_domain::ids::RunId;
use prahari_runtime::{Budget, Grant, HostWork, Output, RecordedRun, Recording, capability_name};

use super::UserQueries;
use crate::error::AppError;

/// What one run was granted and could use, what the runs before it on that day had used taken off. A limit that is none
/// was not in force when the run was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunAllowance {
    /// The names of the capabilities that it was granted, in the order of the interface.
    pub capabilities: Vec<&'static str>,
    /// Processor time in milliseconds.
    pub cpu_ms: u64,
    /// Time from begin to end, host calls included, in milliseconds.
    pub wall_ms: u64,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Host calls.
    pub calls: u32,
    /// Bytes of all calls and replies.
    pub boundary_bytes: u64,
    /// Orders to place.
    pub orders: u32,
    /// Bytes of log messages.
    pub log_bytes: u64,
    /// Rows of calls and replies.
    pub rows: Option<u64>,
    /// Bytes that calls carry.
    pub call_bytes: Option<u64>,
    /// Processor time of the host for the calls, in milliseconds.
    pub host_ms: Option<u64>,
    /// Orders to change or cancel.
    pub order_changes: Option<u32>,
    /// Calls that the broker is asked for.
    pub broker_questions: Option<u32>,
    /// Bytes of one decision, message, signal, log line or summary.
    pub item_bytes: Option<u64>,
    /// Decisions.
    pub decisions: Option<u32>,
    /// Bytes of the decisions together.
    pub decision_bytes: Option<u64>,
    /// Messages to the user.
    pub notifications: Option<u32>,
    /// Lines of the log.
    pub log_lines: Option<u32>,
    /// Bytes of the log that are kept.
    pub kept_log_bytes: Option<u64>,
    /// Signals to publish.
    pub signals: Option<u32>,
    /// Keys of the state to set or remove.
    pub state_changes: Option<u32>,
    /// Counters of the summary.
    pub counters: Option<u32>,
}

impl UserQueries<'_> {
    /// What a run of the user was allowed; none when no recording of it is kept, or it cannot be read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn run_allowance(&self, run: RunId) -> Result<Option<RunAllowance>, AppError> {
        let Some(data) = self.scope.recording_data(run).await? else { return Ok(None) };
        match Recording::decode_run(&data) {
            Ok(RecordedRun { grant, budget, .. }) => Ok(Some(RunAllowance::of(grant, &budget))),
            Err(error) => {
                // What the run did stands in its row: a damaged recording hides none of it.
                tracing::warn!(%run, %error, "a recording cannot be read");
                Ok(None)
            }
        }
    }
}

impl RunAllowance {
    fn of(grant: Grant, budget: &Budget) -> Self {
        let Budget { work, output, .. } = budget;
        let HostWork { rows, call_bytes, order_changes, broker_questions, host_ms } = *work;
        let Output { item_bytes, decisions, decision_bytes, notifications, log_lines, .. } = *output;
        let Output { kept_log_bytes, signals, state_changes, counters, .. } = *output;
        Self {
            capabilities: grant.capabilities().map(capability_name).collect(),
            cpu_ms: budget.cpu_ms,
            wall_ms: budget.wall_ms,
            memory_bytes: budget.memory_bytes,
            calls: budget.host_calls,
            boundary_bytes: budget.boundary_bytes,
            orders: budget.orders,
            log_bytes: budget.log_bytes,
            rows: long(rows),
            call_bytes: long(call_bytes),
            host_ms: long(host_ms),
            order_changes: short(order_changes),
            broker_questions: short(broker_questions),
            item_bytes: long(item_bytes),
            decisions: short(decisions),
            decision_bytes: long(decision_bytes),
            notifications: short(notifications),
            log_lines: short(log_lines),
            kept_log_bytes: long(kept_log_bytes),
            signals: short(signals),
            state_changes: short(state_changes),
            counters: short(counters),
        }
    }
}

/// A limit of a recording from before there was such a limit is the largest number.
fn long(limit: u64) -> Option<u64> {
    (limit != u64::MAX).then_some(limit)
}

fn short(limit: u32) -> Option<u32> {
    (limit != u32::MAX).then_some(limit)
}

#[cfg(test)]
mod tests {
    use prahari_runtime::abi::latest::Capability;

    use super::*;

    #[test]
    fn what_was_not_limited_then_has_no_limit() {
        let grant = Grant::none().with(Capability::Log).with(Capability::Market);
        let today = RunAllowance::of(grant, &Budget::default());
        assert_eq!(today.capabilities, ["market", "log"]);
        assert_eq!((today.cpu_ms, today.calls, today.rows), (2_000, 2_000, Some(1_000_000)));
        let earlier =
            Budget { work: HostWork::unbounded(), output: Output::unbounded(), ..Budget::default() };
        let earlier = RunAllowance::of(grant, &earlier);
        assert_eq!((earlier.cpu_ms, earlier.rows, earlier.counters), (2_000, None, None));
    }
}
