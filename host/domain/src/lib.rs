//! The rules of trading without I/O, clock or async: every function here is a pure function of its arguments.

pub mod actions;
pub mod book;
pub mod calendar;
pub mod charges;
pub mod ids;
pub mod instruments;
pub mod json;
pub mod money;
mod names;
pub mod numbers;
pub mod orders;
pub mod price_cause;
pub mod price_jump;
pub mod risk;
pub mod settings;
pub mod signals;
pub mod strategies;
pub mod tasks;
pub mod text;
pub mod time;
