//! Services over HTTP: many who ask at once, refusals with their reasons, the ledger and the alerts.

use prahari_app::watchdog::Watchdog;
use prahari_domain::tasks::Task;
use prahari_store::RunTrigger;
use serde_json::{Value, json};

use crate::support::console::{Client, Console};
use crate::support::{MONDAY, OTHER, TUESDAY, at, run, runs, start_services};
use crate::{agreed_state, move_to};

const RUN_ONCE: &str = "/api/v1/service/individual/run-once";

/// How many ask at once.
const CLIENTS: usize = 32;

/// Has many clients send the same request at once; answers the statuses and bodies.
async fn all_at_once(clients: &[Client], path: &'static str, body: &Value) -> Vec<(u16, Value)> {
    let mut asking = tokio::task::JoinSet::new();
    for client in clients {
        let (client, body) = (client.clone(), body.clone());
        asking.spawn(async move {
            let answer = client.post(path, body).await;
            (answer.status.as_u16(), answer.json())
        });
    }
    asking.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_clients_who_post_run_once_at_once_one_gets_the_run_in_each_of_200_rounds() {
    let console = Console::start(at(MONDAY, "09:20")).await;
    let daemon = &console.daemon;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(console.user().await);
    }
    let body = json!({ "task": "position_monitor" });
    for round in 1..=200 {
        let asked_at = daemon.clock.now();
        let answers = all_at_once(&clients, RUN_ONCE, &body).await;
        let begun: Vec<_> = answers.iter().filter(|(status, _)| *status == 202).collect();
        let refused = answers.iter().filter(|(status, problem)| {
            *status == 409 && problem["code"] == "run_too_soon" && problem["retry_at"].is_string()
        });
        assert_eq!((begun.len(), refused.count()), (1, CLIENTS - 1), "round {round}: {answers:?}");
        daemon.background.finish().await;
        daemon.store.flush().await.unwrap();
        let runs = runs(daemon, OTHER, Task::literal("position_monitor")).await;
        assert_eq!(runs.len(), round);
        let run = runs.iter().max_by_key(|run| run.id).unwrap();
        assert_eq!(begun[0].1["execution"], run.id.0);
        assert_eq!((run.started_at, run.trigger), (asked_at, RunTrigger::RunOnce));
        move_to(daemon, asked_at.plus_minutes(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_start_and_stop_in_a_loop_never_leave_a_wrong_status() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let user = console.user().await;
    for round in 0..25 {
        let mut switching = tokio::task::JoinSet::new();
        for thread in 0..4 {
            let user = user.clone();
            switching.spawn(async move {
                for step in ["start", "stop", "start"] {
                    let answer = user.post(&format!("/api/v1/user/service/{step}"), Value::Null).await.ok();
                    assert_eq!(answer["running"], step == "start", "thread {thread}: {answer}");
                }
            });
        }
        while let Some(ended) = switching.join_next().await {
            ended.unwrap();
        }
        let status = user.get("/api/v1/user/service/status").await.ok();
        assert_eq!(status["running"], agreed_state(&console.daemon, OTHER).await, "round {round}: {status}");
    }
}

#[tokio::test]
async fn refusals_say_why_and_when_it_may_be_tried_again() {
    let console = Console::start(at(MONDAY, "09:20")).await;
    let (user, admin) = (console.user().await, console.admin().await);
    assert_eq!(user.post("/api/v1/user/service/start", Value::Null).await.ok()["changed"], true);
    for step in ["start", "stop"] {
        let path = format!("/api/v1/service/individual/{step}");
        let answer = user.post(&path, json!({ "task": "sell_monitor" })).await;
        assert_eq!(answer.problem(), (409, "unified_service_running".to_owned()));
        let detail = "the unified service of this user is running and runs every task; stop it first";
        assert_eq!(answer.json()["detail"], detail);
    }
    let begun = user.post(RUN_ONCE, json!({ "task": "buy_orders" })).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    console.daemon.background.finish().await;
    let again = admin.post(&format!("{RUN_ONCE}?user=2"), json!({ "task": "buy_orders" })).await;
    assert_eq!(again.problem(), (409, "run_too_soon".to_owned()));
    assert_eq!(again.json()["retry_at"], "2025-03-10T09:22:00.000+05:30");
    let done = user.get(&format!("/api/v1/executions/{}", begun.json()["execution"])).await.ok();
    assert_eq!((&done["outcome"], &done["trigger"]), (&json!("succeeded"), &json!("run_once")));
    assert_eq!(done["service"], Value::Null);
    let analysis = admin.post("/api/v1/service/analysis/run", Value::Null).await.ok();
    assert_eq!(analysis["warning"], Value::Null, "signals are written during the day too");
    console.daemon.background.finish().await;
    let unknown = user.post(RUN_ONCE, json!({ "task": "lunch" })).await;
    assert_eq!(unknown.problem(), (404, "not_found".to_owned()));
    assert!(unknown.text.contains("lunch"), "{}", unknown.text);
}

#[tokio::test]
async fn the_service_log_says_who_had_each_service_started_and_stopped() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (user, admin) = (console.user().await, console.admin().await);
    let task = || json!({ "task": "sell_monitor" });
    for (client, path, body) in [
        (&user, "/api/v1/service/individual/start", task()),
        (&admin, "/api/v1/service/individual/stop?user=2", task()),
        (&user, "/api/v1/service/individual/start", task()),
        (&user, "/api/v1/user/service/start", Value::Null),
        (&admin, "/api/v1/user/service/restart?user=2", Value::Null),
        (&admin, "/api/v1/user/service/stop?user=2", Value::Null),
    ] {
        client.post(path, body).await.ok();
    }
    let log = user.get("/api/v1/user/service/logs").await.ok();
    let lines = log["items"].as_array().unwrap().iter().rev();
    let lines: Vec<_> = lines.map(|line| (line["event"].as_str(), line["message"].as_str())).collect();
    let expected = [
        ("individual_started", "was started by user 2 ("),
        ("individual_stopped", "was stopped by user 1 ("),
        ("individual_started", "was started by user 2 ("),
        ("individual_stopped", "was stopped by the daemon: the unified service is started by user 2 ("),
        ("service_started", "was started by user 2 ("),
        ("service_restarted", "is restarted by user 1 ("),
        ("service_started", "was started by user 1 ("),
        ("service_stopped", "was stopped by user 1 ("),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (event, words)) in lines.iter().zip(expected) {
        assert_eq!(line.0, Some(event), "{lines:?}");
        assert!(line.1.is_some_and(|message| message.contains(words)), "{line:?}");
    }
}

#[tokio::test]
async fn a_task_of_the_admins_is_to_a_user_as_one_that_does_not_exist() {
    let console = Console::start(at(MONDAY, "09:20")).await;
    let (user, admin) = (console.user().await, console.admin().await);
    for service in ["off", "on"] {
        for (method, path) in [
            ("POST", RUN_ONCE),
            ("POST", "/api/v1/service/individual/start"),
            ("POST", "/api/v1/service/individual/stop"),
            ("GET", "/api/v1/tasks/TASK"),
            ("GET", "/api/v1/service/schedules/TASK/history"),
            ("POST", "/api/v1/service/schedules/TASK/disable"),
            ("GET", "/api/v1/modules/TASK/history"),
            ("GET", "/api/v1/slots?task=TASK"),
            ("GET", "/api/v1/executions?task=TASK"),
            ("GET", "/api/v1/logs?task=TASK"),
        ] {
            let asked = async |task: &str| {
                let path = path.replace("TASK", task);
                let body = if path.ends_with("disable") {
                    json!({ "expected_version": 1 })
                } else {
                    json!({ "task": task })
                };
                let answer = match method {
                    "GET" => user.get(&path).await,
                    _ => user.post(&path, body).await,
                };
                (answer.status.as_u16(), answer.text.replace(task, "TASK"))
            };
            assert_eq!(
                asked("analysis").await,
                asked("lunch_break").await,
                "{path} with the service {service}"
            );
        }
        user.post("/api/v1/user/service/start", Value::Null).await.ok();
    }
    let own = json!({ "task": "analysis" });
    let of_user = admin.post("/api/v1/service/individual/start?user=2", own).await;
    assert_eq!(of_user.problem(), (409, "unified_service_running".to_owned()), "an admin is told what is so");
}

#[tokio::test]
async fn the_next_run_is_that_of_the_schedules_by_which_the_service_runs() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    start_services(daemon).await;
    let change = json!({
        "expected_version": 1, "enabled": true, "rule": { "kind": "at", "time": "17:20" },
    });
    let path = "/api/v1/service/schedules/buy_orders";
    admin.send(reqwest::Method::PUT, path, change).await.ok();
    let next = async || {
        let tasks = user.get("/api/v1/user/service/tasks").await.ok();
        let of = |task: &&Value| task["task"] == "buy_orders";
        let listed = tasks["items"].as_array().unwrap().iter().find(of).unwrap()["next_run_at"].clone();
        let alone = user.get("/api/v1/service/individual/status").await.ok();
        assert_eq!(alone["services"]["buy_orders"]["next_run_at"], listed);
        listed.as_str().unwrap()[11..16].to_owned()
    };
    assert_eq!(next().await, "16:05", "it runs by the version before");
    user.post("/api/v1/user/service/restart", Value::Null).await.ok();
    assert_eq!(next().await, "17:20");
}

#[tokio::test]
async fn a_day_of_a_service_is_told_by_status_tasks_logs_and_executions() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    assert!(
        user.post("/api/v1/service/individual/start", json!({ "task": "eod_cleanup" })).await.status == 200
    );
    assert_eq!(user.post("/api/v1/user/service/start", Value::Null).await.ok()["changed"], true);
    run(daemon, at(MONDAY, "09:31")).await;
    daemon.maintenance.upkeep_step(&mut None).await.unwrap();
    daemon.store.flush().await.unwrap();

    let status = user.get("/api/v1/user/service/status").await.ok();
    assert_eq!((&status["running"], &status["restart_needed"]), (&json!(true), &json!(false)));
    assert!(status["heartbeat_at"].as_str().unwrap().starts_with("2025-03-10T09:3"), "{status}");
    let tasks = user.get("/api/v1/user/service/tasks").await.ok();
    let of =
        |name: &str| tasks["items"].as_array().unwrap().iter().find(|task| task["task"] == name).cloned();
    assert_eq!(of("buy_orders").unwrap()["next_run_at"], "2025-03-10T16:05:00.000+05:30");
    assert_eq!(of("position_monitor").unwrap()["last_run"]["outcome"], "succeeded");
    assert_eq!(of("analysis"), None, "it is the admins'");
    let logs = user.get("/api/v1/user/service/logs?level=info").await.ok();
    assert_eq!(logs["items"][0]["event"], "service_started");
    let executions = user.get("/api/v1/executions?service=unified&task=premarket_retry").await.ok();
    assert_eq!(executions["items"][0]["service"], "unified");
    let individual = user.get("/api/v1/executions?service=individual").await.ok();
    assert_eq!(individual["items"], json!([]));

    let all = admin.get("/api/v1/service/status?running=true").await.ok();
    let running: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| one["user"].clone()).collect();
    assert_eq!(running, [json!(2)]);
    let page = admin.get("/api/v1/service/status?limit=2").await.ok();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let rest = format!("/api/v1/service/status?limit=2&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(admin.get(&rest).await.ok()["items"][0]["user"], 3);
    assert_eq!(admin.post("/api/v1/service/restart", Value::Null).await.ok()["restarted"], 1);
}

#[tokio::test]
async fn the_ledger_tells_what_was_expected_and_what_became_of_it() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    start_services(daemon).await;
    run(daemon, at(TUESDAY, "00:00")).await;
    daemon.store.flush().await.unwrap();
    let day = user.get("/api/v1/slots/day?date=2025-03-10").await.ok();
    let monitor = day["tasks"].as_array().unwrap().iter().find(|of| of["task"] == "sell_monitor").unwrap();
    assert_eq!((&monitor["slots"]["ran"], &monitor["slots"]["ticks_expected"]), (&json!(1), &json!(375)));
    assert_eq!(monitor["slots"]["ticks_ran"], 375);
    // Page by page the same as at once.
    let range = "from=2025-03-10&to=2025-03-10";
    let whole = user.get(&format!("/api/v1/slots?{range}")).await.ok()["items"].as_array().unwrap().clone();
    assert_eq!(whole.len(), 12, "{whole:#?}");
    assert!(whole.iter().all(|slot| slot["state"] == "ran" && slot["user"] == 2), "{whole:#?}");
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = user.get(&format!("/api/v1/slots?{range}&limit=5{cursor}")).await.ok();
        paged.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, whole);
    let all = admin.get(&format!("/api/v1/system/slots?{range}&task=analysis")).await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "the analysis is one for all: {all}");
    let summary = admin.get("/api/v1/system/slots/day?date=2025-03-10").await.ok();
    assert_eq!(summary["troubled"], json!([]));
    let reversed = user.get("/api/v1/slots?from=2025-03-11&to=2025-03-10").await;
    assert_eq!(reversed.problem().0, 400);
}

#[tokio::test]
async fn an_alert_reaches_its_user_and_the_admins_and_is_settled_by_hand_once() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let (daemon, user, admin) = (&console.daemon, console.user().await, console.admin().await);
    run(daemon, at(MONDAY, "08:51")).await;
    daemon.services.start_service(OTHER).await.unwrap();
    let mut watchdog = Watchdog::new(&daemon.maintenance);
    // From here on nobody runs the scheduler.
    move_to(daemon, at(MONDAY, "09:10")).await;
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap().len(), 1);
    let open = user.get("/api/v1/alerts?open=true").await.ok();
    let alert = &open["items"][0];
    assert_eq!((&alert["task"], &alert["user"]), (&json!("premarket_retry"), &json!(2)));
    assert_eq!(admin.get("/api/v1/system/alerts").await.ok()["items"][0]["id"], alert["id"]);
    let day = admin.get("/api/v1/system/slots/day").await.ok();
    assert_eq!(day["troubled"][0]["user"], 2, "{day}");
    let resolve = format!("/api/v1/alerts/{}/resolve", alert["id"]);
    let resolved = user.post(&resolve, json!({ "resolution": "the machine was off" })).await.ok();
    assert_eq!(
        (&resolved["resolved_by"], &resolved["resolution"]),
        (&json!(2), &json!("the machine was off"))
    );
    let path = format!("{resolve}?user=2");
    let (status, code) = admin.post(&path, json!({ "resolution": "something else" })).await.problem();
    assert_eq!((status, &*code), (409, "alert_resolved"));
    assert_eq!(user.post(&resolve, json!({ "resolution": " " })).await.problem().0, 400);
    assert_eq!(user.get("/api/v1/alerts?open=true").await.ok()["items"], json!([]));
}
