//! Open orders at the broker that Prahari has placed and the books do not know, as after a backup was restored.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::desk::{OrderAlarm, StrayNews};
use prahari_app::doctor::CheckOutcome::{Failed, Ok as Good};
use prahari_app::queries::AlertFilter;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::orders::{JournalEntry, OrderEvent, OrderState, OrderTag, TagCode, machine};
use prahari_domain::risk::RefusalCode;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{HostCall, HostReply};
use prahari_store::{AlertCode, NewAlert};

use crate::LOW;
use crate::pushes::Live;
use crate::support::desk_fixture::{CAPITAL, USER, ask, buy, sell, to_host};
use crate::support::fake_broker::PRICE;
use crate::support::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use crate::support::live_desk::{Installation, kinds, ten};
use crate::support::{MONDAY, OTHER, TUESDAY, at, day, stop};

/// The code of the start after the backup was restored.
const RESTORED: TagCode = TagCode::of_number(2);

/// What a desk tells of orders that the books do not know.
fn news(trader: &mut Installation) -> Option<StrayNews> {
    trader.desk.take_alarms().into_iter().find_map(|alarm| match alarm {
        OrderAlarm::Stray(news) => Some(news),
        OrderAlarm::Unknown(_) | OrderAlarm::Fill(_) => None,
    })
}

/// Orders that the first start has placed and withdrawn since the backup.
const COUNTED: usize = 5;

/// Gives the orders that follow other ids than those of the restored database: the broker of these tests is asked by id.
async fn count_on(before: &mut Installation) {
    for _ in 0..COUNTED {
        let order = before.place(buy("JKL", 1, LOW)).await.unwrap();
        before.broker.withdraw(USER, &order.to_string(), ten());
        before.desk.sync_fills(ten()).await.unwrap();
    }
}

/// A start that offers some of its ten shares after the backup, and one on the backup that was restored; and the order.
async fn sold_since_the_backup(quantity: u32) -> (Arc<LiveBroker>, Installation, Installation, OrderId) {
    let broker = Arc::new(LiveBroker::default());
    let mut before = Installation::new(&broker).await;
    let known = before.place(buy("XYZ", 10, LOW)).await.unwrap();
    before.execute(known, 10);
    before.reconciled().await;
    let after = before.copied(RESTORED).await;
    count_on(&mut before).await;
    let lost = before.place(sell("XYZ", quantity, LOW)).await.unwrap();
    (broker, before, after, lost)
}

fn numbers(news: &StrayNews) -> Vec<&str> {
    news.open.iter().map(|stray| stray.broker_id.as_str()).collect()
}

#[tokio::test]
async fn an_order_placed_since_the_backup_is_not_placed_a_second_time_while_it_stands() {
    let (broker, _before, mut after, lost) = sold_since_the_backup(10).await;

    // Nothing is sent before the book was read, and that shows it.
    let refused = after.place(sell("XYZ", 10, LOW)).await.unwrap_err();
    assert_eq!(refused.code, RefusalCode::Unsettled);
    let number = broker.shown(USER, &lost.to_string()).broker_id;
    let begins = format!("order {number} at the broker, sell 10 XYZ, is of another start of Prahari (tag ");
    assert!(refused.detail.starts_with(&begins), "{}", refused.detail);
    assert_eq!(broker.taken(USER), 2 + COUNTED);
    let told = news(&mut after).unwrap();
    assert_eq!((numbers(&told), told.ended.len()), (vec![number.as_str()], 0));

    // It blocks its share and side and nothing else, and is told once.
    after.place(buy("ABC", 10, LOW)).await.unwrap();
    after.place(buy("XYZ", 10, LOW)).await.unwrap();
    after.desk.sync_fills(ten()).await.unwrap();
    assert_eq!(news(&mut after), None);

    // A list without it proves nothing.
    broker.set_hidden(USER, &lost.to_string(), true);
    assert_eq!(kinds(&after.reconciled().await), []);
    assert_eq!(after.place(sell("XYZ", 10, LOW)).await.unwrap_err().code, RefusalCode::Unsettled);
    assert_eq!(news(&mut after), None);
    broker.set_hidden(USER, &lost.to_string(), false);

    broker.withdraw(USER, &lost.to_string(), ten());
    after.desk.sync_fills(ten()).await.unwrap();
    let told = news(&mut after).unwrap();
    assert_eq!((numbers(&told).len(), told.ended.len()), (0, 1));
    assert_eq!(told.ended[0].1, format!("order {number} was cancelled: 0 of 10 were executed"));
    let sold = after.place(sell("XYZ", 10, LOW)).await.unwrap();
    assert_eq!(after.state(sold), (OrderState::Accepted, 0));
}

#[tokio::test]
async fn what_it_executed_is_a_trade_of_others_and_blocks_nothing_more() {
    let (_, before, mut after, lost) = sold_since_the_backup(4).await;
    after.reconciled().await;
    before.execute(lost, 4);
    after.desk.sync_fills(ten()).await.unwrap();
    let told = news(&mut after).unwrap();
    let end = format!("order {} was filled: 4 of 4 were executed", told.ended[0].0);
    assert_eq!(told.ended.last().unwrap().1, end);
    // Two readings of the shares, some time apart.
    for time in ["10:01", "10:02"] {
        after.desk.sync_fills(at(MONDAY, time)).await.unwrap();
    }
    let held: Vec<u32> = after.desk.book().positions().iter().map(|held| held.quantity).collect();
    assert_eq!(held, [6]);
    after.place_at(sell("XYZ", 6, LOW), at(MONDAY, "10:03")).await.unwrap();
}

#[tokio::test]
async fn on_a_later_date_the_book_knows_it_no_more() {
    let broker = Arc::new(LiveBroker::default());
    let mut before = Installation::new(&broker).await;
    let mut after = before.copied(RESTORED).await;
    let lost = before.place(buy("ABC", 10, LOW)).await.unwrap();
    after.reconciled().await;
    assert!(news(&mut after).is_some());
    broker.set_hidden(USER, &lost.to_string(), true);
    after.reconciled_at(at(TUESDAY, "09:20")).await;
    assert_eq!(news(&mut after).unwrap().ended[0].1, "the broker's book of a later date does not show it");
    after.place_at(buy("ABC", 10, LOW), at(TUESDAY, "09:21")).await.unwrap();
}

/// Another start of Prahari places an order for a user.
async fn place_elsewhere(broker: &Arc<LiveBroker>, number: u32, now: Timestamp) -> OrderId {
    let order = OrderId { user: OTHER, day: day(MONDAY), number };
    let event = OrderEvent::Intended {
        request: buy("ABC", 10, PRICE.0),
        run: RunId(1),
        first_placed_at: now,
        strategy: StrategyName::REBOUND,
        tag: Some(OrderTag::stamp(TagCode::of_number(77), order).unwrap()),
    };
    let entry = JournalEntry { sequence: 1, order, at: now, event };
    let placed = machine::transition(None, &entry).unwrap().order;
    let brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
    let (link, _) = brokers.link(LIVE, OTHER, CAPITAL).await.unwrap();
    link.broker.place(&placed.as_sent(), now).await.unwrap();
    order
}

#[tokio::test]
async fn each_has_an_alert_and_fails_the_doctor_until_it_has_ended() {
    let live = Live::new().await;
    let user = live.daemon.users.find(OTHER).unwrap();
    let open = async || {
        let filter = AlertFilter { open: Some(true), before: None, limit: 50 };
        let alerts = live.daemon.queries.of(&user).alerts(filter).await.unwrap();
        alerts.into_iter().filter(|alert| alert.code == AlertCode::OrderUnclaimed).collect::<Vec<_>>()
    };
    let orders = async || {
        let found = live.daemon.doctor.examine(&user).await.unwrap();
        found.checks.into_iter().find(|check| check.name == "orders").unwrap()
    };
    let now = live.daemon.clock.now();
    // A process before this one has told of one that stands no more.
    let (code, detail) = (AlertCode::OrderUnclaimed, "an order of before".to_owned());
    let earlier = NewAlert { code, user: Some(OTHER), subject: "L99".to_owned(), detail };
    assert!(live.daemon.notices.raise(earlier).await.unwrap());
    let lost = place_elsewhere(&live.broker, 40, now).await;
    let requests = vec![to_host(&buy("ABC", 10, PRICE.0))];
    let reply = ask(&live.daemon, OTHER, Task::literal("buy_orders"), HostCall::Place { requests }).await;
    let HostReply::Placed(mut answers) = reply else { panic!("{reply:?}") };
    let refused = answers.remove(0).unwrap_err();
    assert!(refused.detail.contains("is of another start of Prahari"), "{}", refused.detail);
    assert_eq!(live.broker.taken(OTHER), 1);
    let number = live.broker.shown(OTHER, &lost.to_string()).broker_id;
    let alerts = open().await;
    assert_eq!((alerts.len(), alerts[0].subject.as_str()), (1, number.as_str()));
    let check = orders().await;
    assert_eq!(check.outcome, Failed, "{check:?}");
    assert!(check.evidence.ends_with("(1 such order stands)"), "{check:?}");

    live.broker.withdraw(OTHER, &lost.to_string(), now);
    user.desk.lock().await.sync_fills(now).await.unwrap();
    let requests = vec![to_host(&buy("ABC", 10, PRICE.0))];
    ask(&live.daemon, OTHER, Task::literal("buy_orders"), HostCall::Place { requests }).await;
    assert_eq!(live.broker.taken(OTHER), 2);
    assert_eq!(open().await, []);
    // Whoever looks within ten seconds is told what was found before.
    live.hand.pass_until(at(MONDAY, "10:01"));
    assert_eq!(orders().await.outcome, Good);
    stop(live.daemon).await;
}
