//! Telling a user of the orders that a run has placed: one message for a run, when it has ended.

use prahari_domain::ids::RunId;
use prahari_domain::orders::{Order, OrderState};

use super::Runs;
use crate::error::AppError;
use crate::notices::words::orders;
use crate::user::User;

impl Runs {
    /// Tells a user of what a run has placed, if it has placed anything. Orders that were refused have messages of
    /// their own.
    pub(super) async fn tell_of_placed(&self, user: &User, run: RunId) -> Result<(), AppError> {
        let placed: Vec<Order> = {
            let desk = user.desk.lock().await;
            let is_placed = |order: &&Order| order.run == run && order.state != OrderState::Rejected;
            desk.book().orders().filter(is_placed).cloned().collect()
        };
        match orders::placed(&placed) {
            Some(words) => self.notices.tell(user.id, words, Some(run)).await,
            None => Ok(()),
        }
    }
}
