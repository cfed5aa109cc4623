//! Shares that others trade in the account, over the API: shown, decided once by their owner, and a rule for what comes.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;

use crate::support::console::Console;
use crate::support::live_broker::LiveBroker;
use crate::support::{MONDAY, OTHER, at};
use crate::world::with_live_broker;

const PATH: &str = "/api/v1/user/differences";

/// A console whose second user is at a live broker, which holds 20 shares that nobody here has bought.
async fn with_old_shares() -> Console {
    let broker = Arc::new(LiveBroker::default());
    let console = with_live_broker(&broker).await;
    broker.set_held(OTHER, "OLD", 20);
    let user = console.daemon.users.find(OTHER).unwrap();
    let mut desk = user.desk.lock().await;
    desk.reconcile(at(MONDAY, "10:00")).await.unwrap();
    for minute in ["10:00", "10:01", "10:02"] {
        desk.sync_fills(at(MONDAY, minute)).await.unwrap();
    }
    drop(desk);
    console
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_shown_and_decided_once_by_whose_it_is() {
    let console = with_old_shares().await;
    let (user, other) = (console.user().await, console.other_user().await);
    let page = user.get(&format!("{PATH}?open=true")).await.ok();
    let [row] = page["items"].as_array().unwrap().as_slice() else { panic!("{page}") };
    assert_eq!(
        (&row["cause"], &row["quantity"], &row["state"]),
        (&json!("opening_holding"), &json!(20), &json!("open"))
    );
    assert_eq!(row["broker_cost_paise"], json!(null));
    let path = format!("{PATH}/{}", row["id"]);

    assert_eq!(other.get(PATH).await.ok()["items"], json!([]));
    let adopt = json!({ "decision": "adopt", "cost_paise": 8_050, "strategy": "rebound" });
    assert_eq!(other.post(&path, adopt.clone()).await.problem().0, 404);
    // Nobody knows what they cost; an ignored share has no cost.
    let unpriced = json!({ "decision": "adopt", "strategy": "rebound" });
    assert_eq!(user.post(&path, unpriced).await.problem(), (409, "difference_refused".to_owned()));
    let priced = json!({ "decision": "ignore", "cost_paise": 8_050 });
    assert_eq!(user.post(&path, priced).await.problem().0, 400);

    let done = user.post(&path, adopt.clone()).await.ok();
    let end = (&done["state"], &done["price_paise"], &done["strategy"], &done["decided_by"]);
    assert_eq!(end, (&json!("adopted"), &json!(8_050), &json!("rebound"), &json!(OTHER.0)));
    assert_eq!(user.post(&path, adopt).await.problem(), (409, "difference_refused".to_owned()));
    let held = user.get("/api/v1/positions").await.ok();
    assert_eq!((&held["items"][0]["symbol"], &held["items"][0]["quantity"]), (&json!("OLD"), &json!(20)));
    let orders = user.get("/api/v1/orders").await.ok();
    assert_eq!(orders["items"][0]["purpose"], json!({ "kind": "external" }));
    let audit = console.admin().await.get("/api/v1/audit").await.ok();
    let found =
        audit["items"].as_array().unwrap().iter().filter(|entry| entry["action"] == "difference.adopt");
    assert_eq!(found.count(), 3, "each attempt");
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_purchases_by_hand_is_the_users_rule() {
    let console = with_old_shares().await;
    let user = console.user().await;
    let path = "/api/v1/user/outside-purchases";
    let rule = async || user.get(path).await.ok();
    assert_eq!(rule().await, json!({ "rule": "ignore", "strategy": null }));
    let put = async |body| user.send(Method::PUT, path, body).await;
    for wrong in [json!({ "rule": "adopt" }), json!({ "rule": "ignore", "strategy": "rebound" })] {
        assert_eq!(put(wrong).await.problem().0, 400);
    }
    let nobodys = json!({ "rule": "adopt", "strategy": "nobodys" });
    assert_eq!(put(nobodys).await.problem(), (409, "difference_refused".to_owned()));
    let adopts = json!({ "rule": "adopt", "strategy": "rebound" });
    assert_eq!(put(adopts.clone()).await.ok(), adopts);
    assert_eq!(rule().await, adopts);
    put(json!({ "rule": "ignore" })).await.ok();
    assert_eq!(rule().await, json!({ "rule": "ignore", "strategy": null }));
    console.stop().await;
}
