//! Tasks that are none of those that come with the program: added to a running daemon, at work, changed, removed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

#[path = "tasks/declared.rs"]
mod declared;
#[path = "tasks/eighth.rs"]
mod eighth;
#[path = "tasks/hostile.rs"]
mod hostile;
#[path = "tasks/restarts.rs"]
mod restarts;
#[path = "support/daemon.rs"]
mod support;
#[path = "tasks/versions.rs"]
mod versions;

use prahari_domain::tasks::Task;
use serde_json::{Value, json};

/// The name of the eighth task: as long as the one that it takes the place of in the component's text.
const NAME: &str = "aft_buyers";
const EIGHTH: Task = Task::literal(NAME);
const BUYS: Task = Task::literal("buy_orders");

/// A component that trades and that the host does not know: the one that buys, by another name.
fn eighth() -> Vec<u8> {
    let (theirs, own) = (BUYS.name().as_bytes(), NAME.as_bytes());
    let mut bytes = support::component(BUYS).to_vec();
    for at in 0..bytes.len() - own.len() {
        if bytes[at..].starts_with(theirs) {
            bytes[at..at + own.len()].copy_from_slice(own);
        }
    }
    bytes
}

/// The manifest of a small task, with changes.
fn manifest(name: &str, changes: &Value) -> String {
    let mut manifest = json!({
        "name": name,
        "title": "Small task",
        "description": "Does nothing at all",
        "shared": false,
        "audience": "everyone",
        "rank": 100,
        "schedule": {
            "rules": [{ "at": { "time": "10:00" } }],
            "bounds": { "kinds": ["at"], "earliest": "09:15", "latest": "15:30" },
        },
        "late": { "window": { "millis": 120_000 } },
        "capabilities": ["state"],
    });
    for (field, value) in changes.as_object().unwrap() {
        manifest[field] = value.clone();
    }
    manifest.to_string()
}
