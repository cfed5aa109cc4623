//! Replays behind requests: of a user's own runs, and for admins of a day, by the versions that ran and by others.

use std::time::Duration;

use prahari_app::replays::ReplayScope;
use prahari_domain::tasks::Task;
use prahari_runtime::ModuleHash;
use prahari_store::{RunStart, RunTrigger};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::Console;
use crate::support::{
    FRIDAY, MONDAY, OTHER, TUESDAY, TestHost, at, component, guests, run, runs, start_services,
};
use crate::upload;

const TASK: Task = Task::literal("position_monitor");

/// Three users whose services ran from nine until half past.
async fn morning() -> Console {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:31")).await;
    Console::over(house, daemon).await
}

/// The path that replays the last run of a task of the user that tests are about.
async fn last_run(console: &Console, task: Task) -> String {
    let run = runs(&console.daemon, OTHER, task).await.pop().unwrap();
    format!("/api/v1/executions/{}/replay", run.id)
}

/// Brings a version; answers its hash.
async fn other_version(console: &Console, task: Task, bytes: &[u8]) -> String {
    upload(&console.daemon, task, bytes).await;
    ModuleHash::of(bytes).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_replays_their_own_runs_and_finds_them_the_same() {
    let console = morning().await;
    let user = console.user().await;
    for task in [Task::literal("sell_monitor"), TASK] {
        let run = runs(&console.daemon, OTHER, task).await.pop().unwrap();
        let replay = user.post(&format!("/api/v1/executions/{}/replay", run.id), json!({})).await.ok();
        assert_eq!((&replay["verdict"], &replay["run"]), (&json!("same"), &json!(run.id.0)), "{replay}");
        assert_eq!((&replay["module"], &replay["difference"]), (&replay["recorded_module"], &json!("")));
        assert_eq!(replay["module"], run.module_hash);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_tried_by_an_admin_and_the_answer_says_where_they_part() {
    let console = morning().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let path = last_run(&console, TASK).await;
    let path = format!("{path}?user={OTHER}");
    let hash = other_version(&console, TASK, &guests::writes_state('1', true)).await;
    let replay = admin.post(&path, json!({ "module": hash })).await.ok();
    assert_eq!(replay["verdict"], "changed", "{replay}");
    assert_eq!(replay["module"], hash);
    assert!(replay["first_call"].is_u64() && replay["difference"] != "", "{replay}");
    let traps = other_version(&console, TASK, &guests::traps()).await;
    let replay = admin.post(&path, json!({ "module": traps })).await.ok();
    let difference = replay["difference"].as_str().unwrap();
    assert!(replay["verdict"] == "trapped" && difference.starts_with("it ended as trapped"), "{replay}");

    // Which versions there are is none of a user's business, and a version of another task is none of this one.
    assert_eq!(user.post(&path, json!({ "module": hash })).await.problem(), (403, "admin_only".to_owned()));
    let elsewhere =
        other_version(&console, Task::literal("sell_monitor"), &guests::writes_state('2', true)).await;
    for unknown in [elsewhere, "ab".repeat(32)] {
        let answer = admin.post(&path, json!({ "module": unknown })).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()));
        let sentence = format!("no version of the module of position_monitor has the hash {unknown}");
        assert_eq!(answer.json()["detail"], sentence);
    }
    let answer = admin.post(&path, json!({ "module": "7" })).await;
    assert_eq!(answer.problem(), (400, "invalid_request".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_none_of_the_callers_business_or_was_not_recorded_is_not_replayed() {
    let console = morning().await;
    let path = last_run(&console, TASK).await;
    assert_eq!(console.nobody().post(&path, json!({})).await.status, 401);
    let other = console.other_user().await;
    for path in [path.clone(), format!("{path}?user={OTHER}")] {
        assert_eq!(other.post(&path, json!({})).await.problem(), (404, "not_found".to_owned()));
    }
    let begun = RunStart {
        id: console.daemon.store.system().next_run_id(),
        task: TASK,
        slot_due: None,
        trigger: RunTrigger::Manual,
        service: None,
        module_hash: "d5".repeat(32),
        started_at: console.daemon.clock.now(),
        attempt: 1,
        cause: None,
    };
    let id = begun.id;
    console.daemon.store.user(OTHER).start_run(begun).await.unwrap();
    let answer = console.user().await.post(&format!("/api/v1/executions/{id}/replay"), json!({})).await;
    assert_eq!(answer.problem(), (409, "no_recording".to_owned()));
    let sentence =
        format!("execution {id} has no recording: it has not ended, or the recording is not kept any more");
    assert_eq!(answer.json()["detail"], sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_replays_a_day() {
    let console = morning().await;
    let admin = console.admin().await;
    let replay = async |body: Value| admin.post("/api/v1/replays", body).await;
    let whole = replay(json!({ "day": MONDAY })).await.ok();
    // Each user: before the open, a tick each minute from 09:15 on, and the monitor.
    assert!(whole["replayed"].as_u64().unwrap() > 3 * 16, "{whole}");
    assert_eq!((&whole["same"], &whole["complete"]), (&whole["replayed"], &json!(true)));
    assert_eq!((&whole["without_recording"], &whole["findings"]), (&json!(0), &json!([])));
    assert_eq!(replay(json!({ "day": TUESDAY })).await.ok()["replayed"], 0);
    let own = replay(json!({ "day": MONDAY, "task": TASK, "user": 2 })).await.ok();
    assert_eq!((&own["replayed"], &own["same"]), (&json!(1), &json!(1)));

    let hash = other_version(&console, TASK, &guests::writes_state('1', true)).await;
    let tried = replay(json!({ "day": MONDAY, "task": TASK, "module": hash })).await.ok();
    assert_eq!((&tried["replayed"], &tried["same"]), (&json!(3), &json!(0)), "{tried}");
    assert_eq!(tried["findings"].as_array().unwrap().len(), 3);
    assert_eq!(tried["findings"][1]["user"], 2);

    let refused = replay(json!({ "day": MONDAY, "module": hash })).await;
    assert_eq!(refused.json()["detail"], "task is missing; it says of which task module is a version");
    assert_eq!(replay(json!({ "day": MONDAY, "user": 99 })).await.problem().0, 404);
    let user = console.user().await.post("/api/v1/replays", json!({ "day": MONDAY })).await;
    assert_eq!(user.problem(), (403, "admin_only".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_replayed_than_is_asked_for() {
    let console = morning().await;
    let of = async |most| {
        let scope = ReplayScope { task: Some(TASK), most, ..ReplayScope::default() };
        console.daemon.replays.replay_runs(scope, None).await.unwrap()
    };
    for (most, replayed, complete) in [(Some(2), 2, false), (Some(3), 3, true), (None, 3, true)] {
        let report = of(most).await;
        assert_eq!((report.replayed, report.same, report.complete), (replayed, replayed, complete));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_ends_the_replay_that_they_asked_for() {
    let console = morning().await;
    let admin = console.admin().await;
    let hash = other_version(&console, Task::literal("sell_monitor"), &guests::loops()).await;
    // Each run of it uses up two seconds of processor time, and there are 45, so nobody waits for the answer.
    let body = json!({ "day": MONDAY, "task": "sell_monitor", "module": hash });
    let gone =
        admin.request(Method::POST, "/api/v1/replays").json(&body).timeout(Duration::from_secs(1)).send();
    let (user, path) = (console.user().await, last_run(&console, TASK).await);
    let meanwhile = async {
        for _ in 0..10 {
            assert_eq!(user.post(&path, json!({})).await.ok()["verdict"], "same");
        }
    };
    let (gone, ()) = tokio::join!(gone, meanwhile);
    assert!(gone.unwrap_err().is_timeout());
    let own = admin.post("/api/v1/replays", json!({ "day": MONDAY, "task": TASK }));
    let own = tokio::time::timeout(Duration::from_secs(60), own).await.expect("the turn is free again");
    assert_eq!(own.ok()["same"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_names_the_version_that_decided_it() {
    let house = TestHost::new(3);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "00:00")).await;
    let decided = ModuleHash::of(component(Task::literal("buy_orders"))).to_string();
    upload(&daemon, Task::literal("buy_orders"), &guests::writes_state('1', true)).await;
    let console = Console::over(house, daemon).await;
    let user = console.user().await;
    let orders = user.get("/api/v1/orders?limit=1").await.ok();
    let id = orders["items"][0]["id"].as_str().unwrap().to_owned();
    let story = user.get(&format!("/api/v1/orders/{id}")).await.ok();
    assert_eq!(
        (story["order"]["id"].as_str(), story["module"].as_str()),
        (Some(&*id), Some(&*decided)),
        "{story}"
    );
}
