//! Changing schedules on a running daemon: whose services go on by other times now is told.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_schedule::Schedule;

use super::ScheduleSet;
use crate::error::AppError;
use crate::events::{Audience, Resource, ServiceChange};
use crate::handles::Handles;
use crate::schedules::{Previews, Schedules};
use crate::services::Services;
use crate::users::Users;

/// Changes schedules, and tells whose services have to be started again for that.
pub struct ScheduleChanges {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) previews: Arc<Previews>,
    pub(crate) services: Arc<Services>,
}

impl ScheduleChanges {
    /// Gives tasks other schedules and tells the users whose services have to be started again to follow them.
    ///
    /// # Errors
    /// [`AppError::ScheduleFlagged`] when something is odd about one and it is not `confirmed`; as
    /// [`Schedules::change`](super::Schedules::change).
    pub async fn change_schedules(
        &self,
        by: UserId,
        expected: u64,
        wanted: Vec<Schedule>,
        confirmed: bool,
    ) -> Result<Arc<ScheduleSet>, AppError> {
        let (calendar, now) = (self.handles.calendar.current(), self.handles.clock.now());
        if !confirmed {
            self.schedules.check_flags(wanted.clone(), &calendar, now).await?;
        }
        let set = self.schedules.change(by, expected, wanted, &calendar, now).await?;
        // They were so already.
        if set.version == expected {
            return Ok(set);
        }
        self.tell_who_must_restart().await?;
        self.handles.events.changed(Audience::Everybody, Resource::Schedule, set.version);
        Ok(set)
    }

    /// Turns tasks on or off and tells the same users.
    ///
    /// # Errors
    /// [`AppError::ScheduleFlagged`] when something is odd about one that is turned on and it is not `confirmed`; as
    /// [`Schedules::enable`](super::Schedules::enable).
    pub async fn enable_schedules(
        &self,
        by: UserId,
        expected: u64,
        (tasks, enabled): (&[Task], bool),
        confirmed: bool,
    ) -> Result<Arc<ScheduleSet>, AppError> {
        let wanted = self.schedules.switched(tasks, enabled)?;
        self.change_schedules(by, expected, wanted, confirmed).await
    }

    async fn tell_who_must_restart(&self) -> Result<(), AppError> {
        for user in self.users.all() {
            if self.previews.restart_needed(&user).await? {
                self.services.tell_of_service(
                    user.id,
                    ServiceChange::RestartNeeded,
                    "the schedules have changed",
                );
            }
        }
        Ok(())
    }
}
