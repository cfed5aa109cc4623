//! Writes that the database refused while nobody waited for them: they concern the user whose row it was.

use prahari_store::{AlertCode, NewAlert, Refusal};

use super::Services;
use crate::error::AppError;

impl Services {
    /// Alerts about the writes that were refused since the last call while nobody waited for them: what is in
    /// memory contradicts what the database holds, and somebody has to look. A user whose journal it is is halted.
    /// Everybody else goes on.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn handle_refusals(&self) -> Result<(), AppError> {
        for Refusal { user, error } in self.handles.store.take_refusals() {
            let user = user.filter(|user| self.users.find(*user).is_ok());
            let error = AppError::Store(error);
            if let Some(user) = user
                && self.halts.halt_for(user, &error).await?
            {
                continue;
            }
            let detail = format!("a write contradicts what the database holds: {error}");
            let (code, subject) = (AlertCode::WriteRefused, String::new());
            self.notices.raise(NewAlert { code, user, subject, detail }).await?;
        }
        Ok(())
    }
}
