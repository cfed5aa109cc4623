//! Strategies beside each other in one account: each has its own orders and lots, the limits and the books are the user's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

#[path = "strategies/analysed.rs"]
mod analysed;
#[path = "strategies/apart.rs"]
mod apart;
#[path = "strategies/attended.rs"]
mod attended;
#[path = "strategies/figures.rs"]
mod figures;
#[path = "strategies/quarter.rs"]
mod quarter;
#[path = "support/daemon.rs"]
mod support;
#[path = "strategies/written.rs"]
mod written;

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::modules::{Activation, Upload};
use prahari_app::tasks::TaskManifest;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_store::ModuleOrigin;
use serde_json::json;
use support::ADMIN;

const MOMENTUM: StrategyName = StrategyName::literal("momentum");

/// Adds a task of a strategy, due each day at `time`, whose component exports no manifest.
async fn add(
    daemon: &Arc<Daemon>,
    (name, strategy): (&'static str, StrategyName),
    time: &str,
    bytes: Vec<u8>,
) {
    let task = Task::literal(name);
    let manifest = json!({
        "name": name,
        "title": "Of a strategy",
        "description": "Trades for a strategy of its own",
        "shared": false,
        "audience": "everyone",
        "strategy": strategy,
        "rank": 100,
        "schedule": {
            "rules": [{ "at": { "time": time } }],
            "bounds": { "kinds": ["at"], "earliest": "09:15", "latest": "15:30" },
        },
        "late": { "window": { "millis": 120_000 } },
        "capabilities": ["market", "broker-read", "broker-trade"],
    });
    let manifest = TaskManifest::read(&manifest.to_string()).unwrap();
    daemon.task_changes.declare_task(manifest, ADMIN).await.unwrap();
    let upload = Upload { task, bytes, origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
    let version = daemon.modules.upload(upload, daemon.clock.now()).await.unwrap().version;
    let activation = Activation { task, version, by: Some(ADMIN), reason: "a test".to_owned() };
    daemon.trials.activate_module(activation, true).await.unwrap();
}
