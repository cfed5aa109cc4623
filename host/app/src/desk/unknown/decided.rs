//! The word of a person on an order of unknown outcome.

use prahari_domain::ids::OrderId;
use prahari_domain::orders::{OrderEvent, OrderState};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::Timestamp;

use crate::desk::Desk;
use crate::error::AppError;

/// Begins the reason of an order of which a person decided that it never arrived.
pub(super) const DECIDED: &str = "decided by hand that it never arrived: ";

impl Desk {
    /// Books the word of a person that an order of unknown outcome never arrived. The broker's book is looked at before: what
    /// it shows needs no decision. An execution that comes to light afterwards counts all the same.
    ///
    /// # Errors
    /// When the journal cannot be written or the broker's book contradicts ours. A book that cannot be had is a refusal: it may
    /// show the order.
    pub async fn never_arrived(
        &mut self,
        id: OrderId,
        reason: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, AppError> {
        self.close_past_dates(now, None).await?;
        match self.reconcile(now).await {
            Ok(_) => {}
            Err(AppError::Broker(error)) => {
                let detail = format!("the broker's book may show it and cannot be read now: {error}");
                return Ok(Err(Refusal { code: RefusalCode::Unsettled, detail }));
            }
            Err(error) => return Err(error),
        }
        let Some(order) = self.book.order(&id) else {
            let detail = format!("this user has no order {id}");
            return Ok(Err(Refusal { code: RefusalCode::UnknownOrder, detail }));
        };
        if order.state != OrderState::Unknown {
            let detail =
                format!("order {id} is {}: only an unknown outcome can be decided", order.state.in_words());
            return Ok(Err(Refusal { code: RefusalCode::State, detail }));
        }
        let reason = format!("{DECIDED}{reason}");
        self.record_durably(vec![(id, now, OrderEvent::Cancelled { reason })]).await?;
        // The statements of closed dates said that it is not known.
        self.close_past_dates(now, None).await?;
        Ok(Ok(()))
    }
}
