//! Comparing with the broker what may have been sent, before anybody acts on it.

use crate::error::AppError;
use crate::runs::Runs;
use crate::user::User;

impl Runs {
    /// Compares a desk that is unsettled with its broker's book, and tells of orders that were closed as lost.
    ///
    /// # Errors
    /// When the broker's book cannot be had, which leaves the desk unsettled, or something cannot be written down.
    pub(crate) async fn settle_desk(&self, user: &User) -> Result<(), AppError> {
        let mut desk = user.desk.lock().await;
        let settled = if desk.is_unsettled() {
            desk.reconcile(self.handles.clock.now()).await.map(drop)
        } else {
            Ok(())
        };
        let lost = desk.take_lost();
        drop(desk);
        self.halts.tell_of_lost(user.id, lost).await?;
        settled
    }

    /// Settles orders that may or may not be at the broker, before a task of their user runs: it would take one without an answer for
    /// one that stands, and outside trading hours nothing else asks in time. When the broker cannot be asked the task runs all
    /// the same, and nothing of it is sent.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn settle_doubtful(&self, user: &User) -> Result<(), AppError> {
        if !user.desk.lock().await.has_doubtful() {
            return Ok(());
        }
        match self.settle_desk(user).await {
            Err(error) if !error.concerns_everybody() => {
                tracing::warn!(user = %user.id, %error, "what may have been sent is not settled yet");
                Ok(())
            }
            settled => settled,
        }
    }
}
