//! The way out of a desk of which somebody has asked something.

use tokio::sync::MutexGuard;

use super::Halts;
use crate::desk::Desk;
use crate::error::AppError;

impl Halts {
    /// Lets go of a desk after an answer: halts its user where the answer is a fault in their data, and tells what the desk has
    /// found on the way, which may be more than was asked. The answer stays even when an alert cannot be written.
    ///
    /// # Errors
    /// The answer's, or that a halt could not be written down.
    pub(crate) async fn leave_desk<T>(
        &self,
        mut desk: MutexGuard<'_, Desk>,
        answer: Result<T, AppError>,
    ) -> Result<T, AppError> {
        let (user, alarms, news) = (desk.book().user(), desk.take_alarms(), desk.take_differences());
        drop(desk);
        if let Err(error) = &answer {
            self.halt_for(user, error).await?;
        }
        let of_orders = self.tell_of_orders(user, alarms).await;
        let of_differences = self.tell_of_differences(user, news).await;
        if let Err(error) = of_orders.and(of_differences) {
            tracing::error!(%user, %error, "an alert about an order or a difference could not be written down");
        }
        answer
    }
}
