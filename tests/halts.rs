//! One user's fault stays that user's: they are halted with the reason and an alert, and everybody else trades.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/faults.rs"]
mod faults;
#[path = "halts/hung.rs"]
mod hung;
#[path = "halts/refused.rs"]
mod refused;
#[path = "halts/requests.rs"]
mod requests;
#[path = "halts/rows.rs"]
mod rows;
#[path = "support/daemon.rs"]
mod support;
#[path = "halts/switch.rs"]
mod switch;
#[path = "halts/symbols.rs"]
mod symbols;
#[path = "halts/troubles.rs"]
mod troubles;
#[path = "halts/week.rs"]
mod week;

use prahari_app::daemon::Daemon;
use prahari_domain::ids::UserId;
use prahari_domain::orders::JournalEntry;
use prahari_store::{AlertFilter, AlertRow, HaltRow};

/// The third user: neither the admin nor the one with the fault.
const THIRD: UserId = UserId(3);

/// The open halts of a user.
async fn halts(daemon: &Daemon, user: UserId) -> Vec<HaltRow> {
    daemon.store.user(user).open_halts().await.unwrap()
}

/// The open alerts of a user.
async fn alerts(daemon: &Daemon, user: UserId) -> Vec<AlertRow> {
    let filter = AlertFilter { open: Some(true), before: None, limit: 50 };
    daemon.store.user(user).alerts(filter).await.unwrap()
}

/// A user's journal without the runs that decided: their numbers are given to everybody's runs in turn.
async fn journal(daemon: &Daemon, user: UserId) -> Vec<String> {
    daemon.store.flush().await.unwrap();
    let line = |entry: JournalEntry| {
        let mut event = serde_json::to_value(&entry.event).unwrap();
        event.as_object_mut().unwrap().remove("run");
        format!("{} {} {} {event}", entry.sequence, entry.order, entry.at.0)
    };
    daemon.store.user(user).load_journal(0).await.unwrap().into_iter().map(line).collect()
}
