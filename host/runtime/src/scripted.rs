//! Services that answer from a script: for tests and for trying a module out.

use async_trait::async_trait;

use crate::abi::latest::HostError;
use crate::call::{HostCall, HostReply};
use crate::services::HostServices;

/// Answers each call by a function, and keeps the calls.
pub struct Scripted<F> {
    answer: F,
    /// The calls that were made, oldest first.
    pub calls: Vec<HostCall>,
}

impl<F: FnMut(&HostCall) -> HostReply + Send> Scripted<F> {
    /// Answers by this function.
    pub fn new(answer: F) -> Self {
        Self { answer, calls: Vec::new() }
    }
}

#[async_trait]
impl<F: FnMut(&HostCall) -> HostReply + Send> HostServices for Scripted<F> {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        self.calls.push(call.clone());
        (self.answer)(call)
    }
}

/// A host where everything is empty: lists have no entries, notes are taken, everything else is unavailable.
pub fn empty_host(call: &HostCall) -> HostReply {
    match call {
        HostCall::Universe => HostReply::Universe(Vec::new()),
        HostCall::Quotes { symbols } => HostReply::Quotes(vec![None; symbols.len()]),
        HostCall::Candles { symbols, .. } => HostReply::Candles(vec![Vec::new(); symbols.len()]),
        HostCall::Instruments { symbols } => HostReply::Instruments(vec![None; symbols.len()]),
        HostCall::Orders { .. } => HostReply::Orders(Vec::new()),
        HostCall::Positions => HostReply::Positions(Vec::new()),
        HostCall::Holdings => HostReply::Holdings(Vec::new()),
        HostCall::Reconcile => HostReply::Reconciled(Vec::new()),
        HostCall::EstimateCharges { trades } => HostReply::ChargesEstimated(vec![0; trades.len()]),
        HostCall::ReadSignals => HostReply::Signals(Vec::new()),
        HostCall::GetState { keys } => HostReply::StateValues(vec![None; keys.len()]),
        HostCall::StateKeys { .. } => HostReply::StateKeys(Vec::new()),
        HostCall::SetState { .. } => HostReply::StateSet,
        HostCall::Notify { .. } => HostReply::Notified,
        HostCall::Log { .. } => HostReply::Logged,
        HostCall::RecordDecisions { .. } => HostReply::DecisionsRecorded,
        other => {
            HostReply::Refused(HostError::Unavailable(format!("{} has no answer here", other.function())))
        }
    }
}
