//! Between the domain's types and those of the task boundary. What a guest sends is checked here, once.

mod market;
mod orders;
mod signals;

pub(super) use market::*;
pub(super) use orders::*;
pub(super) use signals::*;
