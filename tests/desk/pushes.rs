//! A broker that tells what happens by itself: twice, late, in another order, about what is not ours, or more than
//! anybody can take.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use futures::FutureExt;
use prahari_app::brokers::{BrokerStatus, Brokers};
use prahari_app::clock::ManualClock;
use prahari_app::daemon::Daemon;
use prahari_app::desk::DailyStatement;
use prahari_app::events::{Delivery, Listener};
use prahari_app::queries::AlertFilter;
use prahari_brokers::{BrokerEvent, BrokerEventKind, MOST_WAITING};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderState};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{HostCall, HostReply};
use prahari_store::AlertCode;

use crate::HIGH;
use crate::support::desk_fixture::{ask, buy, sell, to_host};
use crate::support::fake_broker::PRICE;
use crate::support::live_broker::{LIVE, LiveBroker, LiveBrokerage, Loss};
use crate::support::waiting::until;
use crate::support::{MONDAY, OTHER, TUESDAY, TestHost, at, day, stop};

/// Somebody else at the same broker.
const THIRD: UserId = UserId(3);

/// Two users at a live broker, one on paper; it is Monday at ten.
pub struct Live {
    _house: TestHost,
    pub daemon: Arc<Daemon>,
    pub hand: ManualClock,
    pub broker: Arc<LiveBroker>,
}

impl Live {
    pub async fn new() -> Self {
        let broker = Arc::new(LiveBroker::default());
        let mut house = TestHost::new(3);
        house.make_flat();
        house.brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
        let (daemon, hand) = house.start_manual(at(MONDAY, "10:00"), &[]).await;
        for user in [OTHER, THIRD] {
            daemon.users_admin.set_broker(user, LIVE).await.unwrap();
        }
        Self { _house: house, daemon, hand, broker }
    }

    /// Places a buy for a user; answers its id.
    pub async fn buy_for(&self, user: UserId, symbol: &str, quantity: u32) -> String {
        place(self.daemon.clone(), user, symbol.to_owned(), quantity).await
    }

    pub async fn buy(&self, symbol: &str, quantity: u32) -> String {
        self.buy_for(OTHER, symbol, quantity).await
    }

    /// Executes a part of an order.
    pub fn execute(&self, id: &str, quantity: u32) -> BrokerEvent {
        self.broker.execute(OTHER, id, quantity, PRICE, self.daemon.clock.now())
    }

    pub async fn order_of(&self, user: UserId, id: &str) -> Order {
        let user = self.daemon.users.find(user).unwrap();
        let desk = user.desk.lock().await;
        desk.book().order(&id.parse().unwrap()).unwrap().clone()
    }

    async fn order(&self, id: &str) -> Order {
        self.order_of(OTHER, id).await
    }

    pub async fn until_filled(&self, id: &str) {
        until("the fill to be booked", async || self.order(id).await.state == OrderState::Filled).await;
    }

    fn status(&self) -> BrokerStatus {
        self.daemon.users_admin.broker_status(OTHER).unwrap()
    }

    /// Waits until as many pushed events are done with.
    async fn until_done(&self, count: u64) {
        let done = async || {
            let BrokerStatus { pushes_booked, pushes_known, pushes_ignored, .. } = self.status();
            pushes_booked + pushes_known + pushes_ignored == count
        };
        until("the events to be done with", done).await;
    }

    /// The names of the journal's events about an order.
    async fn events(&self, id: &str) -> Vec<&'static str> {
        self.daemon.store.flush().await.unwrap();
        let journal = self.daemon.store.user(OTHER).load_journal(0).await.unwrap();
        let of_order = journal.iter().filter(|entry| entry.order.to_string() == id);
        of_order.map(|entry| entry.event.name()).collect()
    }
}

async fn place(daemon: Arc<Daemon>, user: UserId, symbol: String, quantity: u32) -> String {
    let requests = vec![to_host(&buy(&symbol, quantity, PRICE.0))];
    match ask(&daemon, user, Task::literal("buy_orders"), HostCall::Place { requests }).await {
        HostReply::Placed(answers) => answers[0].clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn filled(tag: &str, key: &str, quantity: u32, at: Timestamp) -> BrokerEvent {
    let fill = Fill { key: key.to_owned(), quantity, price: PRICE, at };
    BrokerEvent { broker_id: None, tag: tag.to_owned(), at, kind: BrokerEventKind::Filled(fill) }
}

#[tokio::test]
async fn a_pushed_fill_is_booked_at_once_and_seen_by_listeners_and_by_the_next_task() {
    let live = Live::new().await;
    let id = live.buy("ABC", 10).await;
    let (mut listening, _) = live.daemon.events.subscribe(Listener::User(OTHER), None);
    let asked = live.broker.books_asked(OTHER);
    live.broker.push(OTHER, live.execute(&id, 10));
    live.until_filled(&id).await;
    let positions = match ask(&live.daemon, OTHER, Task::literal("sell_monitor"), HostCall::Positions).await {
        HostReply::Positions(positions) => positions,
        other => panic!("{other:?}"),
    };
    assert_eq!(positions.len(), 1);
    assert_eq!((positions[0].symbol.as_str(), positions[0].quantity), ("ABC", 10));
    let mut heard = String::new();
    while let Some(Delivery::Events(events)) = listening.next().now_or_never() {
        heard.extend(events.iter().map(|message| message.json()));
    }
    assert!(heard.contains(r#""type":"order""#) && heard.contains(r#""type":"position""#), "{heard}");
    assert!(heard.contains(&id), "{heard}");
    assert_eq!(live.broker.books_asked(OTHER), asked, "nothing had to be asked");
    assert_eq!((live.status().pushes_booked, live.status().resyncs), (1, 0));
    stop(live.daemon).await;
}

#[tokio::test]
async fn pushes_that_come_twice_in_any_order_or_about_orders_of_others_change_nothing_wrong() {
    let live = Live::new().await;
    let (id, of_third) = (live.buy("ABC", 10).await, live.buy_for(THIRD, "ABC", 10).await);
    let now = live.daemon.clock.now();
    let (first, second) = (live.execute(&id, 4), live.execute(&id, 3));
    let end = live.broker.withdraw(OTHER, &id, now);
    let taken = BrokerEventKind::Accepted { broker_id: "L1".to_owned() };
    let shown = live.broker.tag_of(OTHER, &id);
    let taken = BrokerEvent { broker_id: None, tag: shown, at: Timestamp(0), kind: taken };
    let of_others = [
        filled(&live.broker.tag_of(THIRD, &of_third), "somebody else's", 10, now),
        filled("U2-20250310-0999", "nobody's", 10, now),
        filled("entered by hand", "not ours", 10, now),
    ];
    let ours = [&end, &second, &first, &second, &first, &end, &taken];
    for event in of_others.iter().chain(ours) {
        live.broker.push(OTHER, event.clone());
    }
    live.until_done(10).await;
    let status = live.status();
    assert_eq!((status.pushes_booked, status.pushes_known, status.pushes_ignored), (3, 4, 3));
    let order = live.order(&id).await;
    assert_eq!((order.state, order.filled), (OrderState::Cancelled, 7));
    let events = live.events(&id).await;
    assert_eq!(events, ["intended", "sent", "accepted", "cancelled", "filled", "filled"]);
    assert_eq!(live.order_of(THIRD, &of_third).await.filled, 0);
    let user = live.daemon.users.find(OTHER).unwrap();
    let desk = user.desk.lock().await;
    assert_eq!((desk.book().held(&"ABC".parse().unwrap()), desk.book().difference()), (7, Paise::ZERO));
    drop(desk);
    stop(live.daemon).await;
}

#[tokio::test]
async fn a_fill_that_is_pushed_before_the_answer_to_its_order_is_booked_once() {
    let live = Live::new().await;
    live.broker.hold(OTHER);
    let placing = tokio::spawn(place(live.daemon.clone(), OTHER, "ABC".to_owned(), 10));
    until("the order to arrive", async || live.broker.newest(OTHER).is_some()).await;
    let id = live.broker.newest(OTHER).unwrap();
    let fill = live.execute(&id, 10);
    live.broker.push(OTHER, fill.clone());
    live.broker.push(OTHER, fill);
    live.broker.let_go(OTHER);
    assert_eq!(placing.await.unwrap(), id);
    live.until_done(2).await;
    assert_eq!(live.events(&id).await, ["intended", "sent", "accepted", "filled"]);
    stop(live.daemon).await;
}

#[tokio::test]
async fn a_fill_that_is_pushed_after_its_date_was_closed_changes_the_statement_of_the_date() {
    let live = Live::new().await;
    let id = live.buy("ABC", 10).await;
    live.hand.pass_until(at(TUESDAY, "09:00"));
    let user = live.daemon.users.find(OTHER).unwrap();
    user.desk.lock().await.close_past_dates(at(TUESDAY, "09:00"), None).await.unwrap();
    let fills = async || {
        live.daemon.store.flush().await.unwrap();
        let text = live.daemon.store.user(OTHER).statement(day(MONDAY)).await.unwrap().unwrap();
        serde_json::from_str::<DailyStatement>(&text).unwrap().fills
    };
    assert_eq!(fills().await, 0);
    let fill = live.broker.execute(OTHER, &id, 10, PRICE, at(MONDAY, "15:00"));
    live.broker.push(OTHER, fill);
    live.until_filled(&id).await;
    until("the statement to be written anew", async || fills().await == 1).await;
    stop(live.daemon).await;
}

#[tokio::test]
async fn a_flood_of_pushes_loses_nothing_and_asks_for_the_book_once() {
    let live = Live::new().await;
    let (first, second) = (live.buy("ABC", 10).await, live.buy("XYZ", 10).await);
    let asked = live.broker.books_asked(OTHER);
    let flood = || {
        for _ in 0..10 * MOST_WAITING {
            live.broker.push(OTHER, filled("entered by hand", "not ours", 1, live.daemon.clock.now()));
        }
    };
    flood();
    // Nobody has taken anything yet, so there is no room for this one.
    live.broker.push(OTHER, live.execute(&first, 10));
    live.until_filled(&first).await;
    assert_eq!(live.status().pushes_ignored, u64::try_from(MOST_WAITING).unwrap());
    assert_eq!(live.broker.books_asked(OTHER), asked + 1);

    flood();
    live.broker.push(OTHER, live.execute(&second, 10));
    live.until_done(2 * u64::try_from(MOST_WAITING).unwrap()).await;
    let user = live.daemon.users.find(OTHER).unwrap();
    until("the gap to be noticed", async || user.desk.lock().await.needs_reconcile()).await;
    assert_eq!((live.broker.books_asked(OTHER), live.status().resyncs), (asked + 1, 1));
    // The next request to the desk reconciles it.
    live.buy("PQR", 1).await;
    assert_eq!(live.order(&second).await.state, OrderState::Filled);
    assert_eq!(live.broker.books_asked(OTHER), asked + 2);
    stop(live.daemon).await;
}

#[tokio::test]
async fn a_push_that_contradicts_the_books_is_settled_by_the_brokers_own() {
    let live = Live::new().await;
    let id = live.buy("ABC", 10).await;
    live.execute(&id, 4);
    let shown = live.broker.tag_of(OTHER, &id);
    live.broker.push(OTHER, filled(&shown, "too much", 1_000, live.daemon.clock.now()));
    until("the book to be asked for", async || live.status().resyncs == 1).await;
    let user = live.daemon.users.find(OTHER).unwrap();
    let desk = user.desk.lock().await;
    assert!(!desk.needs_reconcile());
    assert_eq!(desk.book().held(&"ABC".parse().unwrap()), 4);
    drop(desk);
    assert_eq!(user.halts.of_user(), None);
    stop(live.daemon).await;
}

#[tokio::test]
async fn a_sell_that_is_refused_as_not_arrived_is_sent_once_that_date_however_it_is_told() {
    for is_event in [true, false] {
        let live = Live::new().await;
        let bought = live.buy("ABC", 10).await;
        live.broker.push(OTHER, live.execute(&bought, 10));
        live.until_filled(&bought).await;
        let offer = async || {
            let requests = vec![to_host(&sell("ABC", 10, HIGH))];
            match ask(&live.daemon, OTHER, Task::literal("sell_monitor"), HostCall::Place { requests }).await
            {
                HostReply::Placed(answers) => answers[0].clone(),
                other => panic!("{other:?}"),
            }
        };
        let offered = offer().await.unwrap();
        let refused = live.broker.reject(OTHER, &offered, "no holdings present", (false, true));
        if is_event {
            live.broker.push(OTHER, refused);
        } else {
            live.broker.gap(OTHER);
        }
        until("the refusal", async || live.order(&offered).await.state == OrderState::Rejected).await;
        let taken = live.broker.taken(OTHER);
        for _ in 0..3 {
            let refusal = offer().await.unwrap_err();
            assert!(refusal.detail.contains("offered again on the next trading date"), "{}", refusal.detail);
        }
        assert_eq!(live.broker.taken(OTHER), taken, "nothing more was sent");
        assert_eq!(live.status().resyncs, u64::from(!is_event));
        stop(live.daemon).await;
    }
}

#[tokio::test]
async fn an_order_of_unknown_outcome_has_one_alert_that_ends_when_the_book_shows_it() {
    let live = Live::new().await;
    let open = async || {
        let filter = AlertFilter { open: Some(true), before: None, limit: 50 };
        let user = live.daemon.users.find(OTHER).unwrap();
        let alerts = live.daemon.queries.of(&user).alerts(filter).await.unwrap();
        alerts.into_iter().filter(|alert| alert.code == AlertCode::OrderUnknown).collect::<Vec<_>>()
    };
    live.broker.set_lagging(OTHER, true);
    live.broker.lose_next(OTHER, Loss::Answer);
    let requests = vec![to_host(&buy("ABC", 10, PRICE.0))];
    ask(&live.daemon, OTHER, Task::literal("buy_orders"), HostCall::Place { requests }).await;
    assert_eq!(open().await, []);
    live.broker.gap(OTHER);
    until("the alert", async || !open().await.is_empty()).await;
    let id = live.broker.newest(OTHER).unwrap();
    assert_eq!(open().await[0].subject, id);
    assert_eq!(live.order(&id).await.state, OrderState::Unknown);

    // What was found is told with the next thing that is.
    live.broker.set_lagging(OTHER, false);
    let user = live.daemon.users.find(OTHER).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    live.broker.push(OTHER, filled("entered by hand", "not ours", 1, live.daemon.clock.now()));
    until("the end of the alert", async || open().await.is_empty()).await;
    assert_eq!(live.order(&id).await.state, OrderState::Accepted);
    stop(live.daemon).await;
}

#[tokio::test]
async fn an_execution_that_is_pushed_of_an_unknown_order_binds_its_number() {
    let live = Live::new().await;
    live.broker.lose_next(OTHER, Loss::Answer);
    let requests = vec![to_host(&buy("ABC", 10, PRICE.0))];
    ask(&live.daemon, OTHER, Task::literal("buy_orders"), HostCall::Place { requests }).await;
    let id = live.broker.newest(OTHER).unwrap();
    live.broker.push(OTHER, live.execute(&id, 4));
    until("the fill", async || live.order(&id).await.filled == 4).await;
    assert_eq!(live.order(&id).await.broker_id.as_deref(), Some("L1"));
    // Its tag says nothing any more, and its number does.
    live.broker.rewrite_tag(OTHER, &id);
    live.execute(&id, 6);
    let user = live.daemon.users.find(OTHER).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    assert_eq!(live.order(&id).await.state, OrderState::Filled);
    stop(live.daemon).await;
}

#[tokio::test]
async fn what_is_not_pushed_is_found_after_a_gap_and_each_minute() {
    let live = Live::new().await;
    let (first, second) = (live.buy("ABC", 10).await, live.buy("XYZ", 10).await);
    live.execute(&first, 10);
    live.broker.gap(OTHER);
    live.until_filled(&first).await;
    live.execute(&second, 10);
    let user = live.daemon.users.find(OTHER).unwrap();
    let changed = user.desk.lock().await.sync_fills(at(MONDAY, "10:01")).await.unwrap();
    assert_eq!(changed.iter().map(ToString::to_string).collect::<Vec<_>>(), std::slice::from_ref(&second));
    assert_eq!(live.order(&second).await.state, OrderState::Filled);
    stop(live.daemon).await;
}
