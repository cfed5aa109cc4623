//! Who may come in: log-ins, sessions, tokens, one-time links, over a real listener.

#[path = "support/daemon.rs"]
mod support;

mod auth {
    pub mod accounts;
    pub mod commands;
    pub mod secrecy;
    pub mod sessions;
    pub mod throttling;
}
