//! Applying a journal entry: everything that can fail is computed first, then the books are changed in one go.

use crate::charges::{ChargeSchedule, DayFill};
use crate::ids::OrderId;
use crate::money::Paise;
use crate::orders::machine::{Effect, Transition, transition};
use crate::orders::{Fill, JournalEntry, Order, OrderEvent, Side};

use super::holdings::Bought;
use super::{Book, BookError};

/// Effect of an entry on the book.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every entry changes an order, so a box would cost more than it saves"
)]
pub enum Applied {
    /// The entry counts; this is the order afterwards. It must now be written to the journal.
    Changed(Order),
    /// The entry counts and is about what is held, not about an order. It must now be written to the journal.
    Held,
    /// Everything in it was known. It has not used up its sequence and must not be written to the journal.
    Nothing,
}

impl Book {
    /// Applies the next entry of the journal.
    ///
    /// # Errors
    /// When the entry does not fit; the books are unchanged then.
    pub fn apply(&mut self, entry: &JournalEntry) -> Result<Applied, BookError> {
        self.check_place(entry)?;
        if let OrderEvent::HoldingChanged(change) = &entry.event {
            if !entry.order.is_about_holdings() {
                return Err(BookError::NotAboutHoldings { order: entry.order });
            }
            self.apply_change(entry.at, change)?;
            self.sequence = entry.sequence;
            return Ok(Applied::Held);
        }
        let known = self.order(&entry.order);
        if known.is_none() && matches!(entry.event, OrderEvent::Intended { .. }) {
            self.check_day(entry.order)?;
        }
        let Transition { order, effects, changed } = transition(known, entry)?;
        if !changed {
            return Ok(Applied::Nothing);
        }
        // An entry is of one fill at most.
        for effect in &effects {
            match effect {
                Effect::Executed(fill) => self.commit(&order, self.prepare(&order, fill)?),
                Effect::Withdrawn(withdrawal) => {
                    let undone = self.prepare_withdrawal(&order, withdrawal)?;
                    self.commit_withdrawal(&order, undone);
                }
                Effect::Closed(_) => {}
            }
        }
        self.keep(order.clone());
        self.sequence = entry.sequence;
        Ok(Applied::Changed(order))
    }

    fn check_place(&self, entry: &JournalEntry) -> Result<(), BookError> {
        let (user, expected, found) = (self.user, self.next_sequence(), entry.sequence);
        if found != expected {
            return Err(BookError::Sequence { user, expected, found });
        }
        if entry.order.user != user {
            return Err(BookError::OtherUser { user, order: entry.order });
        }
        Ok(())
    }

    /// Numbers of forgotten days may come again, so no order may be opened there.
    fn check_day(&self, order: OrderId) -> Result<(), BookError> {
        match self.forgotten_before {
            Some(before) if order.day < before => Err(BookError::Pruned { order, before }),
            _ => Ok(()),
        }
    }

    fn prepare(&self, order: &Order, fill: &Fill) -> Result<Booking, BookError> {
        let (symbol, side) = (&order.request.symbol, order.request.side);
        let held = match side {
            Side::Buy => self.held(symbol),
            Side::Sell => self.held_by(order.strategy, symbol),
        };
        match side {
            Side::Buy if held.checked_add(fill.quantity).is_none() => {
                return Err(BookError::TooManyShares { order: order.id, symbol: symbol.clone() });
            }
            Side::Sell if held < fill.quantity => {
                let (symbol, sold) = (symbol.clone(), fill.quantity);
                return Err(BookError::SoldMoreThanHeld { order: order.id, symbol, sold, held });
            }
            Side::Buy | Side::Sell => {}
        }
        let (quantity, price) = (fill.quantity, fill.price);
        let day_fill = DayFill { symbol: symbol.clone(), side, quantity, price };
        let day = fill.at.ist_day();
        let charges = self.days.charges_with(day, &day_fill, ChargeSchedule::embedded()?, &self.plan)?;
        Ok(Booking { fill: fill.clone(), day_fill, charges })
    }

    fn commit(&mut self, order: &Order, booking: Booking) {
        let Booking { fill, day_fill, charges } = booking;
        let day = fill.at.ist_day();
        // `transition` has refused values that do not fit.
        let value = fill.price.times(fill.quantity).unwrap_or_default();
        let mut realised = Paise::ZERO;
        match order.request.side {
            Side::Buy => {
                self.holdings.buy(Bought { order, quantity: fill.quantity, price: fill.price, value, day });
                self.cash -= value;
            }
            Side::Sell => {
                realised = value - self.holdings.sell(order.strategy, &order.request.symbol, fill.quantity);
                self.cash += value;
            }
        }
        self.realised += realised;
        let added = self.days.book(day, day_fill, (order.strategy, realised), charges);
        self.results.add(order.strategy, realised, added);
        self.charges += added;
        self.cash -= added;
    }

    pub(super) fn keep(&mut self, order: Order) {
        let id = order.id;
        match self.place_of(&id) {
            Ok(place) => {
                if let Some(kept) = self.orders.get_mut(place) {
                    *kept = order;
                }
            }
            Err(place) => self.orders.insert(place, order),
        }
        match self.numbers.iter_mut().find(|(day, _)| *day == id.day) {
            Some((_, number)) => *number = id.number.max(*number),
            // Orders that outlived their forgotten day still change; their day stays closed for new ones.
            None if self.forgotten_before.is_none_or(|before| id.day >= before) => {
                self.numbers.push((id.day, id.number));
            }
            None => {}
        }
    }
}

/// A fill whose consequences have been computed.
struct Booking {
    fill: Fill,
    day_fill: DayFill,
    /// The day's charges with this fill.
    charges: Paise,
}
