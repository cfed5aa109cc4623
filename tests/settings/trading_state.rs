//! The trading state over its routes: who sets and lifts which, what holds, that it is written down, told and survives a restart.

use prahari_app::events::{Delivery, Listener};
use prahari_app::settings::{Hand, TradingStatus};
use prahari_domain::ids::UserId;
use prahari_domain::risk::{RefusalCode, StatedState, TradingState};
use prahari_store::{HaltCode, NotificationFilter, TokenScope};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Answer, Client, Console};
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, run, stop};
use crate::{at_ten, try_to_buy};

const OWN: &str = "/api/v1/user/trading-state";
const OF_OTHER: &str = "/api/v1/users/2/trading-state";
const KILL_SWITCH: &str = "/api/v1/user/kill-switch";

async fn console() -> Console {
    Console::start(at(MONDAY, "10:00")).await
}

async fn put(client: &Client, path: &str, state: &str, reason: &str) -> Answer {
    client.send(Method::PUT, path, json!({ "state": state, "reason": reason })).await
}

/// Source, state, reason, who has set it and who may lift it, of each restriction.
fn restrictions(body: &Value) -> Vec<Value> {
    let told =
        |held: &Value| json!([held["source"], held["state"], held["reason"], held["by"], held["lifted_by"]]);
    body["restrictions"].as_array().unwrap().iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_sets_the_own_state_and_an_admin_one_that_the_user_cannot_lift() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let name = |user| console.daemon.users.find(user).unwrap().name.clone();
    let (boss, name) = (name(ADMIN), name(OTHER));
    let before = user.get(OWN).await.ok();
    assert_eq!((&before["state"], &before["restrictions"]), (&json!("active"), &json!([])));
    assert_eq!((&before["own"]["reason"], &before["own"]["since"]), (&Value::Null, &Value::Null));

    let own = put(&user, OWN, "reduce_only", "results are due").await.ok();
    assert_eq!(own["state"], "reduce_only");
    assert_eq!(own["own"]["since"], "2025-03-10T10:00:00.000+05:30");
    assert_eq!(restrictions(&own), [json!(["own", "reduce_only", "results are due", name, "user"])]);
    assert_eq!(admin.get(OF_OTHER).await.ok(), own);

    let both = put(&admin, OF_OTHER, "halted", "the books look odd").await.ok();
    let expected = [
        json!(["admin", "halted", "the books look odd", boss, "admin"]),
        json!(["own", "reduce_only", "results are due", name, "user"]),
    ];
    assert_eq!((&both["state"], restrictions(&both)), (&json!("halted"), expected.to_vec()));

    // The user takes back what is the user's, and nothing else.
    let lifted = put(&user, OWN, "active", "they are out").await.ok();
    assert_eq!((&lifted["state"], &lifted["own"]["state"]), (&json!("halted"), &json!("active")));
    assert_eq!(lifted["own"]["reason"], "they are out");
    assert_eq!(restrictions(&lifted), [expected[0].clone()]);
    assert_eq!(put(&user, OF_OTHER, "active", "let me").await.status, 403);
    assert_eq!(user.get(OF_OTHER).await.status, 403);
    let back = put(&admin, OF_OTHER, "active", "they do not").await.ok();
    assert_eq!((&back["state"], &back["restrictions"]), (&json!("active"), &json!([])));
    assert_eq!(console.other_user().await.get(OWN).await.ok()["state"], "active");
    assert_eq!(admin.get("/api/v1/users/99/trading-state").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn halted_is_the_kill_switch_and_either_way_of_turning_it_off_lifts_it() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    put(&user, OWN, "halted", "a holiday").await.ok();
    assert_eq!(user.get(KILL_SWITCH).await.ok()["own"], true);
    user.post(KILL_SWITCH, json!({ "on": false })).await.ok();
    let off = user.get(OWN).await.ok();
    assert_eq!((&off["state"], &off["own"]["reason"]), (&json!("active"), &Value::Null));

    user.post(KILL_SWITCH, json!({ "on": true })).await.ok();
    let on = user.get(OWN).await.ok();
    assert_eq!(restrictions(&on), [json!(["own", "halted", "the kill switch is on", null, "user"])]);
    put(&user, OWN, "reduce_only", "only out").await.ok();
    let switches = user.get(KILL_SWITCH).await.ok();
    assert_eq!(switches, json!({ "own": false, "admin": false, "daemon": false, "in_force": false }));

    // The kill switch is over what was set: when it is off again, that holds.
    user.post(KILL_SWITCH, json!({ "on": true })).await.ok();
    assert_eq!(user.get(OWN).await.ok()["state"], "halted");
    user.post(KILL_SWITCH, json!({ "on": false })).await.ok();
    assert_eq!(user.get(OWN).await.ok()["state"], "reduce_only");

    admin.post("/api/v1/system/kill-switch", json!({ "on": true })).await.ok();
    let all = user.get(OWN).await.ok();
    assert_eq!(all["state"], "halted");
    assert_eq!(
        (&all["restrictions"][0]["source"], &all["restrictions"][0]["lifted_by"]),
        (&json!("daemon"), &json!("admin"))
    );
    assert_eq!(all["restrictions"][1]["state"], "reduce_only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_halt_of_the_user_is_told_with_its_reason_and_an_admin_lifts_it() {
    let console = console().await;
    let user = console.user().await;
    let reason = "the journal does not fold";
    console.daemon.halts.halt_user(OTHER, HaltCode::JournalDamaged, reason).await.unwrap();
    let told = user.get(OWN).await.ok();
    assert_eq!((&told["state"], &told["own"]["state"]), (&json!("halted"), &json!("active")));
    assert_eq!(restrictions(&told), [json!(["halt", "halted", reason, null, "admin"])]);
    assert_eq!(told["restrictions"][0]["since"], "2025-03-10T10:00:00.000+05:30");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_without_a_reason_of_another_kind_or_from_an_older_version_is_refused() {
    let console = console().await;
    let user = console.user().await;
    for reason in ["", "  ", "a\nb", &"x".repeat(501)] {
        assert_eq!(put(&user, OWN, "halted", reason).await.problem(), (400, "invalid_request".to_owned()));
    }
    let unknown = put(&user, OWN, "paused", "a rest").await;
    assert_eq!(unknown.problem(), (400, "invalid_request".to_owned()));
    assert!(unknown.text.contains("active, reduce_only, halted"), "{}", unknown.text);
    for body in [
        json!({ "state": "halted" }),
        json!({ "reason": "a rest" }),
        json!({ "state": "halted", "reason": "r", "until": 1 }),
    ] {
        assert_eq!(user.send(Method::PUT, OWN, body).await.status, 400);
    }
    assert_eq!(user.get(OWN).await.ok()["version"], 1);
    assert_eq!(put(&user, OWN, "reduce_only", &"x".repeat(500)).await.ok()["version"], 2);
    let old = json!({ "state": "active", "reason": "late", "expected_version": 1 });
    assert_eq!(user.send(Method::PUT, OWN, old).await.problem(), (409, "settings_changed".to_owned()));
    // The same again changes nothing.
    assert_eq!(put(&user, OWN, "reduce_only", &"x".repeat(500)).await.ok()["version"], 2);
    assert_eq!(user.get(OWN).await.ok()["state"], "reduce_only");
    let script = console.token(OTHER, TokenScope::Read).await;
    assert_eq!(script.get(OWN).await.status, 200);
    assert_eq!(put(&script, OWN, "active", "a script").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_audited_and_announced_and_the_user_is_told_of_what_an_admin_has_set() {
    let console = console().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let (mut listening, _) = console.daemon.events.subscribe(Listener::User(OTHER), None);
    put(&user, OWN, "reduce_only", "results are due").await.ok();
    put(&admin, OF_OTHER, "reduce_only", "a new strategy").await.ok();
    let mut told = Vec::new();
    let changed = |event: &Value| event["type"] == "changed" && event["what"] == "trading_state";
    while told.iter().filter(|event| changed(event)).count() < 2 {
        let Delivery::Events(events) = listening.next().await else { panic!("events are told") };
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        told.extend(events.iter().map(|event| read(&event.json())));
    }
    for (action, reason) in
        [("trading_state.set_own", "results are due"), ("trading_state.set", "a new strategy")]
    {
        let entries = admin.get(&format!("/api/v1/audit?action={action}")).await.ok();
        assert_eq!(entries["items"].as_array().unwrap().len(), 1, "{entries}");
        let entry = &entries["items"][0];
        assert_eq!(entry["resource"], "user 2");
        assert_eq!(entry["details"], json!({ "state": "reduce_only", "reason": reason }));
    }

    console.daemon.store.flush().await.unwrap();
    let kept = console.daemon.store.user(OTHER).notifications(NotificationFilter::default()).await.unwrap();
    let titles: Vec<_> = kept.iter().map(|kept| kept.row.title.as_str()).collect();
    assert_eq!(titles, ["An admin has set your trading to reduce-only"], "nothing of what the user has set");
    let boss = console.daemon.users.find(ADMIN).unwrap().name.clone();
    assert!(kept[0].row.body.starts_with(&format!("{boss}: a new strategy")), "{}", kept[0].row.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_users_shows_the_state_that_holds() {
    let console = console().await;
    let admin = console.admin().await;
    let state = async |id: UserId| -> Value {
        let rows = admin.get("/api/v1/system/users").await.ok();
        let row = rows["items"].as_array().unwrap().iter().find(|row| row["id"] == id.0).cloned();
        row.unwrap()["trading_state"].clone()
    };
    assert_eq!((state(ADMIN).await, state(OTHER).await), (json!("active"), json!("active")));
    put(&admin, OF_OTHER, "reduce_only", "a new strategy").await.ok();
    assert_eq!((state(ADMIN).await, state(OTHER).await), (json!("active"), json!("reduce_only")));
    put(&admin, OWN, "halted", "a holiday").await.ok();
    assert_eq!((state(ADMIN).await, state(OTHER).await), (json!("halted"), json!("reduce_only")));
}

#[tokio::test]
async fn a_state_holds_from_the_next_order_on_and_over_a_restart() {
    let house = TestHost::new(2);
    let daemon = at_ten(&house).await;
    assert_eq!(try_to_buy(&daemon, OTHER, 0).await, Ok(()));
    let set = async |state: TradingState| {
        let user = daemon.users.find(OTHER).unwrap();
        // Not behind the desk's lock, which a broker may hold for long.
        let _desk = user.desk.lock().await;
        let (reason, since) = ("results are due".to_owned(), daemon.clock.now());
        let stated = StatedState { state, reason, since, by: ADMIN };
        daemon
            .settings
            .change_trading_state(&user, Hand::Admin, stated, None)
            .await
            .unwrap()
            .save()
            .await
            .unwrap();
    };
    set(TradingState::ReduceOnly).await;
    assert_eq!(try_to_buy(&daemon, OTHER, 1).await, Err(RefusalCode::ReduceOnly));
    assert_eq!(try_to_buy(&daemon, ADMIN, 1).await, Ok(()));
    let status = TradingStatus::of(&daemon.users.find(OTHER).unwrap());
    run(&daemon, at(MONDAY, "10:01")).await;
    stop(daemon).await;

    let daemon = house.start(at(MONDAY, "10:01")).await;
    assert_eq!(TradingStatus::of(&daemon.users.find(OTHER).unwrap()), status);
    assert_eq!(status.state, TradingState::ReduceOnly);
    assert_eq!(try_to_buy(&daemon, OTHER, 1).await, Err(RefusalCode::ReduceOnly));
    assert_eq!(try_to_buy(&daemon, ADMIN, 2).await, Ok(()));
    stop(daemon).await;
}

#[tokio::test]
async fn a_stored_state_that_cannot_be_read_halts_its_user() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let damaged = r#"{"own":{"state":"paused"}}"#.to_owned();
    let scope = daemon.store.user(OTHER);
    scope.save_limits(1, "{}".to_owned(), "{}".to_owned(), damaged).await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let open = daemon.store.user(OTHER).open_halts().await.unwrap();
    assert_eq!((open.len(), open[0].code), (1, HaltCode::SettingsDamaged), "{open:?}");
    assert!(open[0].reason.starts_with("the stored trading state cannot be read: "), "{open:?}");
    assert_eq!(TradingStatus::of(&daemon.users.find(OTHER).unwrap()).state, TradingState::Halted);
    assert_eq!(TradingStatus::of(&daemon.users.find(ADMIN).unwrap()).state, TradingState::Active);
    stop(daemon).await;
}
