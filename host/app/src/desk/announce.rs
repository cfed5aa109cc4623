//! Telling listeners what entries of the journal have changed.

use std::sync::Arc;

use prahari_domain::book::Part;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderEvent;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Day;

use super::Desk;
use crate::events::{Audience, Event, EventBus, OrderChanged, PositionChanged, Resource};

/// What an entry changed: an order, and for a fill what its strategy holds of a symbol.
type Change = (OrderChanged, Option<(StrategyName, Symbol)>);

impl Desk {
    /// Has this bus told of every change from now on.
    pub fn announce_to(&mut self, events: Arc<EventBus>) {
        self.events = Some(events);
    }

    /// Returns what there is to tell of entries that are about to be booked; nothing while nobody has ever
    /// listened.
    pub(super) fn changes_of(&self, part: &Part) -> Vec<Change> {
        if !self.events.as_ref().is_some_and(|events| events.is_wanted()) {
            return Vec::new();
        }
        part.entries()
            .map(|(entry, order)| {
                let filled = matches!(entry.event, OrderEvent::Filled(_) | OrderEvent::FillWithdrawn(_));
                (OrderChanged::from(order), filled.then(|| (order.strategy, order.request.symbol.clone())))
            })
            .collect()
    }

    /// Publishes the events of booked entries that are on their way to the disk.
    pub(super) fn announce(&self, changes: Vec<Change>) {
        let Some(events) = &self.events else { return };
        let audience = Audience::User(self.book.user());
        for (order, traded) in changes {
            events.publish(audience, Event::Order(order));
            if let Some((strategy, symbol)) = traded {
                events.publish(audience, Event::Position(self.position_now(strategy, &symbol)));
            }
        }
    }

    /// Tells that the statement of a closed date is written.
    pub(super) fn announce_statement(&self, day: Day) {
        if let Some(events) = &self.events {
            events.changed(Audience::User(self.book.user()), Resource::Pnl, day);
        }
    }

    /// Tells that money was paid in or out.
    pub(super) fn announce_capital(&self) {
        if let Some(events) = &self.events {
            events.changed(Audience::User(self.book.user()), Resource::Settings, "capital");
        }
    }

    fn position_now(&self, strategy: StrategyName, symbol: &Symbol) -> PositionChanged {
        let held = self.book.position(strategy, symbol);
        PositionChanged {
            symbol: symbol.clone(),
            strategy,
            quantity: held.as_ref().map_or(0, |held| held.quantity),
            average_price_paise: held.as_ref().map_or(Paise::ZERO, |held| held.average_price),
            invested_paise: held.map_or(Paise::ZERO, |held| held.invested),
        }
    }
}
