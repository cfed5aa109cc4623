//! Cash that open buys hold back.

use crate::charges::{self, ChargeSchedule, ChargesError};
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::orders::{Order, OrderKind, Side};
use crate::time::Day;

use super::Book;

impl Book {
    /// Symbols of open market buys: [`Book::reserved`] asks a reference price for these.
    pub fn open_market_buys(&self) -> impl Iterator<Item = &Symbol> {
        self.open_buys()
            .filter(|order| order.request.kind == OrderKind::Market)
            .map(|order| &order.request.symbol)
    }

    /// Cash held back for open buys: the value of what is not yet filled, and estimated charges.
    ///
    /// A limit order holds back its limit. A market order names no price; it holds back the first of these that
    /// there is: the reference price (the last trade, say), the mean price of its own fills, the mean price of what
    /// is held of the symbol. When there is none, it holds back all remaining cash, so that nothing is spent twice
    /// before its price is known.
    pub fn reserved(&self, reference_price: &dyn Fn(&Symbol) -> Option<Paise>) -> Paise {
        let mut known = Paise::ZERO;
        for order in self.open_buys() {
            match self.needs(order, reference_price) {
                Some(amount) => known += amount,
                None => return self.cash().max(Paise::ZERO),
            }
        }
        known
    }

    /// Returns the cash that a new buy may use: cash less what open buys hold back, never below zero.
    pub fn available(&self, reference_price: &dyn Fn(&Symbol) -> Option<Paise>) -> Paise {
        (self.cash() - self.reserved(reference_price)).max(Paise::ZERO)
    }

    fn open_buys(&self) -> impl Iterator<Item = &Order> {
        self.active_orders().filter(|order| order.request.side == Side::Buy)
    }

    fn needs(&self, order: &Order, reference_price: &dyn Fn(&Symbol) -> Option<Paise>) -> Option<Paise> {
        let symbol = &order.request.symbol;
        let price = match order.request.kind {
            OrderKind::Limit(price) => Some(price),
            OrderKind::Market => reference_price(symbol)
                .filter(|price| price.0 > 0)
                .or_else(|| order.average_price())
                .or_else(|| self.invested_in(symbol).scale(1, i64::from(self.held(symbol)))),
        }?;
        let value = price.times(order.remaining())?;
        self.cost_of_buy(value, order.day())
    }

    /// Returns what a new buy of this value needs: the value and its estimated charges. `None` when the charges are
    /// not known.
    pub fn cost_of_buy(&self, value: Paise, day: Day) -> Option<Paise> {
        Some(value + self.estimated_charges(Side::Buy, value, day).ok()?)
    }

    /// Returns what a trade of this value is likely to cost in charges, as delivery and on the user's plan.
    ///
    /// # Errors
    /// When the rates of the day are not known.
    pub fn estimated_charges(&self, side: Side, value: Paise, day: Day) -> Result<Paise, ChargesError> {
        charges::estimate(side, value, day, ChargeSchedule::embedded()?, &self.plan)
    }
}
