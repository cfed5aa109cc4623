//! Which symbols a user holds or is buying, for the checks before a buy.

use std::collections::BTreeSet;

use crate::{Order, Position, Strategy, orders};

/// A user's symbols. Positions and active first buys count towards the portfolio limit; re-entries do not, because their
/// symbol is held already.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portfolio {
    held: BTreeSet<String>,
    buying: BTreeSet<String>,
    entering: BTreeSet<String>,
    limit: usize,
}

impl Portfolio {
    /// From the host's books.
    pub fn new(strategy: &Strategy, positions: &[Position], active: &[Order]) -> Self {
        let symbols = |keep: fn(&Order) -> bool| {
            active.iter().filter(|order| keep(order)).map(|order| order.symbol.clone()).collect()
        };
        Self {
            held: positions.iter().map(|position| position.symbol.clone()).collect(),
            buying: symbols(orders::is_buy),
            entering: symbols(orders::is_entry),
            limit: usize::try_from(strategy.max_portfolio_size).unwrap_or(usize::MAX),
        }
    }

    /// Whether the symbol has an open position.
    pub fn holds(&self, symbol: &str) -> bool {
        self.held.contains(symbol)
    }

    /// Whether the symbol has an active buy.
    pub fn is_buying(&self, symbol: &str) -> bool {
        self.buying.contains(symbol)
    }

    /// Whether no further symbol may be bought.
    pub fn is_full(&self) -> bool {
        self.held.union(&self.entering).count() >= self.limit
    }

    /// Takes in a buy that was just placed.
    pub fn note_buy(&mut self, symbol: &str, is_entry: bool) {
        self.buying.insert(symbol.to_owned());
        if is_entry {
            self.entering.insert(symbol.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OrderKind, Purpose, ReentryLevel, ScriptedHost, Side};

    #[test]
    fn positions_and_first_buys_count_once_each_and_re_entries_not_at_all() {
        let mut host = ScriptedHost::at(20_000, 16, 5).position("HELD", 1, 100);
        host.strategy.max_portfolio_size = 3;
        let level = ReentryLevel { level: 20, cycle: 1 };
        host.add_order("HELD", Side::Buy, 1, OrderKind::Market, Purpose::Reentry(level));
        host.add_order("NEW", Side::Buy, 1, OrderKind::Market, Purpose::Entry);
        let mut portfolio = Portfolio::new(&host.strategy, &host.positions, &host.orders);
        assert!(portfolio.holds("HELD") && portfolio.is_buying("HELD") && portfolio.is_buying("NEW"));
        assert!(!portfolio.is_full());
        portfolio.note_buy("THIRD", true);
        assert!(portfolio.is_full());
    }
}
