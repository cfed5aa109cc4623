//! The fake against what is known of the broker, over real sockets: shapes, rules, faults, feeds, days.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bodies;
mod client;
mod days;
mod fault_tests;
mod feed_faults;
mod feeds;
mod login;
mod order_faults;
mod orders;
mod program;
mod session_faults;
mod settings;
mod shapes;
mod sockets;
