//! The order system and the exchange behind it: what becomes of orders as time and prices go on.

mod cancel;
pub(crate) mod checks;
pub(crate) mod hours;
mod matching;
mod modify;
pub(crate) mod place;
mod settle;
mod steps;

pub(crate) use cancel::CancelRequest;
pub(crate) use modify::ModifyRequest;
pub(crate) use place::{NewOrder, PRODUCTS};
