//! What the broker tells when it is asked each minute: fills, cancellations, expiries.

use prahari_brokers::{BrokerEvent, BrokerEventKind};
use prahari_domain::ids::OrderId;
use prahari_domain::orders::OrderEvent;
use prahari_domain::time::Timestamp;

use super::Desk;
use crate::error::AppError;

impl Desk {
    /// Asks the broker what happened up to `now` and books all of it. Answers the orders that changed.
    ///
    /// # Errors
    /// When the journal cannot be written or a report contradicts the books; nothing is booked then, and the desk
    /// needs a reconcile.
    pub async fn sync_fills(&mut self, now: Timestamp) -> Result<Vec<OrderId>, AppError> {
        self.close_past_dates(now, None).await?;
        let changed = self.take_reports(now).await?;
        self.look_outside(now).await?;
        Ok(changed)
    }

    /// [`Desk::sync_fills`] without a look at the date.
    pub(super) async fn take_reports(&mut self, now: Timestamp) -> Result<Vec<OrderId>, AppError> {
        let user = self.book.user();
        let Some(account) = self.link.simulated.clone() else { return self.follow_book(now).await };
        if !account.has_open() {
            return Ok(Vec::new());
        }
        self.check_usable()?;
        // What the broker has told, it does not tell again: until it is booked, only its book has it.
        let needs_reconcile = std::mem::replace(&mut self.needs_reconcile, true);
        let events = account.advance(now).await?;
        let mut changed = Vec::new();
        let mut timed_events = Vec::new();
        for BrokerEvent { broker_id, tag, at, kind } in events {
            // As after a backup was restored: what such an order did shows when holdings are compared.
            let known = self.book.order_at_broker(broker_id.as_deref(), &tag);
            let Some(id) = known.map(|order| order.id) else {
                tracing::error!(%user, tag, "the broker reports on an order that is not in our books");
                continue;
            };
            timed_events.push((id, at, event_of(kind)));
            changed.push(id);
        }
        self.record_all(timed_events).await?;
        self.needs_reconcile = needs_reconcile;
        Ok(changed)
    }
}

pub(super) fn event_of(kind: BrokerEventKind) -> OrderEvent {
    match kind {
        BrokerEventKind::Accepted { broker_id } => OrderEvent::Accepted { broker_id },
        BrokerEventKind::Filled(fill) => OrderEvent::Filled(fill),
        BrokerEventKind::Cancelled { reason } => OrderEvent::Cancelled { reason },
        BrokerEventKind::Rejected { reason, retryable, unsettled } => {
            OrderEvent::Rejected { reason, retryable, unsettled }
        }
        BrokerEventKind::Expired { reason } => OrderEvent::Expired { reason },
    }
}
