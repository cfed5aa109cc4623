//! Cancellations that a person asks for. Those of tasks go through their runs.

use std::sync::Arc;

use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::orders::OrderState;
use prahari_domain::risk::{Refusal, RefusalCode};

use crate::clock::Clock;
use crate::desk::{Desk, OrderContext};
use crate::error::AppError;
use crate::halts::Halts;
use crate::user::User;

/// Cancels orders for people.
pub struct Cancellations {
    pub(crate) clock: Clock,
    pub(crate) halts: Arc<Halts>,
}

impl Cancellations {
    /// Cancels an active order of a user, whichever strategy it belongs to; a rejected one that may be retried is given
    /// up instead. None when the user has no such order in the books of the day. Passes while a kill switch is on.
    /// Of an order of which it is not known whether the broker has it the refusal is [`RefusalCode::Unsettled`]: it may be open.
    ///
    /// # Errors
    /// When the journal cannot be written, and the cancellation was not sent; or when the broker cannot be asked.
    pub async fn cancel(
        &self,
        user: &User,
        order: OrderId,
        reason: &str,
    ) -> Result<Option<Result<(), Refusal>>, AppError> {
        let mut desk = user.desk.lock().await;
        // After the desk was waited for: entries of the journal follow each other in time.
        let now = self.clock.now();
        let Some(strategy) = desk.book().order(&order).map(|order| order.strategy) else { return Ok(None) };
        let order_context = OrderContext { run: RunId(0), strategy, day: now.ist_day(), now };
        let answer = desk.cancel(order, reason, order_context).await;
        let answer = answer.map(|answer| answer.map_err(|refusal| of_order(refusal, &desk, order)));
        self.halts.leave_desk(desk, answer).await.map(Some)
    }
}

/// The refusal to cancel an order, which does not say of an order that may be open that it is over.
fn of_order(refusal: Refusal, desk: &Desk, order: OrderId) -> Refusal {
    use OrderState::{Intent, Sent, Unknown};
    let known = desk.book().order(&order);
    if known.is_some_and(|order| matches!(order.state, Intent | Sent | Unknown)) {
        return Refusal { code: RefusalCode::Unsettled, ..refusal };
    }
    refusal
}
