//! A symbol that is halted for those who hold it.

use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::OrderState;
use prahari_domain::risk::RefusalCode;
use prahari_domain::strategies::StrategyName;
use prahari_store::{AlertCode, HaltCode, NotificationFilter};
use serde_json::json;

use crate::support::console::Console;
use crate::support::desk_fixture::{buy, sell};
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at};
use crate::{alerts, halts};

/// Titles and texts of the messages to a user, oldest first.
async fn told(daemon: &Daemon, user: UserId) -> Vec<(String, String)> {
    daemon.store.flush().await.unwrap();
    let mut told = daemon.store.user(user).notifications(NotificationFilter::default()).await.unwrap();
    told.reverse();
    told.into_iter().map(|kept| (kept.row.title, kept.row.body)).collect()
}

#[tokio::test]
async fn what_waits_to_be_told_when_the_daemon_stops_is_told_then() {
    let house = TestHost::new(3);
    let (daemon, _hand) = house.start_manual(at(MONDAY, "10:00"), &[]).await;
    let symbol = "ABC".parse().unwrap();
    for user in [OTHER, UserId(3)] {
        daemon.halts.halt_symbol(user, &symbol, HaltCode::ImpossiblePrice, REASON).await.unwrap();
    }
    assert_eq!(told(&daemon, ADMIN).await.len(), 1, "the second waits");
    daemon.close().await.unwrap();
    let daemon = house.start(at(MONDAY, "10:01")).await;
    let told = told(&daemon, ADMIN).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].1.starts_with("user 3: "), "{told:?}");
}

#[tokio::test]
async fn an_admin_is_told_of_many_halts_of_a_kind_in_few_messages_and_each_user_at_once() {
    let house = TestHost::new(8);
    let ten = at(MONDAY, "10:00");
    let (daemon, hand) = house.start_manual(ten, &[]).await;
    let symbol = "ABC".parse().unwrap();
    let users: Vec<_> = (2..=8).map(UserId).collect();
    for user in &users {
        daemon.halts.halt_symbol(*user, &symbol, HaltCode::ImpossiblePrice, REASON).await.unwrap();
    }
    let detail = format!("no order of ABC is sent: {REASON}");
    let title = "Orders of a symbol are halted".to_owned();
    for user in &users {
        assert_eq!(alerts(&daemon, *user).await.len(), 1);
        assert_eq!(told(&daemon, *user).await, [(title.clone(), detail.clone())]);
    }
    let first = (title.clone(), format!("user 2: {detail}"));
    assert_eq!(told(&daemon, ADMIN).await, std::slice::from_ref(&first));
    // Another kind does not wait.
    daemon.halts.halt_user(OTHER, HaltCode::BooksContradicted, "the books").await.unwrap();
    assert_eq!(told(&daemon, ADMIN).await.len(), 2);
    hand.pass_until(at(MONDAY, "10:01"));
    daemon.maintenance.upkeep_step(&mut Some(ten.ist_day())).await.unwrap();
    let told = told(&daemon, ADMIN).await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[2].1.starts_with(&format!("user 3: {detail}; user 4: ")), "{told:?}");
    assert!(told[2].1.ends_with("; and 1 more, which the log names"), "{told:?}");
}

const REASON: &str = "the open of 50.00 is outside the band around 100.00";

#[tokio::test]
async fn a_halted_symbol_is_withdrawn_and_refused_until_an_admin_explains_it() {
    let mut house = TestHost::new(3);
    house.make_flat();
    let ten = at(MONDAY, "10:00");
    let console = Console::of(house, ten).await;
    let daemon = &console.daemon;
    let order_context =
        OrderContext { run: RunId(1), strategy: StrategyName::REBOUND, day: ten.ist_day(), now: ten };
    let place = async |user, order| {
        daemon.users.find(user).unwrap().desk.lock().await.place(order, order_context).await.unwrap()
    };
    // User 2 bids for it; the admin has nothing of it.
    let standing = place(OTHER, buy("ABC", 10, 9_000)).await.unwrap();
    let symbol = "ABC".parse().unwrap();
    let halted =
        daemon.halts.halt_symbol_of_holders(&symbol, HaltCode::ImpossiblePrice, REASON).await.unwrap();
    assert_eq!(halted, [OTHER]);
    let again =
        daemon.halts.halt_symbol_of_holders(&symbol, HaltCode::ImpossiblePrice, "again").await.unwrap();
    assert_eq!(again, []);
    {
        let user = daemon.users.find(OTHER).unwrap();
        let desk = user.desk.lock().await;
        let order = desk.book().order(&standing).unwrap();
        assert_eq!((order.state, order.reason.as_str()), (OrderState::Cancelled, REASON));
    }
    for order in [buy("ABC", 1, 9_000), sell("ABC", 1, 11_000)] {
        let refusal = place(OTHER, order).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::SymbolHalted);
        assert_eq!(refusal.detail, format!("orders of ABC are halted until an admin lifts it: {REASON}"));
    }
    place(OTHER, buy("XYZ", 1, 9_000)).await.unwrap();
    place(ADMIN, buy("ABC", 1, 9_000)).await.unwrap();
    let raised = alerts(daemon, OTHER).await;
    assert_eq!(
        (raised.len(), raised[0].code, raised[0].subject.as_str()),
        (1, AlertCode::SymbolHalted, "ABC")
    );

    let (admin, user) = (console.admin().await, console.user().await);
    let listed = user.get("/api/v1/halts?open=true").await.ok();
    assert_eq!(
        (&listed["items"][0]["symbol"], &listed["items"][0]["code"]),
        (&json!("ABC"), &json!("impossible_price"))
    );
    let path = format!("/api/v1/halts/{}/lift", listed["items"][0]["id"]);
    assert_eq!(user.post(&path, json!({ "explanation": "let me" })).await.status, 403);
    for explanation in [" ", "a\u{202e}b"] {
        assert_eq!(admin.post(&path, json!({ "explanation": explanation })).await.status, 400);
    }
    let lifted = admin.post(&path, json!({ "explanation": "a split of 2:1" })).await.ok();
    assert_eq!((&lifted["lifted_by"], &lifted["explanation"]), (&json!(1), &json!("a split of 2:1")));
    let again = admin.post(&path, json!({ "explanation": "once more" })).await;
    assert_eq!(again.problem(), (409, "halt_lifted".to_owned()));
    assert!(again.json()["detail"].as_str().unwrap().ends_with(" was lifted already"), "{}", again.text);
    let kept = user.get("/api/v1/halts?open=false").await.ok();
    assert_eq!(kept["items"][0]["explanation"], "a split of 2:1", "it stays as it was lifted");
    let audit = admin.get("/api/v1/audit?action=halt.lift").await.ok();
    assert_eq!(audit["items"].as_array().unwrap().len(), 1, "{audit}");
    assert_eq!(halts(daemon, OTHER).await, []);
    assert_eq!(alerts(daemon, OTHER).await, []);
    place(OTHER, buy("ABC", 1, 9_000)).await.unwrap();
}
