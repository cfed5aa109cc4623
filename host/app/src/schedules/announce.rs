//! Changing schedules on a running daemon: whose services go on by other times now is told.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_schedule::Schedule;

use super::ScheduleSet;
use crate::daemon::Daemon;
use crate::error::AppError;
use crate::events::ServiceChange;

impl Daemon {
    /// Gives tasks other schedules and tells the users whose services have to be started again to follow them.
    ///
    /// # Errors
    /// As [`Schedules::change`](super::Schedules::change).
    pub async fn change_schedules(
        &self,
        by: UserId,
        expected: u64,
        wanted: Vec<Schedule>,
    ) -> Result<Arc<ScheduleSet>, AppError> {
        let (calendar, now) = (self.venue.calendar.current(), self.clock.now());
        let set = self.schedules.change(by, expected, wanted, &calendar, now).await?;
        self.tell_who_must_restart().await?;
        Ok(set)
    }

    /// Turns tasks on or off and tells the same users.
    ///
    /// # Errors
    /// As [`Schedules::enable`](super::Schedules::enable).
    pub async fn enable_schedules(
        &self,
        by: UserId,
        expected: u64,
        tasks: &[Task],
        enabled: bool,
    ) -> Result<Arc<ScheduleSet>, AppError> {
        let (calendar, now) = (self.venue.calendar.current(), self.clock.now());
        let set = self.schedules.enable(by, expected, (tasks, enabled), &calendar, now).await?;
        self.tell_who_must_restart().await?;
        Ok(set)
    }

    async fn tell_who_must_restart(&self) -> Result<(), AppError> {
        for user in self.users() {
            if self.restart_needed(&user).await? {
                self.tell_of_service(user.id, ServiceChange::RestartNeeded, "the schedules have changed");
            }
        }
        Ok(())
    }
}
