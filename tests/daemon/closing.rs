//! Trading dates are closed by the host: for every user, and also when nothing ran at their end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::{OrderKind, OrderRequest, Product, Purpose, Side, Variety};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::support::{
    ADMIN, FRIDAY, MONDAY, OTHER, TUESDAY, TestHost, at, day, guests, run, start_services, stop,
};

const WEDNESDAY: &str = "2025-03-12";

/// The statements of a user, by date.
async fn statements(daemon: &Daemon, user: UserId) -> Vec<(Day, String)> {
    daemon.store.flush().await.unwrap();
    daemon.store.user(user).statements().await.unwrap()
}

async fn dates(daemon: &Daemon, user: UserId) -> Vec<Day> {
    statements(daemon, user).await.into_iter().map(|(day, _)| day).collect()
}

/// A user buys ten shares of the first symbol of the market.
pub async fn buy(daemon: &Arc<Daemon>, user: UserId, now: Timestamp) {
    let symbol = daemon.trading.market.universe().await.unwrap()[0].clone();
    let request = OrderRequest {
        symbol,
        side: Side::Buy,
        quantity: 10,
        kind: OrderKind::Market,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    };
    let user = daemon.users.find(user).unwrap();
    let mut desk = user.desk.lock().await;
    desk.reconcile(now).await.unwrap();
    desk.place(
        request,
        OrderContext { run: RunId(1), strategy: StrategyName::REBOUND, day: now.ist_day(), now },
    )
    .await
    .unwrap()
    .unwrap();
}

#[tokio::test]
async fn every_users_date_is_closed_whatever_their_service_does() {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "09:59")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    let off = UserId(3);
    buy(&daemon, off, at(MONDAY, "09:59")).await;
    daemon.users_admin.deactivate_user(OTHER, at(MONDAY, "09:59")).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    for user in [ADMIN, OTHER, off] {
        assert_eq!(dates(&daemon, user).await, [day(MONDAY)], "{user}");
        assert_eq!(daemon.store.user(user).last_closed_date().await.unwrap(), Some(day(MONDAY)), "{user}");
    }
    let (_, text) = statements(&daemon, off).await.remove(0);
    assert!(text.contains(r#""fills":1"#) && text.contains(r#""open_positions":1"#), "{text}");
    // The books are kept with it, so that the next start does not fold from the first entry.
    assert!(daemon.store.user(off).load_snapshot().await.unwrap().is_some());
}

#[tokio::test]
async fn dates_that_ended_while_the_daemon_was_down_have_the_statements_of_one_that_was_up() {
    let undisturbed = TestHost::new(2);
    let daemon = undisturbed.start(at(FRIDAY, "10:00")).await;
    start_services(&daemon).await;
    buy(&daemon, OTHER, at(FRIDAY, "10:00")).await;
    run(&daemon, at(FRIDAY, "17:00")).await;
    // Its evening tasks and sells are left out, so that both have done the same.
    for user in [ADMIN, OTHER] {
        daemon.services.stop_service(user).await.unwrap();
    }
    run(&daemon, at(WEDNESDAY, "10:05")).await;

    let house = TestHost::new(2);
    let down = house.start(at(FRIDAY, "10:00")).await;
    start_services(&down).await;
    buy(&down, OTHER, at(FRIDAY, "10:00")).await;
    run(&down, at(FRIDAY, "17:00")).await;
    stop(down).await;
    let again = house.start(at(WEDNESDAY, "10:00")).await;
    run(&again, at(WEDNESDAY, "10:05")).await;

    let expected = [day(FRIDAY), day(MONDAY), day(TUESDAY)];
    for user in [ADMIN, OTHER] {
        assert_eq!(dates(&again, user).await, expected);
        assert_eq!(statements(&again, user).await, statements(&daemon, user).await);
    }
    // Each at its own prices.
    let values: Vec<serde_json::Value> =
        statements(&again, OTHER).await.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
    assert!(values.windows(2).all(|pair| pair[0]["market_value"] != pair[1]["market_value"]), "{values:?}");
}

#[tokio::test]
async fn a_date_whose_evening_task_fails_is_closed_all_the_same() {
    let house = TestHost::new(1);
    let module = guests::traps();
    let daemon = house.start_with(at(MONDAY, "17:00"), &[(Task::literal("eod_cleanup"), &module)]).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    assert_eq!(dates(&daemon, ADMIN).await, [day(MONDAY)]);
}
