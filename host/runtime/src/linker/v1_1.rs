//! What `prahari:task@1.1.0` adds to 1.0.0: the adapter of its one new interface.

use super::v1::{Answer, ask};
use crate::abi::v1_1::bindings::prahari::task::charges;
use crate::abi::v1_1::bindings::prahari::task::types::Paise;
use crate::call::{HostCall, HostReply};
use crate::state::RunState;

impl charges::Host for RunState {
    async fn estimate(&mut self, trades: Vec<charges::Trade>) -> Answer<Vec<Paise>> {
        ask!(self, HostCall::EstimateCharges { trades }, ChargesEstimated)
    }
}
