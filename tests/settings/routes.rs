//! The routes of what users set: bounds, versions, whose settings, and that each change is in the audit log.

use prahari_app::events::{Delivery, Listener};
use prahari_store::AuditFilter;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Client, Console};
use crate::support::{MONDAY, OTHER, at};

const CONFIG: &str = "/api/v1/user/config";
const LIMITS: &str = "/api/v1/user/limits";
const KILL_SWITCH: &str = "/api/v1/user/kill-switch";
const CAPITAL: &str = "/api/v1/user/capital";
const PREFERENCES: &str = "/api/v1/user/notifications/preferences";

async fn console() -> Console {
    Console::start(at(MONDAY, "10:00")).await
}

async fn patch(client: &Client, path: &str, values: Value) -> crate::support::console::Answer {
    client.send(Method::PATCH, path, json!({ "values": values })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bound_of_the_description_is_enforced_by_the_routes_and_names_the_setting() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let schema = user.get("/api/v1/user/config/schema").await.ok();
    // A user's own limits are bounded by the admin's, so the admin's are tried.
    let parts = [
        ("strategy", CONFIG, &user),
        ("limits", "/api/v1/user/limits?user=2", &admin),
        ("preferences", PREFERENCES, &user),
    ];
    let mut tried = 0;
    for (part, path, client) in parts {
        for setting in schema[part].as_array().unwrap() {
            let name = setting["name"].as_str().unwrap();
            let beyond = [(&setting["least"], -1.0), (&setting["most"], 1.0)];
            for (bound, step) in beyond.into_iter().filter(|(bound, _)| bound.is_number()) {
                let value = match (setting["kind"].as_str().unwrap(), bound.as_i64()) {
                    ("symbols", _) => continue,
                    (_, Some(whole)) => json!(whole + step as i64),
                    _ => json!(bound.as_f64().unwrap() + step),
                };
                let answer = patch(client, path, json!({ name: value })).await;
                assert_eq!(answer.problem(), (400, "invalid_request".to_owned()), "{name} {value}");
                assert!(answer.text.contains(&format!("{name} is ")), "{}", answer.text);
                tried += 1;
            }
        }
    }
    assert!(tried >= 40, "{tried}");
    for path in [CONFIG, PREFERENCES] {
        assert_eq!(user.get(path).await.ok()["version"], 1);
    }
    let unknown = patch(&user, CONFIG, json!({ "stop_loss": 1 })).await;
    assert!(unknown.text.contains("there is no setting \\\"stop_loss\\\""), "{}", unknown.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_answers_what_is_in_force_and_one_from_an_older_version_is_refused() {
    let console = console().await;
    let (user, other) = (console.user().await, console.other_user().await);
    let change = json!({ "expected_version": 1, "values": { "rsi_period": 14, "user_capital_paise": 500 } });
    let answer = user.send(Method::PATCH, CONFIG, change.clone()).await.ok();
    assert_eq!((&answer["version"], &answer["values"]["rsi_period"]), (&json!(2), &json!(14)));
    assert_eq!(user.get(CONFIG).await.ok(), answer);
    let again = user.send(Method::PATCH, CONFIG, change).await;
    assert_eq!(again.problem(), (409, "settings_changed".to_owned()));
    assert_eq!(patch(&user, CONFIG, json!({ "rsi_period": null })).await.ok()["values"]["rsi_period"], 10);
    let reset = user.post("/api/v1/user/config/reset", json!({})).await.ok();
    assert_eq!((&reset["version"], &reset["values"]["user_capital_paise"]), (&json!(4), &json!(10_000_000)));
    assert_eq!(other.get(CONFIG).await.ok()["version"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_nothing_is_no_new_version_and_nobody_is_told_until_something_does() {
    let console = console().await;
    let user = console.user().await;
    let (mut listening, _) = console.daemon.events.subscribe(Listener::User(OTHER), None);
    let capital = user.get(CAPITAL).await.ok()["capital_paise"].clone();
    for (path, same) in [
        (CONFIG, json!({ "rsi_period": 10 })),
        (LIMITS, json!({ "max_positions": null })),
        (PREFERENCES, json!({ "quiet_from": null })),
    ] {
        for values in [json!({}), same] {
            assert_eq!(patch(&user, path, values).await.ok()["version"], 1, "{path}");
        }
        assert_eq!(user.get(path).await.ok()["version"], 1, "{path}");
    }
    assert_eq!(user.post("/api/v1/user/config/reset", json!({})).await.ok()["version"], 1);
    user.send(Method::PUT, CAPITAL, json!({ "capital_paise": capital })).await.ok();
    user.send(Method::PUT, CAPITAL, json!({ "capital_paise": 123_456 })).await.ok();
    assert_eq!(patch(&user, CONFIG, json!({ "rsi_period": 11 })).await.ok()["version"], 2);
    let mut told = Vec::new();
    while told.len() < 2 {
        let Delivery::Events(events) = listening.next().await else { panic!("events are told") };
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        told.extend(events.iter().map(|event| read(&event.json())));
    }
    let of = |event: &Value| json!([event["type"], event["what"], event["id"]]);
    let expected = [json!(["changed", "settings", "capital"]), json!(["changed", "settings", "strategy"])];
    assert_eq!(told.iter().map(of).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_reaches_the_settings_of_somebody_else() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    for path in [CONFIG, LIMITS, CAPITAL, PREFERENCES] {
        let of_another = format!("{path}?user=3");
        assert_eq!(user.get(&of_another).await.problem(), (404, "not_found".to_owned()), "{path}");
        assert_eq!(admin.get(&of_another).await.status, 200, "{path}");
        assert_eq!(admin.get(&format!("{path}?user=99")).await.status, 404, "{path}");
        assert_eq!(user.get(&format!("{path}?who=3")).await.status, 400, "{path}");
    }
    assert_eq!(user.post(&format!("{KILL_SWITCH}?user=3"), json!({ "on": true })).await.status, 404);
    assert_eq!(user.post("/api/v1/system/kill-switch", json!({ "on": true })).await.status, 403);
    assert!(!console.daemon.settings.is_kill_switch_on());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_tighten_and_admins_set_limits_and_what_holds_is_the_tighter() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let looser = patch(&user, LIMITS, json!({ "max_positions": 21 })).await;
    assert!(looser.text.contains("max_positions may only be tightened"), "{}", looser.text);
    // Naming oneself does not make an admin.
    assert_eq!(patch(&user, "/api/v1/user/limits?user=2", json!({ "max_positions": 21 })).await.status, 400);
    let set = patch(&admin, "/api/v1/user/limits?user=2", json!({ "max_positions": 30 })).await.ok();
    assert_eq!((&set["admin"]["max_positions"], &set["in_force"]["max_positions"]), (&json!(30), &json!(30)));
    let tightened = patch(&user, LIMITS, json!({ "max_positions": 21 })).await.ok();
    assert_eq!((&tightened["own"]["max_positions"], &tightened["version"]), (&json!(21), &json!(3)));
    assert_eq!(tightened["in_force"]["max_positions"], 21);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kill_switches_say_which_of_them_is_on() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let on = user.post(KILL_SWITCH, json!({ "on": true })).await.ok();
    assert_eq!(on, json!({ "own": true, "admin": false, "daemon": false, "in_force": true }));
    admin.post("/api/v1/user/kill-switch?user=2", json!({ "on": true })).await.ok();
    let still = user.post(KILL_SWITCH, json!({ "on": false })).await.ok();
    assert_eq!(still, json!({ "own": false, "admin": true, "daemon": false, "in_force": true }));
    assert_eq!(admin.post("/api/v1/system/kill-switch", json!({ "on": true })).await.ok()["on"], true);
    assert_eq!(user.get("/api/v1/system/kill-switch").await.ok()["on"], true);
    assert_eq!(console.other_user().await.get(LIMITS).await.ok()["in_force"]["kill_switch"], true);
    assert_eq!(admin.post("/api/v1/system/kill-switch", json!({ "on": false })).await.ok()["on"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn capital_is_paid_in_and_out_within_its_bounds_and_what_is_free() {
    let console = console().await;
    let user = console.user().await;
    let before = user.get(CAPITAL).await.ok();
    assert_eq!((&before["capital_paise"], &before["free_paise"]), (&json!(100_000_000), &json!(100_000_000)));
    for wrong in
        [json!(0), json!(-1), json!(99), json!(100_000_000_001_i64), json!("1"), json!(1.5), Value::Null]
    {
        let answer = user.send(Method::PUT, CAPITAL, json!({ "capital_paise": wrong })).await;
        assert_eq!(answer.problem(), (400, "invalid_request".to_owned()), "{wrong}");
    }
    let paid = user.send(Method::PUT, CAPITAL, json!({ "capital_paise": 123_456 })).await.ok();
    assert_eq!((&paid["capital_paise"], &paid["cash_paise"]), (&json!(123_456), &json!(123_456)));
    assert_eq!(user.get(CAPITAL).await.ok(), paid);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_task_that_runs_each_minute_can_also_run_on_prices_and_none_does_by_itself() {
    const PRICE_RUNS: &str = "/api/v1/user/price-runs";
    let console = console().await;
    let (user, other) = (console.user().await, console.other_user().await);
    let first = user.get(PRICE_RUNS).await.ok();
    assert_eq!(first["tasks"], json!([{ "task": "sell_monitor", "on": false }]));
    assert_eq!(
        (&first["version"], &first["is_pushed"], &first["runs_today"]),
        (&json!(1), &json!(true), &json!(0))
    );
    for task in ["buy_orders", "analysis", "no_such_task"] {
        let refused = user.send(Method::PUT, PRICE_RUNS, json!({ "tasks": [task] })).await;
        assert!([400, 404].contains(&refused.problem().0), "{task}: {}", refused.text);
        assert!(refused.text.contains(task), "{}", refused.text);
    }
    let wanted = json!({ "expected_version": 1, "tasks": ["sell_monitor"] });
    let changed = user.send(Method::PUT, PRICE_RUNS, wanted.clone()).await.ok();
    assert_eq!((&changed["version"], &changed["tasks"][0]["on"]), (&json!(2), &json!(true)));
    assert_eq!(
        user.send(Method::PUT, PRICE_RUNS, wanted).await.problem(),
        (409, "settings_changed".to_owned())
    );
    assert_eq!(user.get(PRICE_RUNS).await.ok(), changed);
    assert_eq!(other.get(PRICE_RUNS).await.ok(), first);
    assert_eq!(audited(&console).await.iter().filter(|action| *action == "price_runs.change").count(), 1);
    let off = user.send(Method::PUT, PRICE_RUNS, json!({ "tasks": [] })).await.ok();
    assert_eq!((&off["version"], &off["tasks"][0]["on"]), (&json!(3), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_in_the_audit_log_and_a_refused_one_is_not() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    patch(&user, CONFIG, json!({ "rsi_period": 0 })).await.problem();
    patch(&user, CONFIG, json!({ "rsi_period": 12 })).await.ok();
    user.post("/api/v1/user/config/reset", json!({})).await.ok();
    patch(&user, LIMITS, json!({ "max_positions": 3 })).await.ok();
    patch(&admin, "/api/v1/user/limits?user=2", json!({ "max_positions": 5 })).await.ok();
    patch(&user, PREFERENCES, json!({ "quiet_from": "22:00", "quiet_until": "07:00" })).await.ok();
    user.send(Method::PUT, CAPITAL, json!({ "capital_paise": 5_000_000 })).await.ok();
    admin.post("/api/v1/system/kill-switch", json!({ "on": true })).await.ok();
    let mut seen = audited(&console).await;
    seen.retain(|action| !action.starts_with("session."));
    let expected = [
        "config.change",
        "config.change",
        "limits.tighten",
        "limits.set",
        "preferences.change",
        "capital.set",
        "system.kill_switch",
    ];
    assert_eq!(seen, expected);
}

/// The actions in the audit log, oldest first.
async fn audited(console: &Console) -> Vec<String> {
    let system = console.daemon.store.system();
    let all = AuditFilter {
        user: None,
        action: None,
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 100,
    };
    let mut rows = system.audit(all).await.unwrap();
    rows.sort_by_key(|row| row.id);
    rows.into_iter().map(|row| row.entry.action).collect()
}
