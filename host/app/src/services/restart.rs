//! Restarting unified services: they go on with the schedules that are in force now.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;

use super::individual::RESTARTED;
use super::{By, Level, Services, Switched};
use crate::error::AppError;
use crate::notices::words;

impl Services {
    /// [`Services::restart_service_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn restart_service(&self, id: UserId) -> Result<Switched, AppError> {
        self.restart_service_by(id, &By::daemon("")).await
    }

    /// Turns a user's unified service off and on again, or just on when it is off.
    ///
    /// # Errors
    /// When there is no such user or it cannot be written down.
    pub async fn restart_service_by(&self, id: UserId, by: &By) -> Result<Switched, AppError> {
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        let was_running = user.services.is_running();
        if was_running {
            self.turn_off(&user).await?;
            let line = format!("the unified service is restarted by {}", self.name_of(by));
            self.log_service(&user, Level::Info, "service_restarted", line).await?;
        }
        self.turn_on(&user, by).await?;
        Ok(Switched { changed: !was_running, executing: user.runs.executing() })
    }

    /// Restarts every unified service that is on; how many there were.
    ///
    /// # Errors
    /// When one cannot be written down.
    pub async fn restart_all_services(&self, by: &By) -> Result<usize, AppError> {
        let running = self.users.running();
        for user in &running {
            self.restart_service_by(user.id, by).await?;
        }
        Ok(running.len())
    }

    /// Tells users what a restart of the daemon did to their services: unified ones go on, individual ones are stopped, because
    /// their processes ended with the last one of the daemon.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn tell_of_restart(&self, stopped: Vec<(UserId, Task)>) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let goes_on = "the daemon was restarted; the unified service goes on";
        let lines = self.users.running().iter().map(|user| (user.id, goes_on.to_owned())).collect();
        self.handles.store.system().log_services(now, "service_resumed", lines).await?;
        for (id, task) in stopped {
            // Somebody may have been removed meanwhile; nobody reads of their services.
            let Ok(user) = self.users.find(id) else { continue };
            let line = format!("the individual service of {task} was stopped by the daemon: {RESTARTED}");
            self.log_service(&user, Level::Warn, "individual_stopped", line).await?;
            self.notices.tell(id, words::services::individual_stopped(task, RESTARTED), None).await?;
        }
        Ok(())
    }

    /// Writes into the logs of all users whose unified service is on that the daemon stops, and how their services stand, so that
    /// nothing of it is lost with the process.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn tell_of_stop(&self) -> Result<(), AppError> {
        self.beat().await?;
        let reason = self.handles.shutdown.reason().map(|stop| format!(" ({stop})")).unwrap_or_default();
        let line = format!("the daemon stops{reason}; the unified service goes on when it is started again");
        let lines = self.users.running().iter().map(|user| (user.id, line.clone())).collect();
        Ok(self
            .handles
            .store
            .system()
            .log_services(self.handles.clock.now(), "daemon_stopped", lines)
            .await?)
    }
}
