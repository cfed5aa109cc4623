//! With which broker a user is linked, and what a link lets through.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use prahari_app::brokers::{Brokers, TradingMode};
use prahari_app::deadlines::{CALLS_AT_ONCE, Deadlines};
use prahari_app::error::AppError;
use prahari_app::paper_store::PAPER;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;

use crate::pushes::Live;
use crate::support::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use crate::support::{ADMIN, MONDAY, OTHER, at, stop};

#[tokio::test]
async fn a_user_leaves_a_broker_only_without_orders_and_shares_there_and_with_books_that_fit() {
    let live = Live::new().await;
    let refused =
        async |name: &str| live.daemon.users_admin.set_broker(OTHER, name).await.unwrap_err().to_string();
    assert_eq!(refused("nowhere").await, r#"there is no broker "nowhere"; there are: live, paper"#);
    let id = live.buy("ABC", 10).await;
    let stays = r#"user 2 stays linked with the broker "live": "#;
    assert_eq!(refused(PAPER).await, format!("{stays}orders open there: 1"));
    live.broker.push(OTHER, live.execute(&id, 10));
    live.until_filled(&id).await;
    assert_eq!(refused(PAPER).await, format!("{stays}positions held there: 1"));
    let status = live.daemon.users_admin.broker_status(OTHER).unwrap();
    assert_eq!((status.name.as_str(), status.simulated), (LIVE, false));

    // Whoever has traded nothing there may go back, and is a customer of paper again after a restart.
    let third = UserId(3);
    let status = live.daemon.users_admin.set_broker(third, PAPER).await.unwrap();
    assert_eq!((status.name.as_str(), status.simulated), (PAPER, true));
    let mode = |user| live.daemon.users.find(user).unwrap().link().mode();
    assert_eq!((mode(OTHER), mode(third)), (TradingMode::Live, TradingMode::Paper));
    let broker = async |user| live.daemon.store.user(user).find().await.unwrap().unwrap().broker;
    assert_eq!(
        (broker(ADMIN).await, broker(OTHER).await, broker(third).await),
        (PAPER.into(), LIVE.into(), PAPER.into())
    );
    stop(live.daemon).await;
}

#[tokio::test]
async fn what_is_paid_in_at_a_real_broker_is_not_set_here() {
    let live = Live::new().await;
    let user = live.daemon.users.find(OTHER).unwrap();
    let mut desk = user.desk.lock().await;
    let before = desk.book().clone();
    let refused = desk.set_capital(Paise::rupees(5_000), at(MONDAY, "10:00")).await;
    assert!(matches!(&refused, Err(AppError::CapitalOfBroker { broker }) if broker == LIVE), "{refused:?}");
    assert_eq!(*desk.book(), before);
    drop(desk);
    stop(live.daemon).await;
}

#[tokio::test]
async fn a_link_lets_two_calls_wait_at_once_and_ends_each_in_time_even_its_own_making() {
    let live = Arc::new(LiveBroker::default());
    let soon = Duration::from_millis(200);
    let deadlines = Deadlines { send: soon, read: soon, market: soon, link: soon, rest: soon };
    let brokers =
        Brokers::default().with(LIVE, Arc::new(LiveBrokerage(live.clone()))).with_deadlines(deadlines);
    let (link, _pushes) = brokers.link(LIVE, OTHER, Paise::ZERO).await.unwrap();
    live.set_silent(OTHER, true);
    let answers = join_all((0..20).map(|_| link.broker.holdings())).await;
    assert!(answers.iter().all(|answer| answer.is_err()), "{answers:?}");
    assert_eq!(live.most_waiting(), CALLS_AT_ONCE);
    assert!(link.status().silent);
    let error = brokers.link(LIVE, OTHER, Paise::ZERO).await.err().unwrap().to_string();
    assert!(error.ends_with("no link within 0.2 s"), "{error}");
}
