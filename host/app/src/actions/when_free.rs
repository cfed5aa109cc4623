//! Users whose desk is busy when actions are due: they are done as soon as it is free, before whatever comes to it later.

use std::sync::Arc;

use super::Actions;
use super::due::waits;
use super::entitled::Histories;
use crate::error::AppError;
use crate::user::User;

impl Actions {
    /// Does what is due to a user as soon as their desk is free. Who waits for a desk comes to it before whoever asks for it
    /// later, so nothing that begins after this trades by books of before. Where rows change just then the next instant
    /// does it, and until it has the desk refuses orders of these shares.
    pub(super) async fn apply_when_free(self: &Arc<Self>, user: Arc<User>) {
        if !self.known.lock().awaited.insert(user.id) {
            return;
        }
        let actions = Arc::clone(self);
        let mut applying = Box::pin(async move {
            let result = actions.apply_to_free(&user).await;
            actions.known.lock().awaited.remove(&user.id);
            let Err(error) = result else { return };
            let halted = actions.halts.halt_for(user.id, &error).await;
            if !halted.is_ok_and(|halted| halted) {
                tracing::error!(user = %user.id, %error, "corporate actions are not booked yet for a user whose desk was busy");
            }
        });
        // From here on it stands in the queue of the desk.
        if futures::poll!(applying.as_mut()).is_pending() {
            self.background.spawn(applying);
        }
    }

    async fn apply_to_free(&self, user: &Arc<User>) -> Result<(), AppError> {
        let mut desk = user.desk.lock().await;
        // Whoever changes rows waits for desks: they are not waited for from here.
        let Ok(_applying) = self.changing.try_read() else { return Ok(()) };
        let (now, mut histories) = (self.handles.clock.now(), Histories::default());
        for row in self.due(now) {
            let waits = waits(&row, now);
            self.apply_at(&mut desk, user, (&row, waits), &mut histories, now).await?;
            if !waits {
                self.known.lock().note_done(row.id, user.id);
            }
        }
        Ok(())
    }
}
