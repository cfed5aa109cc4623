//! Restarts of individual services over HTTP: the policy, the status, and what is refused.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prahari_store::AuditFilter;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console};
use crate::support::waiting::until_some;
use crate::support::{MONDAY, at, run};

const START: &str = "/api/v1/service/individual/start";
const RESTART: &str = "/api/v1/service/individual/restart";

fn asked(restart: &str) -> Value {
    json!({ "task": "position_monitor", "restart": restart })
}

async fn status(client: &Client) -> Value {
    let all = client.get("/api/v1/service/individual/status").await.ok();
    all["services"]["position_monitor"].clone()
}

/// Waits until the service is in a state; answers how it stands then.
async fn is(client: &Client, state: &str) -> Value {
    until_some("the state of the service", async || {
        let status = status(client).await;
        (status["state"] == state).then_some(status)
    })
    .await
}

fn send_kill(status: &Value) {
    let pid = i32::try_from(status["pid"].as_i64().unwrap()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn the_status_tells_the_policy_the_wait_and_what_the_process_uses() {
    let console = Console::start(at(MONDAY, "09:45")).await;
    let user = console.user().await;
    let before = status(&user).await;
    assert_eq!((&before["state"], &before["restart"]), (&json!("stopped"), &json!("never")));
    assert_eq!((&before["cpu_ms"], &before["memory_bytes"]), (&Value::Null, &Value::Null));
    assert_eq!(user.post(START, asked("on_failure")).await.ok()["changed"], true);
    let running = status(&user).await;
    assert_eq!((&running["state"], &running["attempts"]), (&json!("running"), &json!(0)));
    assert_eq!((&running["restart"], &running["next_restart_at"]), (&json!("on_failure"), &Value::Null));
    assert!(running["memory_bytes"].as_u64().unwrap() > 1 << 20 && running["cpu_ms"].is_u64(), "{running}");

    send_kill(&running);
    let waits = is(&user, "restarting").await;
    assert_eq!(
        (&waits["running"], &waits["pid"], &waits["cpu_ms"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    assert_eq!((&waits["attempts"], &waits["reason"]), (&json!(1), &json!("it was ended by SIGKILL")));
    assert_eq!(waits["next_restart_at"], "2025-03-10T09:45:05.000+05:30");
    run(&console.daemon, at(MONDAY, "09:45:06")).await;
    let back = is(&user, "running").await;
    assert_eq!((&back["attempts"], &back["next_restart_at"]), (&json!(1), &Value::Null));
    assert_ne!(back["pid"], running["pid"]);

    let own = user.get("/api/v1/user/service/status").await.ok();
    let active = &own["individual"][0];
    assert_eq!((&active["task"], &active["state"]), (&json!("position_monitor"), &json!("running")));
    assert_eq!((&active["pid"], own["individual"].as_array().unwrap().len()), (&back["pid"], 1));
    send_kill(&back);
    is(&user, "restarting").await;
    let admin = console.admin().await;
    let all = admin.get("/api/v1/service/status").await.ok();
    let active = &all["items"][1]["individual"][0];
    assert_eq!(
        (&active["state"], &active["next_restart_at"]),
        (&json!("restarting"), &json!("2025-03-10T09:45:35.000+05:30"))
    );
    assert_eq!(all["items"][0]["individual"], json!([]), "nobody else's");
    let stopped = user.post("/api/v1/service/individual/stop", json!({ "task": "position_monitor" })).await;
    let times = |status: &Value| (status["created_at"].clone(), status["updated_at"].clone());
    let began = json!("2025-03-10T09:45:00.000+05:30");
    assert_eq!(times(&before), (Value::Null, Value::Null));
    assert_eq!(times(&running), (began.clone(), began.clone()));
    assert_eq!(times(&back), (began, json!("2025-03-10T09:45:05.000+05:30")));
    assert_eq!((&stopped.ok()["changed"], &status(&user).await["state"]), (&json!(true), &json!("stopped")));
}

#[tokio::test]
async fn the_policy_is_set_kept_audited_and_refused_with_what_is_wrong() {
    let console = Console::start(at(MONDAY, "09:45")).await;
    let user = console.user().await;
    let never_started = user.send(Method::PUT, RESTART, asked("on_failure")).await;
    assert_eq!(never_started.problem(), (404, "not_found".to_owned()));
    assert!(never_started.text.contains("position_monitor was never started"), "{}", never_started.text);
    let unknown = user.post(START, asked("always")).await;
    assert_eq!(unknown.problem().0, 400);
    assert!(unknown.text.contains("restart is one of never, on_failure"), "{}", unknown.text);

    user.post(START, asked("on_failure")).await.ok();
    user.post("/api/v1/service/individual/stop", json!({ "task": "position_monitor" })).await.ok();
    user.post(START, json!({ "task": "position_monitor" })).await.ok();
    assert_eq!(status(&user).await["restart"], "on_failure", "what is not said stays");
    let set = user.send(Method::PUT, RESTART, asked("never")).await.ok();
    assert_eq!((&set["restart"], &set["state"]), (&json!("never"), &json!("running")));

    let filter = AuditFilter {
        user: None,
        action: None,
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 100,
    };
    let entries = console.daemon.store.system().audit(filter).await.unwrap();
    let of = |action: &str| {
        entries.iter().map(|row| &row.entry).filter(|entry| entry.action == action).collect::<Vec<_>>()
    };
    let set = of("individual_service.set_restart");
    assert_eq!((set.len(), set[0].resource.as_str()), (2, "user 2"), "also what was refused then");
    assert_eq!(serde_json::from_str::<Value>(&set[0].details).unwrap(), asked("never"));
    let started = of("individual_service.start");
    assert_eq!(serde_json::from_str::<Value>(&started.last().unwrap().details).unwrap(), asked("on_failure"));
}
