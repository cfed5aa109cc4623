//! What the broker tells by itself, at any moment: more than once, late, in another order than it happened, or
//! about orders that are not ours. Facts are booked by the same fold as everything else, in which a known one
//! changes nothing; whatever contradicts our book is resolved by the broker's book, never by a guess.

use std::sync::atomic::Ordering;
use std::time::Duration;

use prahari_brokers::{BrokerEvent, BrokerEventKind, Pushed};
use prahari_domain::ids::OrderId;
use prahari_domain::orders::{OrderEvent, OrderState};
use prahari_domain::time::Timestamp;

use super::Desk;
use super::sync_fills::event_of;
use crate::clock::Stopwatch;
use crate::error::AppError;

/// The least time, by the real clock, between two questions for the broker's book because of pushes. A flood of
/// pushes without sense would otherwise become one of questions; the next order and the next minute ask in any
/// case.
const RESYNC_REST: Duration = Duration::from_secs(5);

impl Desk {
    /// Books what the broker has pushed. Returns the orders that changed; the desk needs a reconcile afterwards when
    /// only the broker's book can tell what happened and was not to be had.
    ///
    /// # Errors
    /// When the journal cannot be written, the broker cannot be asked, or its book contradicts ours.
    pub async fn take_pushed(&mut self, pushed: Pushed, now: Timestamp) -> Result<Vec<OrderId>, AppError> {
        self.close_past_dates(now, None).await?;
        let mut changed = Vec::new();
        match pushed {
            Pushed::Events(events) => {
                for event in events {
                    changed.extend(self.book_pushed(event, now).await?);
                }
            }
            Pushed::Gap => self.needs_reconcile = true,
        }
        if self.needs_reconcile {
            self.resync(now).await?;
        }
        // What was learnt of a closed date changes its statement.
        self.close_past_dates(now, None).await?;
        Ok(changed)
    }

    /// Books one event; answers its order when that is different from before. A fact that contradicts the books is
    /// not booked, and leaves the desk in need of a reconcile.
    async fn book_pushed(&mut self, event: BrokerEvent, now: Timestamp) -> Result<Option<OrderId>, AppError> {
        let BrokerEvent { broker_id, tag, at, kind } = event;
        let Some(order) = self.book.order_at_broker(broker_id.as_deref(), &tag) else {
            self.link.pushed.ignored.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(user = %self.book.user(), tag, "the broker tells of an order that is not in our books");
            return Ok(None);
        };
        // A push may be late; that a trade stands which was annulled is for the book to say.
        if let BrokerEventKind::Filled(fill) = &kind
            && self.annulled.has(order.id, &fill.key)
        {
            self.needs_reconcile = true;
            return Ok(None);
        }
        // Nothing happens to an order before it is placed, or later than now, whatever clock the broker has.
        let (id, at) = (order.id, at.max(order.placed_at).min(now));
        // The tag has proven it, and may be written anew before it is seen again: from now on its number names it.
        let is_unbound = order.broker_id.is_none() && order.state != OrderState::Rejected;
        let number = broker_id.filter(|_| is_unbound).map(|broker_id| OrderEvent::Accepted { broker_id });
        let told = number.into_iter().chain([event_of(kind)]);
        let timed_events = told.map(|event| (id, at, event)).collect();
        let before = self.book.next_sequence();
        match self.record_all(timed_events).await {
            Ok(()) => {}
            Err(AppError::Book(error)) => {
                tracing::warn!(user = %self.book.user(), %error, "what the broker tells does not fit; its book is asked");
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let is_new = self.book.next_sequence() != before;
        let count = if is_new { &self.link.pushed.booked } else { &self.link.pushed.known };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(is_new.then_some(id))
    }

    /// Compares the books with the broker's, unless that was done for the same reason a moment ago.
    async fn resync(&mut self, now: Timestamp) -> Result<(), AppError> {
        if self.resynced.as_ref().is_some_and(|last| last.elapsed() < RESYNC_REST) {
            return Ok(());
        }
        self.resynced = Some(Stopwatch::start());
        self.link.pushed.resyncs.fetch_add(1, Ordering::Relaxed);
        self.reconcile(now).await.map(drop)
    }
}
