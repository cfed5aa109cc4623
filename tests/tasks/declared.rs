//! Components that were built before there were manifests: the operator writes it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{manifest, support};
use support::console::Console;
use support::{ADMIN, MONDAY, at, end_of, guests, run};

#[tokio::test(flavor = "multi_thread")]
async fn an_old_component_is_a_task_by_the_manifest_that_an_operator_gives() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let document: Value = serde_json::from_str(&manifest("keeps_state", &json!({}))).unwrap();
    let wrong = admin.send(Method::PUT, "/api/v1/tasks/other", document.clone()).await;
    assert_eq!(wrong.problem(), (400, "invalid_manifest".to_owned()));
    admin.send(Method::PUT, "/api/v1/tasks/keeps_state", document.clone()).await.ok();
    let audited = admin.get("/api/v1/audit").await.ok();
    assert_eq!(audited["items"][0]["action"], "task.add", "written down before it is done");
    let again = admin.send(Method::PUT, "/api/v1/tasks/keeps_state", document).await;
    assert_eq!(again.problem(), (409, "task_exists".to_owned()));
    let once = json!({ "task": "keeps_state" });
    let none = admin.post("/api/v1/service/individual/run-once", once).await;
    assert_eq!(none.problem(), (503, "unavailable".to_owned()), "it has no module yet");

    let version = admin.upload("/api/v1/modules/keeps_state", &guests::writes_state('1', true)).await.ok();
    assert_eq!(version["awaits_acceptance"], false, "it goes by what is accepted");
    admin.post("/api/v1/modules/keeps_state/1/activate", json!({ "force": true })).await.ok();
    let daemon = &console.daemon;
    daemon.services.start_service(ADMIN).await.unwrap();
    run(daemon, at(MONDAY, "10:05")).await;
    let task = "keeps_state".parse().unwrap();
    let (outcome, reason) = end_of(daemon, ADMIN, MONDAY, task).await;
    assert_eq!(outcome, prahari_store::SlotOutcome::Ran, "{reason}");
    assert!(daemon.users.find(ADMIN).unwrap().runs.memory().get(&task).is_some_and(|kept| !kept.is_empty()));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_without_a_module_fails_its_own_slot_and_stops_nobodys_service() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let document: Value = serde_json::from_str(&manifest("keeps_state", &json!({}))).unwrap();
    admin.send(Method::PUT, "/api/v1/tasks/keeps_state", document).await.ok();
    let daemon = &console.daemon;
    daemon.services.start_service(ADMIN).await.unwrap();
    run(daemon, at(MONDAY, "10:05")).await;
    let failed = end_of(daemon, ADMIN, MONDAY, "keeps_state".parse().unwrap()).await;
    assert_eq!(failed, (prahari_store::SlotOutcome::Failed, "there is no module for keeps_state".to_owned()));
    assert!(daemon.users.find(ADMIN).unwrap().services.is_running(), "everything else goes on");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_refused_leaves_nothing_behind() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let mut document: Value = serde_json::from_str(&manifest("waits_long", &json!({}))).unwrap();
    document["schedule"]["after"] = json!({ "tasks": ["nobody"], "latest": "12:00", "then": "run" });
    let refused = admin.send(Method::PUT, "/api/v1/tasks/waits_long", document).await;
    assert_eq!(refused.problem(), (400, "invalid_schedule".to_owned()), "{}", refused.text);
    assert_eq!(admin.get("/api/v1/tasks/waits_long").await.problem(), (404, "not_found".to_owned()));
    console.stop().await;
}
