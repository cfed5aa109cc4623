//! A broker that does not answer in time.

use std::time::Duration;

use prahari_app::clock::Stopwatch;
use prahari_app::deadlines::Deadlines;
use prahari_domain::orders::OrderState;
use prahari_domain::risk::RefusalCode;

use crate::support::desk_fixture::{DeskFixture, USER, buy};
use crate::support::waiting::until;
use crate::support::{MONDAY, at};

fn deadlines() -> Deadlines {
    let (soon, rest) = (Duration::from_millis(100), Duration::from_millis(1_000));
    Deadlines { send: soon, read: soon, market: soon, link: soon, rest }
}

#[tokio::test]
async fn an_order_that_is_not_answered_in_time_is_unknown_and_nothing_more_is_sent_until_the_broker_answers()
{
    let now = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(now).await;
    trader.restart_with(deadlines()).await;
    trader.reconciled(now).await;
    trader.fake_broker.set_silent(USER, true);
    let stopwatch = Stopwatch::start();
    let refusal = trader.refused(buy("ABC", 10, 10_000), now).await;
    assert_eq!(refusal.code, RefusalCode::Unsettled);
    assert!(refusal.detail.contains("no answer to an order within 0.1 s"), "{}", refusal.detail);
    let id = trader.desk.book().active_orders().next().unwrap().id;
    assert_eq!(trader.order(id).state, OrderState::Unknown);
    // Each further question would wait for as long again; it is not asked.
    let sent = trader.fake_broker.sent();
    for _ in 0..50 {
        let error = trader.place(buy("XYZ", 10, 10_000), now).await.unwrap_err().to_string();
        assert!(error.contains("is asked again in"), "{error}");
    }
    assert!(stopwatch.elapsed() < Duration::from_secs(1), "{:?}", stopwatch.elapsed());
    assert_eq!(trader.fake_broker.sent(), sent);

    trader.fake_broker.set_silent(USER, false);
    until("the desk to be reconciled", async || {
        let _not_asked_yet = trader.desk.reconcile(now).await;
        !trader.desk.needs_reconcile()
    })
    .await;
    assert_ne!(trader.order(id).state, OrderState::Unknown);
    let theirs = trader.theirs().await;
    let tag = trader.order(id).broker_tag();
    assert!(theirs.len() <= 1 && theirs.iter().all(|order| order.tag == tag), "{theirs:?}");
}

#[tokio::test]
async fn a_question_that_is_not_answered_in_time_is_an_error_that_changes_nothing() {
    let now = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(now).await;
    trader.restart_with(deadlines()).await;
    trader.fake_broker.set_silent(USER, true);
    let error = trader.desk.reconcile(now).await.unwrap_err().to_string();
    assert!(error.ends_with("no answer to a question for the order book within 0.1 s"), "{error}");
    assert!(trader.desk.needs_reconcile());
}
