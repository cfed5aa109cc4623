//! Telling listeners what an entry of the journal has changed.

use std::sync::Arc;

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderEvent};

use super::Desk;
use crate::events::{Audience, Event, EventBus, OrderChanged, PositionChanged};

impl Desk {
    /// Has this bus told of every change from now on.
    pub fn announce_to(&mut self, events: Arc<EventBus>) {
        self.events = Some(events);
    }

    /// What there is to tell of an entry that was just applied; nothing while nobody has ever listened.
    pub(super) fn news_of(&self, event: &OrderEvent, order: &Order) -> Vec<Event> {
        if !self.events.as_ref().is_some_and(|events| events.is_wanted()) {
            return Vec::new();
        }
        let mut news = vec![Event::Order(OrderChanged::from(order))];
        if matches!(event, OrderEvent::Filled(_)) {
            news.push(Event::Position(self.position_now(&order.request.symbol)));
        }
        news
    }

    /// Tells it, once the entry is on its way to the disk.
    pub(super) fn announce(&self, news: Vec<Event>) {
        let Some(events) = &self.events else { return };
        for event in news {
            events.publish(Audience::User(self.book.user()), event);
        }
    }

    fn position_now(&self, symbol: &Symbol) -> PositionChanged {
        let held = self.book.position(symbol);
        PositionChanged {
            symbol: symbol.clone(),
            quantity: held.as_ref().map_or(0, |held| held.quantity),
            average_price_paise: held.as_ref().map_or(Paise::ZERO, |held| held.average_price),
            invested_paise: held.map_or(Paise::ZERO, |held| held.invested),
        }
    }
}
