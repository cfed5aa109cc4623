//! The unified service of a user: on, off, and stopped by a failure.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{NotificationLevel, NotificationRow, ServiceRow};

use crate::daemon::Daemon;
use crate::error::AppError;
use crate::events::{Audience, Event, ServiceChange, ServiceEvent};
use crate::user::User;

impl Daemon {
    /// Turns a user's unified service on, from the next instant: earlier slots of the day are not expected of it.
    ///
    /// # Errors
    /// When there is no such user, they are not active, or it cannot be written down.
    pub async fn start_service(&self, id: UserId) -> Result<(), AppError> {
        let user = self.user(id)?;
        if !user.is_active() {
            return Err(AppError::UserInactive(id));
        }
        let _switch = user.switch().await;
        self.stop_individuals(&user).await?;
        let now = self.clock.now();
        let version = self.schedules.current().version;
        self.store.user(id).save_service(service_row(id, true, now, version)).await?;
        user.start_service(now, version);
        self.expect_rest_of_day(&user).await?;
        self.wake.notify_one();
        self.tell_of_service(id, ServiceChange::Started, "");
        Ok(())
    }

    /// Turns a user's unified service off; what is executing ends by itself.
    ///
    /// # Errors
    /// When there is no such user or it cannot be written down.
    pub async fn stop_service(&self, id: UserId) -> Result<(), AppError> {
        let user = self.user(id)?;
        self.store
            .user(id)
            .save_service(service_row(id, false, self.clock.now(), user.last_schedule_version()))
            .await?;
        user.set_running(false);
        self.tell_of_service(id, ServiceChange::Stopped, "");
        Ok(())
    }

    fn tell_of_service(&self, user: UserId, change: ServiceChange, reason: &str) {
        self.events.publish_with(Audience::User(user), || {
            Event::Service(ServiceEvent { task: None, change, reason: reason.to_owned() })
        });
    }

    /// Keeps a failure to the user it happened to. What the broker or the market could not do now is tried again at the next
    /// occasion; anything else, such as books that contradict the broker, stops this user's service until somebody
    /// has looked.
    ///
    /// # Errors
    /// The failure itself, when it concerns everybody.
    pub(crate) async fn contain(&self, user: &User, error: AppError) -> Result<(), AppError> {
        if error.concerns_everybody() {
            return Err(error);
        }
        let passing = matches!(error, AppError::Broker(_) | AppError::Market(_));
        if passing || !user.is_running() {
            tracing::warn!(user = %user.id, %error, "a user's work could not be done");
            return Ok(());
        }
        tracing::error!(user = %user.id, %error, "the service of a user is stopped");
        let now = self.clock.now();
        let last_error = error.to_string();
        let notification = NotificationRow {
            id: None,
            at: now,
            level: NotificationLevel::Error,
            title: "Your service was stopped".to_owned(),
            body: last_error.clone(),
            run: None,
        };
        let scope = self.store.user(user.id);
        scope
            .save_service(ServiceRow {
                last_error,
                error_count: 1,
                ..service_row(user.id, false, now, user.last_schedule_version())
            })
            .await?;
        self.send_notification(user.id, notification).await?;
        user.set_running(false);
        self.tell_of_service(user.id, ServiceChange::Failed, &error.to_string());
        Ok(())
    }
}

fn service_row(user: UserId, running: bool, now: Timestamp, schedule_version: u64) -> ServiceRow {
    ServiceRow {
        user,
        running,
        heartbeat: Some(now),
        last_task: None,
        error_count: 0,
        last_error: String::new(),
        schedule_version,
    }
}
