//! A daemon on the source: nobody buys on an old price, what happens to it is told, and what will be asked is fetched
//! ahead.

use std::sync::Arc;

use prahari_app::bar_cache::{DatabaseBarCache, restatements};
use prahari_app::daemon::Daemon;
use prahari_brokers::{Chain, CsvMarket, MarketData};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, Durability, Store};

use crate::fake_yahoo::Mood;
use crate::house::desk_fixture::{buy, order_context};
use crate::house::living::Living;

use crate::house::{ADMIN, MONDAY, TestHost, stop};
use crate::world::{FRIDAY, THURSDAY, World, at, closed, closes, day, symbol, weekdays};

/// The Friday before [`MONDAY`].
pub const FRIDAY_BEFORE: &str = "2025-03-07";

/// Two shares at a hundred rupees, which are traded on Monday morning.
pub async fn world(time: &str) -> World {
    let shares = ["ABC", "XYZ"].map(|name| (name, weekdays("2025-01-01", FRIDAY_BEFORE, 100)));
    let world = World::of(&shares, at(MONDAY, time)).await;
    for name in ["ABC", "XYZ"] {
        world.fake.set_minutes(name, day(MONDAY), &[(10_000, 500); 5]);
    }
    world
}

/// Buys ten shares.
pub async fn bought(daemon: &Daemon, name: &str, now: Timestamp) -> Result<(), Refusal> {
    let user = daemon.users.find(ADMIN).unwrap();
    let mut desk = user.desk.lock().await;
    desk.place(buy(name, 10, 10_000), order_context(now)).await.unwrap().map(|_| ())
}

#[tokio::test]
async fn nobody_buys_on_a_price_that_is_older_than_its_limit_in_a_chain_or_not() {
    for in_chain in [false, true] {
        let world = world("09:20").await;
        let yahoo: Arc<dyn MarketData> = Arc::new(world.market());
        let folder = tempfile::tempdir().unwrap();
        let text = format!("date,open,high,low,close,volume\n{FRIDAY_BEFORE},100,100,100,100,1000\n");
        std::fs::write(folder.path().join("XYZ.csv"), text).unwrap();
        let calendar = CalendarHandle::embedded().unwrap();
        let csv: Arc<dyn MarketData> = Arc::new(CsvMarket::open(folder.path(), 1, calendar.clone()).unwrap());
        let market: Arc<dyn MarketData> = if in_chain {
            Arc::new(Chain::new(vec![csv, Arc::clone(&yahoo)], calendar))
        } else {
            Arc::clone(&yahoo)
        };
        let daemon = TestHost::new(1).on(market).start(at(MONDAY, "09:20")).await;
        assert_eq!(bought(&daemon, "ABC", at(MONDAY, "09:20")).await, Ok(()));
        yahoo.quotes(&[symbol("XYZ")], at(MONDAY, "09:20")).await.unwrap();
        world.fake.set_mood(Mood::Down);
        // The last trade that is known was in the minute before 09:20.
        world.pace.set(at(MONDAY, "09:51"));
        let refusal = bought(&daemon, "XYZ", at(MONDAY, "09:51")).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::MarketUnavailable);
        let said = "the last price of XYZ is of 2025-03-10 09:20 (yahoo), older than 30 minutes of trading";
        assert!(refusal.detail.contains(said), "{}", refusal.detail);
        // Half an hour old it does.
        assert_eq!(bought(&daemon, "XYZ", at(MONDAY, "09:50")).await, Ok(()));
        stop(daemon).await;
    }
}

/// Subjects and sentences of the open alerts of a kind.
pub async fn alerts(daemon: &Daemon, code: AlertCode) -> Vec<(String, String)> {
    let filter = AlertFilter { open: Some(true), before: None, limit: 100 };
    let open = daemon.store.system().alerts(filter).await.unwrap();
    open.into_iter().filter(|alert| alert.code == code).map(|alert| (alert.subject, alert.detail)).collect()
}

#[tokio::test]
async fn a_source_that_is_down_is_an_alert_until_it_answers_again() {
    let world = world("18:00").await;
    let market = Arc::new(world.market());
    let daemon = TestHost::new(1).on(market.clone()).start(at(MONDAY, "18:00")).await;
    let now = at(MONDAY, "18:00");
    let upkeep = async || daemon.maintenance.upkeep_step(&mut Some(now.ist_day())).await.unwrap();
    world.fake.set_mood(Mood::Down);
    for name in ["ONE", "TWO", "THREE"] {
        assert!(closed(&market, name, now).await.is_err());
    }
    upkeep().await;
    let said = "the source of prices yahoo is down: it answers with status 502";
    assert_eq!(alerts(&daemon, AlertCode::SourceDown).await, [("yahoo".to_owned(), said.to_owned())]);
    world.fake.set_mood(Mood::Well);
    world.pace.set(at(MONDAY, "18:30"));
    assert!(closed(&market, "NONE", now).await.unwrap().is_empty());
    upkeep().await;
    assert_eq!(alerts(&daemon, AlertCode::SourceDown).await, []);
    stop(daemon).await;
}

/// A daemon that was killed while its source was down leaves the alert to the next one.
#[tokio::test]
async fn an_alert_of_before_a_restart_is_over_when_the_source_answers_or_is_no_source_any_more() {
    let world = world("18:00").await;
    let now = at(MONDAY, "18:00");
    let market = Arc::new(world.market());
    let mut host = TestHost::new(1).on(market.clone());
    let daemon = host.start(now).await;
    world.fake.set_mood(Mood::Down);
    for name in ["ONE", "TWO", "THREE"] {
        assert!(closed(&market, name, now).await.is_err());
    }
    daemon.maintenance.upkeep_step(&mut Some(now.ist_day())).await.unwrap();
    let open = async |daemon: &Daemon| {
        let alerts = alerts(daemon, AlertCode::SourceDown).await;
        alerts.into_iter().map(|(subject, _)| subject).collect::<Vec<_>>()
    };
    assert_eq!(open(&daemon).await, ["yahoo"]);
    let _killed = host.crash();
    stop(daemon).await;

    // The next process has no news of it: nothing was asked yet, and then the first question is answered.
    world.fake.set_mood(Mood::Well);
    world.pace.set(at(MONDAY, "18:30"));
    let market = Arc::new(world.market());
    let mut host = host.on(market.clone());
    let daemon = host.start(now).await;
    let mut pruned_on = Some(now.ist_day());
    daemon.maintenance.upkeep_step(&mut pruned_on).await.unwrap();
    assert_eq!(open(&daemon).await, ["yahoo"], "nobody knows whether it answers");
    let left = host.crash();
    assert!(closed(&market, "NONE", now).await.unwrap().is_empty());
    daemon.maintenance.upkeep_step(&mut pruned_on).await.unwrap();
    assert_eq!(open(&daemon).await, Vec::<String>::new());
    stop(daemon).await;
    drop(left);

    // Another process on what was left before the answer has another source, which says nothing of the first.
    host.make_flat();
    let daemon = host.start(now).await;
    assert_eq!(open(&daemon).await, ["yahoo"]);
    daemon.maintenance.upkeep_step(&mut None).await.unwrap();
    assert_eq!(open(&daemon).await, Vec::<String>::new());
    stop(daemon).await;
}

#[tokio::test]
async fn restated_bars_are_an_alert_and_stay_to_be_looked_at() {
    const HALVED: &str =
        "open 100.00 -> 50.00, high 100.00 -> 50.00, low 100.00 -> 50.00, close 100.00 -> 50.00";
    let mut world = World::of(&[("ABC", weekdays("2024-12-30", THURSDAY, 100))], at(THURSDAY, "18:00")).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("bars.db"), Durability::Off).unwrap();
    world.cache = Arc::new(DatabaseBarCache::new(store.clone()));
    closes(&world.market(), "ABC", at(THURSDAY, "18:00")).await;
    world.fake.change(|days| {
        days.insert("ABC".to_owned(), weekdays("2024-12-30", FRIDAY, 50));
    });
    world.pace.set(at(FRIDAY, "18:00"));
    // After a start: what was known comes from the database.
    let market = Arc::new(world.market());
    assert_eq!(closes(&market, "ABC", at(FRIDAY, "18:00")).await.len(), 5);
    let found = restatements(&store, "yahoo", &symbol("ABC")).await.unwrap();
    let changes: Vec<(i32, u32, String)> =
        found.iter().map(|found| (found.year, found.version, found.changes[0].clone())).collect();
    let said = [
        (2024, 2, format!("ABC of 2024-12-30: {HALVED}")),
        (2025, 2, format!("ABC of 2025-01-01: {HALVED}")),
    ];
    assert_eq!(changes, said);
    store.close().await.unwrap();

    let daemon = TestHost::new(1).on(market).start(at(MONDAY, "18:00")).await;
    daemon.maintenance.upkeep_step(&mut Some(day(MONDAY))).await.unwrap();
    let told = alerts(&daemon, AlertCode::BarsRestated).await;
    let [(subject, detail)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(subject, "ABC");
    assert!(detail.starts_with("yahoo restated bars of the past: 4 bars of ABC were restated"), "{detail}");
    // A new day begins without it.
    daemon.maintenance.upkeep_step(&mut None).await.unwrap();
    assert_eq!(alerts(&daemon, AlertCode::BarsRestated).await, []);
    stop(daemon).await;
}

#[tokio::test]
async fn everything_is_fetched_ahead_after_the_close_and_once() {
    let world = world("15:55").await;
    world.fake.change(|days| {
        for bars in days.values_mut() {
            bars.extend(weekdays(MONDAY, MONDAY, 101));
        }
    });
    let market = world.market_with(|settings| settings.universe = ["ABC", "XYZ"].map(symbol).to_vec());
    let house = TestHost::new(1).on(Arc::new(market));
    let living = Living::begin(&house, at(MONDAY, "15:55")).await;
    let daemon = living.daemon.clone();
    let upkeep = async || daemon.maintenance.upkeep_step(&mut Some(day(MONDAY))).await.unwrap();
    upkeep().await;

    daemon.background.finish().await;
    let mut asked: Vec<String> = world.fake.take_asked().into_iter().map(|asked| asked.symbol).collect();
    asked.sort();
    assert_eq!(asked, ["ABC.NS", "XYZ.NS"]);
    upkeep().await;
    daemon.background.finish().await;
    assert_eq!(world.fake.take_asked(), []);
    living.end().await;
}

#[tokio::test]
async fn what_is_held_is_fetched_ahead_before_the_open() {
    let world = world("09:20").await;
    let house = TestHost::new(1).on(Arc::new(world.market()));
    let daemon = house.start(at(MONDAY, "09:20")).await;
    assert_eq!(bought(&daemon, "XYZ", at(MONDAY, "09:20")).await, Ok(()));
    // It is filled at what is traded in the minutes that follow.
    world.fake.set_minutes("XYZ", day(MONDAY), &[(10_000, 500); 10]);
    world.pace.set(at(MONDAY, "09:25"));
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "09:25")).await.unwrap();
    assert_eq!(user.desk.lock().await.book().held(&symbol("XYZ")), 10);
    drop(user);
    stop(daemon).await;
    // The next morning, of a daemon that was started anew and has nothing in memory.
    world.fake.take_asked();
    world.fake.change(|days| {
        for bars in days.values_mut() {
            bars.extend(weekdays(MONDAY, MONDAY, 100));
        }
    });
    let morning = at("2025-03-11", "08:31");
    world.pace.set(morning);
    let house = house.on(Arc::new(world.market()));
    let living = Living::begin(&house, morning).await;
    let daemon = living.daemon.clone();
    // Also of a user whose desk is busy just then.
    let user = daemon.users.find(ADMIN).unwrap();
    let busy = user.desk.lock().await;
    daemon.maintenance.upkeep_step(&mut Some(day("2025-03-11"))).await.unwrap();
    drop(busy);
    daemon.background.finish().await;
    let asked: Vec<String> = world.fake.take_asked().into_iter().map(|asked| asked.symbol).collect();
    assert!(!asked.is_empty() && asked.iter().all(|symbol| symbol == "XYZ.NS"), "{asked:?}");
    living.end().await;
}
