//! What the daemon uses and how it keeps up, as an admin reads it.

use prahari_store::TokenScope;
use serde_json::{Value, json};

use crate::move_to;
use crate::support::console::Console;
use crate::support::listening::{bearer, listen};
use crate::support::{ADMIN, MONDAY, at, run, start_services};

const METRICS: &str = "/api/v1/system/metrics";

#[tokio::test(flavor = "multi_thread")]
async fn the_scheduler_lags_by_what_is_due_and_not_done() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    start_services(daemon).await;
    run(daemon, at(MONDAY, "08:51")).await;
    let before = admin.get(METRICS).await.ok();
    assert_eq!(before["scheduler"]["next_instant"], "2025-03-10T09:00:00.000+05:30", "{before}");
    assert_eq!(before["scheduler"]["lag_ms"], 0);
    // Nobody runs the scheduler any more.
    move_to(daemon, at(MONDAY, "09:10")).await;
    let after = admin.get(METRICS).await.ok();
    assert_eq!((&after["scheduler"]["lag_ms"], &after["workers"]), (&json!(600_000), &json!(0)));
    let status = user.get("/api/v1/user/service/status").await.ok();
    assert_eq!(status["process_id"], std::process::id());
    assert_eq!(after["process"]["id"], std::process::id());
    if cfg!(target_os = "linux") {
        let bytes = |name: &str| after["process"][name].as_u64().unwrap();
        assert!(bytes("memory_bytes") > 1 << 20 && bytes("peak_memory_bytes") >= bytes("memory_bytes") / 2);
        assert!(after["process"]["cpu_ms"].as_u64().unwrap() > 0);
    }
    let database = &after["database"];
    assert!(database["used_bytes"].as_u64().unwrap() > 100_000, "{database}");
    assert!(database["waiting_writes"].as_u64() <= database["most_waiting_writes"].as_u64(), "{database}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_how_they_were_answered() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (user, admin) = (console.user().await, console.admin().await);
    let token = bearer(&console, ADMIN, TokenScope::Admin).await;
    let before = admin.get(METRICS).await.ok();
    user.get("/api/v1/auth/me").await.ok();
    assert_eq!(user.get("/api/v1/users").await.status, 403);
    assert_eq!(user.get("/api/v1/nothing").await.status, 404);
    let (_listening, _) = listen(&console, &token, "").await;
    let after = admin.get(METRICS).await.ok();
    let more = |name: &str| {
        let count = |of: &Value| of["requests"][name].as_u64().unwrap();
        count(&after) - count(&before)
    };
    // The first look at the metrics is one of them.
    assert_eq!((more("status_2xx"), more("status_4xx")), (2, 2), "{before} {after}");
    assert_eq!((more("status_1xx"), more("status_5xx")), (1, 0), "{before} {after}");
    assert_eq!((&before["stream"]["clients"], &after["stream"]["clients"]), (&json!(0), &json!(1)));
    let percentile = |name: &str| after["requests"][name].as_u64().unwrap();
    assert!(percentile("p50_ms") <= percentile("p95_ms") && percentile("p95_ms") <= percentile("p99_ms"));
    console.stop().await;
}
