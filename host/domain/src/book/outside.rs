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
