//! The newest boundary types under short names; everything but the adapters uses these.

pub use super::v1::bindings::prahari::task::{
    broker, calendar, config, decision, log, market, notify, signals, state, types,
};
pub use super::v1_1::bindings::prahari::task::charges;
pub use super::v1_2::bindings::prahari::task::selection;
pub use super::v1_3::bindings::prahari::task::actions;

pub use super::v1::bindings::{Counter, RunContext, Summary, TaskError, TaskInfo, TaskKind, Trigger};

pub use types::{Capability, HostError, Refusal, RefusalCode, Side};
