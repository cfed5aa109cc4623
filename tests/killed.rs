//! The daemon is killed while workers run: they end by themselves, and the next start makes order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/guests.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod guests;
#[path = "support/serving.rs"]
mod serving;
mod support;

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use serving::{DEMO_PASSWORD, Serving, demo};

const START: &str = "/api/v1/service/individual/start";

/// Starts a task of the caller as a service of its own; answers its process.
fn start(daemon: &Serving, session: &str, task: &str) -> u64 {
    let answer = daemon.post_as(session, START, &json!({ "task": task }));
    assert_eq!(answer.status, 200, "{}", answer.body);
    service(daemon, session, task)["pid"].as_u64().unwrap()
}

fn service(daemon: &Serving, session: &str, task: &str) -> Value {
    daemon.json("/api/v1/service/individual/status", session)["services"][task].clone()
}

/// Whether a process is there and no zombie.
fn is_alive(pid: u64) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z')))
}

/// Asks again and again, for five seconds at most.
async fn within_five_seconds(holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("it holds within five seconds");
}

#[tokio::test]
async fn workers_end_with_a_daemon_that_is_killed_and_the_next_start_makes_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("loops.wasm"), guests::loops()).unwrap();
    let db = path("prahari.db");
    let module = format!("position_monitor={}", path("loops.wasm"));
    let arguments =
        ["--db", &db, "--module", &module, "--history", "0", "--from", "2025-03-10", "--speed", "1"];

    let mut daemon = demo(&arguments);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    assert_eq!(daemon.post_as(&user, "/api/v1/user/service/stop", &json!({})).status, 200);
    let waits = start(&daemon, &user, "sell_monitor");
    let computes = start(&daemon, &user, "position_monitor");
    let begun =
        daemon.post_as(&user, "/api/v1/service/individual/run-once", &json!({ "task": "position_monitor" }));
    assert_eq!(begun.status, 202, "{}", begun.body);
    let run = serde_json::from_str::<Value>(&begun.body).unwrap()["execution"].as_u64().unwrap();
    assert!(service(&daemon, &user, "position_monitor")["executing"].as_bool().unwrap());
    daemon.signal(Signal::SIGKILL);
    daemon.child.wait().unwrap();
    within_five_seconds(|| !is_alive(waits) && !is_alive(computes)).await;

    let daemon = demo(&arguments);
    let user = daemon.sign_in("user2", DEMO_PASSWORD);
    for task in ["sell_monitor", "position_monitor"] {
        let service = service(&daemon, &user, task);
        assert_eq!((&service["running"], &service["pid"]), (&json!(false), &Value::Null), "{service}");
        assert_eq!(service["reason"], "the daemon was restarted");
    }
    let interrupted = daemon.json(&format!("/api/v1/executions/{run}"), &user);
    assert_eq!(interrupted["outcome"], "interrupted", "{interrupted}");
    // What was stopped stays stopped, and what ran runs again.
    assert_eq!(daemon.json("/api/v1/user/service/status", &user)["running"], false);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    assert_eq!(daemon.json("/api/v1/user/service/status", &admin)["running"], true);
    assert!(start(&daemon, &user, "sell_monitor") > 0);
}
