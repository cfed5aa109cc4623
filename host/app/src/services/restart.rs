//! Restarting unified services: they go on with the schedules that are in force now.

use prahari_domain::ids::UserId;

use super::{Level, Services, Switched};
use crate::error::AppError;

impl Services {
    /// Turns a user's unified service off and on again, or just on when it is off.
    ///
    /// # Errors
    /// When there is no such user or it cannot be written down.
    pub async fn restart_service(&self, id: UserId) -> Result<Switched, AppError> {
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        let was_running = user.services.is_running();
        if was_running {
            self.turn_off(&user).await?;
            self.log_service(&user, Level::Info, "service_restarted", "the unified service is restarted")
                .await?;
        }
        self.turn_on(&user).await?;
        Ok(Switched { changed: !was_running, executing: user.runs.executing() })
    }

    /// Restarts every unified service that is on; how many there were.
    ///
    /// # Errors
    /// When one cannot be written down.
    pub async fn restart_all_services(&self) -> Result<usize, AppError> {
        let running = self.users.running();
        for user in &running {
            self.restart_service(user.id).await?;
        }
        Ok(running.len())
    }
}
