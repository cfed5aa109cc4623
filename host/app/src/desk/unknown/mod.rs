//! Orders of which it is not known what became of them: what was looked at for each, what is told of it, and the word of a
//! person.
//!
//! Where a broker's book is no proof of absence, an order that it does not show stays unknown. It blocks its symbol and side,
//! its money and shares stay held back, and it is looked for whenever the book is read, on later days too. It ends when the
//! book shows it, or when a person decides. Nothing of it is ever sent a second time.

mod decided;
mod ended;
mod fit;
mod kept;
mod looks;
mod said;

use std::collections::{BTreeMap, BTreeSet};

use prahari_domain::book::Part;
use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::Timestamp;

use super::Desk;
use super::their_book::LikeIt;

pub(super) use ended::{end_not_seen, says_not_seen};

/// What was looked at for an order of unknown outcome, by this process or one before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// How often the broker's book was read and did not show it.
    pub looks: u64,
    /// When it was read last.
    pub last: Option<Timestamp>,
    /// Orders of the last book that nobody knows and that are like it.
    pub alike: Vec<LikeIt>,
    /// What the broker's holdings say of it, one sentence; none while they were not had.
    pub holdings: Option<String>,
}

/// A look into the broker's book that did not show an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Which look for the order this was, from 1 on.
    pub number: u64,
    /// Time of the look.
    pub at: Timestamp,
    /// Orders of that book that nobody knew and that were like it.
    pub alike: Vec<LikeIt>,
    /// What the broker's holdings said of it, one sentence; none while they were not had.
    pub holdings: Option<String>,
}

/// An order of unknown outcome, with what was looked at for it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownOrder {
    /// The order as the books have it.
    pub order: Order,
    /// What was looked at.
    pub search: Search,
}

/// What there is to tell of an order whose outcome is not known, or was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownAlarm {
    /// It is not known what became of it.
    Raised {
        /// The order that it is about.
        order: OrderId,
        /// The sentence for the user, with the evidence.
        detail: String,
    },
    /// It is known by now.
    Over {
        /// The order that it is about.
        order: OrderId,
        /// How it came to be known, one sentence.
        how: String,
    },
}

/// What a desk knows of its unknown orders beside the journal.
#[derive(Debug, Default)]
pub(super) struct UnknownOrders {
    searches: BTreeMap<OrderId, Search>,
    /// Orders that were looked for since the desk was loaded: nobody is told of what a process before this one saw.
    looked_for: BTreeSet<OrderId>,
    /// Orders whose newest look is not in the store yet.
    unkept: BTreeSet<OrderId>,
    /// Orders whose outcome is known, and of which the store still has looks.
    over: BTreeSet<OrderId>,
    /// Orders of which somebody was told.
    told: BTreeSet<OrderId>,
    /// Orders that ended unseen and whose end the book has shown since.
    seen_since: BTreeSet<OrderId>,
    alarms: Vec<UnknownAlarm>,
}

impl UnknownOrders {
    /// The search for an order, which begins or goes on now.
    fn search_for(&mut self, order: OrderId) -> &mut Search {
        self.looked_for.insert(order);
        self.searches.entry(order).or_default()
    }
}

fn is_unknown(order: &&Order) -> bool {
    order.state == OrderState::Unknown
}

impl Desk {
    /// Takes out what there is to tell of unknown orders since this was last asked: each once.
    pub(super) fn take_unknown_alarms(&mut self) -> Vec<UnknownAlarm> {
        let book = &self.book;
        let UnknownOrders { searches, looked_for, told, alarms, .. } = &mut self.unknown;
        for (id, search) in searches.iter().filter(|(id, _)| looked_for.contains(*id)) {
            let Some(order) = book.order(id).filter(is_unknown) else { continue };
            if told.insert(*id) {
                alarms.push(UnknownAlarm::Raised { order: *id, detail: said::evidence(order, search) });
            }
        }
        std::mem::take(alarms)
    }

    /// The orders whose outcome is not known, oldest first, with what was looked at for each.
    pub fn unknown_orders(&self) -> Vec<UnknownOrder> {
        let with_search = |order: &Order| UnknownOrder {
            order: order.clone(),
            search: self.unknown.searches.get(&order.id).cloned().unwrap_or_default(),
        };
        self.book.active_orders().filter(is_unknown).map(with_search).collect()
    }

    /// Has an alert raised about an order, unless that was done since the desk was loaded.
    fn tell_once(&mut self, order: OrderId, detail: String) {
        if self.unknown.told.insert(order) {
            self.unknown.alarms.push(UnknownAlarm::Raised { order, detail });
        }
    }

    /// Returns the orders whose outcome becomes known by entries that are about to be booked.
    pub(super) fn settled_by(&self, part: &Part) -> Vec<Order> {
        if self.link.broker.book_proves_absence() {
            return Vec::new();
        }
        let mut settled: Vec<Order> = Vec::new();
        for (_, order) in part.entries() {
            if self.book.order(&order.id).filter(is_unknown).is_none() {
                continue;
            }
            settled.retain(|earlier| earlier.id != order.id);
            if order.state != OrderState::Unknown {
                settled.push(order.clone());
            }
        }
        settled
    }

    /// Ends the search for orders whose outcome is known by now.
    pub(super) fn note_settled(&mut self, settled: Vec<Order>) {
        for order in settled {
            let id = order.id;
            self.unknown.forget(id);
            let how = format!("the outcome of order {id} is known: it is {}", order.state.in_words());
            self.unknown.alarms.push(UnknownAlarm::Over { order: id, how });
            // The statements of its dates said that it is not known.
            self.dates.note(order.placed_at);
        }
    }
}
