//! A version that says that its task is something else waits until somebody has read that.

use serde_json::json;

use super::{manifest, support};
use support::console::Console;
use support::{ADMIN, MONDAY, at, guests, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_version_with_another_manifest_waits_for_acceptance() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let first = guests::says(&manifest("small", &json!({})));
    admin.upload("/api/v1/tasks", &first).await.ok();
    let second = guests::says(&manifest("small", &json!({ "rank": 5, "audience": "admins" })));
    let version = admin.upload("/api/v1/modules/small", &second).await.ok();
    assert_eq!((version["version"].as_u64(), version["awaits_acceptance"].as_bool()), (Some(2), Some(true)));
    let activate = || admin.post("/api/v1/modules/small/2/activate", json!({ "force": true }));
    assert_eq!(activate().await.problem(), (409, "manifest_not_accepted".to_owned()));
    let pin = json!({ "version": 2, "force": true });
    let pinned = admin.send(reqwest::Method::PUT, "/api/v1/modules/small/pins/2", pin).await;
    assert_eq!(pinned.problem(), (409, "manifest_not_accepted".to_owned()));
    assert_eq!(admin.get("/api/v1/tasks/small").await.ok()["rank"], 100, "nothing has changed");

    let accepted = admin.post("/api/v1/tasks/small/accept", json!({ "version": 2 })).await.ok();
    assert_eq!((accepted["rank"].as_u64(), accepted["admins_only"].as_bool()), (Some(5), Some(true)));
    assert_eq!(activate().await.ok()["awaits_acceptance"], false);
    assert_eq!(console.user().await.get("/api/v1/tasks/small").await.problem().0, 404);
    // The first one was active before, and says that the task is something else than it is now.
    let back = [
        ("/api/v1/modules/small/rollback", json!({})),
        ("/api/v1/modules/small/1/activate", json!({ "force": true })),
    ];
    for (path, body) in &back {
        let refused = admin.post(path, body.clone()).await;
        assert_eq!(refused.problem(), (409, "manifest_not_accepted".to_owned()), "{path}");
    }
    let listed = admin.get("/api/v1/modules?task=small").await.ok();
    let waits: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|row| &row["awaits_acceptance"]).collect();
    assert_eq!(waits, [&json!(true), &json!(false)]);
    admin.post("/api/v1/tasks/small/accept", json!({ "version": 1 })).await.ok();
    assert_eq!(admin.post(back[0].0, back[0].1.clone()).await.ok()["version"], 1);
    console.stop().await;
}

/// A task that is due each hour and whose versions rank it differently; the second one always traps.
async fn with_a_version_that_traps(console: &Console) {
    let admin = console.admin().await;
    let hourly = |rank: u32| {
        let schedule = json!({
            "rules": [{ "hourly": { "start": "09:30", "end": "15:30" } }],
            "bounds": { "kinds": ["hourly"], "earliest": "09:15", "latest": "15:30" },
        });
        manifest("small", &json!({ "rank": rank, "schedule": schedule }))
    };
    admin.upload("/api/v1/tasks", &guests::says(&hourly(1))).await.ok();
    admin.upload("/api/v1/modules/small", &guests::says_and_traps(&hourly(2))).await.ok();
    admin.post("/api/v1/tasks/small/accept", json!({ "version": 2 })).await.ok();
    admin.post("/api/v1/modules/small/2/activate", json!({ "force": true })).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_whose_manifest_is_not_accepted_does_not_come_back_by_itself() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    with_a_version_that_traps(&console).await;
    let (daemon, admin) = (&console.daemon, console.admin().await);
    daemon.services.start_service(ADMIN).await.unwrap();
    run(daemon, at(MONDAY, "15:31")).await;
    let listed = admin.get("/api/v1/modules?task=small").await.ok();
    let second = &listed["items"][1];
    assert_eq!((&second["active"], &second["quarantined_at"]), (&json!(true), &serde_json::Value::Null));
    let alerts = admin.get("/api/v1/system/alerts?open=true").await.ok();
    let unfit: Vec<_> =
        alerts["items"].as_array().unwrap().iter().filter(|one| one["code"] == "module_unfit").collect();
    assert_eq!((unfit.len(), &unfit[0]["subject"]), (1, &json!("small")), "{alerts}");
    let sentence = "version 2 of the module of small keeps failing, and no earlier version can take its place, so the task is held back; of user 1: 3 runs in a row failed by the module's own fault: ";
    assert!(unfit[0]["detail"].as_str().unwrap().starts_with(sentence), "{unfit:?}");
    // Another version ends it.
    admin.post("/api/v1/tasks/small/accept", json!({ "version": 1 })).await.ok();
    admin.post("/api/v1/modules/small/1/activate", json!({ "force": true })).await.ok();
    let alerts = admin.get("/api/v1/system/alerts?open=true").await.ok();
    assert!(!alerts.to_string().contains("module_unfit"), "{alerts}");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_another_strategy_waits_for_acceptance() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    admin.upload("/api/v1/tasks", &guests::says(&manifest("small", &json!({})))).await.ok();
    let second = guests::says(&manifest("small", &json!({ "strategy": "momentum" })));
    let version = admin.upload("/api/v1/modules/small", &second).await.ok();
    assert_eq!(version["awaits_acceptance"], true);
    assert_eq!(admin.get("/api/v1/tasks/small").await.ok()["strategy"], "rebound");
    let accepted = admin.post("/api/v1/tasks/small/accept", json!({ "version": 2 })).await.ok();
    assert_eq!(accepted["strategy"], "momentum");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_of_another_task_is_no_version_of_this_one() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    admin.upload("/api/v1/tasks", &guests::says(&manifest("small", &json!({})))).await.ok();
    let other = guests::says(&manifest("other", &json!({})));
    let refused = admin.upload("/api/v1/modules/small", &other).await;
    assert_eq!(refused.problem(), (400, "invalid_manifest".to_owned()));
    assert!(refused.text.contains("the manifest is that of other, not of small"), "{}", refused.text);
    let missing = admin.post("/api/v1/tasks/small/accept", json!({ "version": 9 })).await;
    assert_eq!(missing.problem().0, 404);
    console.stop().await;
}
