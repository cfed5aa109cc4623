//! Telling a user of the orders that a run has placed: one message for a run, in the write that books its end, whichever
//! end that is.

use prahari_domain::ids::RunId;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::Timestamp;
use prahari_store::{InterruptedRun, NewNotification, RunRow};

use super::Runs;
use crate::desk::Desk;
use crate::error::AppError;
use crate::notices::words::orders;
use crate::user::User;

impl Runs {
    /// Returns what a user is told of what a run has placed; nothing when it has placed nothing. Orders that were refused
    /// have messages of their own.
    pub(super) async fn told_of_placed(&self, user: &User, run: RunId) -> Vec<NewNotification> {
        let desk = user.desk.lock().await;
        self.told_by(&desk, user, run)
    }

    /// Ends runs that nothing carries on, and tells their users what those have placed, in one write. A desk that is busy
    /// is not waited for: at the start of the daemon none is.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn end_interrupted(
        &self,
        runs: &[RunRow],
        detail: &str,
        at: Timestamp,
    ) -> Result<(), AppError> {
        let ended: Vec<InterruptedRun> = runs.iter().map(|run| self.interrupted(run)).collect();
        if ended.is_empty() {
            return Ok(());
        }
        self.handles.store.system().mark_interrupted(ended.clone(), detail.to_owned(), at).await?;
        for InterruptedRun { user, messages, .. } in ended {
            self.notices.announce(user, messages);
        }
        Ok(())
    }

    fn interrupted(&self, run: &RunRow) -> InterruptedRun {
        let user = self.users.find(run.user).ok();
        let messages = user.and_then(|user| {
            let desk = user.desk.try_lock().ok()?;
            Some(self.told_by(&desk, &user, run.id))
        });
        InterruptedRun { id: run.id, user: run.user, messages: messages.unwrap_or_default() }
    }

    fn told_by(&self, desk: &Desk, user: &User, run: RunId) -> Vec<NewNotification> {
        let is_placed = |order: &&Order| order.run == run && order.state != OrderState::Rejected;
        let placed: Vec<Order> = desk.book().orders().filter(is_placed).cloned().collect();
        let words = orders::placed(&placed);
        words.map(|words| self.notices.prepare(user, words, Some(run))).into_iter().collect()
    }
}
