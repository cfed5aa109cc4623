//! Orders that name what they must not, and what the broker must not report: a refusal or a halt of this user,
//! never a hole in the journal.

use prahari_app::desk::DifferenceKind::LostOrder;
use prahari_app::desk::OrderContext;
use prahari_app::error::AppError;
use prahari_brokers::{BrokerEvent, BrokerEventKind};
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, OrderEvent, OrderKind, OrderRequest, OrderState, Variety};
use prahari_domain::risk::{RefusalCode, RiskLimits};

use super::{HIGH, LOSE_REQUESTS, LOW, WELL};
use crate::support::desk_fixture::{DeskFixture, USER, buy, order_context, sell};
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, TUESDAY, at};

#[tokio::test]
async fn an_order_that_retries_what_it_must_not_is_refused_and_leaves_no_trace() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let filled = trader.placed(buy("XYZ", 10, PRICE.0), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    let active = trader.placed(buy("PQR", 10, LOW), ten).await;
    trader.refused(buy("ABC", 1_001, PRICE.0), ten).await;
    let waits = trader.desk.book().retryable_orders().next().unwrap().id;
    let before = (trader.journal().await, trader.desk.book().clone(), trader.fake_broker.sent());
    let unknown = OrderId { number: 777, ..waits };
    let foreign = OrderId { user: UserId(3), ..active };
    for (retried, code) in [
        (unknown, RefusalCode::UnknownOrder),
        (foreign, RefusalCode::UnknownOrder),
        (active, RefusalCode::State),
        (filled, RefusalCode::State),
    ] {
        let again = OrderRequest { retry_of: Some(retried), ..buy("ABC", 1, LOW) };
        assert_eq!(trader.refused(again, ten).await.code, code, "{retried}");
    }
    let other = OrderRequest { retry_of: Some(waits), ..buy("DEF", 1, LOW) };
    assert_eq!(trader.refused(other, ten).await.code, RefusalCode::Request);
    assert_eq!((trader.journal().await, trader.desk.book().clone(), trader.fake_broker.sent()), before);
    // And the day goes on.
    trader.placed(OrderRequest { retry_of: Some(waits), ..buy("ABC", 1, LOW) }, ten).await;
    let live = trader.desk.book().clone();
    trader.restart().await;
    assert_eq!(*trader.desk.book(), live);
}

#[tokio::test]
async fn a_report_that_contradicts_the_books_books_nothing_of_its_batch_and_leaves_the_desk_unsettled() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let id = trader.placed(buy("ABC", 10, PRICE.0), ten).await;
    let fill = Fill { key: "forged".to_owned(), quantity: 11, price: PRICE, at: ten };
    trader.fake_broker.forge(BrokerEvent {
        broker_id: None,
        tag: trader.order(id).broker_tag(),
        at: ten,
        kind: BrokerEventKind::Filled(fill),
    });
    let before = (trader.journal().await, trader.desk.book().clone());
    // The true fill of ten shares comes first in the same batch, the forged one after it.
    assert!(matches!(trader.desk.sync_fills(at(MONDAY, "10:01")).await, Err(AppError::Book(_))));
    assert!(trader.desk.needs_reconcile());
    assert_eq!((trader.journal().await, trader.desk.book().clone()), before);
    // The broker's own book resolves it.
    trader.reconciled(at(MONDAY, "10:02")).await;
    assert_eq!(trader.order(id).state, OrderState::Filled);
    assert_eq!(trader.folded().await, *trader.desk.book());
}

#[tokio::test]
async fn the_kill_switch_stops_what_would_be_sent_again_after_a_start() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.misbehave(LOSE_REQUESTS).await;
    trader.refused(buy("ABC", 10, LOW), ten).await;
    let id = trader.desk.book().orders().last().unwrap().id;
    trader.misbehave(WELL).await;
    trader.restart_under(RiskLimits { kill_switch: true, ..RiskLimits::default() }).await;
    assert_eq!(trader.reconciled(at(MONDAY, "10:01")).await, [LostOrder]);
    assert_eq!(trader.fake_broker.sent(), 1);
    assert!(trader.theirs().await.is_empty());
    let reason = "it never reached the broker and is not sent again: the kill switch is on: only cancellations are accepted";
    assert_eq!((trader.order(id).state, trader.order(id).reason.as_str()), (OrderState::Cancelled, reason));
}

#[tokio::test]
async fn an_after_market_order_is_counted_on_one_day() {
    let evening = at(MONDAY, "16:05");
    let mut trader = DeskFixture::new(evening).await;
    let order = OrderRequest { variety: Variety::AfterMarket, ..buy("ABC", 10, PRICE.0) };
    trader.placed(order, evening).await;
    let monday = trader.desk.day_statement(order_context(at(MONDAY, "18:00"))).await.unwrap();
    trader.desk.sync_fills(at(TUESDAY, "10:00")).await.unwrap();
    trader.placed(sell("ABC", 10, HIGH), at(TUESDAY, "10:00")).await;
    let tuesday = trader.desk.day_statement(order_context(at(TUESDAY, "18:00"))).await.unwrap();
    assert_eq!((monday.orders_placed, monday.fills), (1, 0));
    assert_eq!((tuesday.orders_placed, tuesday.fills), (1, 1));
}

#[tokio::test]
async fn limits_on_what_may_be_bought_let_what_is_held_be_sold() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.placed(buy("ABC", 10, PRICE.0), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    let limits = RiskLimits {
        allowed_symbols: Some(Default::default()),
        max_order_value: Paise::ZERO,
        max_position_value: Paise::ZERO,
        max_positions: 0,
        max_daily_loss: Paise::ZERO,
        max_buys_per_day: 0,
        ..RiskLimits::default()
    };
    trader.restart_under(limits).await;
    let later = at(MONDAY, "10:02");
    assert_eq!(trader.refused(buy("ABC", 1, LOW), later).await.code, RefusalCode::Symbol);
    let id = trader.placed(sell("ABC", 10, HIGH), later).await;
    let kind = Some(OrderKind::Limit(Paise(HIGH - 5)));
    trader.desk.modify(id, None, kind, order_context(later)).await.unwrap().unwrap();
    assert_eq!(trader.fake_broker.sent(), 3);
    assert_eq!(USER, trader.desk.book().user());
}

#[tokio::test]
async fn a_market_that_is_down_refuses_a_buy_as_that_and_leaves_a_sell_to_the_broker() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    trader.placed(buy("ABC", 10, PRICE.0), ten).await;
    trader.desk.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    let later = at(MONDAY, "10:02");
    trader.market.set_down(true);
    let sent = trader.fake_broker.sent();
    let refusal = trader.refused(buy("XYZ", 1, LOW), later).await;
    assert_eq!(refusal.code, RefusalCode::MarketUnavailable);
    let sentence =
        "XYZ cannot be checked, market data is unavailable: market data cannot be had: the line is cut";
    assert_eq!((refusal.detail.as_str(), trader.fake_broker.sent()), (sentence, sent));
    // The paper broker asks the same market and takes nothing without it, which is certain: the order may be tried again.
    let refusal = trader.refused(sell("ABC", 10, HIGH), later).await;
    assert_eq!((refusal.code, trader.fake_broker.sent()), (RefusalCode::Broker, sent + 1));
    let dropped = trader.desk.book().orders().last().unwrap();
    assert_eq!((dropped.state, dropped.retryable), (OrderState::Rejected, true));
    trader.market.set_down(false);
    let sold = trader.placed(sell("ABC", 10, HIGH), later).await;
    assert_eq!(trader.order(sold).state, OrderState::Accepted);
}

#[tokio::test]
async fn the_journal_keeps_which_run_asked_for_a_change() {
    let ten = at(MONDAY, "10:00");
    let mut trader = DeskFixture::new(ten).await;
    let id = trader.placed(buy("ABC", 10, LOW), ten).await;
    for run in [RunId(9), RunId(0)] {
        let context = OrderContext { run, ..order_context(at(MONDAY, "10:01")) };
        let quantity = if run == RunId(9) { 7 } else { 8 };
        trader.desk.modify(id, Some(quantity), None, context).await.unwrap().unwrap();
    }
    let asked = trader.journal().await.into_iter().filter_map(|entry| match entry.event {
        OrderEvent::ChangeRequested { run, .. } => Some(run),
        _ => None,
    });
    let asked: Vec<Option<RunId>> = asked.collect();
    assert_eq!(asked, [Some(RunId(9)), None]);
}
