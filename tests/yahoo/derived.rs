//! Prices as they were traded, of a source that has adjusted ones only: computed back by the actions that are known, and marked.

use std::fmt::Write;
use std::sync::Arc;

use prahari_brokers::{AdjustedMarket, Chain, CsvMarket, Interval, MarketData, SourceNews, YahooMarket};
use prahari_domain::actions::{
    ActionFactors, ActionKind, ActionRow, ActionState, CorporateAction, Origin, Provenance,
};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::ActionId;
use prahari_domain::instruments::Candle;
use prahari_domain::time::Timestamp;

use crate::world::{FRIDAY, THURSDAY, World, at, closed, day, symbol, weekdays};

/// The trading day before the ex-date, which is [`THURSDAY`].
const WEDNESDAY: &str = "2025-01-01";

/// A bonus of one for one, as the exchange tells it.
fn factors() -> Arc<ActionFactors> {
    let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
    let kind = ActionKind::Bonus { new: 1, held: 1 };
    let row = ActionRow {
        id: ActionId(1),
        action: CorporateAction::new(symbol("ABC"), day(THURSDAY), kind, provenance, "").unwrap(),
        state: ActionState::Announced,
        open_factor: None,
        known_at: Timestamp(0),
        changed_at: Timestamp(0),
        changed_by: String::new(),
        reason: String::new(),
    };
    Arc::new(ActionFactors::of(&[row]))
}

/// Rupees of the closes, and whether they are computed back.
async fn told(market: &dyn MarketData, now: Timestamp) -> (Vec<i64>, bool) {
    let candles = market.candles(&symbol("ABC"), Interval::Daily, 3, true, now).await.unwrap();
    (candles.iter().map(|bar| bar.close.0 / 100).collect(), candles.is_derived())
}

/// Rupees of the last price and of the close before, and whether one of them is computed back.
async fn quoted(market: &YahooMarket, now: Timestamp) -> (i64, i64, bool) {
    let quotes = market.quotes(&[symbol("ABC")], now).await.unwrap();
    let quote = quotes[0].as_ref().unwrap();
    (quote.last.0 / 100, quote.previous_close.0 / 100, quote.derived)
}

/// The source on Friday evening, with a history that is adjusted for the bonus of Thursday.
async fn adjusted() -> World {
    World::of(&[("ABC", weekdays("2024-12-26", FRIDAY, 50))], at(FRIDAY, "18:00")).await
}

#[tokio::test]
async fn before_an_ex_date_prices_are_those_of_then_and_marked() {
    let market = adjusted().await.market();
    let (before, on_it) = (at(WEDNESDAY, "18:00"), at(THURSDAY, "10:00"));
    assert_eq!(told(&market, before).await, (vec![50; 3], false), "no action is known");
    market.take_actions(&factors());
    assert_eq!(told(&market, before).await, (vec![100; 3], true));
    assert_eq!(told(&market, at(FRIDAY, "18:00")).await, (vec![50; 3], false));
    assert_eq!(quoted(&market, at(WEDNESDAY, "10:00")).await, (100, 100, true));
    assert_eq!(quoted(&market, on_it).await, (50, 100, true), "the close before is as it was");
    assert_eq!(quoted(&market, at(FRIDAY, "10:00")).await, (50, 50, false));
    let name = symbol("ABC");
    let minute = market.minute(&name, at(WEDNESDAY, "10:00")).await.unwrap().unwrap();
    assert_eq!((minute.close.0, minute.volume > 0), (10_000, true));
    for (now, band) in [(before, 12_000), (on_it, 6_000)] {
        let found = market.instruments(std::slice::from_ref(&name), now).await.unwrap();
        assert_eq!(found[0].as_ref().unwrap().band_high.0, band);
    }
}

#[tokio::test]
async fn on_the_morning_of_an_ex_date_what_was_fetched_before_is_adjusted_and_nothing_is_derived() {
    let world = World::of(&[("ABC", weekdays("2024-12-26", WEDNESDAY, 100))], at(WEDNESDAY, "18:00")).await;
    let market = world.market();
    market.take_actions(&factors());
    assert_eq!(told(&market, world.now()).await, (vec![100; 3], false));
    world.fake.set_minutes("ABC", day(THURSDAY), &[(5_000, 500); 45]);
    world.pace.set(at(THURSDAY, "10:00"));
    assert_eq!(told(&market, world.now()).await, (vec![50; 3], false));
    assert_eq!(quoted(&market, world.now()).await, (50, 100, false));
    // In the evening all of history is adjusted, and the source tells for what.
    world.fake.change(|days| {
        days.insert("ABC".to_owned(), weekdays("2024-12-26", THURSDAY, 50));
    });
    world.fake.set_splits("ABC", &[(day(THURSDAY), 2, 1)]);
    world.pace.set(at(THURSDAY, "18:00"));
    assert_eq!(told(&market, world.now()).await, (vec![50; 3], false));
    assert_eq!(quoted(&market, world.now()).await, (50, 100, true));
}

#[tokio::test]
async fn splits_and_dividends_are_told_once_and_after_a_start_from_what_was_kept() {
    let world = adjusted().await;
    world.fake.set_splits("ABC", &[(day(THURSDAY), 2, 1)]);
    world.fake.set_dividends("ABC", &[(day("2024-12-27"), 1.0), (day(FRIDAY), 1.47)]);
    let said = |market: &YahooMarket| {
        let told = market.actions();
        assert!(told.told.iter().all(|action| action.provenance().to_string() == "source yahoo"));
        told.told.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let market = world.market();
    closed(&market, "ABC", world.now()).await.unwrap();
    // The dividend of before the split is left out.
    let expected = ["ABC on 2025-01-02: split, 2 for 1", "ABC on 2025-01-03: dividend of ₹1.47 a share"];
    assert_eq!(said(&market), expected);
    assert_eq!(market.news(), [SourceNews::Actions { source: "yahoo" }]);
    closed(&market, "ABC", world.now()).await.unwrap();
    assert_eq!(market.news(), []);

    world.fake.take_asked();
    let again = world.market();
    closed(&again, "ABC", world.now()).await.unwrap();
    assert_eq!((said(&again), again.news()), (expected.map(str::to_owned).to_vec(), Vec::new()));
    assert_eq!(world.fake.take_asked(), []);
}

#[tokio::test]
async fn in_a_chain_of_both_kinds_a_run_of_candles_is_of_one_source_and_both_tell_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    let traded = [weekdays("2024-12-26", WEDNESDAY, 100), weekdays(THURSDAY, THURSDAY, 50)].concat();
    for Candle { day, open, .. } in &traded {
        writeln!(text, "{day},{open},{open},{open},{open},1000").unwrap();
    }
    std::fs::write(folder.path().join("ABC.csv"), text).unwrap();
    let calendar = CalendarHandle::embedded().unwrap();
    let raw = CsvMarket::open_raw(folder.path(), 1, calendar.clone()).unwrap();
    let raw: Arc<dyn MarketData> = Arc::new(AdjustedMarket::new(Arc::new(raw)));
    let world = adjusted().await;
    let yahoo: Arc<dyn MarketData> = Arc::new(world.market());
    let chain = Chain::new(vec![Arc::clone(&raw), Arc::clone(&yahoo)], calendar);
    chain.take_actions(&factors());
    for (day, source, closes) in
        [(WEDNESDAY, "csv-raw", 100), (THURSDAY, "csv-raw", 50), (FRIDAY, "yahoo", 50)]
    {
        let now = at(day, "18:00");
        let found = chain.candles(&symbol("ABC"), Interval::Daily, 3, false, now).await.unwrap();
        assert_eq!((found.source(), told(&chain, now).await.0), (source, vec![closes; 3]), "{day}");
        assert_eq!(told(yahoo.as_ref(), now).await.0, vec![closes; 3], "{day}");
        let quote = chain.quotes(&[symbol("ABC")], now).await.unwrap().remove(0).unwrap();
        assert_eq!(quote.last.0, closes * 100, "{day}");
    }
    assert!(chain.is_raw("csv-raw") && !chain.is_raw("yahoo"));
}
