//! Settings of a task's own: from the schema of its module to what a run is told.

use prahari_app::events::{Delivery, Listener};
use prahari_app::replays::ReplayVerdict;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::{Answerer, HostCall, HostReply};
use prahari_store::AuditFilter;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Answer, Client, Console, THIRD};
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, guests, run, runs, start_services, stop};

/// Due at 09:30 and each hour after.
const TASK: Task = Task::literal("position_monitor");
const PATH: &str = "/api/v1/user/tasks/position_monitor/settings";
const MODULES: &str = "/api/v1/modules/position_monitor";

/// What a user who has set nothing is told by the first version.
const DEFAULTS: &str = r#"{"lookback":20}"#;

fn schema(least: u32, default: u32) -> String {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "lookback": { "type": "integer", "minimum": least, "maximum": 250, "default": default },
            "label": { "type": "string" },
            "nested": {},
        },
    })
    .to_string()
}

/// A console whose position monitor tells the settings of its own.
async fn console() -> Console {
    let house = TestHost::new(3);
    let own = guests::tells_its_settings(&schema(2, 20));
    let daemon = house.start_with(at(MONDAY, "09:00"), &[(TASK, &own)]).await;
    Console::over(house, daemon).await
}

async fn put(client: &Client, path: &str, expected: Option<u64>, values: Value) -> Answer {
    client.send(Method::PUT, path, json!({ "expected_version": expected, "values": values })).await
}

/// What the runs of a user were told, or how they failed, oldest first.
async fn told(console: &Console, user: UserId) -> Vec<String> {
    runs(&console.daemon, user, TASK).await.into_iter().map(|run| run.detail).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_run_of_that_user_is_told_what_they_have_set_and_nobody_else_is() {
    let console = console().await;
    let (user, third, daemon) = (console.user().await, console.other_user().await, &console.daemon);
    start_services(daemon).await;
    run(daemon, at(MONDAY, "09:31")).await;
    let before = user.get(PATH).await.ok();
    assert_eq!(
        (&before["version"], &before["values"], &before["in_force"]),
        (&json!(0), &json!({}), &json!({ "lookback": 20 }))
    );
    assert_eq!(
        (&before["changed_by"], &before["problem"], &before["module_version"]),
        (&Value::Null, &Value::Null, &json!(1))
    );
    assert_eq!(before["schema"]["properties"]["lookback"]["minimum"], 2);

    let set = put(&user, PATH, Some(0), json!({ "label": "mine", "lookback": 30 })).await.ok();
    assert_eq!(
        (&set["version"], &set["changed_by"], &set["in_force"]),
        (&json!(1), &json!(2), &json!({ "label": "mine", "lookback": 30 }))
    );
    assert_eq!(user.get(PATH).await.ok(), set);
    assert_eq!(third.get(PATH).await.ok()["version"], 0);
    assert_eq!(third.get(&format!("{PATH}?user=2")).await.problem(), (404, "not_found".to_owned()));
    run(daemon, at(MONDAY, "10:31")).await;
    let mine = r#"{"label":"mine","lookback":30}"#;
    assert_eq!(told(&console, OTHER).await, [DEFAULTS, mine]);
    assert_eq!(told(&console, THIRD).await, [DEFAULTS, DEFAULTS]);

    // The past stays what it was.
    put(&user, PATH, None, json!({ "lookback": 40 })).await.ok();
    for row in runs(daemon, OTHER, TASK).await {
        let replay = daemon.replays.replay_run(&row, None).await.unwrap();
        assert_eq!(replay.verdict, ReplayVerdict::Same, "{replay:?}");
    }
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_kept_over_a_restart_and_say_who_made_them() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    put(&user, PATH, None, json!({ "lookback": 30 })).await.ok();
    let by_admin = put(&admin, &format!("{PATH}?user=2"), Some(1), json!({})).await.ok();
    assert_eq!(
        (&by_admin["version"], &by_admin["changed_by"], &by_admin["in_force"]),
        (&json!(2), &json!(1), &json!({ "lookback": 20 }))
    );
    put(&user, PATH, Some(2), json!({ "lookback": 31 })).await.ok();
    let before = user.get(PATH).await.ok();
    let all = AuditFilter {
        user: None,
        action: Some("task_settings.change".to_owned()),
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 9,
    };
    let audited = console.daemon.store.system().audit(all).await.unwrap();
    assert_eq!(audited.len(), 3, "{audited:?}");
    assert!(format!("{audited:?}").contains("lookback"), "{audited:?}");
    let house = console.stop().await;

    let own = guests::tells_its_settings(&schema(2, 20));
    let daemon = house.start_with(at(MONDAY, "09:10"), &[(TASK, &own)]).await;
    let console = Console::over(house, daemon).await;
    let user = console.user().await;
    assert_eq!(user.get(PATH).await.ok(), before);
    let history = user.get(&format!("{PATH}/history")).await.ok();
    let history: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["version"].as_u64().unwrap(),
                item["changed_by"].as_u64().unwrap(),
                item["values"].to_string(),
            )
        })
        .collect();
    let expected = [(3, 2, r#"{"lookback":31}"#), (2, 1, "{}"), (1, 2, r#"{"lookback":30}"#)];
    assert_eq!(history, expected.map(|(version, by, values)| (version, by, values.to_owned())));
    start_services(&console.daemon).await;
    run(&console.daemon, at(MONDAY, "09:31")).await;
    assert_eq!(told(&console, OTHER).await, [r#"{"lookback":31}"#]);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_and_a_single_run_are_told_the_same() {
    let console = console().await;
    let (user, daemon) = (console.user().await, &console.daemon);
    put(&user, PATH, None, json!({ "lookback": 30 })).await.ok();
    daemon.services.start_individual(OTHER, TASK).await.unwrap();
    run(daemon, at(MONDAY, "09:31")).await;
    put(&user, PATH, None, json!({ "lookback": 33 })).await.ok();
    run(daemon, at(MONDAY, "10:35")).await;
    daemon.services.stop_individual(OTHER, TASK).await.unwrap();
    user.post("/api/v1/service/individual/run-once", json!({ "task": TASK })).await.ok();
    daemon.background.finish().await;
    let told = told(&console, OTHER).await;
    assert_eq!(told, [r#"{"lookback":30}"#, r#"{"lookback":33}"#, r#"{"lookback":33}"#]);
    let row = runs(daemon, OTHER, TASK).await.remove(0);
    let replay = daemon.replays.replay_run(&row, None).await.unwrap();
    assert_eq!(replay.verdict, ReplayVerdict::Same, "{replay:?}");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_with_its_place_and_changes_nothing() {
    let console = console().await;
    let user = console.user().await;
    put(&user, PATH, None, json!({ "lookback": 30 })).await.ok();
    let nested = (0..8).fold(json!(1), |inner, _| json!([inner]));
    for (values, sentence) in [
        (json!({ "lookback": 0 }), "/lookback: 0 is less than the minimum of 2".to_owned()),
        (json!({ "lookback": "30" }), "/lookback: \"30\" is not of type \"integer\"".to_owned()),
        (json!({ "look_back": 30 }), "/look_back: there is no such setting".to_owned()),
        (
            json!({ "label": "x".repeat(4_086) }),
            "the settings have 4098 bytes; at most 4096 are allowed".to_owned(),
        ),
        (json!({ "nested": nested }), "the settings are nested more than 8 deep".to_owned()),
    ] {
        let refused = put(&user, PATH, None, values).await;
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()));
        assert_eq!(refused.json()["detail"], sentence);
    }
    let many: serde_json::Map<String, Value> =
        (0..101).map(|index| (format!("s{index}"), json!(1))).collect();
    for body in
        [json!({ "values": many }), json!({ "values": [] }), json!({}), json!({ "values": {}, "by": 1 })]
    {
        let refused = user.send(Method::PUT, PATH, body).await;
        assert_eq!(refused.problem(), (400, "invalid_request".to_owned()), "{}", refused.text);
    }
    let stands = user.get(PATH).await.ok();
    assert_eq!((&stands["version"], &stands["values"]), (&json!(1), &json!({ "lookback": 30 })));
    // A task that describes no settings has none, and one that there is not is not there.
    let none = "/api/v1/user/tasks/sell_monitor/settings";
    let shown = user.get(none).await.ok();
    assert_eq!(
        (&shown["schema"], &shown["in_force"], &shown["problem"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    let refused = put(&user, none, None, json!({})).await;
    let sentence = "the version of the module of sell_monitor that runs has no settings of its own";
    assert_eq!((refused.problem().0, &refused.json()["detail"]), (400, &json!(sentence)));
    for path in ["/api/v1/user/tasks/lunch/settings", "/api/v1/user/tasks/analysis/settings"] {
        assert_eq!(user.get(path).await.problem(), (404, "not_found".to_owned()), "{path}");
    }
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_changes_that_follow_the_same_version_one_wins() {
    let console = console().await;
    let user = console.user().await;
    for version in 0..5_u64 {
        // Never what is in force: that would be no change, and refuse nobody.
        let changes = (0..8).map(|nth| nth + 8 * version).map(|nth| {
            let user = user.clone();
            tokio::spawn(
                async move { put(&user, PATH, Some(version), json!({ "lookback": 10 + nth })).await },
            )
        });
        let mut won = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            let answer = change.await.unwrap();
            match answer.status.as_u16() {
                200 => won.push(answer.json()["values"].clone()),
                _ => assert_eq!(answer.problem(), (409, "settings_changed".to_owned()), "{}", answer.text),
            }
        }
        let stands = user.get(PATH).await.ok();
        assert_eq!((won, &stands["version"]), (vec![stands["values"].clone()], &json!(version + 1)));
    }
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_is_no_new_version() {
    let console = console().await;
    let user = console.user().await;
    assert_eq!(put(&user, PATH, Some(0), json!({})).await.ok()["version"], 0, "nothing is set");
    let set = put(&user, PATH, Some(0), json!({ "lookback": 30 })).await.ok();
    assert_eq!(put(&user, PATH, Some(1), json!({ "lookback": 30 })).await.ok(), set);
    let history = user.get(&format!("{PATH}/history")).await.ok();
    assert_eq!(history["items"].as_array().unwrap().len(), 1, "{history}");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_version_that_they_do_not_fit_is_told_so_and_nothing_is_lost() {
    let console = console().await;
    let (admin, user, daemon) = (console.admin().await, console.user().await, &console.daemon);
    put(&user, PATH, None, json!({ "lookback": 30 })).await.ok();
    start_services(daemon).await;
    let later = admin.upload(MODULES, &guests::tells_its_settings(&schema(50, 60))).await.ok();
    assert_eq!(later["users_with_unfit_settings"], Value::Null, "it runs for nobody yet");
    let activate = format!("{MODULES}/{}/activate", later["version"]);
    let active = admin.post(&activate, json!({ "force": true })).await.ok();
    assert_eq!(active["users_with_unfit_settings"], 1);
    run(daemon, at(MONDAY, "09:31")).await;
    let sentence = "/lookback: 30 is less than the minimum of 50";
    assert_eq!(told(&console, OTHER).await, [format!("invalid: {sentence}")]);
    assert_eq!(told(&console, THIRD).await, [r#"{"lookback":60}"#], "who set nothing has the new default");
    let shown = user.get(PATH).await.ok();
    assert_eq!((&shown["problem"], &shown["in_force"]), (&json!(sentence), &Value::Null));
    assert_eq!((&shown["version"], &shown["values"]), (&json!(1), &json!({ "lookback": 30 })));

    // Back to the first, for which they were made, and forward again with others.
    let back = admin.post(&format!("{MODULES}/1/activate"), json!({ "force": true })).await.ok();
    assert_eq!(back["users_with_unfit_settings"], 0);
    run(daemon, at(MONDAY, "10:31")).await;
    admin.post(&activate, json!({ "force": true })).await.ok();
    put(&user, PATH, Some(1), json!({ "lookback": 70 })).await.ok();
    run(daemon, at(MONDAY, "11:31")).await;
    assert_eq!(told(&console, OTHER).await[1..], [r#"{"lookback":30}"#, r#"{"lookback":70}"#]);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_pinned_sets_what_their_version_describes() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let later = admin.upload(MODULES, &guests::tells_its_settings(&schema(50, 60))).await.ok();
    let pin = json!({ "version": later["version"], "force": true });
    admin.send(Method::PUT, &format!("{MODULES}/pins/2"), pin).await.ok();
    assert_eq!(put(&user, PATH, None, json!({ "lookback": 30 })).await.status, 400);
    assert_eq!(
        put(&user, PATH, None, json!({ "lookback": 60 })).await.ok()["module_version"],
        later["version"]
    );
    assert_eq!(put(&console.other_user().await, PATH, None, json!({ "lookback": 30 })).await.status, 200);
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_cannot_be_used_is_refused_with_the_module() {
    let console = console().await;
    let admin = console.admin().await;
    let versions = admin.get("/api/v1/modules?task=position_monitor").await.ok();
    for (schema, sentence) in [
        (
            "{\"type\":\"object\",\"properties\":{\"a\":{\"minimum\":\"2\"}}}",
            "config-schema, /properties/a/minimum: \"2\" is not of type",
        ),
        (
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"https://example.org/a.json\"}}}",
            "config-schema, /properties/a: $ref",
        ),
        ("settings", "config-schema: it is no JSON"),
    ] {
        let refused = admin.upload(MODULES, &guests::tells_its_settings(schema)).await;
        assert_eq!(refused.problem(), (400, "module_refused".to_owned()));
        assert!(refused.text.replace("\\\"", "\"").contains(sentence), "{}", refused.text);
    }
    let long = format!("{{\"type\":\"object\",\"title\":\"{}\"}}", "x".repeat(16 << 10));
    let refused = admin.upload(MODULES, &guests::tells_its_settings(&long)).await;
    assert_eq!(refused.problem(), (400, "module_refused".to_owned()));
    assert!(refused.text.contains("bytes of config-schema; at most 16384"), "{}", refused.text);
    assert_eq!(admin.get("/api/v1/modules?task=position_monitor").await.ok(), versions, "none is kept");
    console.stop().await;
}

#[tokio::test]
async fn without_the_capability_or_a_schema_a_run_is_told_why_not() {
    let house = TestHost::new(1);
    // The cleanup may not read settings by its manifest; the monitor may, and describes none.
    let own = guests::tells_its_settings("");
    let daemon = house.start_with(at(MONDAY, "09:00"), &[(TASK, &own)]).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:31")).await;
    let row = runs(&daemon, ADMIN, TASK).await.remove(0);
    assert_eq!(
        row.detail,
        "invalid: the version of the module of position_monitor that runs has no settings of its own"
    );
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_to_that_users_listeners() {
    let console = console().await;
    let (mut own, _) = console.daemon.events.subscribe(Listener::User(OTHER), None);
    let (mut others, _) = console.daemon.events.subscribe(Listener::User(THIRD), None);
    put(&console.user().await, PATH, None, json!({ "lookback": 30 })).await.ok();
    put(&console.other_user().await, PATH, None, json!({ "lookback": 31 })).await.ok();
    for (subscription, user) in [(&mut own, 2), (&mut others, 3)] {
        let Delivery::Events(events) = subscription.next().await else { panic!("events are told") };
        let event: Value = serde_json::from_str(&events[0].json()).unwrap();
        let expected = (&json!("settings"), &json!(TASK), &json!(1), &json!(user));
        assert_eq!((&event["type"], &event["task"], &event["version"], &event["user"]), expected);
        assert_eq!(events.len(), 1, "one change, and their own");
    }
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_answers_with_the_settings_that_the_run_had() {
    let console = console().await;
    let (admin, user, daemon) = (console.admin().await, console.user().await, &console.daemon);
    put(&user, PATH, None, json!({ "lookback": 30 })).await.ok();
    start_services(daemon).await;
    run(daemon, at(MONDAY, "09:31")).await;
    put(&user, PATH, None, json!({ "lookback": 90 })).await.ok();
    // Another version by its schema alone.
    let later = admin.upload(MODULES, &guests::tells_its_settings(&schema(50, 60))).await.ok();
    let trial =
        admin.post(&format!("{MODULES}/{}/shadow", later["version"]), json!({ "days": 1 })).await.ok();
    assert_eq!((&trial["report"]["runs"], &trial["report"]["identical"]), (&json!(3), &json!(3)), "{trial}");
    let row = runs(daemon, OTHER, TASK).await.remove(0);
    let scope = daemon.store.user(OTHER);
    let calls = find_recording(&scope, row.id).await.unwrap().unwrap().calls().unwrap();
    let reply = HostReply::Settings(r#"{"lookback":30}"#.to_owned());
    assert_eq!(
        (&calls[0].call, &calls[0].answer),
        (&HostCall::GetSettings, &Some((Answerer::Services, reply)))
    );
    console.stop().await;
}
