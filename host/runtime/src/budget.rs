//! What a run may use. Reaching a limit ends the run with the outcome named at each field, except where it says
//! that calls are refused.

use serde::{Deserialize, Serialize};

use crate::work::{HostWork, Output};

/// The limits of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Processor time inside the guest, in milliseconds; counted in ticks of 5 ms. Ends as `cpu_limit`.
    ///
    /// Default 2,000: the tasks of a user need under 10, an interpreted guest a hundred times that; a task that needs
    /// two seconds on one user's data is broken, and its user waits for nothing longer than this.
    pub cpu_ms: u64,
    /// Time from the first instruction to the end, host calls included, in milliseconds. Ends as `wall_limit`.
    ///
    /// Default 60,000: one period of the task that runs each minute, so a stuck run never meets its next tick.
    pub wall_ms: u64,
    /// Bytes of all memories and tables of the run together. Ends as `memory_limit`.
    ///
    /// Default 64 MiB: the first-party tasks need about 2, an embedded Python 40.
    pub memory_bytes: u64,
    /// Host calls, refused ones included. Ends as `call_limit`.
    ///
    /// Default 2,000: calls are batched, so a task needs tens; this leaves room for one that asks per symbol.
    pub host_calls: u32,
    /// Bytes of all calls and replies in the form they are recorded in. Ends as `byte_limit`.
    ///
    /// Default 32 MiB: 500 symbols with 500 daily candles are about 8.
    pub boundary_bytes: u64,
    /// Bytes of log messages. Ends as `log_limit`.
    ///
    /// Default 64 KiB: some 600 lines a run; at one run a minute that is still 24 MB a day and user at worst.
    pub log_bytes: u64,
    /// Order requests that may reach the desk. Those beyond it are answered with the refusal `orders-per-run`, the
    /// run goes on.
    ///
    /// Default 50: the largest portfolio the settings allow, with room for one order for each of its symbols.
    pub orders: u32,
    /// What the host does for it. Beyond it calls are refused, the run goes on; [`HostWork::host_ms`] ends it.
    pub work: HostWork,
    /// Limits of what a run may leave behind. Beyond them calls are refused, the run goes on; the exceptions are
    /// named at their fields.
    pub output: Output,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            cpu_ms: 2_000,
            wall_ms: 60_000,
            memory_bytes: 64 << 20,
            host_calls: 2_000,
            boundary_bytes: 32 << 20,
            log_bytes: 64 << 10,
            orders: 50,
            work: HostWork::default(),
            output: Output::default(),
        }
    }
}
