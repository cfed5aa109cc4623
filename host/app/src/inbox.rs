//! What people say of what they were told: that a message was read, that an alert is dealt with.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_store::Store;

use crate::clock::Clock;
use crate::error::AppError;
use crate::events::{Audience, EventBus, Resource};

/// The messages and alerts of every user. Its instants are the daemon's clock.
#[derive(Clone)]
pub struct Inbox {
    store: Store,
    clock: Clock,
    events: Arc<EventBus>,
}

impl Inbox {
    /// Over the messages and alerts of a database; `events` tells what became of them.
    pub fn new(store: Store, clock: Clock, events: Arc<EventBus>) -> Self {
        Self { store, clock, events }
    }

    /// Marks one message to a user as read; returns whether the user has such a message.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn mark_read(&self, user: UserId, notification: u64) -> Result<bool, AppError> {
        let scope = self.store.user(user);
        let found = scope.mark_notification_read_durable(notification, self.clock.now()).await?;
        if found {
            self.events.changed(Audience::User(user), Resource::Notification, notification);
        }
        Ok(found)
    }

    /// Marks every message to a user as read; returns how many were not.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn mark_all_read(&self, user: UserId) -> Result<u64, AppError> {
        let scope = self.store.user(user);
        let read = scope.mark_all_notifications_read_durable(self.clock.now()).await?;
        if read > 0 {
            self.events.changed(Audience::User(user), Resource::Notification, "");
        }
        Ok(read)
    }

    /// Resolves an alert by hand: one about a user, or about the installation when `about` names nobody. `by` is
    /// who resolves it and `resolution` what they found. Returns whether it was open; one that is resolved already stays as
    /// it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn resolve_alert(
        &self,
        about: Option<UserId>,
        alert: u64,
        by: UserId,
        resolution: String,
    ) -> Result<bool, AppError> {
        let now = self.clock.now();
        let was_open = match about {
            Some(user) => self.store.user(user).resolve_alert(alert, by, now, resolution).await?,
            None => self.store.system().resolve_installation_alert(alert, by, now, resolution).await?,
        };
        if was_open {
            self.events.changed(about.map_or(Audience::Admins, Audience::User), Resource::Alert, alert);
        }
        Ok(was_open)
    }
}
