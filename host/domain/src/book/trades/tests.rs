//! Which lots a sell closes, and what each of them costs.

use crate::ids::UserId;
use crate::time::Timestamp;

use super::*;

const OURS: StrategyName = StrategyName::REBOUND;

fn filled(number: u32, side: Side, quantity: u32, price: i64, day: &str) -> OrderFill {
    let day: Day = day.parse().unwrap();
    let at = Timestamp::start_of(day).plus_minutes(600);
    let key = format!("{number}-{quantity}-{price}");
    OrderFill {
        order: OrderId { user: UserId(1), day, number },
        symbol: Symbol::new("TCS").unwrap(),
        side,
        strategy: OURS,
        fill: Fill { key, quantity, price: Paise(price), at },
    }
}

fn fold(fills: &[OrderFill]) -> Trades {
    let mut trades = Trades::new(ChargeSchedule::embedded().unwrap().plan("trade_api").unwrap());
    fills.iter().for_each(|fill| trades.book(fill).unwrap());
    trades
}

#[test]
fn a_sell_takes_the_oldest_shares_first_and_part_of_a_lot_stays() {
    let trades = fold(&[
        filled(1, Side::Buy, 10, 10_000, "2025-01-02"),
        filled(2, Side::Buy, 10, 9_000, "2025-01-06"),
        filled(3, Side::Sell, 15, 11_000, "2025-01-10"),
    ]);
    let of = |lot: &ClosedLot| (lot.number, lot.quantity, lot.buy_price.0, lot.days_held(), lot.gross().0);
    let found: Vec<_> = trades.closed().iter().map(of).collect();
    assert_eq!(found, [(1, 10, 10_000, 8, 10_000), (2, 5, 9_000, 4, 10_000)]);
}

#[test]
fn the_charges_of_what_is_closed_and_of_what_is_held_are_those_of_the_notes() {
    let trades = fold(&[
        filled(1, Side::Buy, 7, 123_455, "2025-01-02"),
        filled(1, Side::Buy, 4, 123_460, "2025-01-02"),
        filled(2, Side::Buy, 10, 99_995, "2025-01-06"),
        filled(3, Side::Sell, 9, 131_005, "2025-01-10"),
        filled(4, Side::Sell, 3, 131_000, "2025-01-10"),
    ]);
    let closed: Paise = trades.closed().iter().map(|lot| lot.charges).sum();
    let notes: Paise = trades.notes().map(|(_, note)| note.total()).sum();
    assert_eq!(closed + trades.charges_of_held(), notes);
    assert!(closed > Paise::ZERO && trades.charges_of_held() > Paise::ZERO);
    assert_eq!(trades.closed().iter().map(|lot| lot.quantity).sum::<u32>(), 12);
}

#[test]
fn fills_of_one_order_at_one_price_are_one_lot_and_two_prices_are_two() {
    let trades = fold(&[
        filled(1, Side::Buy, 10, 10_000, "2025-01-02"),
        filled(2, Side::Sell, 4, 11_000, "2025-01-03"),
        filled(2, Side::Sell, 3, 11_000, "2025-01-03"),
        filled(2, Side::Sell, 3, 11_005, "2025-01-03"),
    ]);
    let found: Vec<_> = trades.closed().iter().map(|lot| (lot.number, lot.quantity)).collect();
    assert_eq!(found, [(1, 7), (2, 3)]);
}

#[test]
fn what_another_strategy_holds_is_not_taken() {
    let theirs = OrderFill {
        strategy: StrategyName::literal("momentum"),
        ..filled(1, Side::Buy, 5, 9_000, "2025-01-02")
    };
    let bought = filled(2, Side::Buy, 5, 10_000, "2025-01-03");
    let trades = fold(&[theirs, bought, filled(3, Side::Sell, 5, 11_000, "2025-01-06")]);
    let found: Vec<_> = trades.closed().iter().map(|lot| (lot.strategy, lot.buy_price)).collect();
    assert_eq!(found, [(OURS, Paise(10_000))]);
}

/// What the closed lots cost; they and what is held cost what the notes say.
fn charges_of_closed(trades: &Trades) -> Vec<i64> {
    let closed: Vec<i64> = trades.closed().iter().map(|lot| lot.charges.0).collect();
    let notes: Paise = trades.notes().map(|(_, note)| note.total()).sum();
    assert_eq!(Paise(closed.iter().sum()) + trades.charges_of_held(), notes);
    closed
}

#[test]
fn a_sell_that_makes_intraday_of_a_buy_makes_that_buy_cheaper_and_costs_nothing_itself() {
    // The sell takes the old lot, which cost next to nothing, while tax and duty of the new one fall.
    let fills = [
        filled(1, Side::Buy, 10, 1_000, "2025-01-02"),
        filled(2, Side::Buy, 10, 123_455, "2025-01-10"),
        filled(3, Side::Sell, 10, 123_455, "2025-01-10"),
    ];
    let before = fold(&fills[..2]);
    let trades = fold(&fills);
    assert_eq!(charges_of_closed(&trades), [0]);
    assert!(trades.charges_of_held() < before.charges_of_held());
    assert!(trades.charges_of_held() > Paise::ZERO);
}

#[test]
fn shares_that_are_bought_back_on_the_day_of_a_sell_cost_nothing_below_zero_when_they_are_sold() {
    let fills = [
        filled(1, Side::Buy, 10, 123_455, "2025-01-02"),
        filled(2, Side::Sell, 10, 123_455, "2025-01-10"),
        // The depository charge of the sell falls away.
        filled(3, Side::Buy, 10, 123_455, "2025-01-10"),
        filled(4, Side::Sell, 5, 131_000, "2025-01-13"),
        filled(5, Side::Sell, 5, 131_005, "2025-01-13"),
    ];
    let sold = charges_of_closed(&fold(&fills[..2]));
    let bought_back = fold(&fills[..3]);
    assert!(charges_of_closed(&bought_back)[0] < sold[0], "the sell is cheaper now");
    assert_eq!(bought_back.charges_of_held(), Paise::ZERO);
    let closed = charges_of_closed(&fold(&fills));
    assert!(closed.len() == 3 && closed.iter().all(|charges| *charges >= 0), "{closed:?}");
}
