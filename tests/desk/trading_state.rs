//! Every path that sends asks the trading state: new orders, changes, what is sent again, retries, batches of a task; reduce-only
//! and halted. Cancellations pass in both.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use prahari_app::daemon::Daemon;
use prahari_app::desk::DifferenceKind::LostOrder;
use prahari_app::settings::Hand;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, OrderState};
use prahari_domain::risk::{RefusalCode, RiskLimits, StatedState, TradingState};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::{RefusalCode as GuestCode, broker};
use prahari_runtime::{HostCall, HostReply};

use super::{HIGH, LOSE_REQUESTS, LOW, WELL};
use crate::support::desk_fixture::{DeskFixture, ask, buy, order_context, sell, to_host};
use crate::support::fake_broker::PRICE;
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, stop};

const TASK: Task = Task::literal("sell_monitor");

const SENTENCE: &str = "the trading state is reduce-only: of ";

fn reduce_only() -> RiskLimits {
    RiskLimits { reduce_only: Some("results are due".to_owned()), ..RiskLimits::default() }
}

fn halted() -> RiskLimits {
    RiskLimits { kill_switch: true, ..RiskLimits::default() }
}

/// Both states, with the code by which each refuses a buy, and whether a sell of what is held passes.
fn states() -> [(RiskLimits, RefusalCode, bool); 2] {
    [(reduce_only(), RefusalCode::ReduceOnly, true), (halted(), RefusalCode::KillSwitch, false)]
}

fn later() -> Timestamp {
    at(MONDAY, "10:02")
}

/// A trader who holds 10 ABC and bids for 10 XYZ.
async fn holding() -> (DeskFixture, OrderId) {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.placed(buy("ABC", 10, PRICE.0), ten).await;
    let bid = trader.placed(buy("XYZ", 10, LOW), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    assert_eq!(trader.desk.book().held(&"ABC".parse().unwrap()), 10);
    (trader, bid)
}

/// Changes an order, and tells the code of a refusal.
async fn modify(
    trader: &mut DeskFixture,
    order: OrderId,
    quantity: Option<u32>,
    limit: Option<i64>,
) -> Option<RefusalCode> {
    let kind = limit.map(|limit| OrderKind::Limit(Paise(limit)));
    let answer = trader.desk.modify(order, quantity, kind, order_context(later())).await.unwrap();
    answer.err().map(|refusal| refusal.code)
}

#[tokio::test]
async fn a_new_order_is_refused_before_it_is_sent_and_only_reduce_only_takes_a_sell_of_what_is_held() {
    for (limits, code, sells) in states() {
        let (mut trader, _) = holding().await;
        trader.restart_under(limits).await;
        trader.reconciled(later()).await;
        let (sent, written) = (trader.fake_broker.sent(), trader.journal().await.len());
        assert_eq!(trader.refused(buy("PQR", 1, LOW), later()).await.code, code);
        assert_eq!((trader.fake_broker.sent(), trader.journal().await.len()), (sent, written));
        let too_many = trader.refused(sell("ABC", 11, HIGH), later()).await.code;
        assert_eq!(too_many, if sells { RefusalCode::Holdings } else { code });
        let answer = trader.place(sell("ABC", 10, HIGH), later()).await.unwrap();
        assert_eq!(answer.err().map(|refusal| refusal.code), (!sells).then_some(code));
        assert_eq!(trader.fake_broker.sent(), sent + usize::from(sells));
    }
}

#[tokio::test]
async fn a_change_that_asks_for_more_is_refused_and_only_reduce_only_takes_one_to_fewer_shares() {
    for (limits, code, lowers) in states() {
        let (mut trader, bid) = holding().await;
        trader.restart_under(limits).await;
        trader.reconciled(later()).await;
        let sent = trader.fake_broker.sent();
        for (quantity, limit) in [(Some(11), None), (None, Some(LOW + 5)), (Some(9), Some(LOW + 5))] {
            assert_eq!(modify(&mut trader, bid, quantity, limit).await, Some(code), "{quantity:?} {limit:?}");
        }
        assert_eq!(trader.fake_broker.sent(), sent);
        assert_eq!(modify(&mut trader, bid, Some(9), None).await, (!lowers).then_some(code));
        assert_eq!(trader.order(bid).request.quantity, if lowers { 9 } else { 10 });
    }
}

#[tokio::test]
async fn a_sell_may_be_changed_in_reduce_only_and_not_while_halted() {
    for (limits, code, changes) in states() {
        let (mut trader, _) = holding().await;
        let offer = trader.placed(sell("ABC", 5, HIGH), later()).await;
        trader.restart_under(limits).await;
        trader.reconciled(later()).await;
        let refused = (!changes).then_some(code);
        assert_eq!(modify(&mut trader, offer, None, Some(HIGH - 5)).await, refused);
        assert_eq!(modify(&mut trader, offer, Some(10), None).await, refused, "all that is held");
        let beyond = modify(&mut trader, offer, Some(11), None).await;
        assert_eq!(beyond, Some(if changes { RefusalCode::Holdings } else { code }));
    }
}

#[tokio::test]
async fn cancellations_pass_in_both_states() {
    for (limits, _, _) in states() {
        let (mut trader, bid) = holding().await;
        trader.restart_under(limits).await;
        trader.desk.cancel(bid, "enough", order_context(later())).await.unwrap().unwrap();
        assert_eq!(trader.order(bid).state, OrderState::Cancelled);
    }
}

#[tokio::test]
async fn a_buy_that_never_arrived_is_not_sent_again_in_either_state() {
    for (limits, code, _) in states() {
        let ten = at(MONDAY, "10:00");
        let mut trader = DeskFixture::new(ten).await;
        trader.misbehave(LOSE_REQUESTS).await;
        trader.refused(buy("ABC", 10, LOW), ten).await;
        let id = trader.desk.book().orders().last().unwrap().id;
        trader.misbehave(WELL).await;
        trader.restart_under(limits).await;
        assert_eq!(trader.reconciled(at(MONDAY, "10:01")).await, [LostOrder]);
        assert_eq!(trader.fake_broker.sent(), 1);
        let order = trader.order(id);
        let why = if code == RefusalCode::ReduceOnly { SENTENCE } else { "the kill switch is on" };
        let expected = format!("it never reached the broker and is not sent again: {why}");
        assert_eq!(order.state, OrderState::Cancelled);
        assert!(order.reason.starts_with(&expected), "{}", order.reason);
    }
}

#[tokio::test]
async fn a_sell_that_never_arrived_is_sent_again_in_reduce_only_and_not_while_halted() {
    for (limits, _, sells) in states() {
        let (mut trader, _) = holding().await;
        trader.misbehave(LOSE_REQUESTS).await;
        trader.refused(sell("ABC", 10, HIGH), later()).await;
        let (id, sent) = (trader.desk.book().orders().last().unwrap().id, trader.fake_broker.sent());
        trader.misbehave(WELL).await;
        trader.restart_under(limits).await;
        assert_eq!(trader.reconciled(at(MONDAY, "10:03")).await, [LostOrder]);
        let expected = if sells { OrderState::Accepted } else { OrderState::Cancelled };
        assert_eq!(
            (trader.order(id).state, trader.fake_broker.sent()),
            (expected, sent + usize::from(sells))
        );
    }
}

#[tokio::test]
async fn a_retry_is_refused_in_both_states_and_what_it_retries_stays_to_be_retried_or_given_up() {
    for (limits, code, _) in states() {
        let ten = at(MONDAY, "10:00");
        let mut trader = DeskFixture::new(ten).await;
        trader.refused(buy("ABC", 1_001, PRICE.0), ten).await;
        let waits = trader.desk.book().retryable_orders().next().unwrap().id;
        trader.restart_under(limits).await;
        let again = OrderRequest { retry_of: Some(waits), ..buy("ABC", 1, LOW) };
        assert_eq!(trader.refused(again, later()).await.code, code);
        assert_eq!(trader.fake_broker.sent(), 0);
        assert_eq!(trader.desk.book().retryable_orders().map(|order| order.id).collect::<Vec<_>>(), [waits]);
        trader.desk.cancel(waits, "enough", order_context(later())).await.unwrap().unwrap();
        assert_eq!(trader.desk.book().retryable_orders().count(), 0);
    }
}

async fn set_state(daemon: &Daemon, user: UserId, state: TradingState) {
    let user = daemon.users.find(user).unwrap();
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
}

/// Places orders in one call of a task; `ok`, or the code and the sentence that the guest sees.
async fn place(
    daemon: &Daemon,
    user: UserId,
    orders: &[OrderRequest],
) -> Vec<Result<String, (GuestCode, String)>> {
    let requests = orders.iter().map(to_host).collect();
    match ask(daemon, user, TASK, HostCall::Place { requests }).await {
        HostReply::Placed(answers) => {
            let told = |refusal: prahari_runtime::abi::latest::Refusal| (refusal.code, refusal.detail);
            answers.into_iter().map(|answer| answer.map_err(told)).collect()
        }
        other => panic!("no answer to orders: {other:?}"),
    }
}

#[tokio::test]
async fn each_order_of_a_batch_is_asked_in_the_state_that_was_set_a_moment_ago_and_other_users_trade_on() {
    let mut house = TestHost::new(2);
    house.make_flat();
    let daemon = house.start(at(MONDAY, "10:00")).await;
    assert!(place(&daemon, OTHER, &[buy("ABC", 10, PRICE.0)]).await[0].is_ok());
    let user = daemon.users.find(OTHER).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();

    set_state(&daemon, OTHER, TradingState::ReduceOnly).await;
    let batch = [buy("DEF", 1, LOW), sell("ABC", 4, HIGH), buy("PQR", 1, LOW)];
    let answers = place(&daemon, OTHER, &batch).await;
    let [Err(first), Ok(offer), Err(last)] = answers.as_slice() else { panic!("{answers:?}") };
    for (code, detail) in [first, last] {
        assert_eq!(*code, GuestCode::DailyLoss, "the released code of a guest that may only sell");
        assert!(detail.starts_with(SENTENCE) && detail.ends_with(": results are due"), "{detail}");
    }
    let change = broker::OrderChange { quantity: Some(10), kind: None };
    let call = HostCall::Modify { order_id: offer.clone(), change };
    assert!(matches!(ask(&daemon, OTHER, TASK, call).await, HostReply::Modified(Ok(()))));
    assert!(place(&daemon, ADMIN, &[buy("DEF", 1, LOW)]).await[0].is_ok(), "it is another user's state");

    set_state(&daemon, OTHER, TradingState::Halted).await;
    let codes: Vec<_> =
        place(&daemon, OTHER, &batch).await.into_iter().map(|answer| answer.unwrap_err().0).collect();
    assert_eq!(codes, [GuestCode::KillSwitch; 3]);
    let change = broker::OrderChange { quantity: Some(5), ..change };
    let call = HostCall::Modify { order_id: offer.clone(), change };
    let HostReply::Modified(Err(refusal)) = ask(&daemon, OTHER, TASK, call).await else {
        panic!("it is refused")
    };
    assert_eq!(refusal.code, GuestCode::KillSwitch);
    let call = HostCall::Cancel { order_ids: vec![offer.clone()], reason: "enough".to_owned() };
    let HostReply::Cancelled(answers) = ask(&daemon, OTHER, TASK, call).await else {
        panic!("it is answered")
    };
    assert!(matches!(answers.as_slice(), [Ok(())]), "{answers:?}");

    set_state(&daemon, OTHER, TradingState::Active).await;
    assert!(place(&daemon, OTHER, &[buy("DEF", 1, LOW)]).await[0].is_ok());
    stop(daemon).await;
}
