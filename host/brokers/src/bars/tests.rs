use chrono::NaiveTime;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::*;
use crate::market::{Interval, MarketData, Quote};
use crate::sessions::tests::Weekdays;

/// Thursday 2025-01-02 to Tuesday 2025-01-07 without Monday the 6th, prices in whole rupees.
const BARS: [(&str, [i64; 4], u64); 3] = [
    ("2025-01-02", [100, 110, 95, 105], 100_000),
    ("2025-01-03", [106, 120, 104, 118], 200_000),
    ("2025-01-07", [120, 130, 110, 115], 300_000),
];

fn candle((day, [open, high, low, close], volume): (&str, [i64; 4], u64)) -> Candle {
    let [open, high, low, close] = [open, high, low, close].map(Paise::rupees);
    Candle { day: day.parse().unwrap(), open, high, low, close, volume }
}

fn symbol() -> Symbol {
    Symbol::new("ABC").unwrap()
}

fn market(bars: &[Candle]) -> BarMarket {
    BarMarket::new("csv", vec![(symbol(), bars.to_vec())], 3, Arc::new(Weekdays)).unwrap()
}

fn all() -> BarMarket {
    market(&BARS.map(candle))
}

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), NaiveTime::parse_from_str(time, "%H:%M:%S").unwrap())
}

async fn quote(market: &BarMarket, now: Timestamp) -> Option<Quote> {
    market.quotes(&[symbol()], now).await.unwrap().remove(0)
}

async fn daily(market: &BarMarket, forming: bool, now: Timestamp) -> Vec<Candle> {
    market.candles(&symbol(), Interval::Daily, 10, forming, now).await.unwrap().to_vec()
}

#[tokio::test]
async fn before_the_open_the_last_price_is_the_previous_close() {
    let market = all();
    let early = quote(&market, at("2025-01-03", "08:59:59")).await.unwrap();
    assert_eq!((early.last, early.indicative, early.open), (Paise::rupees(105), None, None));
    assert_eq!((early.volume, early.at), (0, at("2025-01-02", "15:30:00")));
    let indicative = async |time| quote(&market, at("2025-01-03", time)).await.unwrap().indicative;
    assert_eq!(indicative("09:00:00").await, Some(Paise(10_500)));
    assert_eq!(indicative("09:04:00").await, Some(Paise(10_550)));
    assert_eq!(indicative("09:08:00").await, Some(Paise(10_600)));
    assert_eq!(indicative("09:14:59").await, Some(Paise(10_600)));
    assert_eq!(indicative("09:15:00").await, None);
}

#[tokio::test]
async fn a_quote_follows_the_session_to_its_close() {
    let market = all();
    let open = quote(&market, at("2025-01-03", "09:15:00")).await.unwrap();
    assert_eq!((open.last, open.high, open.volume), (Paise::rupees(106), Some(Paise::rupees(106)), 0));
    let end = quote(&market, at("2025-01-03", "15:30:00")).await.unwrap();
    assert_eq!(
        (end.last, end.high, end.low),
        (Paise::rupees(118), Some(Paise::rupees(120)), Some(Paise::rupees(104)))
    );
    assert_eq!((end.volume, end.at), (200_000, at("2025-01-03", "15:30:00")));
    assert_eq!(quote(&market, at("2025-01-03", "20:00:00")).await.unwrap(), end);
}

#[tokio::test]
async fn a_day_without_a_bar_shows_the_previous_close_and_trades_nothing() {
    let market = all();
    let gap = quote(&market, at("2025-01-06", "11:00:00")).await.unwrap();
    assert_eq!((gap.last, gap.open, gap.volume), (Paise::rupees(118), None, 0));
    assert_eq!(gap.at, at("2025-01-03", "15:30:00"));
    assert_eq!(market.minute(&symbol(), at("2025-01-06", "11:00:00")).await.unwrap(), None);
    assert_eq!(quote(&market, at("2025-01-01", "11:00:00")).await, None);
    assert_eq!(
        market.quotes(&[Symbol::new("XYZ").unwrap()], at("2025-01-03", "11:00:00")).await.unwrap(),
        [None]
    );
}

#[tokio::test]
async fn nothing_shown_depends_on_what_comes_later() {
    // The same day with another close and volume, and without the days after it, up to the open.
    let full = all();
    let mut cut = BARS.map(candle).to_vec();
    cut.truncate(2);
    cut[1].close = Paise::rupees(119);
    cut[1].volume = 1;
    let cut = market(&cut);
    for time in ["00:00:00", "08:00:00", "09:00:00", "09:10:00", "09:15:00", "09:15:59"] {
        let now = at("2025-01-03", time);
        assert_eq!(quote(&full, now).await, quote(&cut, now).await, "{time}");
        for forming in [false, true] {
            assert_eq!(daily(&full, forming, now).await, daily(&cut, forming, now).await, "{time}");
        }
    }
}

#[tokio::test]
async fn within_a_minute_nothing_of_its_later_seconds_is_shown() {
    let (still, moving) = (all(), all().moving());
    for minute in 0..375 {
        let begins = at("2025-01-03", "09:15:00").plus_minutes(minute);
        let first = quote(&moving, begins).await.unwrap();
        // The beginning of each minute is the same, so what trades by the minute sees no difference.
        assert_eq!(Some(&first), quote(&still, begins).await.as_ref());
        let bar = moving.minute(&symbol(), begins).await.unwrap().unwrap();
        let mut seen = (first.high.unwrap(), first.low.unwrap());
        for second in 0..60 {
            let shown = quote(&moving, begins.plus_millis(second * 1_000 + 999)).await.unwrap();
            assert!((bar.low..=bar.high).contains(&shown.last));
            seen = (seen.0.max(shown.last), seen.1.min(shown.last));
            assert_eq!((shown.high, shown.low), (Some(seen.0), Some(seen.1)));
            assert_eq!((shown.volume, shown.at), (first.volume, begins.plus_millis(second / 5 * 5_000)));
        }
    }
}

#[tokio::test]
async fn prices_are_pushed_every_five_seconds_of_the_session_as_quotes_have_them() {
    let moving = all().moving();
    let pushes = moving.price_pushes().unwrap();
    assert!(all().price_pushes().is_none());
    let (mut now, mut count) = (at("2025-01-03", "08:00:00"), 0);
    while let Some(next) = pushes.next_after(now) {
        assert!(next > now);
        (now, count) = (next, count + 1);
        let pushed = pushes.newest(&[symbol()], now).pop().flatten().unwrap();
        let quote = quote(&moving, now).await.unwrap();
        assert_eq!((pushed.last, pushed.at, quote.at), (quote.last, now, now));
    }
    assert_eq!((now, count), (at("2025-01-03", "15:29:55"), 375 * 12));
    for closed in ["09:10:00", "15:30:00"] {
        assert_eq!(pushes.newest(&[symbol()], at("2025-01-03", closed)), [None], "{closed}");
    }
    assert_eq!(pushes.next_after(at("2025-01-04", "10:00:00")), None);
}

#[tokio::test]
async fn quotes_and_minutes_tell_the_same_story() {
    let market = all();
    let mut high = Paise::ZERO;
    let mut volume = 0;
    for minute in 0..375 {
        let now = at("2025-01-03", "09:15:00").plus_minutes(minute);
        let bar = market.minute(&symbol(), now.plus_millis(59_999)).await.unwrap().unwrap();
        let quote = quote(&market, now).await.unwrap();
        assert_eq!((bar.at, bar.open), (now, quote.last));
        assert_eq!((quote.high, quote.volume), (Some(high.max(bar.open)), volume));
        high = high.max(bar.high);
        volume += bar.volume;
    }
    assert_eq!((high, volume), (Paise::rupees(120), 200_000));
    assert_eq!(market.minute(&symbol(), at("2025-01-03", "15:30:00")).await.unwrap(), None);
}

#[tokio::test]
async fn todays_bar_counts_as_closed_ten_minutes_after_the_session() {
    let market = all();
    let days = async |forming, time| -> Vec<String> {
        let bars = daily(&market, forming, at("2025-01-03", time)).await;
        bars.iter().map(|bar| bar.day.to_string()).collect()
    };
    assert_eq!(days(false, "15:39:59").await, ["2025-01-02"]);
    assert_eq!(days(false, "15:40:00").await, ["2025-01-02", "2025-01-03"]);
    assert_eq!(days(true, "09:14:59").await, ["2025-01-02"]);
    assert_eq!(days(true, "09:15:00").await, ["2025-01-02", "2025-01-03"]);
    assert_eq!(days(true, "15:40:00").await, ["2025-01-02", "2025-01-03"]);
    let forming = daily(&market, true, at("2025-01-03", "15:35:00")).await;
    assert_eq!(forming[1], candle(BARS[1]));
}

#[tokio::test]
async fn the_newest_candles_are_given_and_their_number_holds() {
    let market = all();
    let take = async |count| {
        market.candles(&symbol(), Interval::Daily, count, true, at("2025-01-07", "12:00:00")).await
    };
    assert_eq!(take(0).await.unwrap().len(), 0);
    let one = take(1).await.unwrap();
    assert_eq!((one.len(), one.last().unwrap().day.to_string()), (1, "2025-01-07".to_owned()));
    let two = take(2).await.unwrap();
    assert_eq!((two.finished().len(), two.running().is_some()), (1, true));
    assert_eq!(take(u32::MAX).await.unwrap().len(), 3);
    let unknown = Symbol::new("XYZ").unwrap();
    let none =
        market.candles(&unknown, Interval::Daily, 5, true, at("2025-01-07", "12:00:00")).await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn weeks_are_dated_by_their_monday_and_a_running_week_ends_with_what_is_known() {
    let market = all();
    let weeks = async |forming, day, time| {
        market.candles(&symbol(), Interval::Weekly, 10, forming, at(day, time)).await
    };
    let thursday = candle(("2024-12-30", [100, 110, 95, 105], 100_000));
    let whole = candle(("2024-12-30", [100, 120, 95, 118], 300_000));
    assert_eq!(weeks(false, "2025-01-03", "12:00:00").await.unwrap().to_vec(), [thursday]);
    assert_eq!(weeks(false, "2025-01-03", "15:40:00").await.unwrap().to_vec(), [whole]);
    assert_eq!(weeks(true, "2025-01-03", "15:35:00").await.unwrap().to_vec(), [whole]);
    assert_eq!(weeks(false, "2025-01-07", "12:00:00").await.unwrap().to_vec(), [whole]);
    let opened = weeks(true, "2025-01-07", "09:15:00").await.unwrap().to_vec();
    assert_eq!(opened, [whole, candle(("2025-01-06", [120, 120, 120, 120], 0))]);
}

#[tokio::test]
async fn an_instrument_is_made_of_the_months_close_and_the_previous_close() {
    let market = all();
    let instrument =
        market.instruments(&[symbol()], at("2025-01-03", "10:00:00")).await.unwrap().remove(0).unwrap();
    // No close in the month before: the previous close decides; 105 rupees step by a paisa since June 2024.
    assert_eq!(instrument.tick, Paise(1));
    assert_eq!((instrument.band_low, instrument.band_high), (Paise(8_400), Paise(12_600)));
    assert_eq!(instrument.freeze_quantity, 952_380);
    assert!(!instrument.closing_auction);
}

#[tokio::test]
async fn the_minutes_of_old_days_can_be_asked_again() {
    let market = all();
    let first = market.minute(&symbol(), at("2025-01-02", "10:00:00")).await.unwrap();
    for day in ["2025-01-03", "2025-01-06", "2025-01-07", "2025-01-08", "2025-01-09"] {
        quote(&market, at(day, "10:00:00")).await;
    }
    assert!(first.is_some());
    assert_eq!(market.minute(&symbol(), at("2025-01-02", "10:00:00")).await.unwrap(), first);
    assert!(market.days.read().len() <= BOARDS);
}

#[tokio::test]
async fn of_a_symbol_whose_first_bar_is_of_today_nothing_is_told_before_it_opens() {
    let market = all();
    let first = |time| at("2025-01-02", time);
    for time in ["00:21:00", "09:00:00", "09:14:59"] {
        assert_eq!(quote(&market, first(time)).await, None, "{time}");
        assert_eq!(market.instruments(&[symbol()], first(time)).await.unwrap(), [None], "{time}");
    }
    let open = quote(&market, first("09:15:00")).await.unwrap();
    assert_eq!((open.last, open.previous_close), (Paise::rupees(100), Paise::rupees(100)));
    assert!(market.instruments(&[symbol()], first("09:15:00")).await.unwrap()[0].is_some());
}
