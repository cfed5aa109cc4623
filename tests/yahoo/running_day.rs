//! The running day: told by its minutes, of which each is seen when it is over.

use prahari_brokers::{Interval, MarketData, Quote, YahooMarket};
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use crate::fake_yahoo::Mood;
use crate::world::{FRIDAY, THURSDAY, World, at, day, symbol, weekdays};

/// A share at a hundred rupees until Thursday, and its first minutes on Friday.
async fn world() -> World {
    let world = World::of(&[("ABC", weekdays("2024-12-02", THURSDAY, 100))], at(FRIDAY, "09:00")).await;
    world.fake.set_minutes("ABC", day(FRIDAY), &[(10_100, 5), (10_300, 7), (10_200, 0), (10_250, 1)]);
    world
}

async fn quote(market: &YahooMarket, now: Timestamp) -> Quote {
    market.quotes(&[symbol("ABC")], now).await.unwrap().remove(0).unwrap()
}

#[tokio::test]
async fn a_quote_has_the_minutes_that_are_over_and_is_as_old_as_its_last_trade() {
    let world = world().await;
    let market = world.market();
    let told = async |time: &str| {
        world.pace.set(at(FRIDAY, time));
        let quote = quote(&market, at(FRIDAY, time)).await;
        (quote.last.0, quote.volume, quote.at)
    };
    // Before the open, and while its first minute runs: the close of the day before, with its time.
    assert_eq!(told("09:00").await, (10_000, 0, at(THURSDAY, "15:30")));
    assert_eq!(told("09:15").await, (10_000, 0, at(THURSDAY, "15:30")));
    assert_eq!(told("09:16").await, (10_100, 5, at(FRIDAY, "09:16")));
    // In the third minute nothing was traded.
    assert_eq!(told("09:18").await, (10_300, 12, at(FRIDAY, "09:17")));
    assert_eq!(told("10:00").await, (10_250, 13, at(FRIDAY, "09:19")));
    let quote = quote(&market, at(FRIDAY, "10:00")).await;
    assert_eq!((quote.open, quote.high), (Some(Paise(10_100)), Some(Paise(10_300))));
    assert_eq!(quote.previous_close, Paise(10_000));
    // What was known at an earlier instant is still what was known then.
    let earlier = market.quotes(&[symbol("ABC")], at(FRIDAY, "09:16")).await.unwrap().remove(0).unwrap();
    assert_eq!((earlier.last.0, earlier.at), (10_100, at(FRIDAY, "09:16")));
}

#[tokio::test]
async fn minutes_are_asked_for_once_a_minute_however_many_ask() {
    let world = world().await;
    let market = world.market();
    world.pace.set(at(FRIDAY, "09:20"));
    for _ in 0..100 {
        quote(&market, at(FRIDAY, "09:20")).await;
        market.candles(&symbol("ABC"), Interval::Weekly, 2, true, at(FRIDAY, "09:20")).await.unwrap();
        market.minute(&symbol("ABC"), at(FRIDAY, "09:18")).await.unwrap();
    }
    let asked: Vec<String> = world.fake.take_asked().into_iter().map(|asked| asked.interval).collect();
    assert_eq!(asked, ["1d", "1m"]);
}

#[tokio::test]
async fn the_bar_that_runs_and_the_minutes_for_matching_are_of_the_same_tape() {
    let world = world().await;
    let market = world.market();
    world.pace.set(at(FRIDAY, "09:20"));
    let now = at(FRIDAY, "09:20");
    let daily = market.candles(&symbol("ABC"), Interval::Daily, 2, true, now).await.unwrap();
    let running = daily.running().unwrap();
    assert_eq!((running.open.0, running.close.0, running.volume), (10_100, 10_250, 13));
    assert_eq!(daily.as_of(), Some(at(FRIDAY, "09:19")));
    let closed = market.candles(&symbol("ABC"), Interval::Daily, 2, false, now).await.unwrap();
    assert_eq!(closed.last().unwrap().day, day(THURSDAY));
    let week = market.candles(&symbol("ABC"), Interval::Weekly, 1, true, now).await.unwrap();
    assert_eq!(week.last().unwrap().high.0, 10_300);
    let minute = market.minute(&symbol("ABC"), at(FRIDAY, "09:16")).await.unwrap().unwrap();
    assert_eq!((minute.close.0, minute.volume), (10_300, 7));
    assert_eq!(market.minute(&symbol("ABC"), at(FRIDAY, "09:17")).await.unwrap(), None);
}

#[tokio::test]
async fn a_source_that_went_down_leaves_a_price_with_its_own_time() {
    let world = world().await;
    let market = world.market();
    world.pace.set(at(FRIDAY, "09:20"));
    quote(&market, at(FRIDAY, "09:20")).await;
    world.fake.set_mood(Mood::Down);
    world.pace.set(at(FRIDAY, "14:00"));
    let stale = quote(&market, at(FRIDAY, "14:00")).await;
    assert_eq!((stale.last.0, stale.at), (10_250, at(FRIDAY, "09:19")));
}

#[tokio::test]
async fn a_past_day_is_told_by_a_path_through_its_bar() {
    let world = world().await;
    let market = world.market();
    world.pace.set(at(FRIDAY, "18:00"));
    let quote = quote(&market, at(THURSDAY, "11:00")).await;
    assert_eq!((quote.last, quote.at), (Paise::rupees(100), at(THURSDAY, "11:00")));
    let asked: Vec<String> = world.fake.take_asked().into_iter().map(|asked| asked.interval).collect();
    assert_eq!(asked, ["1d"]);
}

#[tokio::test]
async fn minutes_of_so_many_shares_are_in_memory_and_those_asked_for_longest_ago_make_room() {
    let names = ["ABC", "TWO", "XYZ"];
    let shares = names.map(|name| (name, weekdays("2024-12-02", THURSDAY, 100)));
    let world = World::of(&shares, at(FRIDAY, "09:20")).await;
    for name in names {
        world.fake.set_minutes(name, day(FRIDAY), &[(10_100, 5)]);
    }
    let market = world.market_with(|settings| settings.most_tapes = 2);
    let told = async |name: &str| {
        let now = world.now();
        let quote = market.quotes(&[symbol(name)], now).await.unwrap().remove(0).unwrap();
        assert_eq!(quote.last.0, 10_100, "{name}");
        let asked = world.fake.take_asked();
        asked.iter().filter(|asked| asked.interval == "1m").count()
    };
    // Each is fetched when it is asked for, whatever had to make room.
    for name in names {
        assert_eq!(told(name).await, 1, "{name}");
        world.pace.set(world.now().plus_millis(1_000));
    }
    let line = market.sources().remove(0).line.unwrap();
    assert_eq!((line.tapes, line.most_tapes), (2, 2));
    assert_eq!(told("XYZ").await, 0);
    assert_eq!(told("TWO").await, 0);
    // A share that is there needs no room: its new minutes take the place of its old ones.
    world.pace.set(at(FRIDAY, "09:25"));
    assert_eq!((told("TWO").await, told("XYZ").await), (1, 1));
    assert_eq!(told("ABC").await, 1);
}
