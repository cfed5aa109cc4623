//! What people decide of orders whose outcome is not known.

use std::sync::Arc;

use prahari_domain::ids::OrderId;
use prahari_domain::risk::Refusal;

use crate::clock::Clock;
use crate::error::AppError;
use crate::halts::Halts;
use crate::user::User;

/// Takes the word of people on orders of unknown outcome.
pub struct Resolutions {
    pub(crate) clock: Clock,
    pub(crate) halts: Arc<Halts>,
}

impl Resolutions {
    /// Ends an order of unknown outcome because a person says that it never arrived. None when the user has no such order in
    /// the books of the day. The broker's book is looked at before, and an execution that comes to light later counts.
    ///
    /// # Errors
    /// When the journal cannot be written, and nothing was decided; or when the broker's book contradicts ours.
    pub async fn never_arrived(
        &self,
        user: &User,
        order: OrderId,
        reason: &str,
    ) -> Result<Option<Result<(), Refusal>>, AppError> {
        let mut desk = user.desk.lock().await;
        // After the desk was waited for: entries of the journal follow each other in time.
        let now = self.clock.now();
        if desk.book().order(&order).is_none() {
            return Ok(None);
        }
        let answer = desk.never_arrived(order, reason, now).await;
        self.halts.leave_desk(desk, answer).await.map(Some)
    }
}
