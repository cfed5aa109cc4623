//! Booking: what happened is tried on a copy of what it touches, queued for the journal, and only then taken over
//! into the books. So memory and journal never part, wherever a fault, a refusal or the end of a request strikes.

use std::collections::VecDeque;

use prahari_domain::book::{BookError, Part, TimedEvent};
use prahari_domain::ids::OrderId;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent};
use prahari_domain::time::Timestamp;
use prahari_store::{PendingWrite, StoreError};

use super::Desk;
use crate::error::AppError;

/// Entries that have their place in the queue, and of which it is not known yet that they are durable.
pub(super) type Queued = VecDeque<PendingWrite>;

impl Desk {
    /// Returns why nothing can be booked any more, when the journal and these books have parted.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Books an event and queues it for the journal.
    pub(super) async fn record(
        &mut self,
        order: OrderId,
        at: Timestamp,
        event: OrderEvent,
    ) -> Result<(), AppError> {
        self.record_all(vec![(order, at, event)]).await
    }

    /// Books events, all of them or none, and queues them for the journal.
    pub(super) async fn record_all(&mut self, timed_events: Vec<TimedEvent>) -> Result<(), AppError> {
        if let Some(told) = self.enter(timed_events, false).await? {
            self.queued.push_back(told);
        }
        Ok(())
    }

    /// Books events, all of them or none, and returns when all of them are on disk, in one commit.
    pub(super) async fn record_durably(&mut self, timed_events: Vec<TimedEvent>) -> Result<(), AppError> {
        match self.enter(timed_events, true).await? {
            Some(told) => told.committed().await.map_err(|error| self.parted(error))?,
            None => return Ok(()),
        }
        // Writes are taken in their order: by now it is known of each that was queued before whether the journal
        // has it.
        self.check_usable()
    }

    /// Refuses when nothing can be booked any more, or what was queued before was not taken.
    pub(super) fn check_usable(&mut self) -> Result<(), AppError> {
        if let Some(reason) = &self.fault {
            return Err(AppError::BooksUnusable { user: self.book.user(), reason: reason.clone() });
        }
        while let Some(result) = self.queued.front_mut().and_then(PendingWrite::try_result) {
            self.queued.pop_front();
            result.map_err(|error| self.parted(error))?;
        }
        Ok(())
    }

    async fn enter(
        &mut self,
        timed_events: Vec<TimedEvent>,
        urgent: bool,
    ) -> Result<Option<PendingWrite>, AppError> {
        self.check_usable()?;
        let part = self.book.try_entries(&timed_events).map_err(|error| self.contradicted(error))?;
        if part.is_empty() {
            return Ok(None);
        }
        let (entries, orders) = for_journal(&part);
        let (changes, settled) = (self.changes_of(&part), self.settled_by(&part));
        let messages = self.messages_of(&part).await;
        let told = self.scope().append_journal_telling(entries, orders, messages.clone(), urgent).await?;
        // From here to the end nothing waits: whoever gives up on this request leaves books and journal alike.
        for entry in part.journal() {
            self.dates.note(entry.at);
            if let OrderEvent::FillWithdrawn(withdrawal) = &entry.event {
                self.dates.note(withdrawal.fill.at);
            }
        }
        for (entry, order) in part.entries() {
            self.outside.learn(&order.request, entry);
        }
        let returned = self.annulled.returned(part.journal());
        self.book.accept(part);
        self.note_settled(settled);
        self.tell_of_returned(returned);
        self.announce(changes);
        self.announce_messages(messages);
        Ok(Some(told))
    }

    /// The books are as they were; the broker's book has to be looked at before anything is sent.
    fn contradicted(&mut self, error: BookError) -> AppError {
        self.needs_reconcile = true;
        AppError::Book(error)
    }

    /// The books are ahead of a journal that refuses what they hold.
    fn parted(&mut self, error: StoreError) -> AppError {
        if error.is_refusal() {
            self.fault = Some(error.to_string());
        }
        AppError::Store(error)
    }
}

/// The entries, and each order as it is after the last of them.
fn for_journal(part: &Part) -> (Vec<JournalEntry>, Vec<Order>) {
    let entries = part.journal().to_vec();
    let mut orders: Vec<Order> = Vec::new();
    for (entry, order) in part.entries() {
        tracing::trace!(%order.id, event = entry.event.name(), "journal");
        orders.retain(|earlier| earlier.id != order.id);
        orders.push(order.clone());
    }
    (entries, orders)
}
