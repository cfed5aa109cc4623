//! How a run ended.

use prahari_domain::text::into_one_line;
use serde::{Deserialize, Serialize};

use crate::abi::latest::{Capability, Summary, TaskError};

/// Beginning of the reason when the host failed.
const HOST_FAILED: &str = "the host failed: ";

/// Outcome of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunOutcome {
    /// The task did its work.
    Succeeded(Summary),
    /// The task said why it could not.
    TaskFailed(TaskError),
    /// The guest broke a rule of WebAssembly or of the boundary, or the host failed; the text says which.
    Trapped(String),
    /// The processor time was used up.
    CpuLimit,
    /// The time by the wall clock was used up.
    WallLimit,
    /// Memories and tables together would have grown past the limit.
    MemoryLimit,
    /// One host call more than allowed.
    CallLimit,
    /// More bytes across the boundary than allowed.
    ByteLimit,
    /// More log bytes than allowed.
    LogLimit,
    /// The process that the guest ran in ended before the guest did; the text says why.
    WorkerEnded(String),
    /// The host took longer for the run's calls than it may.
    HostLimit,
}

impl RunOutcome {
    /// Returns the stable name in the database and the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Succeeded(_) => "succeeded",
            Self::TaskFailed(_) => "task_failed",
            Self::Trapped(_) => "trapped",
            Self::CpuLimit => "cpu_limit",
            Self::WallLimit => "wall_limit",
            Self::MemoryLimit => "memory_limit",
            Self::CallLimit => "call_limit",
            Self::ByteLimit => "byte_limit",
            Self::LogLimit => "log_limit",
            Self::WorkerEnded(_) => "worker_ended",
            Self::HostLimit => "host_limit",
        }
    }

    /// That a call could not be answered: the guest had no part in it.
    pub(crate) fn host_failed(reason: &str) -> Self {
        Self::Trapped(format!("{HOST_FAILED}{reason}"))
    }

    /// Returns whether the module itself broke a rule or a limit. A task that says that it could not do its work, a
    /// broker that does not answer within the time by the wall clock, a process that somebody killed, a host that
    /// fails and one that is slow within what its calls may cost are no faults of the module.
    pub fn is_own_fault(&self) -> bool {
        match self {
            Self::Trapped(reason) => !reason.starts_with(HOST_FAILED),
            Self::CpuLimit | Self::MemoryLimit | Self::CallLimit | Self::ByteLimit | Self::LogLimit => true,
            Self::Succeeded(_)
            | Self::TaskFailed(_)
            | Self::WallLimit
            | Self::HostLimit
            | Self::WorkerEnded(_) => false,
        }
    }

    /// Returns whether the run was ended from outside, at a point that nothing in the run decides.
    pub(crate) const fn is_cut_off(&self) -> bool {
        matches!(self, Self::WallLimit | Self::HostLimit | Self::WorkerEnded(_))
    }

    /// Returns whether the task did its work; only then is kept what it wrote to its state.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded(_))
    }

    /// One sentence for people: the summary of a success, the reason of anything else. The guest may have had a part in it, so it
    /// is made safe to show and to keep: it is one line in which everything can be seen.
    pub fn detail(&self) -> String {
        into_one_line(self.words())
    }

    fn words(&self) -> String {
        match self {
            Self::Succeeded(summary) => summary.text.clone(),
            Self::TaskFailed(TaskError::Unavailable(what)) => format!("unavailable: {what}"),
            Self::TaskFailed(TaskError::Invalid(what)) => format!("invalid: {what}"),
            Self::TaskFailed(TaskError::Denied(capability)) => {
                format!(
                    "the task needs the capability {}, which was not granted",
                    capability_name(*capability)
                )
            }
            Self::Trapped(reason) => reason.clone(),
            Self::WorkerEnded(reason) => format!("the worker of the run ended: {reason}"),
            Self::CpuLimit => "the run used up its processor time".to_owned(),
            Self::WallLimit => "the run took longer than its time limit".to_owned(),
            Self::MemoryLimit => "the run asked for more memory than it may have".to_owned(),
            Self::CallLimit => "the run made more host calls than it may".to_owned(),
            Self::ByteLimit => "the run moved more bytes between task and host than it may".to_owned(),
            Self::LogLimit => "the run wrote more log than it may".to_owned(),
            Self::HostLimit => "the calls of the run took the host longer than they may".to_owned(),
        }
    }
}

/// Reasons why the host stopped a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    CpuLimit,
    CallLimit,
    ByteLimit,
    LogLimit,
    /// The host cannot go on; the text says why.
    HostFailed(String),
}

impl Stop {
    pub(crate) fn outcome(self) -> RunOutcome {
        match self {
            Self::CpuLimit => RunOutcome::CpuLimit,
            Self::CallLimit => RunOutcome::CallLimit,
            Self::ByteLimit => RunOutcome::ByteLimit,
            Self::LogLimit => RunOutcome::LogLimit,
            Self::HostFailed(reason) => RunOutcome::host_failed(&reason),
        }
    }
}

/// The name of a capability as the WIT writes it, such as `broker-trade`.
pub const fn capability_name(capability: Capability) -> &'static str {
    match capability {
        Capability::Calendar => "calendar",
        Capability::Market => "market",
        Capability::BrokerRead => "broker-read",
        Capability::BrokerTrade => "broker-trade",
        Capability::SignalsRead => "signals-read",
        Capability::SignalsPublish => "signals-publish",
        Capability::Config => "config",
        Capability::State => "state",
        Capability::Notify => "notify",
        Capability::Log => "log",
        Capability::Decision => "decision",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_of_an_outcome_is_one_line_whatever_the_guest_says() {
        let text = || "all is well\n2025 ERROR fake\u{1b}[2J".to_owned();
        let safe = "all is well\\n2025 ERROR fake\\u001b[2J";
        for outcome in [
            RunOutcome::Succeeded(Summary { text: text(), counters: Vec::new() }),
            RunOutcome::TaskFailed(TaskError::Unavailable(text())),
            RunOutcome::TaskFailed(TaskError::Invalid(text())),
            RunOutcome::Trapped(text()),
            RunOutcome::WorkerEnded(text()),
        ] {
            assert!(outcome.detail().ends_with(safe), "{}", outcome.detail());
        }
    }
}
