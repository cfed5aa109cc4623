//! A source that is down, slow, half, wrong or wants to be left alone.

use std::time::Duration;

use prahari_brokers::{MarketData, MarketError, SourceNews, YahooMarket};
use prahari_domain::time::Timestamp;

use crate::fake_yahoo::Mood;
use crate::world::{FRIDAY, THURSDAY, World, at, closed, closes, symbol, weekdays};

async fn world() -> World {
    let shares = ["ABC", "XYZ"].map(|name| (name, weekdays("2024-12-02", FRIDAY, 100)));
    World::of(&shares, at(THURSDAY, "18:00")).await
}

/// Why a share of which nothing is known cannot be answered.
async fn reason(market: &YahooMarket, name: &str, now: Timestamp) -> String {
    match closed(market, name, now).await {
        Err(MarketError::Unavailable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_may_pass_is_asked_three_times_and_then_is_an_error_not_a_share_that_is_not_listed() {
    for (mood, said) in [
        (Mood::Down, "it answers with status 502"),
        (Mood::Half, "it answers with status 200 and no chart"),
        (Mood::Page, "it answers with status 200 and no chart"),
        (Mood::Other, "it answers with status 200 and nothing of a chart"),
    ] {
        let world = world().await;
        world.fake.set_mood(mood);
        let market = world.market();
        let reason = reason(&market, "ABC", at(THURSDAY, "18:00")).await;
        assert!(reason.starts_with(said), "{mood:?}: {reason}");
        assert_eq!(market.requests(), 3, "{mood:?}");
        world.fake.set_mood(Mood::Well);
        assert_eq!(closes(&market, "ABC", at(THURSDAY, "18:00")).await.len(), 23);
    }
}

#[tokio::test]
async fn a_server_that_sends_elsewhere_is_not_followed() {
    let world = world().await;
    world.fake.set_mood(Mood::Elsewhere);
    let market = world.market();
    let reason = reason(&market, "ABC", at(THURSDAY, "18:00")).await;
    assert_eq!((reason.as_str(), market.requests()), ("it sends elsewhere with status 302", 1));
}

#[tokio::test]
async fn an_answer_beyond_its_bound_is_not_read_to_its_end_nor_asked_for_again() {
    let world = world().await;
    world.fake.set_mood(Mood::Endless);
    let market = world.market();
    let reason = reason(&market, "ABC", at(THURSDAY, "18:00")).await;
    assert_eq!((reason.as_str(), market.requests()), ("it answers with more than 8388608 bytes", 1));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let world = world().await;
    world.fake.set_mood(Mood::Silent);
    let market = world.market_with(|settings| settings.deadline = Duration::from_millis(100));
    let reason = reason(&market, "ABC", at(THURSDAY, "18:00")).await;
    assert_eq!(reason, "it does not answer within 0.1 s");
}

#[tokio::test]
async fn a_question_waits_only_as_long_as_its_patience() {
    let world = world().await;
    world.fake.set_mood(Mood::Silent);
    let market = world.market_with(|settings| {
        settings.patience = Duration::from_millis(20);
        settings.deadline = Duration::from_millis(200);
    });
    let reason = reason(&market, "ABC", at(THURSDAY, "18:00")).await;
    assert_eq!(reason, "ABC is still being fetched");
}

#[tokio::test]
async fn after_a_lock_out_nobody_asks_for_a_quarter_of_an_hour_and_twice_as_long_after_the_next() {
    let world = world().await;
    let market = world.market();
    let now = at(THURSDAY, "18:00");
    world.fake.set_mood(Mood::LockedOut);
    assert_eq!(reason(&market, "ABC", now).await, "it says that it was asked too often");
    for minutes in [0, 14] {
        world.pace.set(now.plus_minutes(minutes));
        let reason = reason(&market, "XYZ", now).await;
        assert!(reason.starts_with("it is not asked before 18:1"), "{reason}");
    }
    assert_eq!(market.requests(), 1);
    world.pace.set(now.plus_minutes(19));
    assert_eq!(reason(&market, "ABC", now).await, "it says that it was asked too often");
    world.pace.set(now.plus_minutes(19 + 29));
    assert!(reason(&market, "ABC", now).await.starts_with("it is not asked before "));
    assert_eq!(market.requests(), 2);
    world.fake.set_mood(Mood::Well);
    world.pace.set(now.plus_minutes(19 + 38));
    assert_eq!(closes(&market, "ABC", now).await.len(), 23);
}

#[tokio::test]
async fn a_source_that_is_down_for_a_day_is_told_once_and_what_is_known_is_still_answered() {
    let world = world().await;
    let market = world.market();
    closes(&market, "ABC", at(THURSDAY, "18:00")).await;
    world.fake.set_mood(Mood::Down);
    world.fake.take_asked();
    let friday = at(FRIDAY, "16:00");
    for minute in 0..(24 * 60) {
        world.pace.set(friday.plus_minutes(minute));
        // Closed days stand as they are, and say how old they are.
        let candles = closed(&market, "ABC", world.now()).await.unwrap();
        assert_eq!(candles.as_of(), Some(at(THURSDAY, "15:30")));
        assert!(closed(&market, "XYZ", world.now()).await.is_err());
    }
    let asked = world.fake.take_asked().len();
    assert!((50..500).contains(&asked), "{asked}");
    let news = market.news();
    let [SourceNews::Down { source, reason }] = news.as_slice() else { panic!("{news:?}") };
    assert_eq!((*source, reason.as_str()), ("yahoo", "it answers with status 502"));
    world.fake.set_mood(Mood::Well);
    world.pace.set(friday.plus_minutes(25 * 60));
    assert_eq!(closes(&market, "ABC", world.now()).await.len(), 24);
    assert_eq!(market.news(), [SourceNews::Up { source: "yahoo" }]);
    assert_eq!(market.quotes(&[symbol("NONE")], world.now()).await, Ok(vec![None]));
}
