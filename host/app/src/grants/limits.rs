//! What one run of a task may cost the host and leave behind, and what all of its runs of a day may leave: bounds
//! in counts, set by an operator as part of the task's allowance.

use prahari_runtime::{Budget, HostWork, Output};
use prahari_store::RunFootprint;
use serde::{Deserialize, Serialize};

use super::AllowanceError;

/// The most state that one task may keep for one user, in bytes of keys and values: it stays in memory for every user.
const STATE_BYTES: u64 = 256 << 10;

/// The most keys of it. The sell monitor keeps one for each position.
const STATE_KEYS: u32 = 1_000;

/// What one run may cost the host and leave behind. Each number's reason stands with the budget that it becomes
/// part of: [`HostWork`] and [`Output`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunLimits {
    /// Rows of calls and replies.
    pub rows: u64,
    /// Bytes that calls carry.
    pub call_bytes: u64,
    /// Processor time of the host for the calls, in milliseconds.
    pub host_ms: u64,
    /// Orders to change or cancel.
    pub order_changes: u32,
    /// Calls that the broker is asked for.
    pub broker_questions: u32,
    /// Bytes of one decision, message, signal, log line or summary.
    pub item_bytes: u64,
    /// Decisions to record.
    pub decisions: u32,
    /// Size of the decisions, in bytes.
    pub decision_bytes: u64,
    /// Messages to the user.
    pub notifications: u32,
    /// Lines of the log.
    pub log_lines: u32,
    /// Size of the log lines, in bytes.
    pub log_bytes: u64,
    /// Signals to publish.
    pub signals: u32,
    /// Keys of the state to set or remove.
    pub state_changes: u32,
    /// Keys of the state that are kept from run to run. A write that would make them more is refused.
    ///
    /// Default 1,000: it stays in memory for every user.
    pub state_keys: u32,
    /// Bytes of keys and values that are kept from run to run. A write that would make them more is refused.
    ///
    /// Default 256 KiB.
    pub state_bytes: u64,
    /// Counters of the summary.
    pub counters: u32,
    /// Bytes of the recording as it is kept, shared replies included. A larger one is dropped, unless the run has
    /// an order in the journal.
    ///
    /// Default 1 MiB: a run of the sell monitor with ten positions has 50 kB at most.
    pub recording_bytes: u64,
}

/// What all runs of the task on one date may leave behind for one user. The first of the runs that would leave more
/// finds that much less in its own limits; what a run had is in its recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayLimits {
    /// Decisions to record.
    ///
    /// Default 40,000: a hundred for each minute of a session.
    pub decisions: u32,
    /// Size of the decisions, in bytes.
    ///
    /// Default 3 MiB: they are kept for more than a year, and a monitor with ten positions makes half of one.
    pub decision_bytes: u64,
    /// Messages to the user.
    ///
    /// Default 100: nobody reads more.
    pub notifications: u32,
    /// Bytes of the log. Further lines are dropped.
    ///
    /// Default 2 MiB: 50 lines of 100 bytes for each minute of a session.
    pub log_bytes: u64,
    /// Signals to publish, repeated ones included.
    ///
    /// Default 1,000: the largest portfolio has 20 positions to say something of, seven times a day.
    pub signals: u32,
    /// Orders to change or cancel: each makes an entry in the journal, which is kept for good.
    ///
    /// Default 10,000: 25 for each minute of a session.
    pub order_changes: u32,
    /// Bytes of recordings, shared replies included. Further runs are not recorded, unless they have an order in
    /// the journal.
    ///
    /// Default 6 MiB: the usual day with ten positions has 1.
    pub recording_bytes: u64,
}

impl Default for RunLimits {
    /// Returns what holds where neither manifest nor operator says anything else.
    fn default() -> Self {
        let Budget { log_bytes, work, output, .. } = Budget::default();
        Self {
            rows: work.rows,
            call_bytes: work.call_bytes,
            host_ms: work.host_ms,
            order_changes: work.order_changes,
            broker_questions: work.broker_questions,
            item_bytes: output.item_bytes,
            decisions: output.decisions,
            decision_bytes: output.decision_bytes,
            notifications: output.notifications,
            log_lines: output.log_lines,
            log_bytes,
            signals: output.signals,
            state_changes: output.state_changes,
            state_keys: STATE_KEYS,
            state_bytes: STATE_BYTES,
            counters: output.counters,
            recording_bytes: 1 << 20,
        }
    }
}

impl RunLimits {
    /// Checks every limit against its bounds, under its name in the body of a request.
    pub(super) fn validate(&self) -> Result<(), AllowanceError> {
        check([
            ("per_run.rows", self.rows, 1, 100_000_000),
            ("per_run.call_bytes", self.call_bytes, 1 << 10, 256 << 20),
            ("per_run.host_ms", self.host_ms, 100, 300_000),
            ("per_run.order_changes", self.order_changes.into(), 0, 10_000),
            ("per_run.broker_questions", self.broker_questions.into(), 0, 10_000),
            ("per_run.item_bytes", self.item_bytes, 64, 64 << 10),
            ("per_run.decisions", self.decisions.into(), 0, 100_000),
            ("per_run.decision_bytes", self.decision_bytes, 0, 64 << 20),
            ("per_run.notifications", self.notifications.into(), 0, 1_000),
            ("per_run.log_lines", self.log_lines.into(), 0, 100_000),
            ("per_run.log_bytes", self.log_bytes, 0, 16 << 20),
            ("per_run.signals", self.signals.into(), 0, 100_000),
            ("per_run.state_changes", self.state_changes.into(), 0, 100_000),
            ("per_run.state_keys", self.state_keys.into(), 0, 10_000),
            ("per_run.state_bytes", self.state_bytes, 0, 4 << 20),
            ("per_run.counters", self.counters.into(), 0, 1_000),
            ("per_run.recording_bytes", self.recording_bytes, 0, 256 << 20),
        ])
    }

    /// The budget with these numbers, and no more than a day that has seen `used` has left.
    pub(super) fn budget(&self, budget: Budget, day: &DayLimits, used: &RunFootprint) -> Budget {
        let work = HostWork {
            rows: self.rows,
            call_bytes: self.call_bytes,
            order_changes: self.order_changes.min(rest(day.order_changes, used.order_changes)),
            broker_questions: self.broker_questions,
            host_ms: self.host_ms,
        };
        let output = Output {
            item_bytes: self.item_bytes,
            decisions: self.decisions.min(rest(day.decisions, used.decisions)),
            decision_bytes: self.decision_bytes.min(day.decision_bytes.saturating_sub(used.decision_bytes)),
            notifications: self.notifications.min(rest(day.notifications, used.notifications)),
            log_lines: self.log_lines,
            kept_log_bytes: self.log_bytes.min(day.log_bytes.saturating_sub(used.log_bytes)),
            signals: self.signals.min(rest(day.signals, used.signals)),
            state_changes: self.state_changes,
            counters: self.counters,
        };
        Budget { log_bytes: self.log_bytes, work, output, ..budget }
    }

    /// The numbers that a run can be stopped or refused by, to compare two allowances.
    pub(super) fn numbers(&self) -> [u64; 17] {
        [
            self.rows,
            self.call_bytes,
            self.host_ms,
            self.order_changes.into(),
            self.broker_questions.into(),
            self.item_bytes,
            self.decisions.into(),
            self.decision_bytes,
            self.notifications.into(),
            self.log_lines.into(),
            self.log_bytes,
            self.signals.into(),
            self.state_changes.into(),
            self.state_keys.into(),
            self.state_bytes,
            self.counters.into(),
            self.recording_bytes,
        ]
    }
}

impl Default for DayLimits {
    /// Returns what holds where neither manifest nor operator says anything else.
    fn default() -> Self {
        Self {
            decisions: 40_000,
            decision_bytes: 3 << 20,
            notifications: 100,
            log_bytes: 2 << 20,
            signals: 1_000,
            order_changes: 10_000,
            recording_bytes: 6 << 20,
        }
    }
}

impl DayLimits {
    /// Checks every limit against its bounds, under its name in the body of a request.
    pub(super) fn validate(&self) -> Result<(), AllowanceError> {
        check([
            ("per_day.decisions", self.decisions.into(), 0, 1_000_000),
            ("per_day.decision_bytes", self.decision_bytes, 0, 1 << 30),
            ("per_day.notifications", self.notifications.into(), 0, 10_000),
            ("per_day.log_bytes", self.log_bytes, 0, 1 << 30),
            ("per_day.signals", self.signals.into(), 0, 1_000_000),
            ("per_day.order_changes", self.order_changes.into(), 0, 100_000),
            ("per_day.recording_bytes", self.recording_bytes, 0, 1 << 30),
        ])
    }

    /// The numbers, to compare two allowances.
    pub(super) fn numbers(&self) -> [u64; 7] {
        [
            self.decisions.into(),
            self.decision_bytes,
            self.notifications.into(),
            self.log_bytes,
            self.signals.into(),
            self.order_changes.into(),
            self.recording_bytes,
        ]
    }
}

fn rest(most: u32, used: u64) -> u32 {
    most.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
}

pub(super) fn check<const N: usize>(
    bounds: [(&'static str, u64, u64, u64); N],
) -> Result<(), AllowanceError> {
    for (name, found, least, most) in bounds {
        if !(least..=most).contains(&found) {
            return Err(AllowanceError::OutOfBounds { name, found, least, most });
        }
    }
    Ok(())
}
