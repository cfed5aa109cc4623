//! Closed days: fetched once, for everybody, and only what is new.

use std::sync::Arc;

use prahari_brokers::{Interval, MarketData, SourceNews, WarmFor};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;

use crate::world::{FRIDAY, THURSDAY, World, at, closed, closes, day, symbol, weekdays};

#[tokio::test]
async fn bars_of_closed_days_without_volume_and_of_the_running_day_are_left_out() {
    let world = World::of(&[("ABC", weekdays("2024-12-23", FRIDAY, 100))], at(FRIDAY, "15:00")).await;
    // Christmas, and a day on which the source has nothing.
    world.fake.add_phantoms(&[day("2024-12-25"), day("2024-12-30")]);
    let market = world.market();
    let days = closes(&market, "ABC", at(FRIDAY, "15:00")).await;
    let days: Vec<&str> = days.iter().map(|(day, _)| day.as_str()).collect();
    let expected =
        ["2024-12-23", "2024-12-24", "2024-12-26", "2024-12-27", "2024-12-31", "2025-01-01", THURSDAY];
    assert_eq!(days, expected);
    // At an earlier instant less is known, whatever was fetched since.
    let earlier = closed(&market, "ABC", at("2024-12-27", "15:39")).await.unwrap();
    assert_eq!(earlier.last().unwrap().day, day("2024-12-26"));
    assert_eq!(market.requests(), 1);
}

#[tokio::test]
async fn a_share_that_is_not_listed_is_told_apart_and_not_asked_for_again() {
    let world = World::of(&[("ABC", weekdays("2024-12-23", FRIDAY, 100))], at(FRIDAY, "18:00")).await;
    let market = world.market();
    let now = at(FRIDAY, "18:00");
    assert!(closed(&market, "NONE", now).await.unwrap().is_empty());
    assert_eq!(market.quotes(&[symbol("NONE")], now).await, Ok(vec![None]));
    assert_eq!(market.requests(), 1);
    // Not after a start either.
    assert!(closed(&world.market(), "NONE", now).await.unwrap().is_empty());
    assert_eq!(world.fake.take_asked().len(), 1);
}

#[tokio::test]
async fn a_second_start_fetches_only_what_is_new() {
    let world = World::of(&[("ABC", weekdays("2024-12-02", THURSDAY, 100))], at(THURSDAY, "18:00")).await;
    assert_eq!(closes(&world.market(), "ABC", at(THURSDAY, "18:00")).await.len(), 23);
    assert_eq!(world.fake.take_asked()[0].from, day("2018-01-01"));
    assert_eq!(closes(&world.market(), "ABC", at(FRIDAY, "09:00")).await.len(), 23);
    assert_eq!(world.fake.take_asked(), []);
    world.fake.change(|days| days.get_mut("ABC").unwrap().extend(weekdays(FRIDAY, FRIDAY, 101)));
    world.pace.set(at(FRIDAY, "18:00"));
    let closes = closes(&world.market(), "ABC", at(FRIDAY, "18:00")).await;
    assert_eq!((closes.len(), closes.last().unwrap().1), (24, 101));
    let asked = world.fake.take_asked();
    assert_eq!((asked.len(), asked[0].from), (1, day("2024-12-27")));
}

#[tokio::test]
async fn a_split_rewrites_history_which_is_fetched_again_and_told() {
    let world = World::of(&[("ABC", weekdays("2024-12-02", THURSDAY, 100))], at(THURSDAY, "18:00")).await;
    let market = world.market();
    closes(&market, "ABC", at(THURSDAY, "18:00")).await;
    assert_eq!(market.news(), []);
    world.fake.change(|days| {
        days.insert("ABC".to_owned(), weekdays("2024-12-02", FRIDAY, 50));
    });
    world.pace.set(at(FRIDAY, "18:00"));
    let closes = closes(&market, "ABC", at(FRIDAY, "18:00")).await;
    assert_eq!((closes.len(), closes.iter().all(|(_, close)| *close == 50)), (24, true));
    assert_eq!(market.requests(), 3);
    let news = market.news();
    let [SourceNews::Restated { symbol, detail, .. }] = news.as_slice() else { panic!("{news:?}") };
    assert_eq!(symbol.as_str(), "ABC");
    let said = "23 bars of ABC were restated, the first: ABC of 2024-12-02 closed at ₹50.00 and no longer at ₹100.00";
    assert_eq!(detail, said);
}

#[tokio::test]
async fn a_hole_takes_no_bar_away_that_is_known() {
    let world = World::of(&[("ABC", weekdays("2024-12-02", THURSDAY, 100))], at(THURSDAY, "18:00")).await;
    let market = world.market();
    closes(&market, "ABC", at(THURSDAY, "18:00")).await;
    world.fake.change(|days| {
        let bars = days.get_mut("ABC").unwrap();
        bars.retain(|bar| bar.day != day(THURSDAY));
        bars.extend(weekdays(FRIDAY, FRIDAY, 100));
    });
    world.pace.set(at(FRIDAY, "18:00"));
    assert_eq!(closes(&market, "ABC", at(FRIDAY, "18:00")).await.len(), 24);
    assert_eq!(market.news(), []);
}

#[tokio::test]
async fn everybody_who_asks_at_once_waits_for_one_request() {
    let world = World::of(&[("ABC", weekdays("2024-12-02", FRIDAY, 100))], at(FRIDAY, "18:00")).await;
    let market = Arc::new(world.market());
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let market = Arc::clone(&market);
            tokio::spawn(async move { closes(&market, "ABC", at(FRIDAY, "18:00")).await.len() })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), 24);
    }
    assert_eq!(world.fake.take_asked().len(), 1);
}

#[tokio::test]
async fn thousands_of_shares_are_fetched_once_within_the_limit_and_take_bounded_memory() {
    let names: Vec<String> = (0..2_100).map(|number| format!("S{number}")).collect();
    let bars = weekdays("2024-12-23", FRIDAY, 100);
    let shares: Vec<_> = names.iter().map(|name| (name.as_str(), bars.clone())).collect();
    let world = World::of(&shares, at(FRIDAY, "18:00")).await;
    // Thirty in a minute, and no two within two seconds.
    world.fake.limit(1, 1_999);
    let market = world.market_with(|settings| settings.most_bars = 10_000);
    let symbols: Vec<Symbol> = names.iter().map(|name| symbol(name)).collect();
    let now = at(FRIDAY, "18:00");
    let warmed = market.warm(&symbols, WarmFor::Bars, now, &|_| {}).await;
    assert_eq!((warmed.fetched, warmed.known, warmed.failed.len()), (2_100, 0, 0));
    assert_eq!(world.fake.take_asked().len(), 2_100);
    // A hundred users ask for all of it: what has left the memory comes from the cache.
    for _ in 0..3 {
        for name in &symbols {
            let candles = market.candles(name, Interval::Daily, 1, false, now).await.unwrap();
            assert_eq!(candles.last().unwrap().close, Paise::rupees(100));
        }
    }
    let warmed = world.market().warm(&symbols, WarmFor::Bars, now, &|_| {}).await;
    assert_eq!((warmed.fetched, warmed.known), (0, 2_100));
    assert_eq!(world.fake.take_asked(), []);
}
