//! Writes that the database refused while nobody waited for them: they concern the user whose row it was.

use prahari_store::{AlertCode, NewAlert, Refusal};

use crate::daemon::Daemon;
use crate::error::AppError;

impl Daemon {
    /// Alerts about the writes that were refused since the last call while nobody waited for them: what is in memory
    /// contradicts what the database holds, and somebody has to look. A user whose journal it is is halted. Everybody else
    /// goes on.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn contain_refusals(&self) -> Result<(), AppError> {
        for Refusal { user, error } in self.store.take_refusals() {
            let user = user.filter(|user| self.user(*user).is_ok());
            let error = AppError::Store(error);
            if let Some(user) = user
                && self.halt_for(user, &error).await?
            {
                continue;
            }
            let detail = format!("a write contradicts what the database holds: {error}");
            let (code, subject) = (AlertCode::WriteRefused, String::new());
            self.raise_alert(NewAlert { code, user, subject, detail }).await?;
        }
        Ok(())
    }
}
