//! What `prahari:task@1.3.0` adds to 1.2.0: the adapter of its new import.

use super::v1::{Answer, ask};
use crate::abi::v1_3::bindings::prahari::task::actions;
use crate::abi::v1_3::bindings::prahari::task::types::Day;
use crate::call::{HostCall, HostReply};
use crate::state::RunState;

impl actions::Host for RunState {
    async fn since(&mut self, symbols: Vec<String>, day: Day) -> Answer<Vec<actions::Action>> {
        ask!(self, HostCall::ActionsSince { symbols, day }, Actions)
    }
}
