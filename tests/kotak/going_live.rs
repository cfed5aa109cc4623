//! The way of a user from paper to real money, and what comes back from the broker.

use kotak_sim::Call;
use reqwest::Method;
use serde_json::json;

use crate::kotak::world::{BROKER, CREDENTIALS, OF_OTHER, World};
use crate::support::console::PASSWORD;
use crate::support::desk_fixture::{buy, sell};
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, at};
use crate::wired::KOTAK;

#[tokio::test(flavor = "multi_thread")]
async fn going_live_takes_the_admins_own_password_and_shows_the_limits_that_hold() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let admin = world.console.admin().await;
    world.enter(&world.credentials()).await;
    let put = async |body| admin.send(Method::PUT, OF_OTHER, body).await;
    let refused = put(json!({ "broker": KOTAK })).await;
    assert_eq!(refused.problem(), (400, "invalid_request".to_owned()));
    assert!(refused.text.contains("the money is real, so your own password is needed"), "{}", refused.text);
    let refused = put(json!({ "broker": KOTAK, "password": "not the password" })).await;
    assert_eq!(refused.problem(), (403, "wrong_password".to_owned()));
    let unknown = put(json!({ "broker": "nowhere", "password": PASSWORD })).await;
    assert!(unknown.text.contains("there are: kotak-neo, paper"), "{}", unknown.text);
    let before = admin.get(OF_OTHER).await.ok();
    assert_eq!((&before["broker"], &before["mode"]), (&json!("paper"), &json!("paper")));
    assert_eq!(before["session"], json!(null));

    let live = world.go_live().await;
    assert_eq!((&live["broker"], &live["mode"]), (&json!(KOTAK), &json!("live")));
    assert_eq!((&live["session"]["state"], &live["simulated"]), (&json!("none"), &json!(false)));
    let limits = world.console.user().await.get("/api/v1/user/limits").await.ok();
    assert!(limits["in_force"].as_object().is_some_and(|limits| !limits.is_empty()), "{limits}");
    assert_eq!((&live["limits"], &before["limits"]), (&limits["in_force"], &limits["in_force"]));
    // Back to made-up money nobody needs to show who they are.
    assert_eq!(put(json!({ "broker": "paper" })).await.ok()["mode"], "paper");

    let audit = admin.get("/api/v1/audit?action=user.broker").await;
    assert_eq!(audit.ok()["items"].as_array().unwrap().len(), 5, "{}", audit.text);
    assert!(!audit.text.contains("password\":"), "{}", audit.text);
    assert_eq!(world.sim.logins(&world.spec.ucc).len(), 0, "nobody logs in for any of it");
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_live_before_everything_is_entered_that_a_login_takes() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let (admin, user) = (world.console.admin().await, world.console.user().await);
    let refused = async || {
        let body = json!({ "broker": KOTAK, "password": PASSWORD });
        let answer = admin.send(Method::PUT, OF_OTHER, body).await;
        assert_eq!(answer.problem(), (409, "broker_not_ready".to_owned()));
        assert_eq!(admin.get(OF_OTHER).await.ok()["broker"], "paper");
        answer.json()["detail"].as_str().unwrap().to_owned()
    };
    let none = "user 2 cannot trade over \"kotak-neo\" yet: no credentials of Kotak Neo are kept; enter them in the console under \
                Settings, Broker";
    assert_eq!(refused().await, none);
    world.enter(&json!({ "ucc": world.spec.ucc, "mpin": world.spec.mpin })).await;
    let lacks = refused().await;
    assert!(
        lacks.contains("the credentials lack: access token (consumer key), mobile number; enter"),
        "{lacks}"
    );
    assert!(!lacks.contains(&world.spec.mpin), "{lacks}");
    // Whoever types a code each morning has no secret to enter.
    let mut credentials = world.credentials();
    credentials.as_object_mut().unwrap().remove("totp_secret");
    world.enter(&credentials).await;
    assert_eq!(world.go_live().await["mode"], "live");
    // One who is live stays so, whatever is taken away afterwards.
    assert_eq!(user.delete(CREDENTIALS).await.status, 204);
    assert_eq!(world.go_live().await["mode"], "live");
    assert_eq!(world.sim.calls(Call::Login, None), 0);
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_stay_while_something_is_open_or_held_at_the_broker_that_they_are_for() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    let resting = buy("ABC", 3, PRICE.0 - 500);
    let cancel = async |id: &str| {
        let body = json!({ "reason": "going" });
        user.post(&format!("/api/v1/orders/{id}/cancel"), body).await.ok()
    };
    world.enter(&world.credentials()).await;
    // On paper nothing needs them.
    let on_paper = world.place(&resting).await;
    assert_eq!(user.delete(CREDENTIALS).await.status, 204);
    cancel(&on_paper).await;
    world.enter(&world.credentials()).await;
    world.go_live().await;
    let refused = async |reason: &str| {
        let answer = user.delete(CREDENTIALS).await;
        assert_eq!(answer.problem(), (409, "broker_in_use".to_owned()));
        let said = format!("user 2 still needs the credentials of the broker \"kotak-neo\": {reason}");
        assert_eq!(answer.json()["detail"], said.as_str());
        assert_ne!(user.get(CREDENTIALS).await.ok()["fields"], json!([]));
    };
    let open = world.place(&resting).await;
    refused("orders open there: 1").await;
    cancel(&open).await;
    world.place(&buy("ABC", 10, PRICE.0)).await;
    world.sync().await;
    refused("positions held there: 1").await;
    world.place(&sell("ABC", 10, PRICE.0)).await;
    world.sync().await;
    assert_eq!(user.delete(CREDENTIALS).await.status, 204);
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_lands_at_the_broker_with_one_login_and_its_fill_comes_back() {
    let world = World::new(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    // One on paper, of before.
    let on_paper = world.place(&buy("ABC", 5, PRICE.0 - 500)).await;
    user.post(&format!("/api/v1/orders/{on_paper}/cancel"), json!({ "reason": "going live" })).await.ok();
    world.enter(&world.credentials()).await;
    world.go_live().await;
    assert_eq!(world.logins(), 0);

    let bought = world.place(&buy("ABC", 10, PRICE.0)).await;
    let theirs = world.sim.orders(&world.spec.ucc);
    assert_eq!((theirs.len(), theirs[0].quantity, theirs[0].filled), (1, 10, 10));
    world.sync().await;
    let sold = world.place(&sell("ABC", 4, PRICE.0)).await;
    let resting = world.place(&buy("ABC", 3, PRICE.0 - 500)).await;
    world.sync().await;
    assert_eq!(world.logins(), 1, "all of it with one session");

    // Our books say what the broker's own do.
    let fills = world.sim.fills(&world.spec.ucc);
    assert_eq!(fills.len(), 2);
    for (id, theirs) in [&bought, &sold].into_iter().zip(&fills) {
        let order = world.order(&user, id).await;
        assert_eq!(order["state"], "filled", "{order}");
        assert_eq!(order["broker_order_id"], json!(theirs.order));
        assert_eq!(order["filled_quantity"], json!(theirs.quantity));
        assert_eq!(order["average_price_paise"], json!(theirs.price));
    }
    let held = world.sim.holdings(&world.spec.ucc);
    assert_eq!((held.len(), held[0].net), (1, 6));
    let ours = {
        let user = world.console.daemon.users.find(crate::support::OTHER).unwrap();
        let desk = user.desk.lock().await;
        desk.book().positions()
    };
    assert_eq!(ours.len(), 1);
    // Over which broker an order went, whatever came later.
    let mode = async |id: &str| world.order(&user, id).await["mode"].clone();
    assert_eq!((mode(&on_paper).await, mode(&resting).await), (json!("paper"), json!("live")));
    assert_eq!(mode(&sold).await, "live");
    let session = world.session(&user).await;
    assert_eq!((&session["state"], &session["logins_today"]), (&json!("active"), &json!(1)));
    assert!(session["last_answer"].is_string() && session["reason"] == "", "{session}");
    // What is at the broker is cancelled there.
    user.post(&format!("/api/v1/orders/{resting}/cancel"), json!({ "reason": "enough" })).await.ok();
    let last = world.sim.orders(&world.spec.ucc).pop().unwrap();
    assert!(last.status.is_finished() && last.filled == 0, "{last:?}");
    assert_eq!(user.get(BROKER).await.ok()["mode"], "live");
    world.console.stop().await;
}
