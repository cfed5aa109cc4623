//! What `prahari:task@1.2.0` adds to 1.1.0: the adapter of its new imports.

use super::v1::{Answer, ask};
use crate::abi::v1_2::bindings::prahari::task::{selection, settings};
use crate::call::{HostCall, HostReply};
use crate::state::RunState;

impl selection::Host for RunState {
    async fn get(&mut self) -> Answer<selection::Choice> {
        ask!(self, HostCall::GetSelection, Selection)
    }
}

impl settings::Host for RunState {
    async fn get(&mut self) -> Answer<String> {
        ask!(self, HostCall::GetSettings, Settings)
    }
}
