//! What was added is there after a restart, and what came from an earlier program finds its manifests.

use serde_json::json;

use super::{EIGHTH, eighth, manifest, support};
use prahari_app::tasks::TaskManifest;
use support::console::Console;
use support::{ADMIN, MONDAY, TUESDAY, TestHost, at, end_of, guests, run, start_services, stop};

#[tokio::test(flavor = "multi_thread")]
async fn an_added_task_runs_after_a_restart() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    admin.upload("/api/v1/tasks", &eighth()).await.ok();
    start_services(&console.daemon).await;
    let house = console.stop().await;

    let daemon = house.start(at(MONDAY, "08:55")).await;
    run(&daemon, at(MONDAY, "18:30")).await;
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, EIGHTH).await.0, prahari_store::SlotOutcome::Ran);
    assert!(!daemon.tasks.current().find(EIGHTH).unwrap().is_built_in);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_task_is_still_removed_after_a_restart() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    admin.upload("/api/v1/tasks", &guests::says(&manifest("small", &json!({})))).await.ok();
    start_services(&console.daemon).await;
    admin.delete("/api/v1/tasks/small").await;
    let house = console.stop().await;

    let daemon = house.start(at(TUESDAY, "08:55")).await;
    run(&daemon, at(TUESDAY, "11:00")).await;
    let task = "small".parse().unwrap();
    assert!(daemon.tasks.current().find(task).is_none() && daemon.tasks.current().find_ever(task).is_some());
    assert!(support::slots(&daemon, ADMIN, TUESDAY).await.iter().all(|slot| slot.task != task));
    stop(daemon).await;
}

#[tokio::test]
async fn a_database_without_tasks_accepts_those_of_the_program() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let rows = daemon.store.system().tasks().await.unwrap();
    assert_eq!(rows.len(), 7);
    for row in rows {
        assert_eq!((row.accepted_by, row.removed_at), (None, None));
        assert_eq!(TaskManifest::read(&row.manifest).unwrap(), support::manifest(row.task));
    }
    assert_eq!(daemon.tasks.current().names(), support::tasks(), "the order in which they run");
    stop(daemon).await;
}
