//! Whose shares somebody else has sold: the account knows no strategies, so a rule says it.

use crate::instruments::Symbol;
use crate::strategies::StrategyName;
use crate::time::Day;

use super::Book;

impl Book {
    /// Returns how many shares of each strategy a sale outside takes, of strategies that lose some: the oldest lots first, whichever
    /// strategy has them, and of lots of one date those of the strategy whose name comes first. Never more than is held.
    pub fn taken_outside(&self, symbol: &Symbol, quantity: u32) -> Vec<(StrategyName, u32)> {
        let mut lots: Vec<(Day, StrategyName, u32)> = Vec::new();
        for (strategy, _) in self.holders().filter(|(_, held)| *held == symbol) {
            let of_strategy = self.lots(strategy, symbol).into_iter();
            lots.extend(of_strategy.map(|lot| (lot.bought_on, strategy, lot.quantity)));
        }
        // The lots of one strategy stay in their order, which is the one in which they are sold.
        lots.sort_by_key(|(day, strategy, _)| (*day, *strategy));
        let mut left = quantity;
        let mut taken: Vec<(StrategyName, u32)> = Vec::new();
        for (_, strategy, quantity) in lots {
            let part = quantity.min(left);
            if part == 0 {
                continue;
            }
            left -= part;
            match taken.iter_mut().find(|(of, _)| *of == strategy) {
                Some((_, all)) => *all = all.saturating_add(part),
                None => taken.push((strategy, part)),
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::{RunId, UserId};
    use crate::money::Paise;
    use crate::orders::{
        Fill, JournalEntry, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Side, Variety,
    };
    use crate::time::Timestamp;

    const STRATEGIES: [StrategyName; 3] =
        [StrategyName::literal("echo"), StrategyName::literal("momentum"), StrategyName::REBOUND];

    fn tcs() -> Symbol {
        Symbol::new("TCS").unwrap()
    }

    fn trade(book: &mut Book, side: Side, strategy: StrategyName, quantity: u32, day: u32) {
        let day: Day = format!("2026-03-{:02}", day + 1).parse().unwrap();
        let at = Timestamp::start_of(day).plus_minutes(600);
        let id = book.next_order_id(day);
        let request = OrderRequest {
            symbol: tcs(),
            side,
            quantity,
            kind: OrderKind::Market,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::External,
            signal: None,
            rsi: None,
            retry_of: None,
        };
        let fill = Fill { key: id.to_string(), quantity, price: Paise(10_000), at };
        let intended =
            OrderEvent::Intended { request, run: RunId(0), first_placed_at: at, strategy, tag: None };
        for event in [intended, OrderEvent::Filled(fill)] {
            let entry = JournalEntry { sequence: book.next_sequence(), order: id, at, event };
            book.apply(&entry).unwrap();
        }
    }

    #[test]
    fn the_oldest_shares_go_first_whichever_strategy_has_them() {
        let mut book = Book::open(UserId(1), Paise::rupees(1_000_000));
        let [echo, momentum, rebound] = STRATEGIES;
        trade(&mut book, Side::Buy, rebound, 5, 0);
        trade(&mut book, Side::Buy, momentum, 7, 1);
        trade(&mut book, Side::Buy, rebound, 3, 2);
        trade(&mut book, Side::Buy, echo, 2, 2);
        assert_eq!(book.taken_outside(&tcs(), 4), [(rebound, 4)]);
        assert_eq!(book.taken_outside(&tcs(), 13), [(rebound, 5), (momentum, 7), (echo, 1)]);
        assert_eq!(book.taken_outside(&tcs(), 99), [(rebound, 8), (momentum, 7), (echo, 2)], "never more");
        assert_eq!(book.taken_outside(&"INFY".parse().unwrap(), 1), []);
        assert_eq!(book.taken_outside(&tcs(), 0), []);
    }

    proptest! {
        #[test]
        fn what_is_taken_is_held_and_once_it_is_sold_no_older_lot_is_left(
            buys in prop::collection::vec((0..3_usize, 1..50_u32, 0..10_u32), 1..12),
            quantity in 1..300_u32,
        ) {
            let mut buys = buys;
            // The journal goes on with time.
            buys.sort_by_key(|(_, _, day)| *day);
            let mut book = Book::open(UserId(1), Paise::rupees(10_000_000));
            for (strategy, quantity, day) in buys {
                trade(&mut book, Side::Buy, STRATEGIES[strategy], quantity, day);
            }
            let held = book.held(&tcs());
            let taken = book.taken_outside(&tcs(), quantity);
            prop_assert_eq!(taken.iter().map(|(_, taken)| taken).sum::<u32>(), quantity.min(held));
            let newest = taken.iter().map(|(strategy, taken)| {
                let mut left = *taken;
                let lots = book.lots(*strategy, &tcs());
                lots.into_iter().filter(|lot| { let goes = left > 0; left = left.saturating_sub(lot.quantity); goes })
                    .map(|lot| lot.bought_on).max().unwrap()
            }).max().unwrap();
            for (strategy, taken) in taken {
                prop_assert!(taken <= book.held_by(strategy, &tcs()));
                trade(&mut book, Side::Sell, strategy, taken, 20);
            }
            prop_assert_eq!(book.held(&tcs()), held - quantity.min(held));
            prop_assert_eq!(book.difference(), Paise::ZERO);
            for strategy in STRATEGIES {
                prop_assert!(book.lots(strategy, &tcs()).iter().all(|lot| lot.bought_on >= newest));
            }
        }
    }
}
