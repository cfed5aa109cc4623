//! What a run may cost the host, and what it may leave behind: in counts, so that they are the same on every
//! machine and in every replay.
//!
//! A call beyond one of these bounds is refused as a value before anything is done for it, and the run goes on. The
//! exceptions are named at their fields. The budgets of a recording are those that were in force, the rest of the
//! day's included.

use serde::{Deserialize, Serialize};

/// Limits of the host's work for one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostWork {
    /// Rows that calls name and replies hold: symbols, candles, keys, entries, drafts, orders, days. What a call
    /// names is counted before it is served; what only the host can know, such as how many orders there are, with
    /// the reply.
    ///
    /// Default 1,000,000: 500 symbols with 500 daily candles are 250,000. The host takes about a microsecond for each.
    pub rows: u64,
    /// Bytes of everything that calls carry to the host. They are recorded, so they are also what a run can make
    /// its recording hold that is not the host's own.
    ///
    /// Default 1 MiB: a task that asks for 500 symbols in ten calls and writes 500 decisions sends 150 kB.
    pub call_bytes: u64,
    /// Orders to change or cancel. Those beyond it are refused with `orders-per-run`.
    ///
    /// Default 200: a monitor that lowers each limit of the largest portfolio and cancels each of its orders needs 40.
    pub order_changes: u32,
    /// Calls that the broker itself has to be asked for: holdings, reconcile, close-day.
    ///
    /// Default 50: a task needs one of each.
    pub broker_questions: u32,
    /// Processor time of the host for the calls of the run, in milliseconds: a backstop far above what the counts
    /// allow. Ends as `host_limit`. It is measured, so a replay does not ask for it.
    ///
    /// Default 10,000: what the counts allow takes about a second on a slow machine.
    pub host_ms: u64,
}

/// Limits of what one run may leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Bytes of one thing: a decision, a message, a signal, the summary. A longer line of the log is cut there.
    ///
    /// Default 4 KiB: a decision with twenty values has 800 bytes.
    pub item_bytes: u64,
    /// Decisions. Default 2,000: one for each symbol of the market.
    pub decisions: u32,
    /// Bytes of all decisions together. Default 256 KiB: 2,000 of the usual 120 bytes.
    pub decision_bytes: u64,
    /// Messages to the user. Default 20: a task that has more to say has one message to write.
    pub notifications: u32,
    /// Lines of the log; one more ends as `log_limit`, as too many bytes of them do. Default 2,000, as many as calls.
    pub log_lines: u32,
    /// Bytes of the log that are kept. Lines beyond it are dropped without a word, as without the capability: that
    /// a day's log is full is no fault of the run that meets it. Default: as many as `log_bytes` of the budget.
    pub kept_log_bytes: u64,
    /// Signals to publish, repeated ones included. Default 500: five times what the largest portfolio can have.
    pub signals: u32,
    /// Keys of the state to set or remove, repeated ones included. Default 2,000.
    pub state_changes: u32,
    /// Counters of the summary; more end as `byte_limit`, as a longer summary does. Default 100.
    pub counters: u32,
}

impl Default for HostWork {
    fn default() -> Self {
        Self {
            rows: 1_000_000,
            call_bytes: 1 << 20,
            order_changes: 200,
            broker_questions: 50,
            host_ms: 10_000,
        }
    }
}

impl HostWork {
    /// Returns the limits of recordings from before there were such limits: none.
    pub const fn unbounded() -> Self {
        Self {
            rows: u64::MAX,
            call_bytes: u64::MAX,
            order_changes: u32::MAX,
            broker_questions: u32::MAX,
            host_ms: u64::MAX,
        }
    }
}

impl Default for Output {
    fn default() -> Self {
        Self {
            item_bytes: 4 << 10,
            decisions: 2_000,
            decision_bytes: 256 << 10,
            notifications: 20,
            log_lines: 2_000,
            kept_log_bytes: 64 << 10,
            signals: 500,
            state_changes: 2_000,
            counters: 100,
        }
    }
}

impl Output {
    /// Returns the limits of recordings from before there were such limits: none.
    pub const fn unbounded() -> Self {
        Self {
            item_bytes: u64::MAX,
            decisions: u32::MAX,
            decision_bytes: u64::MAX,
            notifications: u32::MAX,
            log_lines: u32::MAX,
            kept_log_bytes: u64::MAX,
            signals: u32::MAX,
            state_changes: u32::MAX,
            counters: u32::MAX,
        }
    }
}
