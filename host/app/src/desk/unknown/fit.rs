//! What the shares that the broker holds say of orders of unknown outcome. They are evidence and no proof: people trade in
//! the same account.

use std::collections::BTreeMap;

use prahari_brokers::Holding;
use prahari_domain::instruments::Symbol;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, OrderState, Side};

use super::is_unknown;
use crate::desk::Desk;

/// How the shares at the broker differ from the books, as far as an order of unknown outcome goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// By what the order would have brought or taken.
    Whole,
    /// By a part of it.
    Part,
    /// Not at all.
    Alike,
    /// In a way that the order does not explain.
    Otherwise,
}

impl Fit {
    fn of(order: &Order, theirs: u32, ours: u32) -> Self {
        let (more, fewer) = (theirs.saturating_sub(ours), ours.saturating_sub(theirs));
        let (explained, other) = match order.request.side {
            Side::Buy => (more, fewer),
            Side::Sell => (fewer, more),
        };
        match explained {
            _ if other > 0 || explained > order.remaining() => Self::Otherwise,
            0 => Self::Alike,
            shares if shares == order.remaining() => Self::Whole,
            _ => Self::Part,
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::Whole => "the difference is its quantity",
            Self::Part => "the difference fits a part of it",
            Self::Alike => "nothing of it shows there",
            Self::Otherwise => "it does not explain the difference",
        }
    }
}

impl Desk {
    /// Looks at the broker's holdings for the orders of unknown outcome, if there are any. Holdings that cannot be had say
    /// nothing.
    pub(in crate::desk) async fn look_at_holdings(&mut self) {
        if !self.book.active_orders().any(|order| order.state == OrderState::Unknown) {
            return;
        }
        match self.ask_holdings().await {
            Ok(held) => self.compare_unknown(&held),
            Err(error) => {
                tracing::debug!(user = %self.book.user(), %error, "holdings say nothing of an unknown order");
            }
        }
    }

    /// Notes what the shares at the broker say of each order of unknown outcome.
    pub(in crate::desk) fn compare_unknown(&mut self, held: &BTreeMap<Symbol, Holding>) {
        for order in self.book.active_orders().filter(is_unknown) {
            let symbol = &order.request.symbol;
            let (theirs, ours) = (held.get(symbol).map_or(0, |held| held.quantity), self.book.held(symbol));
            let said = Fit::of(order, theirs, ours).in_words();
            let theirs = counted(theirs, "share", "shares");
            let said = format!("the broker holds {theirs} of {symbol} and our books {ours}: {said}");
            self.unknown.search_for(order.id).holdings = Some(said);
        }
    }

    /// Says which order of unknown outcome explains that the broker holds `theirs` shares of a symbol; none when none does.
    pub(in crate::desk) fn fits_unknown(&self, symbol: &Symbol, theirs: u32) -> Option<String> {
        let ours = self.book.held(symbol);
        let of_symbol = |order: &&Order| order.request.symbol == *symbol;
        let mut unknown = self.book.active_orders().filter(is_unknown).filter(of_symbol);
        let order = unknown.find(|order| matches!(Fit::of(order, theirs, ours), Fit::Whole | Fit::Part))?;
        Some(format!("it fits order {}, whose outcome is not known", order.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_of_holdings_fits_an_order_of_its_side_up_to_its_quantity() {
        let order = |side| crate::desk::their_book::tests::order_of(side, 10);
        let cases = [
            (Side::Buy, 10, 0, Fit::Whole),
            (Side::Buy, 14, 5, Fit::Part),
            (Side::Buy, 5, 5, Fit::Alike),
            (Side::Buy, 16, 5, Fit::Otherwise),
            (Side::Buy, 4, 5, Fit::Otherwise),
            (Side::Sell, 0, 10, Fit::Whole),
            (Side::Sell, 7, 10, Fit::Part),
            (Side::Sell, 10, 10, Fit::Alike),
            (Side::Sell, 11, 10, Fit::Otherwise),
            (Side::Sell, 0, 11, Fit::Otherwise),
        ];
        for (side, theirs, ours, fit) in cases {
            assert_eq!(Fit::of(&order(side), theirs, ours), fit, "{side:?} {theirs} {ours}");
        }
    }
}
