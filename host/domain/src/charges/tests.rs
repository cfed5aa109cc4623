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
    assert_eq!(lines.map(|line| line.0), [3_500, 863, 0, 28, 420, 160, 0]);
    assert_eq!(note.total(), Paise(4_971));
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
    assert_eq!(note_of(&fills, "2023-06-01", "trade_api"), note_of(&fills, "2024-10-01", "trade_api"));
}

#[test]
fn what_is_not_sold_the_same_day_is_delivery() {
    let fills = [fill(Side::Buy, 150, 1_400), fill(Side::Sell, 100, 1_400)];
    let note = note_of(&fills, "2026-04-01", "trade_api");
    // 100 matched at 0.025%, 50 delivered at 0.1%: 35 + 70 rupees; stamp 4.20 + 10.50.
    assert_eq!((note.stt, note.stamp, note.depository), (Paise(10_500), Paise(1_470), Paise(0)));
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
    assert_eq!(ChargeSchedule::from_json(r#"{"regimes": [], "plans": {}}"#), Err(ChargesError::Order));
    let schedule = ChargeSchedule::embedded().unwrap();
    assert_eq!(schedule.plan("gold"), Err(ChargesError::NoPlan("gold".into())));
}
