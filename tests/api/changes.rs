//! Changes that people make: one order, several things at once, the same thing twice.

use std::sync::Arc;

use prahari_app::desk::OrderContext;
use prahari_brokers::BrokerOrderState;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::orders::OrderRequest;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_runtime::HostCall;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::console::{Answer, Client, Console, THIRD};
use crate::support::desk_fixture::{ask, buy, to_host};
use crate::support::live_broker::{LiveBroker, Loss};
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, component};
use crate::world::{World, with_live_broker};

async fn flat_market() -> Console {
    let mut house = TestHost::new(3);
    house.make_flat();
    Console::of(house, at(MONDAY, "10:00")).await
}

async fn placed(console: &Console, order: OrderRequest) -> OrderId {
    let now = console.daemon.clock.now();
    let order_context =
        OrderContext { run: RunId(1), strategy: StrategyName::REBOUND, day: now.ist_day(), now };
    let user = console.daemon.users.find(OTHER).unwrap();
    let placed = user.desk.lock().await.place(order, order_context).await.unwrap();
    placed.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_cancels_an_order_also_while_the_kill_switch_is_on_and_only_once() {
    let console = flat_market().await;
    let (admin, user) = (console.admin().await, console.user().await);
    let [first, second] =
        [placed(&console, buy("ABC", 10, 9_000)).await, placed(&console, buy("XYZ", 1, 9_000)).await];
    let cancel = |id: OrderId| format!("/api/v1/orders/{id}/cancel");
    let why = json!({ "reason": "the result is out" });
    user.post("/api/v1/user/kill-switch", json!({ "on": true })).await.ok();
    assert_eq!(user.get("/api/v1/user/kill-switch").await.ok()["in_force"], true);
    let cancelled = user.post(&cancel(first), why.clone()).await.ok();
    assert_eq!(
        (&cancelled["state"], &cancelled["reason"]),
        (&json!("cancelled"), &json!("the result is out"))
    );
    let again = user.post(&cancel(first), why.clone()).await;
    assert_eq!(again.problem(), (409, "order_not_open".to_owned()));
    // Somebody else's order is none of theirs; an admin names the user.
    let other = console.other_user().await;
    assert_eq!(other.post(&cancel(second), why.clone()).await.status, 404);
    assert_eq!(admin.post(&cancel(second), why.clone()).await.status, 404);
    let cancelled = admin.post(&format!("{}?user={OTHER}", cancel(second)), why).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    for reason in ["", "a\nb"] {
        assert_eq!(user.post(&cancel(second), json!({ "reason": reason })).await.status, 400);
    }
    let entries = admin.get("/api/v1/audit?action=order.cancel").await.ok();
    let resources: Vec<_> =
        entries["items"].as_array().unwrap().iter().map(|entry| &entry["resource"]).collect();
    assert!(resources.contains(&&json!(format!("order {first}"))), "{entries}");
    let active = user.get("/api/v1/orders?active=true").await.ok();
    assert_eq!(active["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_decides_that_an_order_of_unknown_outcome_never_arrived() {
    let broker = Arc::new(LiveBroker::default());
    let console = with_live_broker(&broker).await;
    let standing = placed(&console, buy("XYZ", 1, 9_000)).await;
    broker.lose_next(OTHER, Loss::Request);
    let requests = vec![to_host(&buy("ABC", 10, 9_000))];
    let task = Task::literal("buy_orders");
    ask(&console.daemon, OTHER, task, HostCall::Place { requests }).await;
    ask(&console.daemon, OTHER, task, HostCall::Reconcile).await;

    let (admin, user) = (console.admin().await, console.user().await);
    let unknown = user.get("/api/v1/user/orders/unknown").await.ok();
    let evidence = &unknown["orders"][0];
    assert_eq!((&unknown["total"], &evidence["looks"]), (&json!(1), &json!(1)), "{unknown}");
    let [look] = evidence["kept_looks"].as_array().unwrap().as_slice() else { panic!("{unknown}") };
    assert_eq!((&look["number"], &look["at"]), (&json!(1), &evidence["last_looked_at"]));
    assert_eq!(evidence["answer"], "the broker gave no clear answer: the line went dead");
    let holdings = "the broker holds 0 shares of ABC and our books 0: nothing of it shows there";
    assert_eq!((&evidence["holdings"], &evidence["alike"]), (&json!(holdings), &json!([])));
    let id = evidence["order"]["id"].as_str().unwrap().to_owned();
    let alarmed = async || {
        let alerts = user.get("/api/v1/alerts?open=true").await.ok();
        let alerts = alerts["items"].as_array().unwrap().iter();
        let of_orders = alerts.filter(|alert| alert["code"] == "order_unknown");
        of_orders.map(|alert| alert["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(alarmed().await, std::slice::from_ref(&id));

    // It may be open, so a cancellation does not say that it is over.
    let cancel = format!("/api/v1/orders/{id}/cancel");
    let cancelled = user.post(&cancel, json!({ "reason": "too dear" })).await;
    assert_eq!(cancelled.problem(), (409, "outcome_unknown".to_owned()));
    let resolve = |id: &str| format!("/api/v1/user/orders/{id}/resolve");
    let decided = json!({ "outcome": "never_arrived", "reason": "it is not in the app" });
    let other = console.other_user().await;
    assert_eq!(other.post(&resolve(&id), decided.clone()).await.status, 404);
    assert_eq!(admin.post(&resolve(&id), decided.clone()).await.status, 404);
    assert_eq!(other.get("/api/v1/user/orders/unknown").await.ok()["total"], 0);
    for wrong in [
        json!({ "outcome": "it_arrived", "reason": "seen" }),
        json!({ "outcome": "never_arrived", "reason": "" }),
        json!({ "outcome": "never_arrived" }),
    ] {
        assert_eq!(user.post(&resolve(&id), wrong).await.status, 400);
    }
    let refused = user.post(&resolve(&standing.to_string()), decided.clone()).await;
    assert_eq!(refused.problem(), (409, "order_not_open".to_owned()));
    let order = admin.post(&format!("{}?user={OTHER}", resolve(&id)), decided.clone()).await.ok();
    let reason = "decided by hand that it never arrived: it is not in the app";
    assert_eq!((&order["state"], &order["reason"]), (&json!("cancelled"), &json!(reason)));
    assert_eq!(user.post(&resolve(&id), decided).await.problem(), (409, "order_not_open".to_owned()));
    assert_eq!(user.get("/api/v1/user/orders/unknown").await.ok()["orders"], json!([]));
    assert_eq!(alarmed().await, Vec::<String>::new());
    let entries = admin.get("/api/v1/audit?action=order.resolve").await.ok();
    let of_order = |entry: &&Value| entry["resource"] == format!("order {id}").as_str();
    assert!(entries["items"].as_array().unwrap().iter().any(|entry| of_order(&entry)), "{entries}");
    assert_eq!(broker.requests(OTHER).len(), 2, "nothing was sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_without_a_clear_answer_does_not_say_that_the_order_is_over() {
    let broker = Arc::new(LiveBroker::default());
    let console = with_live_broker(&broker).await;
    let user = console.user().await;
    let why = json!({ "reason": "the result is out" });
    for (symbol, loss, then) in [("ABC", Loss::Answer, 409), ("XYZ", Loss::Request, 200)] {
        let id = placed(&console, buy(symbol, 1, 9_000)).await;
        let cancel = format!("/api/v1/orders/{id}/cancel");
        broker.lose_next_change(OTHER, loss);
        let unclear = user.post(&cancel, why.clone()).await;
        assert_eq!(unclear.problem(), (409, "outcome_unknown".to_owned()), "{symbol}");
        // The book is read before anything else is sent, and shows what became of it.
        let again = user.post(&cancel, why.clone()).await;
        assert_eq!(again.status, then, "{symbol}: {}", again.text);
        if then == 409 {
            assert_eq!(again.problem(), (409, "order_not_open".to_owned()));
        }
        console.daemon.store.flush().await.unwrap();
        let order = user.get(&format!("/api/v1/orders/{id}")).await.ok();
        assert_eq!(order["order"]["state"], "cancelled", "{symbol}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_that_is_refused_or_was_not_sent_does_not_say_that_the_order_is_over() {
    let broker = Arc::new(LiveBroker::default());
    let console = with_live_broker(&broker).await;
    let user = console.user().await;
    let why = json!({ "reason": "the result is out" });
    let id = placed(&console, buy("ABC", 1, 9_000)).await;
    let cancel = format!("/api/v1/orders/{id}/cancel");
    // The broker refuses it, and shows the order as open right afterwards.
    broker.show(OTHER, &id.to_string(), |known| known.state = BrokerOrderState::Filled);
    let refused = user.post(&cancel, why.clone()).await;
    broker.show(OTHER, &id.to_string(), |known| known.state = BrokerOrderState::Open);
    broker.lose_next_change(OTHER, Loss::Unsent);
    let unsent = user.post(&cancel, why.clone()).await;
    for (answer, words) in [
        (refused, "there is no open order"),
        (unsent, "it was not sent: the broker cannot be reached: the line is cut"),
    ] {
        assert_eq!(answer.problem(), (409, "order_not_cancelled".to_owned()), "{words}");
        assert!(answer.text.contains(words), "{}", answer.text);
    }
    console.daemon.store.flush().await.unwrap();
    let order = user.get(&format!("/api/v1/orders/{id}")).await.ok();
    assert_eq!(order["order"]["state"], "accepted");
    assert_eq!(user.post(&cancel, why).await.ok()["state"], "cancelled");
}

async fn keyed(client: &Client, path: &str, key: &str, body: Value) -> Answer {
    let request = client.request(Method::POST, path).header("idempotency-key", key).json(&body);
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_twice_under_a_key_is_carried_out_once() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let (user, other) = (console.user().await, console.other_user().await);
    let path = "/api/v1/service/individual/run-once";
    let body = json!({ "task": "position_monitor" });
    let first = keyed(&user, path, "a1", body.clone()).await.ok();
    assert_eq!(
        keyed(&user, path, "a1", body.clone()).await.ok(),
        first,
        "the same answer, and no second run"
    );
    let runs = user.get("/api/v1/executions?task=position_monitor").await.ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1, "{runs}");
    assert_eq!(
        user.post(path, body.clone()).await.problem(),
        (409, "run_too_soon".to_owned()),
        "without a key"
    );
    let changed = keyed(&user, path, "a1", json!({ "task": "sell_monitor" })).await;
    assert_eq!(changed.problem(), (409, "key_used".to_owned()));
    let of_other = keyed(&other, path, "a1", body.clone()).await.ok();
    assert_ne!(of_other, first, "a key is that of its user");
    // What was refused may be sent again under its key.
    assert_eq!(keyed(&user, path, "a2", body.clone()).await.problem(), (409, "run_too_soon".to_owned()));
    assert_eq!(keyed(&user, path, "a2", body.clone()).await.problem(), (409, "run_too_soon".to_owned()));
    let long = "k".repeat(65);
    assert_eq!(keyed(&user, path, &long, body).await.problem(), (400, "invalid_request".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_things_each_is_done_or_refused_by_itself() {
    let world = World::new().await;
    let console = &world.console;
    let (admin, user) = (console.admin().await, console.user().await);
    let id = |name: &str| world.ids[name].parse::<u64>().unwrap();
    let rejected = json!({ "ids": [id("none"), id("signal")], "reason": "too dear" });
    let rejected = user.post("/api/v1/signals/reject", rejected).await.ok();
    assert_eq!(rejected["done"], 1, "{rejected}");
    assert_eq!(
        (&rejected["results"][0]["done"], &rejected["results"][0]["code"]),
        (&json!(false), &json!("not_found"))
    );
    assert_eq!(
        (&rejected["results"][1]["done"], &rejected["results"][1]["code"]),
        (&json!(true), &Value::Null)
    );
    let signals = user.get("/api/v1/signals?status=rejected").await.ok();
    assert_eq!(signals["items"][0]["id"], id("signal"));

    let resolved = json!({ "ids": [id("alert"), id("none")], "resolution": "looked at" });
    let resolved = user.post("/api/v1/alerts/resolve", resolved).await.ok();
    assert_eq!((&resolved["done"], &resolved["results"][1]["code"]), (&json!(1), &json!("not_found")));
    let open = user.get("/api/v1/alerts?open=true").await.ok();
    assert!(open["items"].as_array().unwrap().iter().all(|alert| alert["id"] != id("alert")), "{open}");

    let stop = json!({ "users": [OTHER.0, id("none")], "action": "stop" });
    let stopped = admin.post("/api/v1/system/services", stop).await.ok();
    assert_eq!((&stopped["done"], &stopped["results"][1]["code"]), (&json!(1), &json!("not_found")));
    assert_eq!(user.get("/api/v1/user/service/status").await.ok()["running"], false);
    let start = json!({ "users": [OTHER.0], "action": "start" });
    assert_eq!(admin.post("/api/v1/system/services", start).await.ok()["done"], 1);
    assert_eq!(user.get("/api/v1/user/service/status").await.ok()["running"], true);
    let none = json!({ "users": [], "action": "start" });
    assert_eq!(admin.post("/api/v1/system/services", none).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_says_of_each_of_several_things_what_became_of_it() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    admin.send(Method::PATCH, &format!("/api/v1/users/{OTHER}"), json!({ "active": false })).await.ok();
    let start = json!({ "users": [OTHER.0, THIRD.0], "action": "start" });
    let started = admin.post("/api/v1/system/services", start).await.ok();
    assert_eq!((&started["done"], &started["results"][0]["code"]), (&json!(1), &json!("user_inactive")));
    let entries = admin.get("/api/v1/audit?action=service.start").await.ok();
    let of = |user: UserId| {
        let resource = json!(format!("user {user}"));
        let entries = entries["items"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["resource"] == resource).unwrap();
        (entry["status"].clone(), entry["code"].clone())
    };
    assert_eq!(of(OTHER), (json!(409), json!("user_inactive")));
    assert_eq!(of(THIRD), (json!(200), Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_things_has_its_own_entry_also_when_it_is_refused() {
    let world = World::new().await;
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    let id = |name: &str| world.ids[name].parse::<u64>().unwrap();
    let stop = json!({ "users": [OTHER.0, id("none")], "action": "stop" });
    admin.post("/api/v1/system/services", stop).await.ok();
    user.post("/api/v1/signals/reject", json!({ "ids": [id("signal"), id("none")] })).await.ok();
    let resolved = json!({ "ids": [id("alert"), id("none")], "resolution": "looked at" });
    user.post("/api/v1/alerts/resolve", resolved).await.ok();
    world.console.daemon.store.flush().await.unwrap();
    for (action, resource, told) in [
        ("service.stop", "user {user}", json!([200, null, OTHER.0])),
        ("service.stop", "user {none}", json!([404, "not_found", id("none")])),
        ("signal.reject", "signal {signal} user {user}", json!([200, null, OTHER.0])),
        ("signal.reject", "signal {none} user {user}", json!([404, "not_found", OTHER.0])),
        ("alert.resolve", "alert {alert} user {user}", json!([200, null, OTHER.0])),
        ("alert.resolve", "alert {none}", json!([404, "not_found", null])),
    ] {
        let resource = world.fill(resource).replace(' ', "%20");
        let found = admin.get(&format!("/api/v1/audit?action={action}&resource={resource}")).await.ok();
        let entries = found["items"].as_array().unwrap();
        let told_of = |entry: &Value| json!([entry["status"], entry["code"], entry["subject"]]);
        assert_eq!(entries.iter().map(told_of).collect::<Vec<_>>(), [told], "{action} {resource}");
    }
    let all = admin.get("/api/v1/audit?limit=500").await.ok();
    assert!(!all.to_string().contains("_several"), "no entry speaks for all: {all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_is_resolved_is_not_resolved_again() {
    let world = World::new().await;
    let user = world.console.user().await;
    let resolve = world.fill("/api/v1/alerts/{alert}/resolve");
    let first = user.post(&resolve, json!({ "resolution": "looked at" })).await.ok();
    let again = user.post(&resolve, json!({ "resolution": "something else" })).await;
    assert_eq!(again.problem(), (409, "alert_resolved".to_owned()));
    assert!(again.text.contains("is resolved already"), "{}", again.text);
    let ids = [first["id"].clone()];
    let several = json!({ "ids": ids, "resolution": "something else" });
    let several = user.post("/api/v1/alerts/resolve", several).await.ok();
    assert_eq!((&several["done"], &several["results"][0]["code"]), (&json!(0), &json!("alert_resolved")));
    let alerts = user.get("/api/v1/alerts?open=false").await.ok();
    assert_eq!(alerts["items"], json!([first]), "it stays as it was resolved");
}

/// A component with a section that nothing reads, by which it is larger than this.
fn padded(component: &[u8], bytes: usize) -> Vec<u8> {
    let name = [1, b'p'];
    let mut section = vec![0];
    // Its length as LEB128: seven bits at a time, the lowest first.
    let mut length = bytes + name.len();
    while length > 0x7f {
        section.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    section.push(length as u8);
    section.extend(name);
    section.resize(section.len() + bytes, 0);
    [component, section.as_slice()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_upload_may_have_a_key_and_needs_none() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    let bytes = padded(component(Task::literal("eod_cleanup")), 300 << 10);
    for time in ["the first", "the second"] {
        let request = admin.request(Method::POST, "/api/v1/modules/eod_cleanup");
        let request =
            request.header("idempotency-key", "u1").header("content-type", "application/octet-stream");
        let kept = Answer::of(request.body(bytes.clone()).send().await.unwrap()).await.ok();
        assert_eq!((&kept["version"], &kept["size_bytes"]), (&json!(2), &json!(bytes.len())), "{time}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_did_something_is_named() {
    let world = World::new().await;
    let admin = world.console.admin().await;
    let name = json!(world.console.daemon.users.find(ADMIN).unwrap().name.clone());
    let holiday = json!({ "date": "2027-01-26", "name": "Republic Day" });
    let brought = json!({ "years": { "2027": { "source": "a circular", "holidays": [holiday] } } });
    admin.post("/api/v1/calendar?expected_version=1", brought).await.ok();
    let versions = admin.get("/api/v1/calendar/versions").await.ok();
    let [brought, shipped] = [0_usize, 1].map(|place| &versions["items"][place]);
    assert_eq!((&brought["imported_by"], &brought["imported_by_name"]), (&json!(ADMIN.0), &name));
    assert!(shipped["imported_by"].is_null() && shipped["imported_by_name"].is_null(), "{shipped}");
    let trials = "/api/v1/modules/eod_cleanup/1/shadow";
    assert_eq!(admin.get(trials).await.ok(), json!({ "trial": null }), "it was never tried");
    let trial = admin.post(trials, json!({ "days": 1 })).await.ok();
    assert_eq!((&trial["by"], &trial["by_name"]), (&json!(ADMIN.0), &name));
    assert_eq!(admin.get(trials).await.ok(), json!({ "trial": trial }));
    let task = admin.get("/api/v1/tasks/eod_cleanup").await.ok();
    assert!(task["accepted_by"].is_null() && task["accepted_by_name"].is_null(), "{task}");
    let versions = admin.get("/api/v1/modules?task=eod_cleanup").await.ok();
    let version = &versions["items"][0];
    assert_eq!((&version["added_by_name"], &version["info"]["name"]), (&Value::Null, &json!("eod_cleanup")));
    let history = admin.get("/api/v1/modules/eod_cleanup/history").await.ok();
    assert_eq!(history["items"][0]["by_name"], Value::Null);
}

/// What `GET /api/v1/grants` says of the allowance of a task for everybody.
async fn grant_of(admin: &Client, task: &str) -> Value {
    let grants = admin.get("/api/v1/grants").await.ok();
    let is_meant = |grant: &&Value| grant["task"] == task && grant["user"].is_null();
    grants["items"].as_array().unwrap().iter().find(is_meant).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_grant_is_set_it_is_said_for_whom() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    for (query, whom) in [("", "for everybody"), ("?user=2", "for user 2")] {
        let answer = admin.delete(&format!("/api/v1/grants/eod_cleanup{query}")).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()));
        assert!(answer.text.contains(whom), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_somebody_else_has_changed_stays_as_they_made_it() {
    let console = Console::start(at(MONDAY, "10:00")).await;
    let admin = console.admin().await;
    let path = |version: u64| format!("/api/v1/grants/eod_cleanup?expected_version={version}");
    let changed = (409, "grant_changed".to_owned());
    let before = grant_of(&admin, "eod_cleanup").await;
    assert_eq!((&before["set"], &before["version"]), (&json!(false), &json!(0)));
    let mut narrow = before["allowance"].clone();
    narrow["calls"] = json!(10);
    let set = admin.send(Method::PUT, &path(0), narrow.clone()).await.ok();
    let version = set["version"].as_u64().unwrap();
    let late = admin.send(Method::PUT, &path(0), before["allowance"].clone()).await;
    assert_eq!(late.problem(), changed);
    assert_eq!(admin.delete(&path(version + 1)).await.problem(), changed);
    assert_eq!(grant_of(&admin, "eod_cleanup").await, set);
    assert_eq!(admin.delete(&path(version)).await.status, 204);
    assert_eq!(grant_of(&admin, "eod_cleanup").await, before);
    let again = admin.send(Method::PUT, &path(0), narrow.clone()).await.ok();
    assert!(again["version"].as_u64() > Some(version), "a removed grant leaves its number to none: {again}");
    // Who expects nothing changes what stands.
    let whatever = admin.send(Method::PUT, "/api/v1/grants/eod_cleanup", narrow).await.ok();
    assert!(whatever["version"].as_u64() > again["version"].as_u64(), "{whatever}");
}
