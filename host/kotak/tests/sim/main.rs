//! The client against the fake of the broker, over real sockets: what it sends, what it concludes, and how often it logs in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod account;
mod days;
mod feed;
mod market;
mod orders;
mod proxy;
mod readiness;
mod scripts;
mod sessions;
