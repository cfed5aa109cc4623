//! Looking for orders of unknown outcome in the broker's book.

use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Order, OrderEvent, OrderState};
use prahari_domain::time::Timestamp;

use crate::desk::Desk;
use crate::desk::their_book::{TheirBook, in_words};
use crate::error::AppError;

impl Desk {
    /// Takes note that the broker's book was read and does not show an order that may have been sent. It is unknown from then
    /// on, whatever the book says: one that is empty or lacks a row proves nothing.
    pub(in crate::desk) async fn not_shown(
        &mut self,
        ours: &Order,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let alike = theirs.alike(ours, &self.book);
        if ours.state == OrderState::Sent {
            let mut reason =
                "no answer came, and the broker's book does not show it, which proves nothing".to_owned();
            in_words(&alike).iter().for_each(|like_it| reason.extend(["; ", like_it.as_str()]));
            self.record(ours.id, now, OrderEvent::OutcomeUnknown { reason }).await?;
        }
        let search = self.unknown.search_for(ours.id);
        search.looks = search.looks.saturating_add(1);
        (search.last, search.alike) = (Some(now), alike);
        self.unknown.unkept.insert(ours.id);
        Ok(())
    }

    /// Takes note that the broker's book could not be read for the orders that may have been sent: somebody has to know of them.
    pub(in crate::desk) async fn not_looked_for(&mut self, now: Timestamp) -> Result<(), AppError> {
        if self.link.broker.book_proves_absence() {
            return Ok(());
        }
        let may_be_there = |order: &&Order| matches!(order.state, OrderState::Sent | OrderState::Unknown);
        let open: Vec<(OrderId, OrderState)> =
            self.book.active_orders().filter(may_be_there).map(|order| (order.id, order.state)).collect();
        for (id, state) in open {
            if state == OrderState::Sent {
                let reason = "no answer came, and the broker's book cannot be had".to_owned();
                self.record(id, now, OrderEvent::OutcomeUnknown { reason }).await?;
            }
            self.unknown.search_for(id);
        }
        Ok(())
    }
}
