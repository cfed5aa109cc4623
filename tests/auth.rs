//! Who may come in: log-ins, sessions, tokens, one-time links, over a real listener.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/bounded.rs"]
mod bounded;
#[path = "support/serving.rs"]
mod serving;
#[path = "support/daemon.rs"]
mod support;

mod auth {
    pub mod accounts;
    pub mod audit;
    pub mod commands;
    pub mod rights;
    pub mod secrecy;
    pub mod sessions;
    pub mod throttling;
    pub mod user_lists;
}
