//! The routes of schedules: reading, trying out and changing them.

use prahari_store::AuditFilter;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::console::{Client, Console};
use crate::support::{MONDAY, OTHER, at};

const BASE: &str = "/api/v1/service/schedules";

async fn console() -> Console {
    Console::start(at(MONDAY, "08:50")).await
}

fn at_time(version: u64, time: &str) -> Value {
    json!({ "expected_version": version, "rule": { "kind": "at", "time": time }, "enabled": true })
}

fn of<'a>(set: &'a Value, task: &str) -> &'a Value {
    set["items"].as_array().unwrap().iter().find(|item| item["task"] == task).unwrap()
}

#[tokio::test]
async fn everybody_sees_the_schedules_with_their_next_slots() {
    let console = console().await;
    let set = console.user().await.get(BASE).await;
    assert_eq!((&set["version"], &set["restart_needed"]), (&json!(1), &json!(false)));
    assert_eq!(set["items"].as_array().unwrap().len(), 7);
    let buys = of(&set, "buy_orders");
    assert_eq!(buys["rule"], json!({ "kind": "at", "time": "16:05" }));
    assert_eq!(buys["changed_by"], Value::Null);
    assert_eq!(buys["next"].as_array().unwrap().len(), 10);
    let first = json!({ "due_at": "2025-03-10T16:05:00.000+05:30", "ends_at": null, "ticks": 1 });
    assert_eq!(buys["next"][0], first);
    let monitor = &of(&set, "sell_monitor")["next"][0];
    assert_eq!(monitor["ends_at"], "2025-03-10T15:30:00.000+05:30");
    assert_eq!(monitor["ticks"], 375);
}
