//! The doctor: what it finds of a user in both outcomes, and its look of each morning, which is made once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

#[path = "doctor/asked.rs"]
mod asked;
#[path = "doctor/found.rs"]
mod found;
#[path = "doctor/morning.rs"]
mod morning;
#[path = "doctor/probe.rs"]
mod probe;
#[path = "support/mod.rs"]
mod program;
#[path = "support/daemon.rs"]
mod support;

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::doctor::{CheckOutcome, Examination};
use prahari_domain::time::Timestamp;
use tokio::sync::Notify;

/// Moves the clock of a daemon.
async fn pass_until(daemon: &Arc<Daemon>, instant: Timestamp) {
    daemon.clock.wait_until(instant, &Notify::new()).await;
}

/// How a check came out.
fn outcome(found: &Examination, name: &str) -> CheckOutcome {
    found
        .checks
        .iter()
        .find(|check| check.name == name)
        .unwrap_or_else(|| panic!("no {name}: {found:?}"))
        .outcome
}
