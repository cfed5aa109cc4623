use super::*;
use crate::money::Paise;
use crate::orders::Side;
use crate::time::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn fill(side: Side, quantity: u32, price: i64) -> DayFill {
    DayFill { symbol: "RELIANCE".parse().unwrap(), side, quantity, price: Paise::rupees(price) }
}

fn note_of(fills: &[DayFill], on: &str, plan: &str) -> ContractNote {
    let schedule = ChargeSchedule::embedded().unwrap();
    note(fills, day(on), schedule, &schedule.plan(plan).unwrap()).unwrap()
}

#[test]
fn delivery_of_the_worked_example_agrees_to_the_paisa() {
    let buy = note_of(&[fill(Side::Buy, 100, 1_400)], "2026-04-01", "trade_api");
    let expected = ContractNote {
        brokerage: Paise(0),
        stt: Paise(14_000),
        transaction: Paise(430),
        ipft: Paise(0),
        sebi: Paise(14),
        stamp: Paise(2_100),
        gst: Paise(80),
        depository: Paise(0),
    };
    assert_eq!((buy, buy.total()), (expected, Paise(16_624)));

    let sell = note_of(&[fill(Side::Sell, 100, 1_450)], "2026-04-02", "trade_api");
    let expected = ContractNote {
        brokerage: Paise(0),
        stt: Paise(14_500),
        transaction: Paise(445),
        ipft: Paise(0),
        sebi: Paise(15),
        stamp: Paise(0),
        gst: Paise(83),
        depository: Paise(5_800 + 1_044),
    };
    assert_eq!((sell, sell.total()), (expected, Paise(21_887)));
}

#[test]
fn delivery_on_a_plan_with_brokerage_agrees_to_the_paisa() {
    let buy = note_of(&[fill(Side::Buy, 100, 1_400)], "2026-04-01", "trade_free");
    assert_eq!((buy.brokerage, buy.total()), (Paise::rupees(350), Paise(57_924)));
}

#[test]
fn intraday_of_the_worked_example_agrees_to_the_paisa() {
    let fills = [fill(Side::Buy, 100, 1_400), fill(Side::Sell, 100, 1_410)];
    let note = note_of(&fills, "2026-04-01", "trade_api");
    let lines = [note.stt, note.transaction, note.ipft, note.sebi, note.stamp, note.gst, note.depository];
    // Stamp duty of 4.20 is 4 whole rupees of the day.
    assert_eq!(lines.map(|line| line.0), [3_500, 863, 0, 28, 400, 160, 0]);
    assert_eq!(note.total(), Paise(4_951));
}

#[test]
fn five_thousand_shares_at_a_thousand_rupees_delivery() {
    let buy = note_of(&[fill(Side::Buy, 5_000, 1_000)], "2026-04-01", "trade_api");
    // 5,000.00 STT, 153.495 -> 153.50, 0.005 -> 0.01, 5.00, 750.00 stamp, 18% of 158.50.
    let lines = [buy.stt, buy.transaction, buy.ipft, buy.sebi, buy.stamp, buy.gst, buy.depository];
    assert_eq!(lines.map(|line| line.0), [500_000, 15_350, 1, 500, 75_000, 2_853, 0]);
    assert_eq!(buy.total(), Paise(593_704));

    let sell = note_of(&[fill(Side::Sell, 5_000, 1_000)], "2026-04-02", "trade_api");
    assert_eq!(sell.depository, Paise::rupees(2_360));
    assert_eq!(sell.total(), Paise(754_704));
}

#[test]
fn the_rates_of_the_day_are_used() {
    let fills = [fill(Side::Buy, 5_000, 1_000)];
    let before = note_of(&fills, "2026-02-28", "trade_api");
    let after = note_of(&fills, "2026-03-01", "trade_api");
    assert_eq!((before.transaction, before.ipft), (Paise(14_850), Paise(500)));
    assert_eq!((after.transaction, after.ipft), (Paise(15_350), Paise(1)));
    // 5,000,000 rupees at each charge and investor protection fund a crore since 2021.
    let of = |date| {
        let note = note_of(&fills, date, "trade_api");
        (note.transaction.0, note.ipft.0)
    };
    assert_eq!((of("2023-03-31"), of("2023-04-01")), ((17_250, 1), (16_250, 500)));
    assert_eq!((of("2024-03-31"), of("2024-04-01")), ((16_250, 500), (16_100, 500)));
    assert_eq!((of("2024-09-30"), of("2024-10-01")), ((16_100, 500), (14_850, 500)));
}

#[test]
fn what_is_not_sold_the_same_day_is_delivery() {
    let fills = [fill(Side::Buy, 150, 1_400), fill(Side::Sell, 100, 1_400)];
    let note = note_of(&fills, "2026-04-01", "trade_api");
    // 100 matched at 0.025%, 50 delivered at 0.1%: 35 + 70 rupees; stamp 4.20 + 10.50 is 15 whole rupees.
    assert_eq!((note.stt, note.stamp, note.depository), (Paise(10_500), Paise(1_500), Paise(0)));
}

#[test]
fn the_depository_charge_is_per_symbol_and_has_a_minimum() {
    let mut fills = vec![fill(Side::Sell, 10, 100), fill(Side::Sell, 10, 100)];
    fills.push(DayFill { symbol: "TCS".parse().unwrap(), ..fill(Side::Sell, 10, 100) });
    assert_eq!(note_of(&fills, "2026-04-01", "trade_api").depository, Paise(2 * 2_360));
}

#[test]
fn stt_is_rounded_to_the_rupee_half_up_over_the_whole_day() {
    let at = |rupees| note_of(&[fill(Side::Buy, 1, rupees)], "2026-04-01", "trade_api").stt;
    assert_eq!((at(499), at(500), at(1_499)), (Paise(0), Paise(100), Paise(100)));
    let two =
        [fill(Side::Buy, 1, 300), DayFill { symbol: "TCS".parse().unwrap(), ..fill(Side::Buy, 1, 300) }];
    assert_eq!(note_of(&two, "2026-04-01", "trade_api").stt, Paise(100));
}

#[test]
fn stamp_duty_is_rounded_to_the_rupee_over_the_whole_day() {
    let of = |fills: &[DayFill]| note_of(fills, "2026-04-01", "trade_api").stamp;
    // 0.015% of 3,300 rupees is 0.495, of 3,400 is 0.51.
    assert_eq!((of(&[fill(Side::Buy, 1, 3_300)]), of(&[fill(Side::Buy, 1, 3_400)])), (Paise(0), Paise(100)));
    let two =
        [fill(Side::Buy, 1, 3_300), DayFill { symbol: "TCS".parse().unwrap(), ..fill(Side::Buy, 1, 3_300) }];
    assert_eq!(of(&two), Paise(100), "0.99 of both together");
}

#[test]
fn an_equity_fund_pays_stt_on_the_sale_only() {
    let fund = |side, quantity| DayFill { symbol: "NIFTYBEES".parse().unwrap(), ..fill(side, quantity, 250) };
    let stt = |fills: &[DayFill]| note_of(fills, "2026-04-01", "trade_api").stt;
    assert_eq!(stt(&[fund(Side::Buy, 1_000)]), Paise(0));
    // 0.001% of 250,000 rupees is 2.50.
    assert_eq!(stt(&[fund(Side::Sell, 1_000)]), Paise(300));
    // Bought and sold within the day: 0.025%, as for shares.
    assert_eq!(stt(&[fund(Side::Buy, 1_000), fund(Side::Sell, 1_000)]), Paise(6_300));
}

#[test]
fn every_regime_and_plan_of_the_table_names_its_source() {
    let table: serde_json::Value = serde_json::from_str(include_str!("../../data/charges.json")).unwrap();
    let named = |entry: &serde_json::Value| entry["source"].as_str().is_some_and(|source| !source.is_empty());
    assert!(table["regimes"].as_array().unwrap().iter().all(named));
    assert!(table["plans"].as_object().unwrap().values().all(named) && named(&table["equity_funds"]));
}

#[test]
fn an_estimate_is_the_note_of_a_single_fill() {
    let schedule = ChargeSchedule::embedded().unwrap();
    let plan = schedule.plan("trade_api").unwrap();
    let buy = estimate(Side::Buy, Paise::rupees(140_000), day("2026-04-01"), schedule, &plan).unwrap();
    let sell = estimate(Side::Sell, Paise::rupees(145_000), day("2026-04-01"), schedule, &plan).unwrap();
    assert_eq!((buy, sell), (Paise(16_624), Paise(21_887)));
}

#[test]
fn a_bad_table_is_refused_in_one_sentence() {
    assert!(matches!(ChargeSchedule::from_json("[]"), Err(ChargesError::Format(_))));
    assert_eq!(
        ChargeSchedule::from_json(r#"{"regimes": [], "equity_funds": {"symbols": []}, "plans": {}}"#),
        Err(ChargesError::Order)
    );
    let schedule = ChargeSchedule::embedded().unwrap();
    assert_eq!(schedule.plan("gold"), Err(ChargesError::NoPlan("gold".into())));
}
