//! Orders, their journal and the state machine that ties them together.

mod types;

pub use types::*;
