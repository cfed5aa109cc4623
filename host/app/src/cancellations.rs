//! Cancellations that a person asks for. Those of tasks go through their runs.

use std::sync::Arc;

use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::risk::Refusal;

use crate::clock::Clock;
use crate::desk::OrderContext;
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
        self.halts.leave_desk(desk, answer).await.map(Some)
    }
}
