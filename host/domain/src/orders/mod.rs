//! Orders, their journal and the state machine that ties them together.

pub mod machine;
mod tag;
mod types;

pub use tag::{OrderTag, OrderTagError, TagCode, before_suffix};
pub use types::*;
