//! A source on the fake server, and the time of both.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveTime;
use prahari_brokers::{
    BarCache, Candles, Interval, MarketData, MarketError, MemoryBarCache, Pace, YahooMarket, YahooSettings,
};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

use crate::fake_yahoo::FakeYahoo;

/// A Friday, the trading day after a Thursday.
pub const FRIDAY: &str = "2025-01-03";
pub const THURSDAY: &str = "2025-01-02";

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), NaiveTime::parse_from_str(time, "%H:%M").unwrap())
}

pub fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

/// Real time that passes only as somebody waits for it.
pub struct TestPace(Mutex<Timestamp>);

impl TestPace {
    pub fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(now)))
    }

    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }
}

#[async_trait]
impl Pace for TestPace {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn wait_until(&self, instant: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = instant.max(*now);
    }
}

/// A bar at one price.
pub fn bar(day: Day, rupees: i64) -> Candle {
    let price = Paise::rupees(rupees);
    Candle { day, open: price, high: price, low: price, close: price, volume: 1_000 }
}

/// A bar on each weekday from one day through another.
pub fn weekdays(from: &str, to: &str, rupees: i64) -> Vec<Candle> {
    use chrono::{Datelike, Weekday};
    let days = day(from).iter_days().take_while(|date| *date <= day(to));
    let days = days.filter(|date| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun));
    days.map(|date| bar(date, rupees)).collect()
}

/// The server, the time, and what outlives a source.
pub struct World {
    pub fake: FakeYahoo,
    pub pace: Arc<TestPace>,
    pub cache: Arc<dyn BarCache>,
}

impl World {
    /// A server with these shares, at a real time.
    pub async fn of(shares: &[(&str, Vec<Candle>)], now: Timestamp) -> Self {
        let pace = TestPace::at(now);
        let days: BTreeMap<String, Vec<Candle>> =
            shares.iter().map(|(name, bars)| ((*name).to_owned(), bars.clone())).collect();
        let clock = Arc::clone(&pace);
        let fake = FakeYahoo::start(days, Arc::new(move || clock.now())).await;
        Self { fake, pace, cache: Arc::new(MemoryBarCache::default()) }
    }

    /// The real time.
    pub fn now(&self) -> Timestamp {
        self.pace.now()
    }

    /// A source of it, as it is after a start of the daemon.
    pub fn market(&self) -> YahooMarket {
        self.market_with(|_| {})
    }

    /// The same with other settings.
    pub fn market_with(&self, change: impl FnOnce(&mut YahooSettings)) -> YahooMarket {
        let mut settings = YahooSettings {
            url: self.fake.url(),
            universe: vec![symbol("ABC")],
            // Long enough for a machine that is busy: time passes as it is waited for here.
            patience: Duration::from_secs(60),
            ..YahooSettings::default()
        };
        change(&mut settings);
        let calendar = CalendarHandle::embedded().unwrap();
        YahooMarket::new(
            settings,
            1,
            calendar,
            Arc::clone(&self.cache),
            Arc::clone(&self.pace) as Arc<dyn Pace>,
        )
        .unwrap()
    }
}

/// The closed bars of a share.
pub async fn closed(market: &YahooMarket, name: &str, now: Timestamp) -> Result<Candles, MarketError> {
    market.candles(&symbol(name), Interval::Daily, 9_999, false, now).await
}

/// Closes of the closed bars, in rupees, by day of the month.
pub async fn closes(market: &YahooMarket, name: &str, now: Timestamp) -> Vec<(String, i64)> {
    let candles = closed(market, name, now).await.unwrap();
    candles.iter().map(|bar| (bar.day.to_string(), bar.close.0 / 100)).collect()
}
