//! A scripted day at a receiver on this machine: exactly the messages that it should have, once each, in their order,
//! and again with a mark what was on its way when the daemon was killed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/mod.rs"]
mod program;
#[path = "support/daemon.rs"]
mod support;
#[path = "support/webhook_receiver.rs"]
mod webhook_receiver;

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::channels::{Channels, DeliveryFilter, DeliveryRow, DeliveryState};
use prahari_app::clock::ManualClock;
use prahari_app::daemon::Daemon;
use prahari_app::maintenance::Evening;
use prahari_app::settings::Change;
use prahari_app::vault::Vault;
use prahari_couriers::Reach;
use prahari_domain::ids::RunId;
use prahari_domain::orders::{OrderRequest, OrderState};
use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_runtime::{HostCall, HostReply};
use prahari_secrets::{Key, KeyRing, Secret};
use prahari_store::{Durability, HaltCode, KeptNotification, NotificationFilter, OrderFilter, Store};
use serde_json::json;
use tokio::task::JoinSet;

use support::console::{Outside, channels};
use support::desk_fixture::{ask, buy, sell, to_host};
use support::fake_broker::PRICE;
use support::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use support::{ADMIN, MONDAY, OTHER, TestHost, at, day, guests, run, start_services, stop};
use webhook_receiver::{Request, WebhookReceiver};

/// A task of the strategy to which everything here belongs.
const TASK: Task = Task::literal("buy_orders");

/// A daemon whose user trades at a live broker and has one channel.
struct Day {
    daemon: Arc<Daemon>,
    hand: ManualClock,
    channels: Arc<Channels>,
    delivering: JoinSet<()>,
}

impl Day {
    async fn begin(house: &TestHost, time: &str, vault: &Arc<Vault>) -> Self {
        let (daemon, hand) = house.start_manual(at(MONDAY, time), &[]).await;
        let outside = Outside { reach: Reach::Local, ..Outside::default() };
        let (channels, _telegram) = channels(&daemon, vault.clone(), &outside).await;
        let delivering = channels.start();
        Self { daemon, hand, channels, delivering }
    }

    /// Adds the user's channel; answers its number.
    async fn add_channel(&self, url: &str) -> u64 {
        let prepared = self.channels.prepare_webhook(Secret::new(url.to_owned())).unwrap();
        self.channels.add_webhook(OTHER, "mine".to_owned(), prepared).await.unwrap().id
    }

    /// Places an order; answers its id.
    async fn place(&self, request: &OrderRequest) -> String {
        let requests = vec![to_host(request)];
        match ask(&self.daemon, OTHER, TASK, HostCall::Place { requests }).await {
            HostReply::Placed(answers) => answers[0].clone().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Has the broker execute a part of an order, and tell so.
    fn execute(&self, broker: &LiveBroker, id: &str, quantity: u32) {
        broker.push(OTHER, broker.execute(OTHER, id, quantity, PRICE, self.daemon.clock.now()));
    }
}

/// Kind and title of a message that came for the first time, after it was taken.
fn taken(request: Request) -> (String, String) {
    let message = request.json();
    assert_eq!(message["data"]["repeated"], false, "{message}");
    request.answer(204);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&message["type"]), text(&message["data"]["title"]))
}

fn words(kind: &str, title: &str) -> (String, String) {
    (kind.to_owned(), title.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_comes_as_its_messages_once_each_and_what_a_kill_cut_off_comes_again_with_a_mark() {
    let broker = Arc::new(LiveBroker::default());
    let mut house = TestHost::new(2);
    house.make_flat();
    house.brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
    let vault = Arc::new(Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new())));
    let receiver = WebhookReceiver::start();
    let day_of = Day::begin(&house, "10:00", &vault).await;
    day_of.daemon.users_admin.set_broker(OTHER, LIVE).await.unwrap();
    let channel = day_of.add_channel(&receiver.url).await;

    // Bought in two parts.
    let bought = day_of.place(&buy("ABC", 10, PRICE.0)).await;
    day_of.execute(&broker, &bought, 4);
    assert_eq!(taken(receiver.next()), words("order_filled", "Bought 4 of 10 ABC at ₹100.00"));
    day_of.execute(&broker, &bought, 6);
    assert_eq!(taken(receiver.next()), words("order_filled", "Bought 10 ABC at ₹100.00"));

    // What is switched off is kept and not sent.
    let off = json!({ "order_cancelled": false });
    let user = day_of.daemon.users.find(OTHER).unwrap();
    let change = Change::Merge(off.as_object().unwrap());
    let change = day_of.daemon.settings.change_preferences(&user, change, None).await.unwrap();
    change.save().await.unwrap();
    let unwanted = day_of.place(&buy("XYZ", 5, PRICE.0)).await;
    broker.push(OTHER, broker.withdraw(OTHER, &unwanted, day_of.daemon.clock.now()));

    // Sold again: what it came to is told instead of the fill.
    let sold = day_of.place(&sell("ABC", 10, PRICE.0)).await;
    day_of.execute(&broker, &sold, 10);
    let (kind, title) = taken(receiver.next());
    assert_eq!(kind, "position_closed");
    let loss = title.strip_prefix("ABC is closed with a loss of ").unwrap_or_else(|| panic!("{title}"));

    // Somebody has to look.
    let symbol = "XYZ".parse().unwrap();
    day_of.daemon.halts.halt_symbol(OTHER, &symbol, HaltCode::ImpossiblePrice, "a price").await.unwrap();
    assert_eq!(taken(receiver.next()), words("alert", "Orders of a symbol are halted"));

    // The evening, in which the daemon is killed before the receiver has answered.
    day_of.hand.pass_until(at(MONDAY, "18:29"));
    let mut evening = Evening::default();
    day_of.daemon.maintenance.tell_of_today(&mut evening).await.unwrap();
    assert!(!evening.was_told(OTHER, day(MONDAY)), "too early");
    day_of.hand.pass_until(at(MONDAY, "18:30"));
    day_of.daemon.maintenance.tell_of_today(&mut evening).await.unwrap();
    assert!(evening.was_told(OTHER, day(MONDAY)));
    let first = receiver.next();
    let message = first.json();
    assert_eq!(message["data"]["title"], format!("10 Mar 2025: net -{loss}"), "{message}");
    assert_eq!((&message["type"], &message["data"]["repeated"]), (&json!("daily_summary"), &json!(false)));
    let body = message["data"]["body"].as_str().unwrap();
    assert!(body.contains("3 orders placed, 3 fills, 0 orders expired.\n"), "{body}");
    assert!(body.ends_with("0 positions opened, 1 closed."), "{body}");
    day_of.daemon.store.flush().await.unwrap();
    let killed = house.crash();
    drop(day_of.delivering);

    let again = Day::begin(&house, "18:31", &vault).await;
    let repeated = receiver.next();
    assert_eq!(repeated.header("webhook-id"), first.header("webhook-id"));
    assert_eq!(repeated.json()["data"]["repeated"], true, "{}", repeated.body);
    repeated.answer(204);
    // The date was told: nothing comes before the test.
    again.daemon.maintenance.tell_of_today(&mut Evening::default()).await.unwrap();
    again.channels.test(OTHER, channel).await.unwrap();
    assert_eq!(taken(receiver.next()), words("test", "A test from Prahari"));
    assert!(receiver.is_quiet());
    drop((again, killed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_are_refused_or_withdrawn_are_told_with_the_brokers_reason() {
    let broker = Arc::new(LiveBroker::default());
    let mut house = TestHost::new(2);
    house.make_flat();
    house.brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
    let vault = Arc::new(Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new())));
    let receiver = WebhookReceiver::start();
    let day_of = Day::begin(&house, "10:00", &vault).await;
    day_of.daemon.users_admin.set_broker(OTHER, LIVE).await.unwrap();
    day_of.add_channel(&receiver.url).await;

    let refused = day_of.place(&buy("ABC", 10, PRICE.0)).await;
    broker.push(OTHER, broker.reject(OTHER, &refused, "the margin is short", (false, false)));
    let told = receiver.next();
    let body = told.json()["data"]["body"].as_str().unwrap().to_owned();
    assert_eq!(taken(told), words("order_rejected", "Buy of 10 ABC was refused"));
    assert_eq!(body, format!("The order {refused}: the margin is short."));
    let withdrawn = day_of.place(&buy("XYZ", 5, PRICE.0)).await;
    broker.push(OTHER, broker.withdraw(OTHER, &withdrawn, day_of.daemon.clock.now()));
    assert_eq!(taken(receiver.next()), words("order_cancelled", "Buy of 5 XYZ was withdrawn unfilled"));
    assert!(receiver.is_quiet());
}

/// Titles of what the user was told of failures.
async fn failures_told(daemon: &Daemon) -> Vec<String> {
    let all = NotificationFilter::default();
    let kept = daemon.store.user(OTHER).notifications(all).await.unwrap();
    let failures = kept.into_iter().filter(|kept| kept.kind == NotificationKind::TaskFailed);
    failures.map(|kept| kept.row.title).collect()
}

#[tokio::test]
async fn a_task_of_the_schedule_that_fails_is_told_once_also_when_the_daemon_starts_again() {
    let house = TestHost::new(2);
    let (cleanup, failing) = (Task::literal("eod_cleanup"), guests::logs("no news today"));
    let modules: &[(Task, &[u8])] = &[(cleanup, &failing)];
    let daemon = house.start_with(at(MONDAY, "17:59"), modules).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "18:20")).await;
    assert_eq!(failures_told(&daemon).await, ["eod_cleanup of 18:00 failed"]);
    stop(daemon).await;
    let daemon = house.start_with(at(MONDAY, "18:20"), modules).await;
    run(&daemon, at(MONDAY, "18:45")).await;
    assert_eq!(failures_told(&daemon).await, ["eod_cleanup of 18:00 failed"]);
}

/// The deliveries to the user, newest first, once the newest has arrived.
async fn deliveries(day: &Day) -> Vec<DeliveryRow> {
    loop {
        let filter = DeliveryFilter { channel: None, state: None, after: None, limit: 100 };
        let rows = day.channels.deliveries(OTHER, filter).await.unwrap();
        if rows.first().is_some_and(|newest| newest.state == DeliveryState::Delivered) {
            return rows;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_quiet_hours_hold_back_is_in_the_log_and_comes_once_when_they_end_also_over_a_kill() {
    let mut house = TestHost::new(2);
    let vault = Arc::new(Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new())));
    let receiver = WebhookReceiver::start();
    let evening = Day::begin(&house, "21:00", &vault).await;
    let channel = evening.add_channel(&receiver.url).await;
    let user = evening.daemon.users.find(OTHER).unwrap();
    let quiet = json!({ "quiet_from": "20:30", "quiet_until": "22:15" });
    let change = Change::Merge(quiet.as_object().unwrap());
    let change = evening.daemon.settings.change_preferences(&user, change, None).await.unwrap();
    change.save().await.unwrap();
    let symbol = "XYZ".parse().unwrap();
    evening.daemon.halts.halt_symbol(OTHER, &symbol, HaltCode::ImpossiblePrice, "a price").await.unwrap();
    // A test comes in them all the same, and lets nothing go.
    evening.channels.test(OTHER, channel).await.unwrap();
    assert_eq!(taken(receiver.next()), words("test", "A test from Prahari"));
    let rows = deliveries(&evening).await;
    let held = rows.last().unwrap();
    assert_eq!((held.title.as_str(), held.state), ("Orders of a symbol are halted", DeliveryState::Waiting));
    let reason = "held until 22:15 IST, the end of your quiet hours";
    assert_eq!((held.reason.as_str(), held.due_at), (reason, Some(at(MONDAY, "22:15"))));
    evening.daemon.store.flush().await.unwrap();
    let killed = house.crash();
    drop(evening.delivering);

    let night = Day::begin(&house, "22:14", &vault).await;
    night.channels.test(OTHER, channel).await.unwrap();
    assert_eq!(taken(receiver.next()), words("test", "A test from Prahari"));
    night.hand.pass_until(at(MONDAY, "22:15"));
    assert_eq!(taken(receiver.next()), words("alert", "Orders of a symbol are halted"));
    night.channels.test(OTHER, channel).await.unwrap();
    assert_eq!(taken(receiver.next()), words("test", "A test from Prahari"));
    assert!(receiver.is_quiet(), "it came twice");
    drop((night, killed));
}

#[tokio::test]
async fn each_user_is_told_of_a_date_when_they_want_it_and_nobody_before_the_session_is_over() {
    let house = TestHost::new(2);
    let (daemon, hand) = house.start_manual(at(MONDAY, "10:00"), &[]).await;
    let set = async |time: &str| {
        let user = daemon.users.find(OTHER).unwrap();
        let values = json!({ "summary_at": time });
        let change = Change::Merge(values.as_object().unwrap());
        daemon.settings.change_preferences(&user, change, None).await.unwrap().save().await.unwrap();
    };
    set("21:15").await;
    let mut evening = Evening::default();
    let mut told_at = async |time: &str| {
        hand.pass_until(at(MONDAY, time));
        daemon.maintenance.tell_of_today(&mut evening).await.unwrap();
        [ADMIN, OTHER].map(|user| evening.was_told(user, day(MONDAY)))
    };
    assert_eq!(told_at("15:29").await, [false, false]);
    assert_eq!(told_at("18:29").await, [false, false]);
    assert_eq!(told_at("18:30").await, [true, false]);
    assert_eq!(told_at("21:14").await, [true, false]);
    // Set to a time that is over, it is told at the next look.
    set("21:10").await;
    assert_eq!(told_at("21:14").await, [true, true]);
    // The next date begins anew, and a day without a session has none.
    hand.pass_until(at("2025-03-11", "18:30"));
    daemon.maintenance.tell_of_today(&mut evening).await.unwrap();
    let tuesday = day("2025-03-11");
    assert_eq!([ADMIN, OTHER].map(|user| evening.was_told(user, tuesday)), [true, false]);
    hand.pass_until(at("2025-03-14", "23:00"));
    daemon.maintenance.tell_of_today(&mut evening).await.unwrap();
    assert!(!evening.was_told(ADMIN, day("2025-03-14")), "Holi");
}

#[tokio::test]
async fn simulated_weeks_tell_each_filled_order_each_run_that_placed_and_each_date_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("weeks.db");
    let path = db.to_str().unwrap();
    program::simulate(&["--from", "2025-03-03", "--to", "2025-03-21", "--users", "1", "--db", path]);
    let store = Store::open(&db, Durability::Off).unwrap();
    let user = store.user(ADMIN);
    let all = NotificationFilter { limit: 100_000, ..NotificationFilter::default() };
    let told: Vec<KeptNotification> = user.notifications(all).await.unwrap();
    let filter = OrderFilter { limit: 100_000, ..OrderFilter::default() };
    let orders = user.orders(filter).await.unwrap().items;
    let filled: Vec<_> = orders.iter().filter(|order| order.state == OrderState::Filled).collect();
    assert!(!filled.is_empty(), "nothing was traded");
    for order in filled {
        let (whole, last) =
            (format!("The order {} is filled.", order.id), format!("The last order is {}.", order.id));
        let about = told.iter().filter(|message| match message.kind {
            NotificationKind::OrderFilled => message.row.body == whole,
            NotificationKind::PositionClosed => message.row.body.ends_with(&last),
            _ => false,
        });
        assert_eq!(about.count(), 1, "{}", order.id);
    }
    let of = |kind| told.iter().filter(move |message| message.kind == kind);
    let placed: Vec<RunId> =
        of(NotificationKind::OrderPlaced).filter_map(|message| message.row.run).collect();
    let runs: BTreeSet<RunId> = placed.iter().copied().collect();
    assert_eq!(placed.len(), runs.len(), "a run was told twice");
    let standing = orders.iter().filter(|order| order.state != OrderState::Rejected);
    assert!(standing.into_iter().all(|order| runs.contains(&order.run)), "{runs:?}");
    let titles: Vec<&str> = of(NotificationKind::DailySummary).map(|kept| kept.row.title.as_str()).collect();
    let dates: BTreeSet<&str> =
        titles.iter().filter_map(|title| title.split_once(':')).map(|(date, _)| date).collect();
    assert!(!titles.is_empty() && titles.len() == dates.len(), "{titles:?}");
    // What a year of them takes: told beside the sizes that the bench prints.
    let bytes: usize = told.iter().map(|kept| kept.row.title.len() + kept.row.body.len()).sum();
    println!("{} messages of 15 sessions, {bytes} bytes of words", told.len());
    store.close().await.unwrap();
}
