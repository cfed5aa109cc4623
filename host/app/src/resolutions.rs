//! What people decide of orders that the broker's book does not settle.

use std::sync::Arc;

use prahari_domain::ids::OrderId;
use prahari_domain::risk::Refusal;

use crate::clock::Clock;
use crate::error::AppError;
use crate::halts::Halts;
use crate::user::User;

/// Takes the word of people on what became of orders.
pub struct Resolutions {
    pub(crate) clock: Clock,
    pub(crate) halts: Arc<Halts>,
}

/// What a person says of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// An order of unknown outcome never reached the broker.
    NeverArrived,
    /// The exchange has annulled the fill with this key.
    Annulled(&'a str),
}

impl Resolutions {
    /// Books the word of a person on an order. None when the user has no such order in the books of the day. The broker's book is
    /// looked at before, and what it shows needs no word; an execution that comes to light later counts.
    ///
    /// # Errors
    /// When the journal cannot be written, and nothing was decided; or when the broker's book contradicts ours.
    pub async fn take(
        &self,
        user: &User,
        order: OrderId,
        word: Word<'_>,
        reason: &str,
    ) -> Result<Option<Result<(), Refusal>>, AppError> {
        let mut desk = user.desk.lock().await;
        // After the desk was waited for: entries of the journal follow each other in time.
        let now = self.clock.now();
        if desk.book().order(&order).is_none() {
            return Ok(None);
        }
        let answer = match word {
            Word::NeverArrived => desk.never_arrived(order, reason, now).await,
            Word::Annulled(fill) => desk.annulled_by_word(order, fill, reason, now).await,
        };
        self.halts.leave_desk(desk, answer).await.map(Some)
    }
}
