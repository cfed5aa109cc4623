use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::*;
use crate::market::{Interval, MarketData};
use crate::sessions::tests::Weekdays;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn market(seed: u64, from: &str, to: &str) -> BarMarket {
    SyntheticMarket::new(seed, Arc::new(Weekdays), day(from), day(to)).unwrap()
}

async fn bars(market: &BarMarket, symbol: &Symbol, until: &str) -> Vec<Candle> {
    let now = Timestamp::from_ist(day(until), chrono::NaiveTime::MIN);
    market.candles(symbol, Interval::Daily, 10_000, false, now).await.unwrap().to_vec()
}

#[tokio::test]
async fn a_day_is_the_same_whatever_range_is_made() {
    let (long, short) = (market(7, "2018-01-01", "2025-12-31"), market(7, "2024-06-03", "2025-03-31"));
    for symbol in long.universe().await.unwrap().iter() {
        let part = bars(&short, symbol, "2025-04-01").await;
        let whole = bars(&long, symbol, "2025-04-01").await;
        assert!(part.len() > 200);
        assert_eq!(whole[whole.len() - part.len()..], part);
    }
    let other = market(8, "2024-06-03", "2025-03-31");
    let symbol = Symbol::new("ADRIVON").unwrap();
    assert_ne!(bars(&other, &symbol, "2025-04-01").await, bars(&short, &symbol, "2025-04-01").await);
}

#[tokio::test]
async fn bars_are_well_formed_and_liquid() {
    let market = market(7, "2018-01-01", "2027-12-31");
    let universe = market.universe().await.unwrap();
    assert_eq!(universe.len(), 50);
    assert!(universe.is_sorted());
    for symbol in universe.iter() {
        for bar in bars(&market, symbol, "2028-01-01").await {
            assert!(bar.low > Paise(1_000) && bar.high < Paise(1_000_000), "{symbol} {bar:?}");
            assert!(bar.low <= bar.open.min(bar.close) && bar.high >= bar.open.max(bar.close));
            assert!(bar.volume >= 200_000);
        }
    }
}

/// RSI10 as Wilder defines it, and the exponential mean of 200 days: what a dip is measured with.
fn dips(bars: &[Candle]) -> Vec<usize> {
    let (mut up, mut down, mut mean) = (0.0, 0.0, bars[0].close.0 as f64);
    let mut dips = Vec::new();
    let mut oversold = false;
    for (at, pair) in bars.windows(2).enumerate() {
        let change = (pair[1].close - pair[0].close).0 as f64;
        up = (up * 9.0 + change.max(0.0)) / 10.0;
        down = (down * 9.0 + (-change).max(0.0)) / 10.0;
        mean += (pair[1].close.0 as f64 - mean) * 2.0 / 201.0;
        let below = 100.0 * up < 30.0 * (up + down);
        if below && !oversold && at > 400 && pair[1].close.0 as f64 > mean {
            dips.push(at + 1);
        }
        oversold = below;
    }
    dips
}

#[tokio::test]
async fn oversold_dips_in_uptrends_come_regularly_and_recover() {
    for seed in [1, 7, 42] {
        let market = market(seed, "2019-01-01", "2025-12-31");
        let mut by_year = std::collections::BTreeMap::<i32, u32>::new();
        let (mut all, mut recovered) = (0, 0);
        for symbol in market.universe().await.unwrap().iter() {
            let bars = bars(&market, symbol, "2026-01-01").await;
            for at in dips(&bars) {
                *by_year.entry(bars[at].day.year()).or_default() += 1;
                let later = &bars[at..bars.len().min(at + 40)];
                all += 1;
                recovered += u32::from(later.iter().any(|bar| bar.close.0 * 100 > bars[at].close.0 * 103));
            }
        }
        for year in 2021..=2025 {
            assert!(by_year.get(&year).is_some_and(|dips| *dips >= 30), "seed {seed}: {by_year:?}");
        }
        assert!(recovered * 100 > all * 70, "seed {seed}: {recovered} of {all} recovered");
    }
}

#[test]
fn impossible_ranges_are_refused() {
    let open =
        |from, to| SyntheticMarket::new(1, Arc::new(Weekdays), day(from), day(to)).err().unwrap().to_string();
    assert_eq!(
        open("2025-02-01", "2025-01-01"),
        "a market from 2025-02-01 to 2025-01-01 cannot be made: it ends before it begins"
    );
    assert!(open("1950-01-01", "2025-01-01").ends_with("it is longer than 40 years"));
}
