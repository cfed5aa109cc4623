//! Changing and cancelling. The broker's answer says that the request was received; what came of it is in the book, so the
//! order is looked at until it shows.

use prahari_brokers::BrokerError;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::Timestamp;

use super::KotakBroker;
use crate::client::OrderChange;
use crate::wire::order::OrderRow;
use crate::wire::status::OrderStatus;

/// What looking at an order after a request showed.
enum Shown {
    /// It was done.
    Done,
    /// It was not, and will not be.
    Refused(String),
    /// Neither yet.
    NotYet,
}

impl KotakBroker {
    pub(super) async fn change(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
    ) -> Result<(), BrokerError> {
        let number = self.number(order)?;
        let before = self.standing_row(order, &number).await?;
        let change = OrderChange {
            number: number.clone(),
            quantity,
            kind,
            product: order.request.product,
            after_market: before.status == OrderStatus::AmoWaiting,
        };
        let answer = self.session.once(|client, session| {
            let change = change.clone();
            async move { client.modify(&session, &change).await }
        });
        answer.await?;
        let shows = |row: &OrderRow| change_shown(&before, row, quantity, kind);
        self.look(&number, "the change", shows).await?;
        self.memory.changed(&order.broker_tag(), kind);
        Ok(())
    }

    pub(super) async fn end(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        let number = self.number(order)?;
        let before = self.standing_row(order, &number).await?;
        let waiting = before.status == OrderStatus::AmoWaiting;
        let shares = self.shares.kept(now.ist_day());
        let name = shares.as_ref().and_then(|shares| shares.find(&order.request.symbol));
        let name = name.map(|scrip| scrip.trading_symbol.clone());
        let answer = self.session.once(|client, session| {
            let (number, name) = (number.clone(), name.clone());
            async move { client.cancel(&session, &number, waiting, name.as_deref()).await }
        });
        answer.await?;
        self.look(&number, "the cancellation", end_shown).await
    }

    fn number(&self, order: &Order) -> Result<String, BrokerError> {
        let remembered = || match self.memory.standing(&order.broker_tag()) {
            Some(super::Standing::Number(number)) => Some(number),
            _ => None,
        };
        let number = order.broker_id.clone().or_else(remembered);
        number.ok_or_else(|| BrokerError::Refused {
            reason: format!("the broker's number of order {} is not known", order.id),
            retryable: false,
        })
    }

    /// The order as it stands, before anything is sent: it tells whether it waits for the next session, which the request
    /// has to say, and whether there is anything left to change.
    async fn standing_row(&self, order: &Order, number: &str) -> Result<OrderRow, BrokerError> {
        let row =
            self.session.order(number).await.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
        match row {
            Some(row) if row.status.has_ended() => Err(BrokerError::Refused {
                reason: format!("order {} has ended at the broker", order.id),
                retryable: false,
            }),
            Some(row) => Ok(row),
            None => Err(BrokerError::Refused {
                reason: format!("the broker does not show order {}, number {number}, now", order.id),
                retryable: true,
            }),
        }
    }

    /// Looks at an order some times, with longer pauses, until it shows what came of a request.
    async fn look(
        &self,
        number: &str,
        what: &str,
        shows: impl Fn(&OrderRow) -> Shown + Send + Sync,
    ) -> Result<(), BrokerError> {
        for pause in &self.settings.looks {
            let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            self.pace.wait_until(self.pace.now().plus_millis(pause)).await;
            // One look that fails is like one that shows nothing: there are others.
            let Ok(Some(row)) = self.session.order(number).await else { continue };
            match shows(&row) {
                Shown::Done => return Ok(()),
                Shown::Refused(reason) => return Err(BrokerError::Refused { reason, retryable: false }),
                Shown::NotYet => {}
            }
        }
        Err(BrokerError::Unclear(format!("{what} was received, and order {number} does not show it yet")))
    }
}

/// What an order shows of a change.
fn change_shown(before: &OrderRow, row: &OrderRow, quantity: u32, kind: OrderKind) -> Shown {
    let reason = || row.reason.as_ref().map(|reason| reason.said.to_string());
    let priced = match kind {
        OrderKind::Limit(_) => row.kind == kind,
        // What the broker makes of a market order is a limit of its own choice.
        OrderKind::Market => row.changed_at > before.changed_at,
    };
    match row.status {
        _ if row.quantity == quantity && priced => Shown::Done,
        OrderStatus::Rejected | OrderStatus::Cancelled | OrderStatus::Complete => {
            Shown::Refused(reason().unwrap_or_else(|| "the order ended before it was changed".to_owned()))
        }
        OrderStatus::NotModified => {
            Shown::Refused(reason().unwrap_or_else(|| "the exchange did not change it".to_owned()))
        }
        // A reason that was not there before is that of this change.
        OrderStatus::Open if row.reason.is_some() && row.reason != before.reason => {
            Shown::Refused(reason().unwrap_or_default())
        }
        _ => Shown::NotYet,
    }
}

/// What an order shows of a cancellation.
fn end_shown(row: &OrderRow) -> Shown {
    match row.status {
        OrderStatus::Cancelled => Shown::Done,
        OrderStatus::Complete => Shown::Refused("all of it was executed before".to_owned()),
        OrderStatus::Rejected => Shown::Refused("it was refused before".to_owned()),
        OrderStatus::NotCancelled => Shown::Refused("the exchange did not cancel it".to_owned()),
        _ => Shown::NotYet,
    }
}
