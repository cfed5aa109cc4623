//! The routes of schedules: reading, trying out and changing them.

use std::sync::Arc;

use prahari_app::events::{Delivery, Listener};
use prahari_domain::tasks::Task;
use prahari_store::AuditFilter;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Answer, Client, Console};
use crate::support::{ADMIN, MONDAY, OTHER, at, start_services};

const BASE: &str = "/api/v1/service/schedules";

async fn console() -> Console {
    Console::start(at(MONDAY, "08:50")).await
}

fn rule(version: u64, rule: Value) -> Value {
    json!({ "expected_version": version, "rule": rule, "enabled": true })
}

fn at_time(version: u64, time: &str) -> Value {
    rule(version, json!({ "kind": "at", "time": time }))
}

async fn put(client: &Client, task: &str, body: Value) -> Answer {
    client.send(Method::PUT, &format!("{BASE}/{task}"), body).await
}

fn of<'a>(set: &'a Value, task: &str) -> &'a Value {
    set["items"].as_array().unwrap().iter().find(|item| item["task"] == task).unwrap()
}

#[tokio::test]
async fn everybody_sees_the_schedules_of_their_tasks_with_the_next_slots() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let set = user.get(BASE).await.ok();
    assert_eq!((&set["version"], &set["restart_needed"]), (&json!(1), &json!(false)));
    let all = admin.get(BASE).await.ok();
    let own = all["items"].as_array().unwrap().iter().filter(|item| item["task"] != "analysis");
    assert_eq!(set["items"], own.cloned().collect::<Value>(), "one of the seven is the admins'");
    assert_eq!(all["items"].as_array().unwrap().len(), 7);
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

#[tokio::test]
async fn a_change_is_shown_with_who_made_it_and_asks_running_services_to_start_again() {
    let console = console().await;
    start_services(&console.daemon).await;
    let (admin, user) = (console.admin().await, console.user().await);
    let change = json!({
        "expected_version": 1, "enabled": true, "description": "after the close",
        "rule": { "kind": "at", "time": "16:20" },
    });
    let (mut heard, _) = console.daemon.events.subscribe(Listener::User(OTHER), None);
    let set = put(&admin, "buy_orders", change).await.ok();
    let Delivery::Events(events) = heard.next().await else { panic!("the user hears of it") };
    assert!(events[0].json().contains("\"change\":\"restart_needed\""), "{}", events[0].json());
    assert_eq!((&set["version"], &set["restart_needed"]), (&json!(2), &json!(true)));
    let entry = of(&set, "buy_orders");
    assert_eq!((&entry["changed_by"], &entry["version"]), (&json!(1), &json!(2)));
    let names = (&entry["changed_by_name"], &entry["created_by"], &entry["created_by_name"]);
    assert_eq!(names, (&json!(console.daemon.users.find(ADMIN).unwrap().name), &Value::Null, &Value::Null));
    assert_eq!(entry["created_at"], "2025-03-10T08:50:00.000+05:30");
    assert_eq!(entry["next"][0]["due_at"], "2025-03-10T16:20:00.000+05:30");
    assert_eq!(of(&set, "analysis")["version"], 1);
    assert_eq!(user.get(BASE).await.ok()["restart_needed"], true);
    let status = user.get("/api/v1/user/service/status").await.ok();
    assert_eq!((&status["restart_needed"], &status["schedule_version"]), (&json!(true), &json!(1)));
    user.post("/api/v1/user/service/restart", Value::Null).await.ok();
    let status = user.get("/api/v1/user/service/status").await.ok();
    assert_eq!((&status["restart_needed"], &status["schedule_version"]), (&json!(false), &json!(2)));
    assert_eq!(admin.get(BASE).await.ok()["restart_needed"], true, "the admin's own runs on");

    let late = put(&admin, "buy_orders", at_time(1, "16:30")).await;
    assert_eq!(late.problem(), (409, "schedule_changed".to_owned()));
    let history = user.get(&format!("{BASE}/buy_orders/history")).await.ok();
    let times: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|item| item["rule"]["time"].clone()).collect();
    assert_eq!(times, [json!("16:20"), json!("16:05")]);
    let audit = AuditFilter {
        user: Some(ADMIN),
        action: Some("schedule".to_owned()),
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 9,
    };
    let entries = console.daemon.store.system().audit(audit).await.unwrap();
    let last = &entries.last().unwrap().entry;
    assert_eq!((last.action.as_str(), last.resource.as_str()), ("schedule.change", "schedule buy_orders"));
    assert!(last.details.contains("16:20"), "{}", last.details);
}

#[tokio::test]
async fn tasks_are_turned_off_and_on_one_by_one_and_together() {
    let console = console().await;
    let admin = console.admin().await;
    let against = |version: u64| json!({ "expected_version": version });
    let off = admin.post(&format!("{BASE}/analysis/disable"), against(1)).await.ok();
    assert_eq!((&of(&off, "analysis")["enabled"], &off["version"]), (&json!(false), &json!(2)));
    assert_eq!(of(&off, "analysis")["next"], json!([]));
    let on = admin.post(&format!("{BASE}/analysis/enable"), against(2)).await.ok();
    assert_eq!(of(&on, "analysis")["enabled"], true);
    let tasks = json!(["analysis", "buy_orders", "sell_monitor"]);
    let bulk = json!({ "expected_version": 3, "tasks": tasks, "enabled": false });
    let set = admin.post(&format!("{BASE}/bulk"), bulk).await.ok();
    assert_eq!(set["version"], 4);
    console.daemon.store.flush().await.unwrap();
    for task in ["analysis", "buy_orders", "sell_monitor"] {
        let path = format!("/api/v1/audit?action=schedule.disable&resource=schedule%20{task}");
        let entry = admin.get(&path).await.ok()["items"][0].clone();
        assert_eq!((&entry["status"], &entry["details"]["expected_version"]), (&json!(200), &json!(3)));
    }
    let enabled = set["items"].as_array().unwrap().iter().filter(|item| item["enabled"] == true).count();
    assert_eq!(enabled, 4);
    for tasks in [json!([]), json!(["no lunch"]), json!("analysis")] {
        let bulk = json!({ "expected_version": 4, "tasks": tasks, "enabled": false });
        assert_eq!(admin.post(&format!("{BASE}/bulk"), bulk).await.problem().0, 400, "{tasks}");
    }
    assert_eq!(admin.post(&format!("{BASE}/no-lunch/disable"), against(4)).await.problem().0, 400);
    // It could be a task, and there is none.
    assert_eq!(admin.post(&format!("{BASE}/lunch/disable"), against(4)).await.problem().0, 404);
}

#[tokio::test]
async fn what_is_so_already_is_no_new_version_and_nobody_is_told() {
    let console = console().await;
    start_services(&console.daemon).await;
    let admin = console.admin().await;
    let against = |version: u64| json!({ "expected_version": version });
    admin.post(&format!("{BASE}/buy_orders/disable"), against(1)).await.ok();
    let (mut listening, _) = console.daemon.events.subscribe(Listener::User(OTHER), None);
    let same = admin.post(&format!("{BASE}/buy_orders/disable"), against(2)).await.ok();
    assert_eq!(same["version"], 2);
    let on = json!({ "expected_version": 2, "confirm": true });
    admin.post(&format!("{BASE}/buy_orders/enable"), on).await.ok();
    let Delivery::Events(events) = listening.next().await else { panic!("events are told") };
    let event: Value = serde_json::from_str(&events[0].json()).unwrap();
    let told = (&json!("changed"), &json!("schedule"), &json!("3"));
    assert_eq!((&event["type"], &event["what"], &event["id"]), told, "the first that is told: {event}");
}

#[tokio::test]
async fn what_cannot_be_a_schedule_is_refused_with_the_reason_and_nothing_changes() {
    let console = console().await;
    let admin = console.admin().await;
    let script = |script: &str| json!({ "kind": "script", "script": script });
    for (task, wanted, because) in [
        ("buy_orders", json!({ "kind": "at", "time": "08:59" }), "09:00"),
        ("buy_orders", json!({ "kind": "at", "time": "18:01" }), "18:00"),
        ("position_monitor", json!({ "kind": "hourly", "time": "09:45", "end_time": "15:30" }), ":30"),
        ("sell_monitor", json!({ "kind": "each_minute", "time": "15:00", "end_time": "09:15" }), "15:00"),
        ("buy_orders", script("fn slots(day) { loop {} }"), "operations"),
        ("buy_orders", script("fn slots(day) { [\"25:00\"] }"), "25:00"),
        ("buy_orders", script("let x = ;"), "line 1"),
    ] {
        let answer = put(&admin, task, rule(1, wanted.clone())).await;
        assert_eq!(answer.problem(), (400, "invalid_schedule".to_owned()), "{wanted}: {}", answer.text);
        assert!(answer.text.contains(because), "{wanted}: {}", answer.text);
        let preview = admin.post(&format!("{BASE}/{task}/preview"), json!({ "rule": wanted })).await;
        assert_eq!(preview.problem(), (400, "invalid_schedule".to_owned()), "{}", preview.text);
    }
    let unread = put(&admin, "buy_orders", rule(1, json!({ "kind": "at", "time": "9 o'clock" }))).await;
    assert_eq!(unread.problem(), (400, "invalid_request".to_owned()));
    assert_eq!(admin.get(BASE).await.ok()["version"], 1);
}

#[tokio::test]
async fn a_preview_tells_the_next_runs_the_year_and_the_difference_before_anything_is_saved() {
    let console = console().await;
    let admin = console.admin().await;
    let script = r#"fn slots(day) { if day.weekday == 5 { ["16:30"] } else { ["16:05"] } }"#;
    let candidate = json!({ "rule": { "kind": "script", "script": script }, "next": 6 });
    let preview = admin.post(&format!("{BASE}/buy_orders/preview"), candidate).await.ok();
    let next: Vec<_> = preview["next"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["due_at"].as_str().unwrap()[..16].to_owned())
        .collect();
    // Friday the 14th is Holi.
    let expected = ["10T16:05", "11T16:05", "12T16:05", "13T16:05", "17T16:05", "18T16:05"];
    assert_eq!(next, expected.map(|time| format!("2025-03-{time}")));
    let year = &preview["year"];
    assert_eq!(year["from"], "2025-03-10");
    assert!(year["trading_days"].as_u64().unwrap() > 180, "{year}");
    let days = year["days"].as_array().unwrap();
    assert_eq!(days[0], json!(["2025-03-10", 1]));
    assert_eq!(days.len() as u64, year["days_with_slots"].as_u64().unwrap());
    assert!(days.is_sorted_by(|one, next| one[0].as_str() < next[0].as_str()), "{year}");
    assert_eq!(days.iter().map(|day| day[1].as_u64().unwrap()).sum::<u64>(), year["runs"].as_u64().unwrap());
    let differing = preview["differing_days"].as_u64().unwrap();
    assert!((30..=52).contains(&differing), "each Friday with a session: {differing}");
    let first = &preview["differences"][0];
    assert_eq!(first["day"], "2025-03-21");
    assert_eq!(first["removed"][0]["due_at"], "2025-03-21T16:05:00.000+05:30");
    assert_eq!(first["added"][0]["due_at"], "2025-03-21T16:30:00.000+05:30");
    let none = json!({ "rule": { "kind": "at", "time": "16:05" } });
    let same = admin.post(&format!("{BASE}/buy_orders/preview"), none).await.ok();
    assert_eq!((&same["differing_days"], &same["differences"]), (&json!(0), &json!([])));
    assert_eq!(admin.get(BASE).await.ok()["version"], 1);
}

#[tokio::test]
async fn a_test_run_tells_what_would_fire_on_a_date() {
    let console = console().await;
    let user = console.user().await;
    let on = async |date: &str| user.get(&format!("{BASE}/test-run?date={date}")).await;
    let ordinary = on("2025-03-10").await.ok();
    assert_eq!((&ordinary["open"], &ordinary["special"]), (&json!(true), &json!(false)));
    let names = |run: &Value| -> Vec<String> {
        let firings = run["firings"].as_array().unwrap();
        firings.iter().map(|firing| firing["task"].as_str().unwrap().to_owned()).collect()
    };
    let admin = console.admin().await.get(&format!("{BASE}/test-run?date=2025-03-10")).await.ok();
    let mut all = names(&admin);
    assert_eq!(all.len(), 13);
    all.retain(|task| task != "analysis");
    assert_eq!((names(&ordinary), all.len()), (all.clone(), 12), "one of them is the admins'");
    let holi = on("2025-03-14").await.ok();
    assert_eq!((&holi["open"], &holi["firings"]), (&json!(false), &json!([])));
    assert!(!holi["note"].as_str().unwrap().is_empty());
    // Muhurat trading on Diwali.
    let muhurat = on("2025-10-21").await.ok();
    assert_eq!((&muhurat["open"], &muhurat["special"]), (&json!(true), &json!(true)));
    for unread in ["2025-02-30", "tomorrow", "1999-01-01"] {
        assert_eq!(on(unread).await.problem(), (400, "invalid_request".to_owned()));
    }
}

#[tokio::test]
async fn several_rules_cron_and_what_a_task_waits_for_are_saved_and_shown() {
    let console = console().await;
    let admin = console.admin().await;
    let buys = admin.get(BASE).await.ok();
    let scan = json!({ "tasks": ["analysis"], "latest": "17:30", "then": "run" });
    assert_eq!(of(&buys, "buy_orders")["after"], scan, "the default");
    assert_eq!(of(&buys, "analysis")["after"], Value::Null);
    let cron = json!({ "kind": "cron", "expression": "35 16 * * MON-FRI" });
    let noon = json!({ "kind": "at", "time": "12:00" });
    let rules = json!({ "expected_version": 1, "rules": [noon, cron], "enabled": true, "confirm": true });
    let set = put(&admin, "buy_orders", rules).await.ok();
    let (entry, named) = (of(&set, "buy_orders"), "35 16 * * MON-FRI");
    let shown = json!([noon, { "kind": "cron", "expression": named, "zone": "Asia/Kolkata" }]);
    assert_eq!((&entry["rule"], &entry["rules"], &entry["after"]), (&Value::Null, &shown, &scan));
    let next: Vec<_> =
        (0..2).map(|at| entry["next"][at]["due_at"].as_str().unwrap()[11..16].to_owned()).collect();
    assert_eq!(next, ["12:00", "16:35"]);
    // What is left out stays, and null is nothing.
    let alone =
        json!({ "expected_version": 2, "rule": noon, "enabled": true, "after": null, "confirm": true });
    let set = put(&admin, "buy_orders", alone).await.ok();
    let entry = of(&set, "buy_orders");
    assert_eq!((&entry["rule"], &entry["after"]), (&noon, &Value::Null));
    let skips = json!({ "tasks": ["analysis", "eod_cleanup"], "latest": "18:30", "then": "skip" });
    let waits =
        json!({ "expected_version": 3, "rule": noon, "enabled": true, "after": skips, "confirm": true });
    assert_eq!(of(&put(&admin, "buy_orders", waits).await.ok(), "buy_orders")["after"], skips);
}

#[tokio::test]
async fn rules_and_waits_that_cannot_be_are_refused_with_the_reason() {
    let console = console().await;
    let admin = console.admin().await;
    let noon = json!({ "kind": "at", "time": "12:00" });
    let cron =
        |expression: &str, zone: &str| json!({ "kind": "cron", "expression": expression, "zone": zone });
    let after = |tasks: Value| json!({ "tasks": tasks, "latest": "17:30", "then": "run" });
    for (wanted, code, because) in [
        (json!({}), "invalid_request", "give either rule or rules"),
        (json!({ "rule": noon, "rules": [noon] }), "invalid_request", "give either rule or rules"),
        (json!({ "rules": [] }), "invalid_request", "rules is a list of 1 to 8 items"),
        (json!({ "rules": vec![noon.clone(); 9] }), "invalid_request", "rules is a list of 1 to 8 items"),
        (json!({ "rule": cron("0 25 * * *", "Asia/Kolkata") }), "invalid_schedule", "the hour \\\"25\\\""),
        (json!({ "rule": cron("* * * * *", "Asia/Kolkata") }), "invalid_schedule", "more than 100 times"),
        (json!({ "rule": cron("0 9 30 2 *", "Asia/Kolkata") }), "invalid_schedule", "on no trading day"),
        (json!({ "rule": cron("0 9 * * *", "Mars/Olympus") }), "invalid_request", "is not a time zone"),
        (json!({ "rule": cron(&"1,".repeat(200), "Asia/Kolkata") }), "invalid_request", "256"),
        (json!({ "rule": noon, "after": after(json!([])) }), "invalid_request", "list of 1 to 8 items"),
        (
            json!({ "rule": noon, "after": after(json!(["lunch"])) }),
            "invalid_schedule",
            "after lunch, which has no schedule",
        ),
        (
            json!({ "rule": noon, "after": after(json!(["buy_orders"])) }),
            "invalid_schedule",
            "wait for itself",
        ),
        (json!({ "rule": noon, "after": { "tasks": ["analysis"] } }), "invalid_request", "latest"),
    ] {
        let preview = admin.post(&format!("{BASE}/buy_orders/preview"), wanted.clone()).await;
        assert_eq!(preview.problem(), (400, code.to_owned()), "{wanted}: {}", preview.text);
        let mut change = wanted.clone();
        change["expected_version"] = json!(1);
        change["enabled"] = json!(true);
        let answer = put(&admin, "buy_orders", change).await;
        assert_eq!(answer.problem(), (400, code.to_owned()), "{wanted}: {}", answer.text);
        assert!(answer.text.contains(because), "{wanted}: {}", answer.text);
    }
    // A circle by way of another task.
    let scan = json!({ "expected_version": 1, "rule": { "kind": "at", "time": "16:00" }, "enabled": true,
        "after": after(json!(["buy_orders"])) });
    let answer = put(&admin, "analysis", scan).await;
    assert!(
        answer.text.contains("analysis runs after buy_orders, buy_orders runs after analysis"),
        "{}",
        answer.text
    );
    assert_eq!(admin.get(BASE).await.ok()["version"], 1);
}

#[tokio::test]
async fn an_expression_that_is_due_in_the_past_only_may_be_turned_off_and_not_on_again() {
    let console = console().await;
    let admin = console.admin().await;
    // A Friday; a year later it is a Saturday.
    let cron = json!({ "kind": "cron", "expression": "0 16 21 3 *", "zone": "Asia/Kolkata" });
    let mut confirmed = rule(1, cron.clone());
    confirmed["confirm"] = json!(true);
    put(&admin, "buy_orders", confirmed).await.ok();
    let house = console.stop().await;
    let console = Console::of(house, at("2025-03-24", "08:50")).await;
    let admin = console.admin().await;
    for (path, body) in [
        (format!("{BASE}/buy_orders/preview"), json!({ "rule": cron })),
        (format!("{BASE}/buy_orders/enable"), json!({ "expected_version": 3 })),
    ] {
        if path.ends_with("enable") {
            let off =
                admin.post(&format!("{BASE}/buy_orders/disable"), json!({ "expected_version": 2 })).await;
            assert_eq!(of(&off.ok(), "buy_orders")["enabled"], false, "that is never refused");
        }
        let refused = admin.post(&path, body).await;
        assert_eq!(refused.problem(), (400, "invalid_schedule".to_owned()), "{path}: {}", refused.text);
        let sentence = "the cron expression \\\"0 16 21 3 *\\\" is due on no trading day within 400 days from 2025-03-24 on";
        assert!(refused.text.contains(sentence), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_refusal_names_every_way_in_which_a_rule_may_be_given() {
    let console = console().await;
    let refused = put(&console.admin().await, "sell_monitor", at_time(1, "10:00")).await;
    let sentence = "it runs each minute from a start to an end, or by a script, or by a cron expression";
    assert!(refused.text.contains(sentence), "{}", refused.text);
}

#[tokio::test]
async fn a_flagged_schedule_is_saved_and_turned_on_only_when_it_is_confirmed() {
    let console = console().await;
    let admin = console.admin().await;
    let noon = json!({ "kind": "at", "time": "12:00" });
    let idle =
        "it is due at 12:00 on 2025-03-10, and the task can do nothing outside of 15:30 to 23:59 (IST)";
    let preview = admin.post(&format!("{BASE}/eod_cleanup/preview"), json!({ "rule": noon })).await.ok();
    assert_eq!(preview["flags"], json!([{ "kind": "idle", "detail": idle }]));
    let refused = put(&admin, "eod_cleanup", rule(1, noon.clone())).await;
    assert_eq!(refused.problem(), (409, "schedule_flagged".to_owned()), "{}", refused.text);
    assert!(
        refused.text.contains(&format!("the schedule of eod_cleanup needs a confirmation: {idle}")),
        "{}",
        refused.text
    );
    assert_eq!(admin.get(BASE).await.ok()["version"], 1, "nothing is saved");
    let mut confirmed = rule(1, noon.clone());
    confirmed["confirm"] = json!(true);
    let set = put(&admin, "eod_cleanup", confirmed).await.ok();
    assert_eq!(of(&set, "eod_cleanup")["flags"][0]["kind"], "idle", "it is listed as well");
    assert_eq!(of(&set, "buy_orders")["flags"], json!([]));

    // Turning it off needs no word, and turning it on again one.
    let against = |version: u64| json!({ "expected_version": version });
    admin.post(&format!("{BASE}/eod_cleanup/disable"), against(2)).await.ok();
    let on = admin.post(&format!("{BASE}/eod_cleanup/enable"), against(3)).await;
    assert_eq!(on.problem(), (409, "schedule_flagged".to_owned()), "{}", on.text);
    let bulk = json!({ "expected_version": 3, "tasks": ["buy_orders", "eod_cleanup"], "enabled": true });
    assert_eq!(admin.post(&format!("{BASE}/bulk"), bulk).await.problem().1, "schedule_flagged");
    let on = json!({ "expected_version": 3, "confirm": true });
    let set = admin.post(&format!("{BASE}/eod_cleanup/enable"), on).await.ok();
    assert_eq!((&of(&set, "eod_cleanup")["enabled"], &set["version"]), (&json!(true), &json!(4)));
}

#[tokio::test]
async fn a_script_that_is_never_due_is_flagged_and_a_description_has_512_characters_at_most() {
    let console = console().await;
    let admin = console.admin().await;
    let never = json!({ "kind": "script", "script": "fn slots(day) { [] }" });
    let refused = put(&admin, "analysis", rule(1, never)).await;
    assert_eq!(refused.problem(), (409, "schedule_flagged".to_owned()), "{}", refused.text);
    assert!(
        refused.text.contains("it is due on no trading day within a year from 2025-03-10 on"),
        "{}",
        refused.text
    );
    let current = console.daemon.schedules.current();
    let analysis = &current.entry(Task::literal("analysis")).unwrap().schedule;
    let previews = &console.daemon.previews;
    let found = [analysis, analysis].map(|schedule| previews.flags(schedule).unwrap());
    assert!(Arc::ptr_eq(&found[0], &found[1]), "the year is not computed again for each look");
    let mut described = at_time(1, "20:00");
    described["description"] = json!("\u{930}".repeat(513));
    assert_eq!(put(&admin, "analysis", described.clone()).await.problem().0, 400);
    described["description"] = json!("\u{930}".repeat(512));
    assert_eq!(of(&put(&admin, "analysis", described).await.ok(), "analysis")["version"], 2);
    let changed = console.daemon.schedules.current();
    let analysis = &changed.entry(Task::literal("analysis")).unwrap().schedule;
    assert!(
        !Arc::ptr_eq(&previews.flags(analysis).unwrap(), &found[0]),
        "another schedule has flags of its own"
    );
}
