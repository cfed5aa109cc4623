//! Fetching ahead as it is shown: in its order, one at a time, with what became of it.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::prices::{WarmKind, Warming};
use prahari_brokers::MarketData;
use serde_json::{Value, json};

use crate::fake_yahoo::Mood;
use crate::house::console::Console;
use crate::house::{ADMIN, MONDAY, OTHER, TestHost, at, day, stop};
use crate::traded::{FRIDAY_BEFORE, bought};
use crate::world::{World, closed, symbol, weekdays};

const PATH: &str = "/api/v1/system/market/warming";

/// Three shares at a hundred rupees, which are traded on Monday morning.
async fn world() -> World {
    let shares = ["ABC", "MID", "XYZ"].map(|name| (name, weekdays("2025-01-01", FRIDAY_BEFORE, 100)));
    let world = World::of(&shares, at(MONDAY, "09:20")).await;
    for name in ["ABC", "MID", "XYZ"] {
        world.fake.set_minutes(name, day(MONDAY), &[(10_000, 500); 10]);
    }
    world
}

/// The shares that were asked for, in order.
fn asked(world: &World) -> Vec<String> {
    world.fake.take_asked().into_iter().map(|asked| asked.symbol).collect()
}

async fn upkeep(daemon: &Daemon) {
    daemon.maintenance.upkeep_step(&mut Some(day(MONDAY))).await.unwrap();
}

fn newest(daemon: &Daemon) -> Warming {
    daemon.prices.warming().universe.unwrap()
}

#[tokio::test]
async fn what_is_held_comes_first_and_what_became_of_all_of_it_is_told() {
    let world = world().await;
    let universe = || ["ABC", "MID", "NONE", "XYZ"].map(symbol).to_vec();
    let house = TestHost::new(1).on(Arc::new(world.market()));
    let daemon = house.start(at(MONDAY, "09:20")).await;
    assert_eq!(bought(&daemon, "XYZ", at(MONDAY, "09:20")).await, Ok(()));
    world.pace.set(at(MONDAY, "09:25"));
    let user = daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.sync_fills(at(MONDAY, "09:25")).await.unwrap();
    assert_eq!(user.desk.lock().await.book().held(&symbol("XYZ")), 10);
    assert!(!daemon.prices.warming().fetches, "not in lockstep");
    drop(user);
    stop(daemon).await;
    world.fake.change(|days| {
        days.values_mut().for_each(|bars| bars.extend(weekdays(MONDAY, MONDAY, 100)));
    });
    world.pace.set(at(MONDAY, "15:55"));
    asked(&world);
    let house = house.on(Arc::new(world.market_with(|settings| settings.universe = universe())));
    let (daemon, hand) = house.start_manual(at(MONDAY, "15:55"), &[]).await;
    upkeep(&daemon).await;
    assert_eq!(newest(&daemon).ended_at, None);
    daemon.background.finish().await;
    assert_eq!(asked(&world), ["XYZ.NS", "ABC.NS", "MID.NS", "NONE.NS"]);
    let done = newest(&daemon);
    assert_eq!((done.source, done.done, done.of, done.asked_by), (Some("yahoo"), 4, 4, None));
    assert_eq!((done.fetched, done.known, done.failed), (3, 0, 0));
    assert_eq!((done.unlisted, done.unlisted_shares), (1, vec![symbol("NONE")]));
    assert_eq!(done.ended_at, Some(at(MONDAY, "15:55")));

    // Once more by hand: everything is there, and what the day wants stays done.
    daemon.prices.warm_now(WarmKind::Universe, ADMIN).unwrap();
    daemon.background.finish().await;
    assert_eq!(asked(&world), Vec::<String>::new());
    let again = newest(&daemon);
    assert_eq!((again.fetched, again.known, again.asked_by), (0, 3, Some(ADMIN)));

    // A new day on which the source is down: why is told of each, and it is tried again.
    let evening = at("2025-03-11", "15:55");
    hand.pass_until(evening);
    world.pace.set(evening);
    world.fake.set_mood(Mood::Down);
    upkeep(&daemon).await;
    daemon.background.finish().await;
    let failed = newest(&daemon);
    assert_eq!((failed.fetched, failed.known, failed.failed, failed.failures.len()), (0, 0, 4, 4));
    assert_eq!(
        failed.failures[0],
        (symbol("XYZ"), "market data cannot be had: it answers with status 502".to_owned())
    );
    let state = daemon.prices.warming();
    assert_eq!(state.again_at, Some(evening.plus_minutes(10)));
    stop(daemon).await;
}

#[tokio::test]
async fn a_fetch_that_an_admin_wants_goes_on_alone_and_is_audited() {
    let world = world().await;
    let house = TestHost::new(3).on(Arc::new(world.market()));
    let (daemon, _hand) = house.start_manual(at(MONDAY, "11:00"), &[]).await;
    let market = house.market.clone();
    let console = Console::over(house, daemon.clone()).await;
    let admin = console.admin().await;
    let before = admin.get(PATH).await.ok();
    assert_eq!((&before["fetches"], &before["universe"]), (&json!(true), &Value::Null));

    market.set_held(true);
    let begun = admin.post(PATH, json!({ "what": "universe" })).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    assert_eq!(begun.json()["asked_by"], json!(ADMIN.0));
    market.asked().await;
    for what in ["universe", "held"] {
        let refused = admin.post(PATH, json!({ "what": what })).await;
        assert_eq!(refused.problem(), (409, "warming".to_owned()));
    }
    assert!(matches!(daemon.prices.warm_now(WarmKind::Held, OTHER), Err(AppError::Warming)));
    let running = admin.get(PATH).await.ok();
    assert_eq!(running["universe"]["ended_at"], Value::Null);
    market.let_go();
    daemon.background.finish().await;
    let done = admin.get(PATH).await.ok();
    assert_eq!(done["universe"]["fetched"], json!(1), "{done}");
    assert_eq!(done["universe"]["source"], json!("yahoo"));
    assert!(done["universe"]["ended_at"].is_string(), "{done}");
    let audit = admin.get("/api/v1/audit?action=market.warm").await.ok();
    assert_eq!(audit["items"].as_array().unwrap().len(), 3, "{audit}");

    // How the source stands is shown, and what it may be asked.
    let sources = admin.get("/api/v1/system/market/sources").await.ok();
    let source = &sources["items"][0];
    assert_eq!(
        (&source["source"], &source["answers"]),
        (&json!("yahoo"), &json!(["bars", "quotes", "instruments", "actions"]))
    );
    assert_eq!((&source["stale"], &source["newest_day"]), (&json!(false), &json!(FRIDAY_BEFORE)));
    assert_eq!((&source["line"]["requests"], &source["trouble"]), (&json!(1), &Value::Null));
    console.stop().await;
}

#[tokio::test]
async fn a_source_that_is_down_says_since_when_why_and_until_when() {
    let world = world().await;
    let market = world.market();
    let now = world.now();
    world.fake.set_mood(Mood::LockedOut);
    assert!(closed(&market, "MID", now).await.is_err());
    let state = market.sources().remove(0);
    let (trouble, line) = (state.trouble.unwrap(), state.line.unwrap());
    assert_eq!((trouble.reason.as_str(), trouble.since), ("it says that it was asked too often", Some(now)));
    assert!(trouble.until.unwrap() >= now.plus_minutes(15));
    assert_eq!((line.asked, line.asked_last_minute, line.per_minute, line.answered_at), (1, 1, 30, None));
    world.fake.set_mood(Mood::Well);
    world.pace.set(now.plus_minutes(30));
    assert_eq!(market.sources().remove(0).line.unwrap().asked_last_minute, 0);
    closed(&market, "MID", now).await.unwrap();
    let state = market.sources().remove(0);
    assert_eq!((state.trouble, state.newest), (None, Some(day(FRIDAY_BEFORE))));
    let line = state.line.unwrap();
    assert_eq!((line.answered_at, line.failed.map(|(at, _)| at)), (Some(now.plus_minutes(30)), Some(now)));
}
