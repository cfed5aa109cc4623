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
    let split = ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() };
    market.take_actions(&Arc::new(ActionFactors::of(&[announced("XYZ", "2026-06-03", split)])));
    market
}

fn announced(of: &str, ex_day: &str, kind: ActionKind) -> ActionRow {
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let action = CorporateAction::new(symbol(of), ex_day.parse().unwrap(), kind, provenance, "").unwrap();
    ActionRow {
        id: ActionId(1),
        action,
        state: ActionState::Announced,
        open_factor: None,
        known_at: Timestamp(0),
        changed_at: Timestamp(0),
        changed_by: String::new(),
        reason: String::new(),
    }
}

/// A share that is OLD until Tuesday the 2nd of June 2026 and NEW from then on, and is split 2 for 1 on Wednesday; somebody
/// else was NEW in May, and is OLD on Thursday.
fn renamed() -> AdjustedMarket {
    let old = [("2026-05-28", 100_000), ("2026-05-29", 110_000), ("2026-06-01", 120_000), ("2026-06-04", 7)];
    let new = [("2026-05-29", 9), ("2026-06-02", 130_000), ("2026-06-03", 70_000), ("2026-06-04", 71_000)];
    let bars = |of: [(&str, i64); 4]| of.iter().map(|(day, price)| bar(day, *price, 10)).collect::<Vec<_>>();
    let bars = vec![(symbol("NEW"), bars(new)), (symbol("OLD"), bars(old))];
    let market =
        AdjustedMarket::new(Arc::new(BarMarket::new("bhavcopy", bars, 1, Arc::new(Weekdays)).unwrap()));
    let rows = [
        announced("OLD", "2026-06-02", ActionKind::SymbolChange { to: symbol("NEW") }),
        announced("NEW", "2026-06-03", ActionKind::Split { ratio: Ratio::new(2, 1).unwrap() }),
    ];
    market.take_actions(&Arc::new(ActionFactors::of(&rows)));
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

#[tokio::test]
async fn a_new_symbol_has_the_history_of_the_old_one_and_nothing_of_who_had_it_before() {
    let market = renamed();
    let evening = at("2026-06-04", "18:00:00");
    let days = closes(&market, "NEW", Interval::Daily, evening).await;
    let expected = [(50_000, 20), (55_000, 20), (60_000, 20), (65_000, 20), (70_000, 10), (71_000, 10)];
    assert_eq!(days, expected, "in the prices of after the split");
    let newest = market.candles(&symbol("NEW"), Interval::Daily, 4, false, evening).await.unwrap();
    assert_eq!(newest.iter().map(|bar| bar.close.0).collect::<Vec<_>>(), [60_000, 65_000, 70_000, 71_000]);
    let weeks = closes(&market, "NEW", Interval::Weekly, evening).await;
    assert_eq!(weeks, [(55_000, 40), (71_000, 60)]);
    // On the morning of the change the share has its history and no bar of its own yet.
    let morning = closes(&market, "NEW", Interval::Daily, at("2026-06-02", "08:00:00")).await;
    assert_eq!(morning, [(100_000, 10), (110_000, 10), (120_000, 10)]);
    // The evening before there was no such change, and the old symbol keeps what it has.
    let before = closes(&market, "NEW", Interval::Daily, at("2026-06-01", "18:00:00")).await;
    assert_eq!(before, [(9, 10)]);
    let old = closes(&market, "OLD", Interval::Daily, evening).await;
    assert_eq!(old.iter().map(|(close, _)| *close).collect::<Vec<_>>(), [100_000, 110_000, 120_000, 7]);
}

#[tokio::test]
async fn names_that_lead_in_a_circle_end() {
    let market = renamed();
    let rows = [
        announced("OLD", "2026-06-02", ActionKind::SymbolChange { to: symbol("NEW") }),
        announced("NEW", "2026-06-04", ActionKind::SymbolChange { to: symbol("OLD") }),
        announced("NEW", "2026-06-02", ActionKind::SymbolChange { to: symbol("OLD") }),
    ];
    market.take_actions(&Arc::new(ActionFactors::of(&rows)));
    let days = closes(&market, "OLD", Interval::Daily, at("2026-06-04", "18:00:00")).await;
    assert_eq!(days, [(100_000, 10), (110_000, 10), (120_000, 10), (130_000, 10), (70_000, 10), (7, 10)]);
}

#[tokio::test]
async fn a_new_symbol_is_told_from_its_first_trade_on_with_the_close_and_bands_of_the_old_one() {
    let market = renamed();
    let told = async |day: &str, time: &str| {
        let quote = market.quotes(&[symbol("NEW")], at(day, time)).await.unwrap().remove(0)?;
        Some((quote.last.0, quote.previous_close.0))
    };
    // Until then it is somebody else's.
    assert_eq!(told("2026-06-01", "18:00:00").await, Some((9, 9)));
    for time in ["00:21:00", "09:10:00"] {
        assert_eq!(told("2026-06-02", time).await, None, "{time}");
    }
    assert_eq!(told("2026-06-02", "09:15:00").await, Some((130_000, 120_000)));
    assert_eq!(told("2026-06-02", "18:00:00").await, Some((130_000, 120_000)));
    assert_eq!(told("2026-06-03", "10:00:00").await, Some((70_000, 130_000)));
    for time in ["08:00:00", "10:00:00"] {
        let now = at("2026-06-02", time);
        let told = market.instruments(&[symbol("NEW")], now).await.unwrap().remove(0).unwrap();
        let band = (told.symbol.as_str(), told.band_low.0, told.band_high.0);
        assert_eq!(band, ("NEW", 96_000, 144_000), "{time}");
    }
}
