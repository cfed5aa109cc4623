//! A version that says that its task is something else waits until somebody has read that.

use serde_json::json;

use super::{manifest, support};
use support::console::Console;
use support::{MONDAY, at, guests};

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
    // The first one was active before: to go back needs no one to read anything.
    admin.post("/api/v1/modules/small/rollback", json!({})).await.ok();
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
