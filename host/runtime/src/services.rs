//! Who answers the calls of a run.

use async_trait::async_trait;

use crate::call::{HostCall, HostReply};

/// Answers the host calls of one run, one after the other.
///
/// Executing against live services, simulating, sending to another process, replaying and answering from a script are
/// implementations of this trait. The gate stands before it: what arrives here is granted, within budget and recorded.
#[async_trait]
pub trait HostServices: Send {
    /// Answers one call with the reply variant that belongs to it, or `Refused`.
    ///
    /// A call without effect may be dropped before it ends when the run reaches its wall limit; one with an effect
    /// (`HostCall::has_effect`) is always waited for, so an implementation must bound its own time.
    async fn call(&mut self, call: &HostCall) -> HostReply;
}
