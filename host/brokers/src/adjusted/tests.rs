use prahari_domain::actions::{
    ActionKind, ActionRow, ActionState, CorporateAction, Origin, Provenance, Ratio,
};
use prahari_domain::ids::ActionId;
use prahari_domain::money::Paise;

use super::*;
use crate::bars::BarMarket;
use crate::sessions::tests::Weekdays;

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn at(day: &str, time: &str) -> Timestamp {
    Timestamp::from_ist(day.parse().unwrap(), time.parse().unwrap())
}

fn bar(day: &str, price: i64, volume: u64) -> Candle {
    let price = Paise(price);
    Candle { day: day.parse().unwrap(), open: price, high: price, low: price, close: price, volume }
}

/// Two shares, one of which is split 5 for 1 on Wednesday the 3rd of June 2026.
fn market() -> AdjustedMarket {
    let days = ["2026-05-28", "2026-05-29", "2026-06-01", "2026-06-02"];
    let mut split: Vec<Candle> = days.iter().map(|day| bar(day, 100_000, 70)).collect();
    split.extend(["2026-06-03", "2026-06-04"].map(|day| bar(day, 20_000, 350)));
    let other: Vec<Candle> = split.iter().map(|bar| Candle { volume: 1, ..*bar }).collect();
    let bars = vec![(symbol("ABC"), other), (symbol("XYZ"), split)];
    let inner = BarMarket::new("bhavcopy", bars, 1, Arc::new(Weekdays)).unwrap();
    let market = AdjustedMarket::new(Arc::new(inner));
    let kind = ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() };
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let action =
        CorporateAction::new(symbol("XYZ"), "2026-06-03".parse().unwrap(), kind, provenance, "").unwrap();
    let row = ActionRow {
        id: ActionId(1),
        action,
        state: ActionState::Announced,
        open_factor: None,
        known_at: Timestamp(0),
        changed_at: Timestamp(0),
        changed_by: String::new(),
        reason: String::new(),
    };
    market.take_actions(&Arc::new(ActionFactors::of(&[row])));
    market
}

async fn closes(market: &AdjustedMarket, of: &str, interval: Interval, now: Timestamp) -> Vec<(i64, u64)> {
    let candles = market.candles(&symbol(of), interval, 10, false, now).await.unwrap();
    candles.iter().map(|bar| (bar.close.0, bar.volume)).collect()
}

#[tokio::test]
async fn bars_are_in_the_prices_of_the_day_asked_about() {
    let market = market();
    let before = closes(&market, "XYZ", Interval::Daily, at("2026-06-02", "18:00:00")).await;
    assert_eq!(before, [(100_000, 70); 4], "a question about the day before knows of no split");
    let on_the_morning = closes(&market, "XYZ", Interval::Daily, at("2026-06-03", "08:00:00")).await;
    assert_eq!(on_the_morning, [(20_000, 350); 4]);
    assert_eq!(
        closes(&market, "XYZ", Interval::Daily, at("2026-06-04", "18:00:00")).await,
        [(20_000, 350); 6]
    );
    let others = closes(&market, "ABC", Interval::Daily, at("2026-06-04", "18:00:00")).await;
    assert_eq!(others[0], (100_000, 1), "the other share is left as it is");
}

#[tokio::test]
async fn a_week_with_an_ex_date_in_it_is_made_of_adjusted_days() {
    let weeks = closes(&market(), "XYZ", Interval::Weekly, at("2026-06-04", "18:00:00")).await;
    assert_eq!(weeks, [(20_000, 700), (20_000, 1_400)]);
}

#[tokio::test]
async fn before_the_open_of_the_ex_date_the_last_price_is_of_today_and_the_previous_close_is_raw() {
    let market = market();
    let shares = [symbol("XYZ"), symbol("ABC")];
    let quotes = market.quotes(&shares, at("2026-06-03", "08:00:00")).await.unwrap();
    let of = |place: usize| quotes[place].as_ref().map(|quote| (quote.last.0, quote.previous_close.0));
    assert_eq!(of(0), Some((20_000, 100_000)));
    assert_eq!(of(1), Some((100_000, 100_000)));
    let instruments = market.instruments(&shares, at("2026-06-03", "08:00:00")).await.unwrap();
    let band = |place: usize| instruments[place].as_ref().map(|of| (of.band_low.0, of.band_high.0));
    assert_eq!((band(0), band(1)), (Some((16_000, 24_000)), Some((80_000, 120_000))));
    let later = market.instruments(&shares, at("2026-06-04", "08:00:00")).await.unwrap();
    assert_eq!(later[0].as_ref().map(|of| of.band_high.0), Some(24_000), "not a second time");
    assert!(market.is_raw("bhavcopy") && !market.is_raw("yahoo"));
}
