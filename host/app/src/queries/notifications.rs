//! Messages to a user.

use prahari_store::{KeptNotification, NotificationFilter};

use super::UserQueries;
use crate::error::AppError;

/// A page of messages, and how many there are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notifications {
    /// The messages that the filter lets through, newest first.
    pub items: Vec<KeptNotification>,
    /// How many messages the user has not read, on whatever page.
    pub unread: u64,
}

impl UserQueries<'_> {
    /// The messages to the user that the filter lets through.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn notifications(&self, filter: NotificationFilter) -> Result<Notifications, AppError> {
        let items = self.scope.notifications(filter).await?;
        Ok(Notifications { items, unread: self.scope.unread_notifications().await? })
    }
}
