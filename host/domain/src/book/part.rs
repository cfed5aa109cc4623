//! Trying entries on a copy of what they touch, and taking that over once they are in the journal.
//!
//! The books change with the journal or not at all: entries that do not fit leave no trace, and neither do those
//! that the journal does not take. Only what the entries touch is copied (their orders, and for fills the holding
//! and the days), so the cost does not grow with the books.

use crate::ids::OrderId;
use crate::instruments::Symbol;
use crate::orders::{JournalEntry, Order, OrderEvent};
use crate::strategies::StrategyName;
use crate::time::{Day, Timestamp};

use super::{Applied, Book, BookError};

/// Something that is to be entered: which order, when, and what happened to it.
pub type TimedEvent = (OrderId, Timestamp, OrderEvent);

/// The part of a user's books that some entries touch, with those entries applied.
#[derive(Debug, Clone)]
pub struct Part {
    book: Book,
    /// Symbols whose holdings may have changed.
    traded: Vec<Symbol>,
    /// The entries that count, for the journal.
    entries: Vec<JournalEntry>,
    /// The order of each entry as it is after it; none of one about what is held.
    orders: Vec<Option<Order>>,
}

impl Part {
    /// The entries about orders that have to be written to the journal, each with its order as it is after it.
    pub fn entries(&self) -> impl Iterator<Item = (&JournalEntry, &Order)> {
        self.entries.iter().zip(&self.orders).filter_map(|(entry, order)| Some((entry, order.as_ref()?)))
    }

    /// Returns how many shares a strategy holds of a symbol that the entries trade, once they are booked.
    pub fn held_by(&self, strategy: StrategyName, symbol: &Symbol) -> u32 {
        self.book.held_by(strategy, symbol)
    }

    /// The entries that have to be written to the journal, those about what is held included.
    pub fn journal(&self) -> &[JournalEntry] {
        &self.entries
    }

    /// Returns whether everything in it was known already.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Book {
    /// Tries entries in their order. The books do not change by it.
    ///
    /// # Errors
    /// With the first that does not fit.
    pub fn try_entries(&self, timed_events: &[TimedEvent]) -> Result<Part, BookError> {
        let mut part = self.part_of(timed_events);
        for (order, at, event) in timed_events {
            let sequence = part.book.next_sequence();
            let entry = JournalEntry { sequence, order: *order, at: *at, event: event.clone() };
            match part.book.apply(&entry)? {
                Applied::Changed(order) => {
                    part.entries.push(entry);
                    part.orders.push(Some(order));
                }
                Applied::Held => {
                    part.entries.push(entry);
                    part.orders.push(None);
                }
                Applied::Nothing => {}
            }
        }
        Ok(part)
    }

    /// Changes the books by what [`Book::try_entries`] answered, once it is in the journal. Nothing else may have
    /// changed them in between.
    pub fn accept(&mut self, part: Part) {
        let Part { book, traded, .. } = part;
        for order in book.orders {
            self.keep(order);
        }
        self.numbers = book.numbers;
        for symbol in &traded {
            self.holdings.replace(symbol, &book.holdings);
        }
        self.days.take_over(book.days);
        (self.cash, self.realised, self.charges) = (book.cash, book.realised, book.charges);
        self.results = book.results;
        (self.income, self.applied) = (book.income, book.applied);
        self.sequence = book.sequence;
    }

    fn part_of(&self, timed_events: &[TimedEvent]) -> Part {
        let mut orders: Vec<Order> = Vec::new();
        let mut traded: Vec<Symbol> = Vec::new();
        let mut days: Vec<Day> = Vec::new();
        for (id, at, event) in timed_events {
            let known = self.order(id);
            if let Some(order) = known.filter(|order| orders.iter().all(|kept| kept.id != order.id)) {
                orders.push(order.clone());
            }
            if let OrderEvent::HoldingChanged(change) = event {
                traded.extend(change.symbols());
                days.push(at.ist_day());
            }
            let fill = match event {
                OrderEvent::Filled(fill) => fill,
                OrderEvent::FillWithdrawn(withdrawal) => &withdrawal.fill,
                _ => continue,
            };
            days.push(fill.at.ist_day());
            let intended = timed_events.iter().find_map(|(of, _, event)| match event {
                OrderEvent::Intended { request, .. } if of == id => Some(&request.symbol),
                _ => None,
            });
            traded.extend(known.map(|order| &order.request.symbol).or(intended).cloned());
        }
        orders.sort_by_key(|order| order.id);
        traded.sort();
        traded.dedup();
        let book = Book {
            user: self.user,
            capital: self.capital,
            plan: self.plan,
            sequence: self.sequence,
            orders,
            numbers: self.numbers.clone(),
            forgotten_before: self.forgotten_before,
            holdings: self.holdings.only(&traded),
            days: self.days.only(&days),
            cash: self.cash,
            realised: self.realised,
            charges: self.charges,
            results: self.results.clone(),
            income: self.income,
            applied: self.applied.clone(),
        };
        Part { book, traded, entries: Vec::new(), orders: Vec::new() }
    }
}
