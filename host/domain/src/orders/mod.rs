//! Orders, their journal and the state machine that ties them together.

pub mod machine;
mod types;

pub use types::*;
