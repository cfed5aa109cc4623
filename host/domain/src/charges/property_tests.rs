//! A contract note depends on what was traded, not on how the fills were told.

use proptest::prelude::*;

use super::*;
use crate::money::Paise;
use crate::orders::Side;
use crate::time::Day;

fn fills() -> impl Strategy<Value = Vec<DayFill>> {
    let fill = (0..3_usize, any::<bool>(), 1..5_000_u32, 100..500_000_i64).prop_map(
        |(symbol, buys, quantity, price)| DayFill {
            symbol: ["TCS", "M&M", "INFY"][symbol].parse().unwrap(),
            side: if buys { Side::Buy } else { Side::Sell },
            quantity,
            price: Paise(price),
        },
    );
    prop::collection::vec(fill, 1..12)
}

fn day() -> impl Strategy<Value = Day> {
    (0..1_400_u64).prop_map(|days| Day::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(days))
}

fn note_of(fills: &[DayFill], day: Day) -> ContractNote {
    let schedule = ChargeSchedule::embedded().unwrap();
    note(fills, day, schedule, &schedule.plan("trade_free").unwrap()).unwrap()
}

proptest! {
    #[test]
    fn the_order_of_fills_does_not_matter(mut fills in fills(), day in day()) {
        let note = note_of(&fills, day);
        fills.reverse();
        prop_assert_eq!(note_of(&fills, day), note);
        prop_assert!(note.total() >= Paise::ZERO);
        prop_assert_eq!((note.stt.0 % 100, note.stamp.0 % 100), (0, 0));
    }

    #[test]
    fn a_fill_told_in_two_parts_costs_the_same(fills in fills(), day in day()) {
        let parts: Vec<DayFill> = fills.iter().flat_map(|fill| {
            let first = fill.quantity / 2;
            [first, fill.quantity - first].map(|quantity| DayFill { quantity, ..fill.clone() })
        }).filter(|fill| fill.quantity > 0).collect();
        prop_assert_eq!(note_of(&parts, day), note_of(&fills, day));
    }

    #[test]
    fn days_of_different_symbols_add_up_within_rounding(fills in fills(), day in day()) {
        let whole = note_of(&fills, day).total().0;
        let parts: i64 = ["TCS", "M&M", "INFY"].iter().map(|symbol| {
            let own: Vec<DayFill> = fills.iter().filter(|fill| fill.symbol.as_str() == *symbol).cloned().collect();
            note_of(&own, day).total().0
        }).sum();
        // Each of the four notes rounds its tax and its stamp duty by half a rupee at most, and five other lines by
        // half a paisa.
        prop_assert!((whole - parts).abs() <= 4 * (2 * 50 + 3), "{} and {}", whole, parts);
    }
}
