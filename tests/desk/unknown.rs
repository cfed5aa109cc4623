//! Unknown stays unknown where a broker's book is no proof: nothing is sent twice, nothing is given up by itself, and what
//! comes to light counts, whenever it does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::desk::DifferenceKind::{ExternalTrade, LostOrder, MissedFill, SettledOrder};
use prahari_app::desk::{DailyStatement, OrderAlarm, UnknownAlarm, UnknownOrder};
use prahari_app::error::AppError;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    JournalEntry, OrderEvent, OrderKind, OrderRequest, OrderState, OrderTag, Side, TagCode, Variety, machine,
};
use prahari_domain::risk::{RefusalCode, RiskLimits};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::support::desk_fixture::{USER, buy, order_context, sell};
use crate::support::live_broker::{LiveBroker, Loss};
use crate::support::live_desk::{Installation, LOW, kinds, ten};
use crate::support::waiting::until;
use crate::support::{MONDAY, TUESDAY, at, day};
use crate::{HIGH, PRICE};

const RESTARTED: TagCode = TagCode::of_number(2);

async fn trader() -> (Arc<LiveBroker>, Installation) {
    let broker = Arc::new(LiveBroker::default());
    let mut trader = Installation::new(&broker).await;
    assert_eq!(trader.reconciled().await, []);
    (broker, trader)
}

/// A buy of ten ABC whose answer was lost, or the request itself.
async fn lost(broker: &LiveBroker, trader: &mut Installation, loss: Loss) -> OrderId {
    broker.lose_next(USER, loss);
    trader.refused(buy("ABC", 10, LOW), RefusalCode::Unsettled).await
}

fn only_unknown(trader: &Installation) -> UnknownOrder {
    let mut unknown = trader.desk.unknown_orders();
    assert_eq!(unknown.len(), 1);
    unknown.remove(0)
}

/// The alarms of a desk: of which order, and whether one is raised.
fn alarms(trader: &mut Installation) -> Vec<(OrderId, bool)> {
    let told = trader.desk.take_alarms().into_iter();
    told.filter_map(|alarm| match alarm {
        OrderAlarm::Unknown(UnknownAlarm::Raised { order, .. }) => Some((order, true)),
        OrderAlarm::Unknown(UnknownAlarm::Over { order, .. }) => Some((order, false)),
        OrderAlarm::Stray(none) if none.open.is_empty() => None,
        other @ (OrderAlarm::Stray(_) | OrderAlarm::Fill(_)) => panic!("{other:?}"),
    })
    .collect()
}

async fn statement(trader: &Installation, of: &str) -> DailyStatement {
    trader.store.flush().await.unwrap();
    let text = trader.store.user(USER).statement(day(of)).await.unwrap().unwrap();
    serde_json::from_str(&text).unwrap()
}

fn minute(number: i64) -> Timestamp {
    ten().plus_minutes(number)
}

#[tokio::test]
async fn an_order_that_the_book_does_not_show_blocks_its_symbol_and_side_and_is_alarmed_once() {
    let (broker, mut trader) = trader().await;
    let held = trader.place(buy("ABC", 5, LOW)).await.unwrap();
    trader.execute(held, 5);
    trader.reconciled().await;
    assert_eq!(alarms(&mut trader), []);
    let id = lost(&broker, &mut trader, Loss::Request).await;
    assert!(trader.desk.needs_reconcile());
    let differences = trader.reconciled_at(minute(1)).await;
    let sentence = format!(
        "order {id} may have been sent and is not in the broker's book, which proves nothing: nothing more of ABC is bought before its outcome is known"
    );
    assert_eq!((kinds(&differences), &differences[0].detail), (vec![LostOrder], &sentence));
    assert_eq!(trader.state(id), (OrderState::Unknown, 0));
    assert_eq!(trader.events(id).await, ["intended", "sent", "outcome_unknown"]);
    assert!(!trader.desk.needs_reconcile(), "the desk trades on");

    let [OrderAlarm::Unknown(UnknownAlarm::Raised { order, detail })] = &trader.desk.take_alarms()[..] else {
        panic!()
    };
    let holdings = "the broker holds 5 shares of ABC and our books 5: nothing of it shows there";
    assert_eq!((*order, detail), (id, &format!("{sentence}; {holdings}")));
    for number in 2..6 {
        trader.desk.sync_fills(minute(number)).await.unwrap();
        assert_eq!(alarms(&mut trader), []);
    }
    let unknown = only_unknown(&trader);
    assert_eq!((unknown.order.id, unknown.search.looks, unknown.search.last), (id, 5, Some(minute(5))));
    assert_eq!(unknown.search.holdings.as_deref(), Some(holdings));

    // Only its symbol and side wait.
    let refusal = trader.place(buy("ABC", 1, LOW)).await.unwrap_err();
    let said =
        format!("the outcome of order {id} is not known, and nothing more of ABC is bought before it is");
    assert_eq!((refusal.code, refusal.detail), (RefusalCode::Unsettled, said));
    trader.place(sell("ABC", 5, HIGH)).await.unwrap();
    let other = trader.place(buy("XYZ", 10, LOW)).await.unwrap();
    let kind = Some(OrderKind::Limit(Paise(LOW + 5)));
    trader.desk.modify(other, None, kind, order_context(minute(6))).await.unwrap().unwrap();
    trader.desk.cancel(other, "enough", order_context(minute(6))).await.unwrap().unwrap();
    assert_eq!(broker.requests(USER).len(), 4, "five, lost, sell, XYZ");
}

#[tokio::test]
async fn money_of_an_unknown_buy_and_shares_of_an_unknown_sell_stay_held_back() {
    let (broker, mut trader) = trader().await;
    let held = trader.place(buy("XYZ", 10, LOW)).await.unwrap();
    trader.execute(held, 10);
    trader.reconciled().await;
    lost(&broker, &mut trader, Loss::Request).await;
    broker.lose_next(USER, Loss::Request);
    trader.refused(sell("XYZ", 10, HIGH), RefusalCode::Unsettled).await;
    trader.reconciled_at(minute(1)).await;
    let money = trader.desk.money(minute(1)).await;
    assert!(money.reserved >= Paise(10 * LOW), "{money:?}");
    let refusal = trader.place(sell("XYZ", 1, HIGH)).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Unsettled);
    assert_eq!(trader.desk.unknown_orders().len(), 2);
}

#[tokio::test]
async fn an_empty_or_lagging_book_ends_nothing_and_a_row_that_comes_late_is_booked_as_it_stands() {
    let (broker, mut trader) = trader().await;
    let standing = trader.place(buy("XYZ", 10, LOW)).await.unwrap();
    broker.set_lagging(USER, true);
    let id = lost(&broker, &mut trader, Loss::Answer).await;
    assert_eq!(kinds(&trader.reconciled_at(minute(1)).await), [LostOrder]);
    broker.set_book_empty(USER, true);
    assert_eq!(kinds(&trader.reconciled_at(minute(2)).await), [LostOrder]);
    trader.desk.sync_fills(minute(3)).await.unwrap();
    assert_eq!(trader.state(standing), (OrderState::Accepted, 0), "an empty book is no proof");
    assert_eq!(trader.state(id), (OrderState::Unknown, 0));
    assert_eq!(alarms(&mut trader), [(id, true)]);

    trader.execute(id, 4);
    broker.set_book_empty(USER, false);
    assert_eq!(kinds(&trader.reconciled_at(minute(4)).await), [LostOrder, ExternalTrade]);
    let search = only_unknown(&trader).search;
    let holdings = "the broker holds 4 shares of ABC and our books 0: the difference fits a part of it";
    assert_eq!((search.looks, search.holdings.as_deref()), (4, Some(holdings)));
    let differences = trader.reconciled_at(minute(5)).await;
    let detail = &differences.last().unwrap().detail;
    let fits =
        format!("the broker holds 4 shares, our books none; it fits order {id}, whose outcome is not known");
    assert_eq!(detail, &fits);

    broker.set_lagging(USER, false);
    assert_eq!(trader.desk.sync_fills(minute(6)).await.unwrap(), [id]);
    assert_eq!(trader.state(id), (OrderState::PartiallyFilled, 4));
    assert_eq!(alarms(&mut trader), [(id, false)]);
    assert_eq!(trader.desk.unknown_orders(), []);
    assert_eq!(trader.reconciled_at(minute(7)).await, []);
    assert_eq!(broker.requests(USER).len(), 2);
    assert_eq!(trader.folded().await, *trader.desk.book());
}

#[tokio::test]
async fn a_crash_between_sending_and_the_answer_leaves_an_unknown_order_that_no_start_sends() {
    let (broker, mut trader) = trader().await;
    broker.hold(USER);
    let placing = Box::pin(trader.desk.place(buy("ABC", 10, LOW), order_context(ten())));
    let arrived = Box::pin(until("the order to arrive", async || broker.newest(USER).is_some()));
    drop(futures::future::select(placing, arrived).await);
    broker.let_go(USER);
    trader.restart(RESTARTED).await;
    let id = trader.desk.book().orders().last().unwrap().id;
    broker.set_hidden(USER, &id.to_string(), true);
    assert_eq!(trader.state(id), (OrderState::Sent, 0));
    assert_eq!(kinds(&trader.reconciled_at(minute(1)).await), [LostOrder]);
    assert_eq!(trader.events(id).await, ["intended", "sent", "outcome_unknown"]);
    assert_eq!(alarms(&mut trader), [(id, true)]);
    trader.restart(TagCode::of_number(3)).await;
    assert_eq!(kinds(&trader.reconciled_at(minute(2)).await), [LostOrder]);
    assert_eq!(trader.state(id), (OrderState::Unknown, 0));
    broker.set_hidden(USER, &id.to_string(), false);
    assert_eq!(kinds(&trader.reconciled_at(minute(3)).await), [SettledOrder]);
    assert_eq!((trader.state(id), broker.requests(USER).len()), ((OrderState::Accepted, 0), 1));
}

#[tokio::test]
async fn an_order_is_alarmed_also_while_the_book_cannot_be_had_and_nothing_is_sent_before_it_can() {
    let (broker, mut trader) = trader().await;
    let id = lost(&broker, &mut trader, Loss::Answer).await;
    broker.set_book_down(USER, true);
    trader.restart(RESTARTED).await;
    for _ in 0..2 {
        assert!(matches!(trader.desk.reconcile(minute(1)).await, Err(AppError::Broker(_))));
    }
    let [OrderAlarm::Unknown(UnknownAlarm::Raised { order, detail })] = &trader.desk.take_alarms()[..] else {
        panic!()
    };
    let sentence = format!(
        "order {id} may have been sent, and the broker's book cannot be had: nothing more of ABC is bought before its outcome is known"
    );
    assert_eq!((*order, detail), (id, &sentence));
    let refused = trader.desk.place(buy("XYZ", 1, LOW), order_context(minute(1))).await;
    assert!(matches!(refused, Err(AppError::Broker(_))));
    broker.set_book_down(USER, false);
    assert_eq!(kinds(&trader.reconciled_at(minute(2)).await), [SettledOrder]);
    assert_eq!((alarms(&mut trader), trader.state(id)), (vec![(id, false)], (OrderState::Accepted, 0)));
    assert_eq!(broker.requests(USER).len(), 1);
}

#[tokio::test]
async fn a_change_or_cancellation_that_did_not_leave_is_refused_and_one_that_may_have_is_looked_up() {
    let (broker, mut trader) = trader().await;
    let id = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    let kind = Some(OrderKind::Limit(Paise(LOW + 5)));
    for changes in [true, false] {
        broker.lose_next_change(USER, Loss::Unsent);
        let answer = if changes {
            trader.desk.modify(id, None, kind, order_context(ten())).await.unwrap()
        } else {
            trader.desk.cancel(id, "enough", order_context(ten())).await.unwrap()
        };
        let refusal = answer.unwrap_err();
        let said = "it was not sent: the broker cannot be reached: the line is cut";
        assert_eq!((refusal.code, refusal.detail.as_str()), (RefusalCode::Broker, said));
        assert!(!trader.desk.needs_reconcile());
    }
    assert_eq!(trader.state(id), (OrderState::Accepted, 0));
    let events = trader.events(id).await;
    assert_eq!(events[3..], ["change_requested", "change_refused", "cancel_requested", "change_refused"]);

    broker.lose_next_change(USER, Loss::Answer);
    let refusal = trader.desk.cancel(id, "enough", order_context(ten())).await.unwrap().unwrap_err();
    assert_eq!((refusal.code, trader.desk.needs_reconcile()), (RefusalCode::Unsettled, true));
    assert_eq!(trader.state(id), (OrderState::Accepted, 0));
    assert_eq!(kinds(&trader.reconciled_at(minute(1)).await), [SettledOrder]);
    assert_eq!((trader.order(id).state, trader.order(id).reason.as_str()), (OrderState::Cancelled, "enough"));
}

#[tokio::test]
async fn a_row_that_one_list_lacks_ends_no_order_that_stands() {
    let (broker, mut trader) = trader().await;
    let id = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    trader.execute(id, 4);
    trader.desk.sync_fills(minute(1)).await.unwrap();
    broker.set_hidden(USER, &id.to_string(), true);
    assert_eq!(trader.reconciled_at(minute(2)).await, []);
    trader.desk.sync_fills(minute(3)).await.unwrap();
    assert_eq!(trader.state(id), (OrderState::PartiallyFilled, 4));
    assert_eq!(alarms(&mut trader), []);
    broker.set_hidden(USER, &id.to_string(), false);
    trader.execute(id, 6);
    assert_eq!(kinds(&trader.reconciled_at(minute(4)).await), [MissedFill]);
    assert_eq!(trader.state(id), (OrderState::Filled, 10));
}

#[tokio::test]
async fn executions_before_a_cancellation_are_booked_when_the_book_shows_them_after_it() {
    let (_broker, mut trader) = trader().await;
    let id = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    trader.execute(id, 4);
    trader.desk.cancel(id, "enough", order_context(ten())).await.unwrap().unwrap();
    assert_eq!(trader.state(id), (OrderState::Cancelled, 0));
    assert_eq!(trader.desk.sync_fills(minute(1)).await.unwrap(), [id]);
    assert_eq!(trader.state(id), (OrderState::Cancelled, 4));
    assert_eq!(trader.reconciled_at(minute(2)).await, []);
}

#[tokio::test]
async fn an_unknown_order_of_the_evening_is_found_in_the_book_of_the_next_morning() {
    let (broker, mut trader) = trader().await;
    let evening = at(MONDAY, "17:00");
    broker.set_lagging(USER, true);
    broker.lose_next(USER, Loss::Answer);
    let order = OrderRequest { variety: Variety::AfterMarket, ..buy("ABC", 10, LOW) };
    assert_eq!(trader.place_at(order, evening).await.unwrap_err().code, RefusalCode::Unsettled);
    let id = trader.desk.book().orders().last().unwrap().id;
    trader.reconciled_at(at(MONDAY, "17:01")).await;
    assert_eq!(alarms(&mut trader), [(id, true)]);

    trader.desk.close_past_dates(at(TUESDAY, "00:00"), None).await.unwrap();
    assert_eq!(trader.state(id), (OrderState::Unknown, 0), "no close of a date ends it");
    let note = statement(&trader, MONDAY).await.note.unwrap();
    assert_eq!(note, format!("whether these orders arrived is not known: {id}"));
    trader.restart(RESTARTED).await;
    broker.set_lagging(USER, false);
    trader.desk.sync_fills(at(TUESDAY, "09:00")).await.unwrap();
    assert_eq!(trader.state(id), (OrderState::Accepted, 0));
    assert_eq!(alarms(&mut trader), [(id, false)], "also after a start");
    trader.desk.close_past_dates(at(TUESDAY, "09:01"), None).await.unwrap();
    assert_eq!(statement(&trader, MONDAY).await.note, None);
    broker.execute(USER, &id.to_string(), 10, PRICE, at(TUESDAY, "09:20"));
    trader.desk.sync_fills(at(TUESDAY, "09:21")).await.unwrap();
    assert_eq!(trader.state(id), (OrderState::Filled, 10));
}

#[tokio::test]
async fn an_order_whose_validity_is_over_unseen_is_said_to_be_unknown_until_later_facts_say_more() {
    let (broker, mut trader) = trader().await;
    let id = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    broker.set_hidden(USER, &id.to_string(), true);
    trader.desk.close_past_dates(at(TUESDAY, "00:00"), None).await.unwrap();
    let order = trader.order(id);
    let reason = "it was valid for 2025-03-10 and the broker's book does not show it: how it ended is not known, and executions may have been missed";
    assert_eq!((order.state, order.reason.as_str()), (OrderState::Expired, reason));
    assert_eq!(alarms(&mut trader), [(id, true)]);
    let monday = statement(&trader, MONDAY).await;
    let note = format!("how these orders ended is not known, and executions may have been missed: {id}");
    assert_eq!((monday.fills, monday.note), (0, Some(note)));

    broker.execute(USER, &id.to_string(), 4, Paise(LOW), at(MONDAY, "15:20"));
    broker.withdraw(USER, &id.to_string(), at(MONDAY, "15:30"));
    broker.set_hidden(USER, &id.to_string(), false);
    assert_eq!(trader.desk.sync_fills(at(TUESDAY, "09:00")).await.unwrap(), [id]);
    trader.desk.close_past_dates(at(TUESDAY, "09:01"), None).await.unwrap();
    assert_eq!(trader.state(id), (OrderState::Expired, 4));
    assert_eq!(alarms(&mut trader), [(id, false)]);
    let monday = statement(&trader, MONDAY).await;
    assert_eq!((monday.fills, monday.note), (1, None));
    assert_eq!(trader.folded().await.held(&"ABC".parse().unwrap()), 4);
}

#[tokio::test]
async fn a_person_decides_only_what_is_unknown_and_what_comes_to_light_afterwards_counts() {
    let (broker, mut trader) = trader().await;
    broker.set_lagging(USER, true);
    let id = lost(&broker, &mut trader, Loss::Answer).await;
    let standing = trader.place(buy("XYZ", 10, LOW)).await.unwrap();
    assert_eq!(alarms(&mut trader), [(id, true)]);
    let refusal = trader.desk.never_arrived(standing, "not there", minute(1)).await.unwrap().unwrap_err();
    let said = format!("order {standing} is accepted: only an unknown outcome can be decided");
    assert_eq!((refusal.code, refusal.detail), (RefusalCode::State, said));
    let none = OrderId { number: 777, ..id };
    let refusal = trader.desk.never_arrived(none, "not there", minute(1)).await.unwrap().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UnknownOrder);

    // A book that cannot be had may show it.
    broker.set_book_down(USER, true);
    let unread = trader.desk.never_arrived(id, "it is not in the app", minute(2)).await.unwrap().unwrap_err();
    assert_eq!(unread.code, RefusalCode::Unsettled);
    assert!(unread.detail.starts_with("the broker's book may show it and cannot be read now: "), "{unread}");
    assert_eq!(trader.order(id).state, OrderState::Unknown);
    broker.set_book_down(USER, false);
    trader.desk.never_arrived(id, "it is not in the app", minute(2)).await.unwrap().unwrap();
    let order = trader.order(id);
    let reason = "decided by hand that it never arrived: it is not in the app";
    assert_eq!((order.state, order.reason.as_str()), (OrderState::Cancelled, reason));
    assert_eq!(alarms(&mut trader), [(id, false)]);
    trader.reconciled_at(minute(3)).await;
    let again = trader.place_at(buy("ABC", 1, LOW), minute(3)).await.unwrap();
    assert_eq!(trader.state(again), (OrderState::Accepted, 0), "another one may be placed");

    // It was there after all: it stands, and is executed.
    broker.set_lagging(USER, false);
    trader.desk.sync_fills(minute(4)).await.unwrap();
    assert_eq!(trader.order(id).broker_id.as_deref(), Some("L1"));
    let [OrderAlarm::Unknown(UnknownAlarm::Raised { order, detail })] = &trader.desk.take_alarms()[..] else {
        panic!()
    };
    assert_eq!(*order, id);
    assert!(detail.contains("stands at the broker as L1"), "{detail}");
    trader.execute(id, 10);
    assert_eq!(trader.desk.sync_fills(minute(5)).await.unwrap(), [id]);
    assert_eq!(trader.state(id), (OrderState::Filled, 10));
    assert_eq!(trader.reconciled_at(minute(6)).await, []);
    assert_eq!(trader.folded().await, *trader.desk.book());
}

#[tokio::test]
async fn a_decision_is_refused_when_the_book_shows_the_order_by_then() {
    let (broker, mut trader) = trader().await;
    let id = lost(&broker, &mut trader, Loss::Answer).await;
    let refusal =
        trader.desk.never_arrived(id, "it is not in the app", minute(1)).await.unwrap().unwrap_err();
    assert_eq!(refusal.detail, format!("order {id} is accepted: only an unknown outcome can be decided"));
    assert_eq!(trader.events(id).await, ["intended", "sent", "outcome_unknown", "accepted"]);
}

#[tokio::test]
async fn the_kill_switch_sends_nothing_and_changes_nothing_of_what_is_unknown() {
    let (broker, mut trader) = trader().await;
    let id = lost(&broker, &mut trader, Loss::Request).await;
    trader.restart_under(RESTARTED, RiskLimits { kill_switch: true, ..RiskLimits::default() }).await;
    assert_eq!(kinds(&trader.reconciled_at(minute(1)).await), [LostOrder]);
    assert_eq!(trader.state(id), (OrderState::Unknown, 0));
    let refusal = trader.place(buy("XYZ", 1, LOW)).await.unwrap_err();
    assert_eq!((refusal.code, broker.requests(USER).len()), (RefusalCode::KillSwitch, 1));
}

#[tokio::test]
async fn an_order_that_was_not_sent_is_dropped_and_needs_no_comparison_here_either() {
    let (broker, mut trader) = trader().await;
    broker.lose_next(USER, Loss::Unsent);
    let id = trader.refused(buy("ABC", 10, LOW), RefusalCode::Broker).await;
    assert_eq!((trader.state(id), trader.order(id).retryable), ((OrderState::Rejected, 0), true));
    assert!(!trader.desk.needs_reconcile());
    let again = OrderRequest { retry_of: Some(id), ..buy("ABC", 10, LOW) };
    let placed = trader.place(again).await.unwrap();
    assert_eq!(trader.state(placed), (OrderState::Accepted, 0));
    assert_eq!(trader.reconciled_at(minute(1)).await, []);
    assert_eq!((broker.requests(USER).len(), trader.desk.unknown_orders().len()), (1, 0));
}

#[tokio::test]
async fn an_intent_that_was_never_sent_is_dropped_with_its_reason_and_not_sent_by_a_start() {
    let (broker, mut trader) = trader().await;
    let id = OrderId { user: USER, day: day(MONDAY), number: 1 };
    let event = OrderEvent::Intended {
        request: buy("ABC", 10, LOW),
        run: RunId(1),
        first_placed_at: ten(),
        strategy: StrategyName::REBOUND,
        tag: Some(OrderTag::stamp(RESTARTED, id).unwrap()),
    };
    let entry = JournalEntry { sequence: 1, order: id, at: ten(), event };
    let order = machine::transition(None, &entry).unwrap().order;
    trader.store.user(USER).append_journal_durable(vec![entry], vec![order]).await.unwrap();
    trader.restart(RESTARTED).await;
    assert_eq!(kinds(&trader.reconciled_at(minute(1)).await), [LostOrder]);
    let order = trader.order(id);
    assert_eq!((order.state, order.retryable), (OrderState::Rejected, true));
    assert_eq!(order.reason, "it was written down and never sent");
    assert_eq!((alarms(&mut trader), broker.requests(USER).len()), (vec![], 0));
}

/// What was seen, and how often, is evidence for whoever decides in the morning after a restart.
#[tokio::test]
async fn what_was_looked_at_outlives_a_restart_and_goes_when_the_outcome_is_known() {
    let (broker, mut trader) = trader().await;
    let id = lost(&broker, &mut trader, Loss::Request).await;
    // A person buys the same on another screen: like it, and under another tag.
    broker.trade_outside(USER, ("ABC", Side::Buy), 10, Paise(LOW), minute(0));
    trader.reconciled_at(minute(1)).await;
    for number in 2..30 {
        trader.desk.sync_fills(minute(number)).await.unwrap();
    }
    let before = only_unknown(&trader).search;
    assert_eq!((before.looks, before.last), (29, Some(minute(29))));
    trader.restart(RESTARTED).await;
    assert_eq!(only_unknown(&trader).search, before);
    assert!(before.holdings.is_some());

    // Nobody is told of it again before this process has looked too.
    assert_eq!(alarms(&mut trader), []);
    trader.reconciled_at(minute(30)).await;
    assert_eq!(alarms(&mut trader), [(id, true)]);
    assert_eq!(only_unknown(&trader).search.looks, 30);
    let kept = async |trader: &Installation| trader.store.user(USER).order_looks().await.unwrap();
    let numbers: Vec<u64> = kept(&trader).await.into_iter().map(|look| look.number).collect();
    assert_eq!(numbers, [1].into_iter().chain(11..=30).collect::<Vec<_>>());

    trader.desk.never_arrived(id, "seen in the application", minute(31)).await.unwrap().unwrap();
    trader.desk.sync_fills(minute(32)).await.unwrap();
    assert_eq!(kept(&trader).await, []);
}
