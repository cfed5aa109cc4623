//! Orders that have ended in our books, and of which the broker's book may still say something else.

use prahari_brokers::{BrokerOrder, BrokerOrderState};
use prahari_domain::book::TimedEvent;
use prahari_domain::ids::OrderId;
use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, OrderEvent, OrderState};
use prahari_domain::time::{Day, Timestamp};

use super::UnknownAlarm;
use super::decided::DECIDED;
use crate::desk::their_book::TheirBook;
use crate::desk::{Desk, Difference, DifferenceKind};
use crate::error::AppError;

/// Ends the reason of an order whose validity is over, and whose end the broker's book did not show.
const END_NOT_SEEN: &str = "how it ended is not known, and executions may have been missed";

/// For so long after an order has ended the broker's book is read for executions that came before its end, although nothing
/// else is open.
const LATE_FILLS_MS: i64 = 5 * 60_000;

/// Returns the reason of an order whose validity is over at the end of a date, and whose end nobody has seen.
pub(in crate::desk) fn end_not_seen(day: Day) -> String {
    format!("it was valid for {day} and the broker's book does not show it: {END_NOT_SEEN}")
}

/// Returns whether a reason is one of [`end_not_seen`]: an alert tells of such an order.
pub(in crate::desk) fn says_not_seen(reason: &str) -> bool {
    reason.ends_with(END_NOT_SEEN)
}

/// Returns whether an order was ended by a conclusion or by a person, and not by the broker's word.
fn ended_unseen(order: &Order) -> bool {
    match order.state {
        OrderState::Expired => says_not_seen(&order.reason),
        OrderState::Cancelled => order.reason.starts_with(DECIDED),
        _ => false,
    }
}

/// Returns whether executions of an order may still come to light: it has ended before it was filled.
fn may_surface(order: &Order) -> bool {
    let has_name = order.tag.is_some() || order.broker_id.is_some();
    order.state.is_final() && order.remaining() > 0 && has_name
}

/// Returns whether the broker's book says of an ended order what we do not know.
fn is_news(order: &Order, known: &BrokerOrder) -> bool {
    let is_bound = order.broker_id.is_some() || order.state == OrderState::Rejected;
    let has_ended = ended_unseen(order) && known.state != BrokerOrderState::Open;
    !is_bound || has_ended || known.fills.iter().any(|fill| !order.fill_keys.contains(&fill.key))
}

impl Desk {
    /// Returns whether the broker's book has to be read although no order is open: one has ended without the broker's word,
    /// or a moment ago.
    pub(in crate::desk) fn looks_back(&self, now: Timestamp) -> bool {
        let ended_now = |order: &Order| now.millis_since(order.updated_at) <= LATE_FILLS_MS;
        // Of one that was refused nothing is executed.
        let was_taken = |order: &Order| order.state != OrderState::Rejected;
        let mut ended = self.book.orders().filter(|order| may_surface(order));
        !self.link.broker.book_proves_absence()
            && ended.any(|order| ended_unseen(order) || (was_taken(order) && ended_now(order)))
    }

    /// Books executions of orders that have ended in our books, and that the broker's book shows. Such an order came to light
    /// after somebody decided that it never arrived, or was executed before its end was known.
    pub(in crate::desk) async fn look_for_ended(
        &mut self,
        theirs: &TheirBook,
        differences: &mut Vec<Difference>,
    ) -> Result<Vec<OrderId>, AppError> {
        if self.link.broker.book_proves_absence() {
            return Ok(Vec::new());
        }
        let shown = |order: &Order| {
            let known = theirs.find(order, &self.book).filter(|known| is_news(order, known))?;
            Some((order.clone(), known.clone()))
        };
        let ended = self.book.orders().filter(|order| may_surface(order));
        let surfaced: Vec<(Order, BrokerOrder)> = ended.filter_map(shown).collect();
        let mut changed = Vec::new();
        for (order, known) in surfaced {
            let before = self.book.next_sequence();
            self.take_surfaced(&order, &known, differences).await?;
            if self.book.next_sequence() != before {
                changed.push(order.id);
            }
        }
        Ok(changed)
    }

    async fn take_surfaced(
        &mut self,
        order: &Order,
        known: &BrokerOrder,
        differences: &mut Vec<Difference>,
    ) -> Result<(), AppError> {
        let (id, number) = (order.id, &known.broker_id);
        let mut timed_events: Vec<TimedEvent> = Vec::new();
        let is_new = order.broker_id.is_none() && order.state != OrderState::Rejected;
        if is_new {
            let accepted = OrderEvent::Accepted { broker_id: number.clone() };
            timed_events.push((id, known.accepted_at, accepted));
        }
        let mut found = Vec::new();
        for fill in known.fills.iter().filter(|fill| !order.fill_keys.contains(&fill.key)) {
            let shares = counted(fill.quantity, "share", "shares");
            found.push(format!("order {id}: {shares} at {}", rupees(fill.price)));
            timed_events.push((id, fill.at, OrderEvent::Filled(fill.clone())));
        }
        let needs_reconcile = self.needs_reconcile;
        match self.record_all(timed_events).await {
            Ok(()) => {}
            // One order that does not fit must not keep the others from being followed.
            Err(AppError::Book(error)) => {
                self.needs_reconcile = needs_reconcile;
                let detail =
                    format!("order {id} is at the broker as {number}, and cannot be booked: {error}");
                self.tell_once(id, detail);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let symbol = &order.request.symbol;
        differences.extend(found.into_iter().map(|detail| Difference {
            symbol: symbol.clone(),
            kind: DifferenceKind::MissedFill,
            detail,
        }));
        if known.state != BrokerOrderState::Open {
            if ended_unseen(order) && self.unknown.seen_since.insert(id) {
                let how = format!("the broker's book shows order {id} as {number}, which has ended");
                self.unknown.alarms.push(UnknownAlarm::Over { order: id, how });
                // The statement of the date said that it is not known.
                self.dates.note(order.updated_at);
            }
        } else if is_new {
            let ended = order.state.in_words();
            let detail = format!(
                "order {id}, which is {ended} in our books, stands at the broker as {number}: its executions are booked, and it has to be withdrawn in the broker's own application"
            );
            self.unknown.told.remove(&id);
            self.tell_once(id, detail);
        }
        Ok(())
    }

    /// Has an alert raised about an order whose validity is over, and whose end the broker's book does not show.
    pub(in crate::desk) fn tell_of_end_not_seen(&mut self, order: &Order, reason: &str) {
        let id = order.id;
        self.tell_once(id, format!("order {id} of {}: {reason}", order.request.symbol));
    }
}
