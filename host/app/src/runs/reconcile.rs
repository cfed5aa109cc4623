//! Comparing with the broker what may have been sent, before anybody acts on it.

use crate::error::AppError;
use crate::runs::Runs;
use crate::user::User;

impl Runs {
    /// Compares a desk that needs a reconcile with its broker's book, and raises alerts for orders whose outcome stays
    /// unknown.
    ///
    /// # Errors
    /// When the broker's book cannot be read, in which case the desk still needs a reconcile, or a write fails.
    pub(crate) async fn reconcile_desk(&self, user: &User) -> Result<(), AppError> {
        let mut desk = user.desk.lock().await;
        let reconciled = if desk.needs_reconcile() {
            desk.reconcile(self.handles.clock.now()).await.map(drop)
        } else {
            Ok(())
        };
        let alarms = desk.take_alarms();
        drop(desk);
        self.halts.tell_of_orders(user.id, alarms).await?;
        reconciled
    }

    /// Resolves orders that may or may not be at the broker, before a task of their user runs: it would take one
    /// without an answer for one that stands, and outside trading hours nothing else asks in time. When the broker
    /// cannot be asked the task runs all the same, and nothing of it is sent.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn resolve_unknown_orders(&self, user: &User) -> Result<(), AppError> {
        if !user.desk.lock().await.has_unknown_orders() {
            return Ok(());
        }
        match self.reconcile_desk(user).await {
            Err(error) if !error.concerns_everybody() => {
                tracing::warn!(user = %user.id, %error, "the outcome of an order that may have been sent is still unknown");
                Ok(())
            }
            reconciled => reconciled,
        }
    }
}
