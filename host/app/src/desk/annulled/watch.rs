//! Looking whether the broker's book still shows what was filled, and whether it shows again what was taken back.

use prahari_brokers::BrokerOrder;
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, Purpose};
use prahari_domain::time::Timestamp;

use super::{Asked, Gone};
use crate::desk::Desk;
use crate::desk::external::{LOOKS_APART_MS, READINGS_APART_MS};
use crate::desk::their_book::TheirBook;
use crate::error::AppError;

/// Time after which a person is asked about an execution that is gone and not taken back, such as where the broker's two lists do
/// not agree, by the daemon's clock.
const DISPUTED_AFTER_MS: i64 = 15 * 60_000;

/// Time after which the book is read again for a fill that was taken back today, by the daemon's clock: an order that stands or
/// changes has it read each minute in any case, and a broker is asked 75 times in a session at most.
const RETURNS_LOOKED_FOR_MS: i64 = 5 * 60_000;

impl Desk {
    /// Returns whether the broker's book has to be read although no order is open: fills of today are looked at again each 15
    /// minutes, and each minute while one is not shown; those that were taken back are looked for until the day is over.
    pub(in crate::desk) fn watches_fills(&self, now: Timestamp) -> bool {
        if self.executions_stay() {
            return false;
        }
        let is_due = !self.annulled.suspected.is_empty() || self.last_look_is_over(LOOKS_APART_MS, now);
        (is_due && self.filled_today(now).next().is_some()) || self.looks_for_returns(now)
    }

    /// Returns whether the book has to be read for fills that were taken back: of today every few minutes, of earlier dates once a
    /// day, as the first reading after a login, for as long as their order is in the books.
    fn looks_for_returns(&self, now: Timestamp) -> bool {
        let today = now.ist_day();
        let was_read_today = self.annulled.looked_at.is_some_and(|at| at.ist_day() == today);
        let is_due = self.last_look_is_over(RETURNS_LOOKED_FOR_MS, now);
        let mut orders = self.annulled.taken_back.keys().filter_map(|id| self.book.order(id));
        orders.any(|order| !was_read_today || (is_due && order.updated_at.ist_day() == today))
    }

    fn last_look_is_over(&self, after_ms: i64, now: Timestamp) -> bool {
        self.annulled.looked_at.is_none_or(|at| now.millis_since(at) >= after_ms)
    }

    /// Looks whether the broker's book still shows the fills of today, and takes back what is certainly annulled. Answers the
    /// orders that changed.
    pub(in crate::desk) async fn watch_fills(
        &mut self,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<Vec<OrderId>, AppError> {
        if self.executions_stay() {
            return Ok(Vec::new());
        }
        self.annulled.looked_at = Some(now);
        let all: Vec<(Order, BrokerOrder, Gone)> = self.gone_from(theirs, now).collect();
        self.forget_what_is_shown(&all);
        self.follow_what_is_asked(theirs);
        let mut changed = Vec::new();
        for (order, known, gone) in all {
            let seen = self.annulled.suspected.entry(order.id).or_insert_with(|| (gone.clone(), now));
            let age = now.millis_since(seen.1);
            if age >= DISPUTED_AFTER_MS {
                self.ask_person(order.id, gone.disputed(&order));
            }
            let is_certain = gone.is_agreed() && age >= READINGS_APART_MS;
            if is_certain
                && !self.annulled.is_stuck(order.id, &gone, now)
                && self.take_back(&order, &known, &gone, now).await?
            {
                changed.push(order.id);
            }
        }
        Ok(changed)
    }

    /// Returns whether fills of a share that our books have are not in the broker's book, or it has no row of an order that was filled
    /// today. They are looked for again in the next minute, and explain that shares or money differ.
    pub(in crate::desk) fn lacks_fills(
        &mut self,
        symbol: &Symbol,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> bool {
        let is_of_symbol = |(order, ..): (Order, BrokerOrder, Gone)| order.request.symbol == *symbol;
        let is_hidden =
            |order: &Order| order.request.symbol == *symbol && theirs.find(order, &self.book).is_none();
        let lacks = !self.executions_stay()
            && (self.gone_from(theirs, now).any(is_of_symbol) || self.filled_today(now).any(is_hidden));
        if lacks {
            self.annulled.looked_at = None;
        }
        lacks
    }

    /// Returns whether the broker takes no execution back.
    pub(super) fn executions_stay(&self) -> bool {
        self.link.simulated.is_some() || self.link.broker.executions_are_final()
    }

    /// Orders of ours of which something was filled, and that changed today: the broker's lists are of the day.
    fn filled_today(&self, now: Timestamp) -> impl Iterator<Item = &Order> {
        self.book.orders().filter(move |order| {
            order.filled > 0
                && order.broker_id.is_some()
                && order.request.purpose != Purpose::External
                && order.updated_at.ist_day() == now.ist_day()
        })
    }

    fn gone_from<'a>(
        &'a self,
        theirs: &'a TheirBook,
        now: Timestamp,
    ) -> impl Iterator<Item = (Order, BrokerOrder, Gone)> + 'a {
        self.filled_today(now).filter_map(move |order| {
            // Without its row nothing is known of an order.
            let known = theirs.find(order, &self.book)?;
            Some((order.clone(), known.clone(), Gone::of(order, known)?))
        })
    }

    /// Forgets what is shown again, or is gone in another way than before.
    fn forget_what_is_shown(&mut self, all: &[(Order, BrokerOrder, Gone)]) {
        let is_gone = |id: &OrderId| all.iter().find(|(order, ..)| order.id == *id).map(|(.., gone)| gone);
        self.annulled.suspected.retain(|id, seen| is_gone(id) == Some(&seen.0));
        self.annulled.stuck.retain(|id, tried| is_gone(id) == Some(&tried.0));
    }

    /// Has what a person was told to decide follow what the broker's book shows by now.
    fn follow_what_is_asked(&mut self, theirs: &TheirBook) {
        let was_gone =
            |(id, asked): (&OrderId, &Asked)| Some((self.book.order(id)?.clone(), asked.gone.clone()));
        let asked: Vec<(Order, Option<Gone>)> = self.annulled.asked.iter().filter_map(was_gone).collect();
        for (order, was_gone) in asked {
            let id = order.id;
            // Without its row nothing is known of it, such as on a later date.
            let Some(known) = theirs.find(&order, &self.book) else { continue };
            match Gone::of(&order, known) {
                Some(gone) if was_gone.as_ref() == Some(&gone) => {}
                // The alert of before a start stands.
                Some(gone) if was_gone.is_none() => {
                    if let Some(asked) = self.annulled.asked.get_mut(&id) {
                        asked.gone = Some(gone);
                    }
                }
                Some(gone) => {
                    self.annulled.asked.insert(id, gone.disputed(&order));
                    self.tell_left(id);
                }
                None => {
                    self.annulled.asked.remove(&id);
                    self.tell_settled(
                        id,
                        format!("the broker and the books agree on what was filled of order {id}"),
                    );
                }
            }
        }
    }
}
