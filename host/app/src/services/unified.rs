//! The unified service of a user: on, off, and stopped by a failure.
//!
//! Each change of a user's service holds that user's switch from the first read to the last write, so that the row, the
//! memory and the ledger say the same however many ask at once.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{AlertCode, ServiceRow};

use super::{Activity, By, Level, Services};
use crate::error::AppError;
use crate::events::{Audience, Event, ServiceChange, ServiceEvent};
use crate::notices::{Words, words};
use crate::user::User;

/// What became of a request to turn a service on or off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switched {
    /// Whether the service was in the other state before.
    pub changed: bool,
    /// What is executing for the user at this moment; nothing waits for it.
    pub executing: Vec<Task>,
}

impl Services {
    /// [`Services::start_service_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn start_service(&self, id: UserId) -> Result<Switched, AppError> {
        self.start_service_by(id, &By::daemon("")).await
    }

    /// Turns a user's unified service on, from the next instant: earlier slots of the day are not expected of it. One
    /// that is on goes on as it is.
    ///
    /// # Errors
    /// When there is no such user, they are not active, or it cannot be written down.
    pub async fn start_service_by(&self, id: UserId, by: &By) -> Result<Switched, AppError> {
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        let changed = !user.services.is_running();
        if changed {
            self.turn_on(&user, by).await?;
            self.tell_of_switch(id, by, |by| words::services::started(None, by)).await?;
        }
        Ok(Switched { changed, executing: user.runs.executing() })
    }

    /// [`Services::stop_service_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn stop_service(&self, id: UserId) -> Result<Switched, AppError> {
        self.stop_service_by(id, &By::daemon("")).await
    }

    /// Turns a user's unified service off; what is executing ends by itself.
    ///
    /// # Errors
    /// When there is no such user or it cannot be written down.
    pub async fn stop_service_by(&self, id: UserId, by: &By) -> Result<Switched, AppError> {
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        let changed = user.services.is_running();
        if changed {
            self.turn_off(&user).await?;
            user.forget_session_without_service().await;
            let line = format!("the unified service was stopped by {}", self.name_of(by));
            self.log_service(&user, Level::Info, "service_stopped", line).await?;
            self.tell_of_service(id, ServiceChange::Stopped, "");
            self.tell_of_switch(id, by, |by| words::services::stopped(None, by)).await?;
        }
        Ok(Switched { changed, executing: user.runs.executing() })
    }

    /// Starts the service; the caller holds the user's switch. A start that fails leaves the service off, in
    /// memory and in the database.
    pub(super) async fn turn_on(&self, user: &User, by: &By) -> Result<(), AppError> {
        if !user.access.is_active() {
            return Err(AppError::UserInactive(user.id));
        }
        let by = self.name_of(by);
        let unified = By::daemon(format!("the unified service is started by {by}"));
        self.stop_individuals(user, &unified).await?;
        self.clear_stopped(user, &by).await?;
        let now = self.handles.clock.now();
        let schedule_version = self.schedules.current().version;
        {
            let mut activity = user.services.activity();
            let last_task = activity.last_task;
            *activity = Activity {
                heartbeat: Some(now),
                started_at: Some(now),
                last_task,
                schedule_version,
                ..Activity::default()
            };
        }
        self.save_service(user, true).await?;
        user.services.start(now, schedule_version);
        if let Err(error) = self.ledger.expect_rest_of_day(user).await {
            user.services.activity().failed(error.to_string());
            self.turn_off(user).await?;
            return Err(error);
        }
        let line = format!("the unified service was started by {by}");
        self.log_service(user, Level::Info, "service_started", line).await?;
        self.handles.wake.notify_one();
        self.tell_of_service(user.id, ServiceChange::Started, "");
        Ok(())
    }

    /// Resolves the alerts about individual services that stayed stopped: the unified service runs every task.
    async fn clear_stopped(&self, user: &User, by: &str) -> Result<(), AppError> {
        let resolution = format!("the unified service was started by {by}");
        for task in user.services.individual_ends() {
            let code = AlertCode::ServiceStopped;
            self.notices.clear(code, Some(user.id), task.name(), &resolution).await?;
        }
        Ok(())
    }

    /// Stops the service; the caller holds the user's switch.
    pub(super) async fn turn_off(&self, user: &User) -> Result<(), AppError> {
        let is_theirs =
            |task: &Task| self.ledger.owner_of_shared(*task).is_some_and(|owner| owner.id == user.id);
        let owned: Vec<Task> = self.tasks.current().shared().filter(is_theirs).collect();
        user.services.turn_off();
        self.save_service(user, false).await?;
        for task in owned {
            self.hand_over_shared(task).await?;
        }
        Ok(())
    }

    pub(crate) fn tell_of_service(&self, user: UserId, change: ServiceChange, reason: &str) {
        self.handles.events.publish_with(Audience::User(user), || {
            Event::Service(ServiceEvent { task: None, change, reason: reason.to_owned() })
        });
    }

    async fn save_service(&self, user: &User, running: bool) -> Result<(), AppError> {
        let row = service_row(user, running);
        Ok(self.handles.store.user(user.id).save_service(row).await?)
    }

    /// Keeps a failure to the user it happened to. What the broker or the market could not do now, and a module
    /// that is missing, is tried again at the next occasion; books that contradict the broker or their journal halt
    /// the user; anything else stops the unified service, if it is on, until somebody has looked.
    ///
    /// # Errors
    /// The failure itself, when it concerns everybody.
    pub(crate) async fn handle_user_error(&self, user: &User, error: AppError) -> Result<(), AppError> {
        if error.concerns_everybody() {
            return Err(error);
        }
        if self.halts.halt_for(user.id, &error).await? {
            return Ok(());
        }
        // What is not there now may be later, and is missing from what needed it alone.
        let passing = matches!(error, AppError::Broker(_) | AppError::Market(_) | AppError::NoModule(_));
        let _switch = user.services.switch().await;
        if passing || !user.services.is_running() {
            tracing::warn!(user = %user.id, %error, "a user's work could not be done");
            return Ok(());
        }
        tracing::error!(user = %user.id, %error, "the service of a user is stopped");
        let body = error.to_string();
        user.services.activity().failed(body.clone());
        self.turn_off(user).await?;
        if let Ok(user) = self.users.find(user.id) {
            user.forget_session_without_service().await;
        }
        self.log_service(user, Level::Error, "service_failed", &body).await?;
        self.tell_of_service(user.id, ServiceChange::Failed, &body);
        self.notices.tell(user.id, words::services::failed(body), None).await
    }

    /// Tells a user that somebody else has started or stopped a service of theirs. What the daemon does by itself is
    /// told where it does it, if at all.
    pub(super) async fn tell_of_switch(
        &self,
        user: UserId,
        by: &By,
        words: impl FnOnce(&str) -> Words,
    ) -> Result<(), AppError> {
        match by {
            By::User(somebody) if *somebody != user => {
                self.notices.tell(user, words(&self.name_of(by)), None).await
            }
            By::User(_) | By::Daemon(_) => Ok(()),
        }
    }
}

fn service_row(user: &User, running: bool) -> ServiceRow {
    let activity = user.services.activity();
    let (last_task, last_task_at) = activity.last_task.unzip();
    ServiceRow {
        user: user.id,
        running,
        heartbeat: activity.heartbeat,
        last_task,
        error_count: activity.error_count,
        last_error: activity.last_error.clone(),
        schedule_version: activity.schedule_version,
        started_at: activity.started_at,
        last_task_at,
    }
}
