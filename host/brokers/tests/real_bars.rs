//! The real daily bars that developers keep beside the checkout. They are not part of the project, so the test says
//! when it is left out.

#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use std::path::PathBuf;

use prahari_brokers::{CsvMarket, Interval, MarketData};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

fn folder() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/nse-daily");
    let base = std::env::var_os("PRAHARI_NSE_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    [base.join("csv"), base].into_iter().find(|folder| folder.is_dir() && !folder.join("csv").is_dir())
}

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), time.parse().unwrap())
}

#[tokio::test]
async fn the_real_bars_read_and_trade() {
    let Some(folder) = folder() else {
        eprintln!("left out: no real bars; set PRAHARI_NSE_DATA to their folder");
        return;
    };
    let market = CsvMarket::open(&folder, 1, CalendarHandle::embedded().unwrap()).unwrap();
    let universe = market.universe().await.unwrap();
    assert_eq!(universe.len(), 74);

    let reliance = [Symbol::new("RELIANCE").unwrap()];
    let all = market
        .candles(&reliance[0], Interval::Daily, 9_999, false, at("2030-01-01", "00:00:00"))
        .await
        .unwrap();
    let first = all.iter().next().unwrap();
    assert_eq!(
        (first.day.to_string(), first.close, first.volume),
        ("2020-01-01".into(), Paise(69_014), 14_004_468)
    );
    assert!(all.len() > 1_500);

    let evening = at("2025-01-02", "16:00:00");
    let today = market.candles(&reliance[0], Interval::Daily, 1, false, evening).await.unwrap();
    let bar = *today.last().unwrap();
    let quote = market.quotes(&reliance, evening).await.unwrap().remove(0).unwrap();
    assert_eq!((quote.open, quote.high, quote.low), (Some(bar.open), Some(bar.high), Some(bar.low)));
    assert_eq!((quote.last, quote.volume), (bar.close, bar.volume));
    let noon = market.minute(&reliance[0], at("2025-01-02", "12:00:00")).await.unwrap().unwrap();
    assert!(noon.low >= bar.low && noon.high <= bar.high && noon.volume > 0);

    for symbol in universe.iter() {
        let weeks = market
            .candles(symbol, Interval::Weekly, 9_999, false, at("2026-04-25", "00:00:00"))
            .await
            .unwrap();
        assert!(weeks.len() > 200, "{symbol}");
    }
}
