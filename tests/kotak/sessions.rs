//! How long a session is kept, and by whom it is ended.

use reqwest::Method;
use serde_json::json;

use crate::kotak::world::{CREDENTIALS, LOGIN, OF_OTHER, World};
use crate::support::desk_fixture::buy;
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, OTHER, TUESDAY, at, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_day_and_the_next_day_has_one_of_its_own() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    user.post(LOGIN, json!({})).await.ok();
    run(&world.console.daemon, at(MONDAY, "18:30")).await;
    assert_eq!(world.session(&user).await["state"], "active");
    run(&world.console.daemon, at(TUESDAY, "00:05")).await;
    let session = world.session(&user).await;
    assert_eq!((&session["state"], &session["reason"]), (&json!("over"), &json!("the day has ended")));
    assert_eq!((session["logins_today"].clone(), world.logins()), (json!(0), 1));
    run(&world.console.daemon, at(TUESDAY, "10:00")).await;
    world.place(&buy("ABC", 1, PRICE.0)).await;
    let session = world.session(&user).await;
    assert_eq!((&session["state"], &session["logins_today"]), (&json!("active"), &json!(1)));
    assert_eq!(world.logins(), 2);
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_the_service_stops_and_a_start_logs_nobody_in() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let (user, services) = (world.console.user().await, &world.console.daemon.services);
    services.start_service(OTHER).await.unwrap();
    assert_eq!((world.session(&user).await["state"].clone(), world.logins()), (json!("none"), 0));
    user.post(LOGIN, json!({})).await.ok();
    // A restart takes schedules over; whoever has a session keeps it.
    services.restart_service(OTHER).await.unwrap();
    assert_eq!(world.session(&user).await["state"], "active");
    services.stop_service(OTHER).await.unwrap();
    let session = world.session(&user).await;
    assert_eq!((&session["state"], &session["reason"]), (&json!("over"), &json!("the service was stopped")));
    services.start_service(OTHER).await.unwrap();
    assert_eq!((world.session(&user).await["state"].clone(), world.logins()), (json!("over"), 1));
    // An order that stands at the broker is followed without a service as well: the session stays.
    world.place(&buy("ABC", 1, PRICE.0 - 500)).await;
    services.stop_service(OTHER).await.unwrap();
    assert_eq!((world.session(&user).await["state"].clone(), world.logins()), (json!("active"), 2));
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_the_desk_is_busy_ends_the_session_when_it_is_free() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let (user, services) = (world.console.user().await, &world.console.daemon.services);
    services.start_service(OTHER).await.unwrap();
    user.post(LOGIN, json!({})).await.ok();
    let trader = world.console.daemon.users.find(OTHER).unwrap();
    let busy = trader.desk.lock().await;
    services.stop_service(OTHER).await.unwrap();
    assert_eq!(world.session(&user).await["state"], "active");
    drop(busy);
    // The lock is fair: whoever has waited for it longer has had it by then.
    drop(trader.desk.lock().await);
    for _ in 0..500 {
        if world.session(&user).await["state"] == "over" {
            break;
        }
    }
    assert_eq!(world.session(&user).await["reason"], "the service was stopped");
    world.console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_credentials_another_broker_and_the_end_of_the_daemon_end_a_session() {
    let world = World::live(at(MONDAY, "10:00")).await;
    let user = world.console.user().await;
    let reason = async || world.session(&user).await["reason"].clone();
    user.post(LOGIN, json!({})).await.ok();
    world.enter(&world.credentials()).await;
    assert_eq!(reason().await, "the credentials were changed");
    world.pass_seconds(60).await;
    user.post(LOGIN, json!({})).await.ok();
    assert_eq!(user.delete(CREDENTIALS).await.status, 204);
    assert_eq!(reason().await, "the credentials were changed");
    assert_eq!(user.post(LOGIN, json!({})).await.status, 409);
    world.pass_seconds(120).await;
    world.enter(&world.credentials()).await;
    user.post(LOGIN, json!({})).await.ok();
    let admin = world.console.admin().await;
    admin.send(Method::PUT, OF_OTHER, json!({ "broker": "paper" })).await.ok();
    world.go_live().await;
    let session = world.session(&user).await;
    let ended = json!("the user trades over another broker");
    assert_eq!((&session["state"], &session["reason"]), (&json!("over"), &ended));
    world.pass_seconds(60).await;
    user.post(LOGIN, json!({})).await.ok();
    assert_eq!(world.logins(), 4);
    let link = world.console.daemon.users.find(OTHER).unwrap().link();
    world.console.daemon.close().await.unwrap();
    assert_eq!(link.status().session.unwrap().reason, "the daemon stops");
}
