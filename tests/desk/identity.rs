//! Whose an order at the broker is: copies of a database beside each other on one account, tags that the broker writes
//! anew, tags that are in use, and journals from before there were tags.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::desk::DifferenceKind::{ExternalTrade, LostOrder, MissedFill, SettledOrder};
use prahari_brokers::Pushed;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    JournalEntry, Order, OrderEvent, OrderKind, OrderRequest, OrderState, TagCode, machine,
};
use prahari_domain::risk::RefusalCode;
use prahari_domain::strategies::StrategyName;

use crate::LOW;
use crate::support::desk_fixture::{USER, buy, order_context};
use crate::support::live_broker::{LiveBroker, Loss};
use crate::support::live_desk::{Installation, ORIGINAL, kinds, ten};
use crate::support::{MONDAY, day};

/// The code of another start.
const RESTORED: TagCode = TagCode::of_number(2);

#[tokio::test]
async fn a_restored_backup_beside_the_original_adopts_none_of_its_orders_and_repeats_no_tag() {
    let broker = Arc::new(LiveBroker::default());
    let mut original = Installation::new(&broker).await;
    let open = original.place(buy("XYZ", 10, LOW)).await.unwrap();
    let mut restored = original.copied(RESTORED).await;
    assert_eq!(kinds(&restored.reconciled().await), []);
    assert_eq!(restored.state(open), (OrderState::Accepted, 0), "both know what stood before the backup");

    // From here on the same ids are given on both sides.
    let id = original.place(buy("ABC", 10, LOW)).await.unwrap();
    assert_eq!(restored.place(buy("ABC", 10, LOW)).await.unwrap(), id);
    assert_ne!(original.order(id).broker_id, restored.order(id).broker_id);
    let of_restored = restored.execute(id, 10);
    original.desk.take_pushed(Pushed::Events(vec![of_restored]), ten()).await.unwrap();
    original.desk.sync_fills(ten()).await.unwrap();
    restored.desk.sync_fills(ten()).await.unwrap();
    assert_eq!(original.state(id), (OrderState::Accepted, 0));
    assert_eq!(restored.state(id), (OrderState::Filled, 10));
    assert_eq!(kinds(&original.reconciled().await), [ExternalTrade]);

    // One that never left the restored side, while the other side has one that looks the same.
    broker.lose_next(USER, Loss::Request);
    let lost = restored.refused(buy("PQR", 5, LOW), RefusalCode::Unsettled).await;
    assert_eq!(original.place(buy("PQR", 5, LOW)).await.unwrap(), lost);
    assert_eq!(kinds(&restored.reconciled().await), [LostOrder]);
    assert_eq!(restored.order(lost).broker_id, None);
    assert_eq!(original.state(lost), (OrderState::Accepted, 0));

    // And one whose answer was lost: each finds its own.
    broker.lose_next(USER, Loss::Answer);
    let unknown = original.refused(buy("DEF", 5, LOW), RefusalCode::Unsettled).await;
    assert_eq!(restored.place(buy("DEF", 5, LOW)).await.unwrap(), unknown);
    assert_eq!(kinds(&original.reconciled().await), [SettledOrder, ExternalTrade]);
    let (ours, theirs) = (original.order(unknown), restored.order(unknown));
    assert_eq!((ours.broker_id.as_deref(), theirs.broker_id.as_deref()), (Some("L5"), Some("L6")));
    assert_eq!((broker.taken(USER), broker.tags_used(USER).len()), (6, 6));
}

#[tokio::test]
async fn a_start_gives_new_orders_its_own_code_and_knows_the_orders_of_earlier_ones() {
    let broker = Arc::new(LiveBroker::default());
    let mut trader = Installation::new(&broker).await;
    broker.lose_next(USER, Loss::Answer);
    let unknown = trader.refused(buy("XYZ", 10, LOW), RefusalCode::Unsettled).await;
    trader.restart(RESTORED).await;
    assert_eq!(kinds(&trader.reconciled().await), [SettledOrder]);
    let next = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    let code = |id| trader.order(id).tag.unwrap().code();
    assert_eq!((code(unknown), code(next)), (ORIGINAL, RESTORED));
    assert_eq!(trader.state(unknown), (OrderState::Accepted, 0));
}

#[tokio::test]
async fn an_order_whose_tag_is_written_anew_by_a_change_stays_ours_by_its_number() {
    let broker = Arc::new(LiveBroker::default());
    let mut trader = Installation::new(&broker).await;
    broker.set_rewrites_tags(USER, true);
    let id = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    let kind = Some(OrderKind::Limit(Paise(LOW + 5)));
    trader.desk.modify(id, Some(7), kind, order_context(ten())).await.unwrap().unwrap();
    assert!(broker.tag_of(USER, &id.to_string()).ends_with("-ADMINAPI"));
    let pushed = trader.execute(id, 4);
    assert_eq!(trader.desk.take_pushed(Pushed::Events(vec![pushed]), ten()).await.unwrap(), [id]);
    assert_eq!(trader.state(id), (OrderState::PartiallyFilled, 4));
    trader.restart(RESTORED).await;
    assert_eq!(kinds(&trader.reconciled().await), []);
    trader.execute(id, 3);
    assert_eq!(kinds(&trader.reconciled().await), [MissedFill]);
    assert_eq!(trader.state(id), (OrderState::Filled, 7));
}

#[tokio::test]
async fn a_time_behind_the_tag_of_a_cancelled_order_is_evidence_that_needs_the_rest_to_agree() {
    let broker = Arc::new(LiveBroker::default());
    let mut trader = Installation::new(&broker).await;
    broker.set_rewrites_tags(USER, true);
    let id = trader.place(buy("XYZ", 10, LOW)).await.unwrap();
    trader.desk.cancel(id, "enough", order_context(ten())).await.unwrap().unwrap();
    assert_ne!(broker.tag_of(USER, &id.to_string()), trader.order(id).broker_tag());
    assert_eq!(kinds(&trader.reconciled().await), []);

    // Nobody was told its number, and it was cancelled on another screen.
    broker.lose_next(USER, Loss::Answer);
    let unknown = trader.refused(buy("ABC", 10, LOW), RefusalCode::Unsettled).await;
    broker.withdraw(USER, &unknown.to_string(), ten());
    assert_eq!(kinds(&trader.reconciled().await), [SettledOrder, SettledOrder]);
    assert_eq!(trader.state(unknown), (OrderState::Cancelled, 0));
    assert_eq!(trader.order(unknown).broker_id.as_deref(), Some("L2"));
}

#[tokio::test]
async fn an_order_under_a_tag_that_says_nothing_is_named_and_not_adopted() {
    let broker = Arc::new(LiveBroker::default());
    let mut trader = Installation::new(&broker).await;
    trader.reconciled().await;
    broker.lose_next(USER, Loss::Answer);
    let unknown = trader.refused(buy("ABC", 10, LOW), RefusalCode::Unsettled).await;
    broker.rewrite_tag(USER, &unknown.to_string());
    let differences = trader.reconciled().await;
    assert_eq!(kinds(&differences), [LostOrder]);
    let detail = &differences[0].detail;
    assert!(detail.ends_with("; like it, and under another tag, is L1 at the broker"), "{detail}");
    assert_eq!(trader.order(unknown).broker_id, None);
    assert_eq!(broker.taken(USER), 1);
}

/// As of two processes of one memory: both give the same tags.
#[tokio::test]
async fn a_tag_in_use_is_looked_up_in_the_book_and_nothing_is_placed_a_second_time() {
    let broker = Arc::new(LiveBroker::default());
    let mut first = Installation::new(&broker).await;
    first.reconciled().await;
    let mut second = first.copied(ORIGINAL).await;
    second.reconciled().await;

    // The order is there, as it was to be.
    let id = first.place(buy("ABC", 10, LOW)).await.unwrap();
    first.execute(id, 4);
    assert_eq!(second.place(buy("ABC", 10, LOW)).await.unwrap(), id);
    assert_eq!(second.state(id), (OrderState::PartiallyFilled, 4));
    assert!(!second.desk.needs_reconcile());

    // Another order has the tag, so this one was not taken.
    first.place(buy("PQR", 10, LOW)).await.unwrap();
    let refused = second.refused(buy("DEF", 10, LOW), RefusalCode::Broker).await;
    let order = second.order(refused);
    assert_eq!(
        (order.state, order.retryable, order.broker_id.as_deref()),
        (OrderState::Rejected, false, None)
    );
    assert_eq!(order.reason, "the broker has another order, L2, under the tag of this one");
    assert!(!second.desk.needs_reconcile());

    // The book cannot be had, or does not show it yet.
    first.place(buy("GHI", 10, LOW)).await.unwrap();
    broker.set_book_down(USER, true);
    let unknown = second.refused(buy("GHI", 10, LOW), RefusalCode::Unsettled).await;
    assert_eq!(second.state(unknown), (OrderState::Unknown, 0));
    assert!(second.desk.needs_reconcile());
    broker.set_book_down(USER, false);
    assert_eq!(kinds(&second.reconciled().await), [SettledOrder]);
    assert_eq!(second.state(unknown), (OrderState::Accepted, 0));
    let hidden = first.place(buy("JKL", 10, LOW)).await.unwrap();
    broker.set_hidden(USER, &hidden.to_string(), true);
    let refusal = second.place(buy("JKL", 10, LOW)).await.unwrap_err();
    let said = "the broker has an order with this tag already, and its book does not show it";
    assert_eq!((refusal.code, refusal.detail.as_str()), (RefusalCode::Unsettled, said));
    assert_eq!(second.state(hidden), (OrderState::Unknown, 0));
    assert_eq!(broker.taken(USER), 4);
}

/// An order as the program wrote it down before there were tags.
fn before_tags(number: u32, request: OrderRequest) -> (JournalEntry, Order) {
    let order = OrderId { user: USER, day: day(MONDAY), number };
    let event = OrderEvent::Intended {
        request,
        run: RunId(1),
        first_placed_at: ten(),
        strategy: StrategyName::REBOUND,
        tag: None,
    };
    let entry = JournalEntry { sequence: 1, order, at: ten(), event };
    let order = machine::transition(None, &entry).unwrap().order;
    (entry, order)
}

#[tokio::test]
async fn a_journal_from_before_there_were_tags_is_compared_by_its_ids_and_no_newer_order_is() {
    let broker = Arc::new(LiveBroker::default());
    let mut trader = Installation::new(&broker).await;
    let link = trader.desk.link().clone();
    let (entry, order) = before_tags(1, buy("XYZ", 10, LOW));
    let sent = JournalEntry { sequence: 2, order: order.id, at: ten(), event: OrderEvent::Sent };
    trader.store.user(USER).append_journal_durable(vec![entry, sent], vec![order.clone()]).await.unwrap();
    link.broker.place(&order, ten()).await.unwrap();
    trader.restart(RESTORED).await;
    assert_eq!(kinds(&trader.reconciled().await), [SettledOrder]);
    assert_eq!(trader.state(order.id), (OrderState::Accepted, 0));
    assert_eq!(trader.order(order.id).broker_id.as_deref(), Some("L1"));

    // An older program elsewhere uses the id that comes next here.
    let (_, elsewhere) = before_tags(2, buy("ABC", 10, LOW));
    link.broker.place(&elsewhere, ten()).await.unwrap();
    broker.lose_next(USER, Loss::Request);
    assert_eq!(trader.refused(buy("ABC", 10, LOW), RefusalCode::Unsettled).await, elsewhere.id);
    assert_eq!(kinds(&trader.reconciled().await), [LostOrder]);
    assert_eq!(trader.order(elsewhere.id).broker_id, None);
}
