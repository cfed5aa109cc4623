//! Shares, bars and quotes, against the source of market data that the daemon was started with.

use prahari_brokers::Interval;
use prahari_domain::instruments::Symbol;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn shares_bars_and_quotes_are_those_of_the_market() {
    let world = World::new().await;
    let market = world.console.daemon.trading.market.clone();
    let universe: Vec<Symbol> = market.universe().await.unwrap().to_vec();
    assert!(universe.len() > 3, "{universe:?}");
    every_share_is_listed_once(&world, &universe).await;
    bars_have_their_indicators(&world, &universe[0]).await;
    quotes_tell_the_change_of_the_day(&world, &universe).await;
}

async fn every_share_is_listed_once(world: &World, universe: &[Symbol]) {
    let user = world.console.user().await;
    let (mut found, mut path) = (Vec::new(), "/api/v1/market/symbols?limit=2".to_owned());
    loop {
        let page = user.get(&path).await.ok();
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/market/symbols?limit=2&cursor={}", escaped(next));
    }
    let symbols: Vec<&str> = found.iter().map(|share| share["symbol"].as_str().unwrap()).collect();
    assert_eq!(symbols, universe.iter().map(Symbol::as_str).collect::<Vec<_>>());
    assert!(found.iter().all(|share| share["name"].is_null()), "{found:?}");
    let part = universe[1].as_str();
    let asked = format!("/api/v1/market/symbols?limit=500&q={}", escaped(&part.to_lowercase()));
    let asked = user.get(&asked).await.ok();
    let expected = universe.iter().filter(|symbol| symbol.as_str().contains(part));
    let asked: Vec<&str> =
        asked["items"].as_array().unwrap().iter().map(|share| share["symbol"].as_str().unwrap()).collect();
    assert_eq!(asked, expected.map(Symbol::as_str).collect::<Vec<_>>());
}

async fn bars_have_their_indicators(world: &World, symbol: &Symbol) {
    let (user, daemon) = (world.console.user().await, &world.console.daemon);
    let market = &daemon.trading.market;
    for (name, interval) in [("1d", Interval::Daily), ("1w", Interval::Weekly)] {
        let path =
            format!("/api/v1/market/candles?symbol={}&interval={name}&count=30", escaped(symbol.as_str()));
        let told = user.get(&path).await.ok();
        let bars = told["bars"].as_array().unwrap();
        let candles = market.candles(symbol, interval, 280, true, daemon.clock.now()).await.unwrap().to_vec();
        assert!(!bars.is_empty() && bars.len() == candles.len().min(30), "{} bars", bars.len());
        let closes: Vec<f64> = candles.iter().map(|candle| candle.close.0 as f64).collect();
        let first = candles.len() - bars.len();
        for (number, bar) in bars.iter().enumerate() {
            let candle = &candles[first + number];
            let of = (candle.day.to_string(), candle.open.0, candle.high.0, candle.low.0, candle.close.0);
            let told = (
                bar["day"].as_str().unwrap().to_owned(),
                bar["open_paise"].as_i64().unwrap(),
                bar["high_paise"].as_i64().unwrap(),
                bar["low_paise"].as_i64().unwrap(),
                bar["close_paise"].as_i64().unwrap(),
            );
            assert_eq!((told, bar["volume"].as_u64()), (of, Some(candle.volume)), "{bar}");
            same(&bar["ema9_paise"], average(&closes[..=first + number]));
            same(&bar["rsi10"], strength(&closes[..=first + number]));
        }
        // At noon the session and the week go on.
        let running: Vec<bool> = bars.iter().map(|bar| bar["running"].as_bool().unwrap()).collect();
        assert_eq!(running.iter().filter(|running| **running).count(), 1);
        assert_eq!(running.last(), Some(&true));
    }
    let unknown = user.get("/api/v1/market/candles?symbol=NOSUCHSHARE").await;
    assert_eq!(unknown.status, 404, "{}", unknown.text);
}

async fn quotes_tell_the_change_of_the_day(world: &World, universe: &[Symbol]) {
    let (user, daemon) = (world.console.user().await, &world.console.daemon);
    let asked = [&universe[1], &universe[0]].map(|symbol| escaped(symbol.as_str())).join(",");
    let told = user.get(&format!("/api/v1/market/quotes?symbols={asked},NOSUCHSHARE")).await.ok();
    assert_eq!(told["unpriced"], json!(["NOSUCHSHARE"]));
    let quotes = daemon.trading.market.quotes(&universe[..2], daemon.clock.now()).await.unwrap();
    let told = told["quotes"].as_array().unwrap();
    assert_eq!(told.len(), 2);
    for (told, quote) in told.iter().zip(quotes) {
        let quote = quote.unwrap();
        let (last, close) = (quote.last.0, quote.previous_close.0);
        assert_eq!(told["symbol"], quote.symbol.as_str());
        assert_eq!((&told["last_paise"], &told["previous_close_paise"]), (&json!(last), &json!(close)));
        assert_eq!(told["day_change_paise"], last - close);
        let points = ((last - close) as f64 * 10_000.0 / close as f64).round() as i64;
        assert_eq!(told["day_change_basis_points"], points, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_prices_too_often_is_refused_by_each_route() {
    let world = World::new().await;
    let (user, other) = (world.console.user().await, world.console.other_user().await);
    let routes = [
        "/api/v1/market/symbols?limit=1",
        "/api/v1/market/candles?symbol=NOSUCHSHARE",
        "/api/v1/market/quotes?symbols=NOSUCHSHARE",
        "/api/v1/user/symbols/NOSUCHSHARE/why",
    ];
    // The daemon's clock stands, so all are of one minute.
    for (asked, route) in routes.into_iter().cycle().take(600).enumerate() {
        assert_ne!(user.get(route).await.status, 429, "request {asked}");
    }
    for route in routes {
        let answer = user.get(route).await;
        assert_eq!(answer.problem(), (429, "asked_too_often".to_owned()), "{route}");
        assert!(answer.json()["retry_at"].is_string(), "{}", answer.text);
        assert_eq!(answer.retry_after, Some(60), "{route}");
        assert_ne!(other.get(route).await.status, 429, "it is that user alone");
    }
}

/// The exponential average of nine values, seeded with the mean of the first nine.
fn average(closes: &[f64]) -> Option<f64> {
    let mut average = closes.get(..9)?.iter().sum::<f64>() / 9.0;
    closes[9..].iter().for_each(|close| average += (close - average) / 5.0);
    Some(average)
}

/// Wilder's index of ten changes, seeded with the mean of the first ten.
fn strength(closes: &[f64]) -> Option<f64> {
    let changes: Vec<f64> = closes.windows(2).map(|two| two[1] - two[0]).collect();
    let first = changes.get(..10)?;
    let (mut up, mut down) = (
        first.iter().map(|change| change.max(0.0)).sum::<f64>() / 10.0,
        first.iter().map(|change| (-change).max(0.0)).sum::<f64>() / 10.0,
    );
    for change in &changes[10..] {
        up += (change.max(0.0) - up) / 10.0;
        down += ((-change).max(0.0) - down) / 10.0;
    }
    Some(if up + down > 0.0 { 100.0 * up / (up + down) } else { 50.0 })
}

#[track_caller]
fn same(told: &Value, expected: Option<f64>) {
    match (told.as_f64(), expected) {
        (None, None) => {}
        (Some(told), Some(expected)) => {
            assert!((told - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{told} {expected}");
        }
        other => panic!("{other:?}"),
    }
}

fn escaped(symbol: &str) -> String {
    symbol.replace('&', "%26")
}
