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
    let now = Timestamp::start_of(day(until));
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

/// Sessions in which a dip is expected to pay.
const PATIENCE: usize = 10;

/// What buying a dip brought: at the open after it, until the high touches the nine-day mean of the day of the buy, and
/// for `PATIENCE` sessions at most.
struct Bought {
    day: Day,
    touched: bool,
    gain: f64,
}

/// The deep dips of a share, each once: RSI10 as Wilder defines it below 30, three percent or more below the
/// exponential mean of 9 days, above the one of 200.
fn bought_dips(bars: &[Candle]) -> Vec<Bought> {
    let price = |at: usize| bars[at].close.0 as f64;
    let (mut up, mut down, mut short, mut long) = (0.0, 0.0, price(0), price(0));
    let (mut dips, mut ready) = (Vec::new(), 400);
    for at in 1..bars.len() - PATIENCE - 1 {
        let change = price(at) - price(at - 1);
        up = (up * 9.0 + change.max(0.0)) / 10.0;
        down = (down * 9.0 + (-change).max(0.0)) / 10.0;
        short += (price(at) - short) * 2.0 / 10.0;
        long += (price(at) - long) * 2.0 / 201.0;
        let oversold = 100.0 * up < 30.0 * (up + down);
        if at >= ready && oversold && price(at) > long && price(at) < 0.97 * short {
            dips.push(buy(&bars[at + 1..], short));
            ready = at + PATIENCE;
        }
    }
    dips
}

/// Buys at the open of the first of these bars; `mean` is the nine-day mean before it.
fn buy(bars: &[Candle], mean: f64) -> Bought {
    let target = mean + (bars[0].close.0 as f64 - mean) * 2.0 / 10.0;
    let touched = bars[1..PATIENCE].iter().any(|bar| bar.high.0 as f64 >= target);
    let sold = if touched { target } else { bars[PATIENCE - 1].close.0 as f64 };
    Bought { day: bars[0].day, touched, gain: sold / bars[0].open.0 as f64 - 1.0 }
}

#[tokio::test]
async fn every_year_has_deep_dips_in_uptrends_and_most_of_them_pay() {
    for seed in [1, 2, 3, 7] {
        let market = market(seed, "2019-01-01", "2027-01-31");
        let mut years = std::collections::BTreeMap::<i32, Vec<Bought>>::new();
        for symbol in market.universe().await.unwrap().iter() {
            for dip in bought_dips(&bars(&market, symbol, "2027-02-01").await) {
                years.entry(dip.day.year()).or_default().push(dip);
            }
        }
        for year in 2021..=2026 {
            check_year(&format!("seed {seed}, {year}"), years.get(&year).map_or(&[], Vec::as_slice));
        }
    }
}

/// The strategy finds something to buy all year, gains a few percent when it is right, and is wrong now and then.
fn check_year(year: &str, dips: &[Bought]) {
    let months: std::collections::BTreeSet<u32> = dips.iter().map(|dip| dip.day.month()).collect();
    let gains: Vec<f64> = dips.iter().filter(|dip| dip.touched).map(|dip| dip.gain).collect();
    let touched = gains.len() as f64 / dips.len() as f64;
    let gain = gains.iter().sum::<f64>() / gains.len() as f64;
    let lost = dips.iter().filter(|dip| dip.gain < 0.0).count();
    let found = format!(
        "{year}: {} dips in {} months, {touched:.2} touched, {gain:.4} gained by them, {lost} lost",
        dips.len(),
        months.len()
    );
    assert!((30..=100).contains(&dips.len()) && months.len() >= 11, "{found}");
    assert!(touched >= 0.65 && gain >= 0.02 && lost > 0, "{found}");
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
