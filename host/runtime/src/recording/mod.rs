//! The record of a run: everything that went into it and everything it said, so that it can be replayed.
//!
//! Calls and replies are written down in their compact form as they pass the gate, so no value is cloned for the
//! record; the whole is compressed once, at the end. In memory a recording is whole; where it is stored, the replies
//! that many runs are given alike stand apart, once each.
//!
//! - `recorder`: writing down while the run is under way.
//! - `encode`: as bytes, and back; `earlier`: runs as earlier hosts wrote them.
//! - `shared`: the replies that stand apart.

mod decompress;
mod earlier;
mod encode;
mod recorder;
mod shared;
#[cfg(test)]
mod tests;

use std::ops::Range;

use prahari_domain::price_cause::PriceCause;
use serde::{Deserialize, Serialize};

use crate::abi::latest::RunContext;
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::grant::Grant;
use crate::hash::ModuleHash;
use crate::outcome::RunOutcome;
use crate::usage::Usage;

pub use encode::EncodedRecording;
pub(crate) use recorder::Recorder;
pub use shared::{ReplyHash, SHARED_REPLIES_BYTES, SharedReplies, SharedReply};

/// Reasons why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// Written by another version of the host.
    #[error("the recording has format {found}, this host reads formats up to {}", encode::FORMAT)]
    Format {
        /// The format that its first byte names.
        found: u8,
    },
    /// Bytes are missing or wrong.
    #[error("the recording is damaged: {0}")]
    Damaged(String),
    /// A reply that it shares with others is not there.
    #[error("the shared reply {hash} is missing")]
    Missing {
        /// The hash of the reply.
        hash: ReplyHash,
    },
    /// A reply that it shares with others does not read back.
    #[error("the shared reply {hash} is damaged: {what}")]
    Reply {
        /// The hash of the reply.
        hash: ReplyHash,
        /// What is wrong with the reply, one sentence.
        what: String,
    },
    /// It could not be compressed.
    #[error("the recording could not be compressed: {0}")]
    Compression(std::io::Error),
}

/// Which side of the gate answered a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answerer {
    /// The gate: a denial, or orders beyond the budget.
    Gate,
    /// The services behind it.
    Services,
}

/// One call and what the guest was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The call as the guest made it.
    pub call: HostCall,
    /// The answer as the guest saw it; none when the run was stopped before the reply.
    pub answer: Option<(Answerer, HostReply)>,
}

/// A run's inputs and end, without its calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRun {
    /// The hash of the module that ran.
    pub module: ModuleHash,
    /// The context that the task was called with.
    pub context: RunContext,
    /// The capabilities that the run was granted.
    pub grant: Grant,
    /// The limits of the run.
    pub budget: Budget,
    /// Usage of these limits.
    pub usage: Usage,
    /// Outcome of the run.
    pub outcome: RunOutcome,
    /// Processor time inside the guest, in microseconds.
    pub cpu_micros: u64,
    /// Most bytes that memories and tables had together.
    pub peak_memory: u64,
    /// The change of price that the host ran it because of; none of any other run. The task was not told.
    #[serde(skip)]
    pub cause: Option<PriceCause>,
}

/// The record of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The inputs of the run and its end.
    pub run: RecordedRun,
    /// Every call with its reply, each an encoded [`RecordedCall`].
    calls: Vec<u8>,
    /// Parts of `calls` that other runs are given alike, in order.
    shared: Vec<Range<usize>>,
}

impl Recording {
    pub(crate) fn new(run: RecordedRun, recorder: Recorder) -> Self {
        let (calls, shared) = recorder.finish();
        Self { run, calls, shared }
    }

    /// Bytes of the calls and replies, before they are compressed.
    pub fn bytes(&self) -> usize {
        self.calls.len()
    }

    /// The calls in the order they were made.
    pub fn calls(&self) -> Result<Vec<RecordedCall>, RecordingError> {
        self.each_call().collect()
    }

    /// The calls in the order they were made, each read when it is asked for: of a large recording only those that are
    /// looked at are in memory. Nothing comes after a call that cannot be read.
    pub fn each_call(&self) -> impl Iterator<Item = Result<RecordedCall, RecordingError>> {
        let mut rest = self.calls.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            match postcard::take_from_bytes::<RecordedCall>(rest) {
                Ok((call, after)) => {
                    rest = after;
                    Some(Ok(call))
                }
                Err(error) => {
                    rest = &[];
                    Some(Err(decompress::damaged(error)))
                }
            }
        })
    }
}
