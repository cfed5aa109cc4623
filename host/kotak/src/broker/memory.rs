//! What this link has sent. The broker rewrites tags and shows market orders as limits: what was sent is remembered, so
//! that the same order is known again.

use std::collections::HashMap;

use parking_lot::Mutex;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderKind, Side};
use prahari_domain::time::Day;

/// Most orders that are remembered; the exchange's limit on messages of a day is far below for a person.
const MOST: usize = 20_000;

/// What is known of an order that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may have arrived.
    Begun,
    /// The broker has it under this number.
    Number(String),
}

/// What tells an order from another one with the same tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ordered {
    symbol: Symbol,
    side: Side,
    quantity: u32,
}

impl Ordered {
    fn of(order: &Order) -> Self {
        let request = &order.request;
        Self { symbol: request.symbol.clone(), side: request.side, quantity: request.quantity }
    }
}

#[derive(Debug, Clone)]
struct Sent {
    standing: Standing,
    kind: OrderKind,
    /// As it was sent; none of one that only the book has shown.
    ordered: Option<Ordered>,
    /// The date on which it left; none of one that only the book has shown.
    day: Option<Day>,
}

/// The orders that were sent over a link, by tag.
#[derive(Debug, Default)]
pub(super) struct Memory {
    sent: Mutex<HashMap<String, Sent>>,
}

/// An order that is being sent.
pub(super) struct Begun<'a> {
    memory: &'a Memory,
    tag: String,
}

impl Memory {
    pub(super) fn standing(&self, tag: &str) -> Option<Standing> {
        self.sent.lock().get(tag).map(|sent| sent.standing.clone())
    }

    /// Returns whether what was sent under the order's tag is this order; none where only the book has told of the tag.
    pub(super) fn is_same(&self, order: &Order) -> Option<bool> {
        let sent = self.sent.lock();
        let ordered = sent.get(&order.broker_tag())?.ordered.as_ref()?;
        Some(*ordered == Ordered::of(order))
    }

    /// Notes that an order is about to be sent on a date.
    pub(super) fn begin(&self, order: &Order, day: Day) -> Begun<'_> {
        let (tag, kind) = (order.broker_tag(), order.request.kind);
        let mut sent = self.sent.lock();
        if sent.len() >= MOST {
            // Orders that the broker has are found by their tags too.
            sent.retain(|_, sent| sent.standing == Standing::Begun);
        }
        let ordered = Some(Ordered::of(order));
        sent.insert(tag.clone(), Sent { standing: Standing::Begun, kind, ordered, day: Some(day) });
        Begun { memory: self, tag }
    }

    /// Notes that the broker has an order under a number.
    pub(super) fn bind(&self, tag: &str, number: &str, kind: OrderKind) {
        let mut sent = self.sent.lock();
        let unsent = Sent { standing: Standing::Begun, kind, ordered: None, day: None };
        let entry = sent.entry(tag.to_owned()).or_insert(unsent);
        entry.standing = Standing::Number(number.to_owned());
    }

    /// Notes the kind that an order was changed to.
    pub(super) fn changed(&self, tag: &str, kind: OrderKind) {
        if let Some(sent) = self.sent.lock().get_mut(tag) {
            sent.kind = kind;
        }
    }

    /// The tag and the kind under which an order with this number was sent.
    pub(super) fn of_number(&self, number: &str) -> Option<(String, OrderKind)> {
        let sent = self.sent.lock();
        let found = sent.iter().find(|(_, sent)| sent.standing == Standing::Number(number.to_owned()));
        found.map(|(tag, sent)| (tag.clone(), sent.kind))
    }

    /// The kind with which an order with this tag was sent.
    pub(super) fn kind(&self, tag: &str) -> Option<OrderKind> {
        self.sent.lock().get(tag).map(|sent| sent.kind)
    }

    /// Number of orders of a date that the broker has said to have. The book is of the running day: on the next one it may be
    /// empty in truth.
    pub(super) fn taken_on(&self, day: Day) -> usize {
        let of_day = |sent: &&Sent| sent.day == Some(day) && sent.standing != Standing::Begun;
        self.sent.lock().values().filter(of_day).count()
    }
}

impl Begun<'_> {
    /// The broker has it.
    pub(super) fn bind(self, number: &str) {
        if let Some(sent) = self.memory.sent.lock().get_mut(&self.tag) {
            sent.standing = Standing::Number(number.to_owned());
        }
    }

    /// It certainly did not arrive.
    pub(super) fn never_left(self) {
        self.memory.sent.lock().remove(&self.tag);
    }
}
