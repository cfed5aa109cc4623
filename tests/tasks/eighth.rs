//! From the upload to the removal of a task that trades.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prahari_app::runs::recordings::find_recording;
use prahari_runtime::replay::replay;
use prahari_store::SlotOutcome;
use reqwest::Method;
use serde_json::json;

use super::{EIGHTH, NAME, eighth};
use crate::support::console::Console;
use crate::support::waiting::until;
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, at, end_of, run, runs, slot, slots};

/// A console whose services were on before the task came, and were started again.
async fn with_the_eighth() -> Console {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    for user in [ADMIN, OTHER] {
        console.daemon.services.start_service(user).await.unwrap();
    }
    let added = admin.upload("/api/v1/tasks", &eighth()).await.ok();
    assert_eq!((added["task"]["task"].as_str(), added["version"].as_u64()), (Some(NAME), Some(1)));
    assert_eq!(
        (added["task"]["built_in"].as_bool(), added["task"]["trades"].as_bool()),
        (Some(false), Some(true))
    );
    let status = admin.get("/api/v1/user/service/status").await.ok();
    assert_eq!(
        status["restart_needed"], true,
        "a running service keeps its schedules until it is started again"
    );
    for user in [ADMIN, OTHER] {
        console.daemon.services.restart_service(user).await.unwrap();
    }
    console
}

#[tokio::test(flavor = "multi_thread")]
async fn an_eighth_task_trades_and_is_seen_like_the_seven() {
    let console = with_the_eighth().await;
    let (daemon, admin, user) = (&console.daemon, console.admin().await, console.user().await);
    run(daemon, at(MONDAY, "18:30")).await;

    let (outcome, reason) = end_of(daemon, OTHER, MONDAY, EIGHTH).await;
    assert_eq!(outcome, SlotOutcome::Ran, "{reason}");
    let own = runs(daemon, OTHER, EIGHTH).await.remove(0);
    assert!(own.orders > 0, "it placed orders: {}", own.detail);
    let placed = daemon.users.find(OTHER).unwrap().desk.lock().await.book().orders().count();
    assert!(placed > 0, "the books have them");

    let listed = user.get(&format!("/api/v1/slots?task={NAME}")).await.ok();
    assert_eq!(
        (listed["items"][0]["task"].as_str(), listed["items"][0]["state"].as_str()),
        (Some(NAME), Some("ran"))
    );
    let listed = user.get(&format!("/api/v1/executions?task={NAME}")).await.ok();
    assert_eq!(
        listed["items"][0]["id"].as_u64().or(listed["items"][0]["execution"].as_u64()),
        Some(own.id.0)
    );
    let used = user.get("/api/v1/grants/used").await.ok();
    assert!(used["items"].as_array().unwrap().iter().any(|used| used["task"] == NAME), "{used}");

    let recording = find_recording(&daemon.store.user(OTHER), own.id).await.unwrap().unwrap();
    let module = console.house.runtime.load(&eighth()).await.unwrap();
    assert!(replay(&console.house.runtime, &module, &recording).await.unwrap().is_same());
    let tried = admin.post(&format!("/api/v1/modules/{NAME}/1/shadow"), json!({ "days": 1 })).await.ok();
    assert_eq!(tried["report"]["runs"], tried["report"]["identical"], "{tried}");
    assert!(tried["report"]["runs"].as_u64().unwrap() > 0, "{tried}");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_due_by_a_cron_rule_after_another_task_and_not_while_it_is_disabled() {
    let console = with_the_eighth().await;
    let (daemon, admin) = (&console.daemon, console.admin().await);
    let path = format!("/api/v1/service/schedules/{NAME}");
    let wanted = json!({
        "expected_version": daemon.schedules.current().version,
        "rule": { "kind": "cron", "expression": "5 18 * * MON-FRI" },
        "after": { "tasks": ["eod_cleanup"], "latest": "19:00", "then": "skip" },
        "enabled": true,
    });
    admin.send(Method::PUT, &path, wanted).await.ok();
    daemon.services.restart_service(OTHER).await.unwrap();
    run(daemon, at(MONDAY, "18:30")).await;
    let due = slot(daemon, OTHER, MONDAY, EIGHTH).await;
    assert_eq!((due.due_at, due.outcome), (at(MONDAY, "18:05"), Some(SlotOutcome::Ran)), "{due:?}");
    let closing = prahari_domain::tasks::Task::literal("eod_cleanup");
    let before = runs(daemon, OTHER, closing).await.remove(0);
    let own = runs(daemon, OTHER, EIGHTH).await.remove(0);
    assert!(before.finished_at <= Some(own.started_at), "{before:?} {own:?}");

    let waits = json!({
        "expected_version": daemon.schedules.current().version,
        "rule": { "kind": "at", "time": "09:30" },
        "after": { "tasks": [NAME], "latest": "10:00", "then": "run" },
        "enabled": true,
    });
    admin.send(Method::PUT, "/api/v1/service/schedules/premarket_retry", waits).await.ok();
    let awaited = admin.delete(&format!("/api/v1/tasks/{NAME}")).await;
    assert_eq!(awaited.problem(), (409, "task_awaited".to_owned()), "{}", awaited.text);

    let version = daemon.schedules.current().version;
    admin.post(&format!("{path}/disable"), json!({ "expected_version": version })).await.ok();
    daemon.services.restart_service(OTHER).await.unwrap();
    run(daemon, at(TUESDAY, "18:30")).await;
    assert!(slots(daemon, OTHER, TUESDAY).await.iter().all(|slot| slot.task != EIGHTH));
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_see_what_is_for_them_and_start_it() {
    let console = with_the_eighth().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let names = |listed: &serde_json::Value| -> Vec<String> {
        let items = listed["items"].as_array().unwrap();
        items.iter().map(|item| item["task"].as_str().unwrap().to_owned()).collect()
    };
    let (of_admin, of_user) =
        (names(&admin.get("/api/v1/tasks").await.ok()), names(&user.get("/api/v1/tasks").await.ok()));
    assert_eq!((of_admin.len(), of_user.len()), (8, 7), "the shared task is for admins");
    assert!(of_user.contains(&NAME.to_owned()));
    let shared = of_admin.iter().find(|name| !of_user.contains(name)).unwrap();
    let path = format!("/api/v1/tasks/{shared}");
    assert_eq!(user.get(&path).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(admin.get(&path).await.ok()["admins_only"], true);
    let status = user.get("/api/v1/user/service/tasks").await.ok();
    assert_eq!(names(&status), of_user, "in the order in which tasks run");

    let begun = user.post("/api/v1/service/individual/run-once", json!({ "task": NAME })).await.ok();
    assert_eq!(begun["task"], NAME);
    console.daemon.background.finish().await;
    assert_eq!(runs(&console.daemon, OTHER, EIGHTH).await.len(), 1);
    assert_eq!(user.upload("/api/v1/tasks", b"a component").await.problem().0, 403);
    assert_eq!(user.delete(&format!("/api/v1/tasks/{NAME}")).await.problem().0, 403);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_task_keeps_its_history_and_may_come_back() {
    let console = with_the_eighth().await;
    let (daemon, admin) = (&console.daemon, console.admin().await);
    run(daemon, at(MONDAY, "18:30")).await;
    let before = runs(daemon, OTHER, EIGHTH).await;
    run(daemon, at(TUESDAY, "12:00")).await;
    assert_eq!(slot(daemon, OTHER, TUESDAY, EIGHTH).await.outcome, None, "it is expected this afternoon");

    assert!(admin.delete(&format!("/api/v1/tasks/{NAME}")).await.status.is_success());
    run(daemon, at(TUESDAY, "18:30")).await;
    let today = slots(daemon, OTHER, TUESDAY).await;
    assert!(today.iter().all(|slot| slot.task != EIGHTH), "what was not due yet is withdrawn");
    assert_eq!(today.iter().filter(|slot| slot.outcome == Some(SlotOutcome::Ran)).count(), today.len());
    assert_eq!(runs(daemon, OTHER, EIGHTH).await, before, "what it did stays");
    assert_eq!(end_of(daemon, OTHER, MONDAY, EIGHTH).await.0, SlotOutcome::Ran);
    let listed = admin.get("/api/v1/service/schedules").await.ok();
    assert!(listed["items"].as_array().unwrap().iter().all(|item| item["task"] != NAME));
    for (path, body) in [
        ("/api/v1/service/individual/run-once", json!({ "task": NAME })),
        ("/api/v1/service/individual/start", json!({ "task": NAME })),
    ] {
        daemon.services.stop_service(ADMIN).await.unwrap();
        assert_eq!(admin.post(path, body).await.problem(), (404, "not_found".to_owned()), "{path}");
    }
    assert_eq!(admin.upload(&format!("/api/v1/modules/{NAME}"), &eighth()).await.problem().0, 404);

    assert_eq!(
        admin.upload("/api/v1/tasks", &eighth()).await.ok()["version"],
        1,
        "its bytes are the version they were"
    );
    assert_eq!(admin.upload("/api/v1/tasks", &eighth()).await.problem(), (409, "task_exists".to_owned()));
    let path = format!("/api/v1/service/schedules/{NAME}/disable");
    let version = daemon.schedules.current().version;
    let disabled = admin.post(&path, json!({ "expected_version": version })).await.ok();
    let own = disabled["items"].as_array().unwrap().iter().find(|item| item["task"] == NAME).unwrap();
    assert_eq!(own["enabled"], false);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_comes_back_is_taken_up_by_a_service_when_it_is_started_again() {
    for turned_off in [false, true] {
        let console = with_the_eighth().await;
        let (daemon, admin) = (&console.daemon, console.admin().await);
        run(daemon, at(MONDAY, "12:00")).await;
        if turned_off {
            let path = format!("/api/v1/service/schedules/{NAME}/disable");
            let version = daemon.schedules.current().version;
            admin.post(&path, json!({ "expected_version": version })).await.ok();
        }
        assert!(admin.delete(&format!("/api/v1/tasks/{NAME}")).await.status.is_success());
        admin.upload("/api/v1/tasks", &eighth()).await.ok();
        come_back(&console, true).await;
        // The same after a restart of the daemon, by which a service keeps its schedules.
        let house = console.stop().await;
        let console = Console::of(house, at(MONDAY, "12:30")).await;
        run(&console.daemon, at(MONDAY, "13:00")).await;
        come_back(&console, true).await;
        console.daemon.services.restart_service(OTHER).await.unwrap();
        come_back(&console, false).await;
        run(&console.daemon, at(MONDAY, "18:30")).await;
        let (outcome, reason) = end_of(&console.daemon, OTHER, MONDAY, EIGHTH).await;
        assert_eq!(outcome, SlotOutcome::Ran, "{reason}");
        console.stop().await;
    }
}

/// What list, status, tasks and ledger of the other user say of the task that came back: all the same.
async fn come_back(console: &Console, waits: bool) {
    let (daemon, user) = (&console.daemon, console.user().await);
    let list = user.get("/api/v1/service/schedules").await.ok();
    assert_eq!(list["restart_needed"], waits, "{list}");
    let newest = list["items"].as_array().unwrap().iter().find(|item| item["task"] == NAME).unwrap();
    assert_eq!(newest["enabled"], true);
    let status = user.get("/api/v1/user/service/status").await.ok();
    assert_eq!(status["restart_needed"], waits);
    let tasks = user.get("/api/v1/user/service/tasks").await.ok();
    let own = tasks["items"].as_array().unwrap().iter().find(|item| item["task"] == NAME).unwrap();
    assert_eq!((own["next_run_at"].is_null(), &own["schedule_enabled"]), (waits, &json!(!waits)), "{own}");
    let expected = slots(daemon, OTHER, MONDAY).await.iter().any(|slot| slot.task == EIGHTH);
    assert_eq!(expected, !waits, "what the ledger expects");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_stands_in_the_audit_log_with_what_came_of_it() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    let none = json!({});
    let change = json!({ "expected_version": 9, "rule": { "kind": "at", "time": "16:20" }, "enabled": true });
    let pin = json!({ "version": 1 });
    let broker = json!({ "broker": "nobody" });
    for (method, path, body, action, status, code) in [
        (Method::DELETE, "/api/v1/tasks/sell_monitor", &none, "task.remove", 409, Some("task_built_in")),
        (Method::DELETE, "/api/v1/tasks/lunch", &none, "task.remove", 404, Some("not_found")),
        (
            Method::POST,
            "/api/v1/modules/sell_monitor/rollback",
            &none,
            "module.rollback",
            409,
            Some("no_earlier_module"),
        ),
        (Method::PUT, "/api/v1/modules/sell_monitor/pins/99", &pin, "module.pin", 404, Some("not_found")),
        (
            Method::PUT,
            "/api/v1/service/schedules/buy_orders",
            &change,
            "schedule.change",
            409,
            Some("schedule_changed"),
        ),
        (Method::PUT, "/api/v1/service/schedules/lunch", &change, "schedule.change", 404, Some("not_found")),
        (Method::PUT, "/api/v1/users/2/broker", &broker, "user.broker", 400, Some("invalid_request")),
        (Method::PUT, "/api/v1/users/99/broker", &broker, "user.broker", 404, Some("not_found")),
        (Method::PUT, "/api/v1/modules/sell_monitor/pins/2", &pin, "module.pin", 204, None),
    ] {
        let answer = admin.send(method, path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        let newest = &admin.get("/api/v1/audit?limit=1").await.ok()["items"][0];
        assert_eq!(
            (&newest["action"], &newest["status"]),
            (&json!(action), &json!(status)),
            "{path}: {newest}"
        );
        assert_eq!(newest["code"], json!(code), "{path}");
    }
    let refused = admin.upload("/api/v1/tasks", b"no component").await;
    let newest = &admin.get("/api/v1/audit?limit=1").await.ok()["items"][0];
    assert_eq!((&newest["status"], &newest["code"]), (&json!(refused.problem().0), &json!("module_refused")));
    let house = console.stop().await;
    let check = prahari_store::verify_audit(&house.database()).unwrap();
    assert_eq!(check.broken, None, "outcomes fit their entries");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_with_the_program_stays() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let admin = console.admin().await;
    for task in crate::support::tasks() {
        let refused = admin.send(Method::DELETE, &format!("/api/v1/tasks/{task}"), json!({})).await;
        assert_eq!(refused.problem(), (409, "task_built_in".to_owned()), "{task}");
    }
    let audited = admin.get("/api/v1/audit").await.ok();
    assert!(audited.to_string().contains("task.remove"), "each attempt is written down first");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_task_is_not_started_again_where_its_individual_service_waited() {
    let console = with_the_eighth().await;
    let (daemon, admin, user) = (&console.daemon, console.admin().await, console.user().await);
    daemon.services.stop_service(OTHER).await.unwrap();
    let start = json!({ "task": NAME, "restart": "on_failure" });
    user.post("/api/v1/service/individual/start", start).await.ok();
    let worker = daemon.users.find(OTHER).unwrap().services.individual(EIGHTH).unwrap().worker;
    kill(Pid::from_raw(i32::try_from(worker.pid()).unwrap()), Signal::SIGKILL).unwrap();
    let services = &daemon.users.find(OTHER).unwrap().services;
    until("the service to wait", async || services.pending_restart(EIGHTH).is_some()).await;

    assert!(admin.delete(&format!("/api/v1/tasks/{NAME}")).await.status.is_success());
    assert_eq!(services.pending_restart(EIGHTH), None);
    run(daemon, at(MONDAY, "09:00")).await;
    assert!(services.individual(EIGHTH).is_none());
    let logs = user.get("/api/v1/user/service/logs").await.ok();
    let lines = logs["items"].as_array().unwrap().iter();
    let stopped: Vec<_> = lines.filter(|line| line["event"] == "individual_stopped").collect();
    let message = stopped[0]["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("was stopped by the daemon: the task {NAME} was removed: ")),
        "{message}"
    );
    console.stop().await;
}
