//! Messages to a user, marked by the user's preferences.

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::settings::NotificationKind;
use prahari_domain::text::{into_one_line, lines};
use prahari_store::{NewNotification, NotificationLevel, NotificationRow};

use super::{Notices, Words};
use crate::error::AppError;
use crate::events::{Audience, Event, NotificationEvent};
use crate::user::User;

impl Notices {
    /// Keeps a message to a user and tells of it. Whether it disturbs is decided by its level.
    ///
    /// # Errors
    /// When there is no such user or it cannot be kept.
    pub(crate) async fn send(&self, user: UserId, row: NotificationRow) -> Result<(), AppError> {
        let kind = match row.level {
            NotificationLevel::Info => NotificationKind::Info,
            NotificationLevel::Warning => NotificationKind::Warning,
            NotificationLevel::Error => NotificationKind::Error,
        };
        self.send_of_kind(user, kind, row).await
    }

    /// Sends what the host has to tell a user, now; `run` is the run that it is about.
    ///
    /// # Errors
    /// As [`Notices::send`].
    pub(crate) async fn tell(&self, user: UserId, words: Words, run: Option<RunId>) -> Result<(), AppError> {
        let kind = words.kind;
        let row = words.into_row(self.handles.clock.now(), run);
        self.send_of_kind(user, kind, row).await
    }

    /// Tells every admin of something, now.
    ///
    /// # Errors
    /// As [`Notices::send`].
    pub(crate) async fn tell_admins(&self, words: Words) -> Result<(), AppError> {
        for admin in self.users.admins() {
            self.tell(admin.id, words.clone(), None).await?;
        }
        Ok(())
    }

    /// Sends a message of a kind that has a switch of its own. Every message is stored; one that the user's
    /// preferences silence, by that switch or by quiet hours, is marked so. What is not switched off goes to the user's
    /// channels, in quiet hours once they are over. Nobody is waited for who brings it there.
    ///
    /// # Errors
    /// As [`Notices::send`].
    pub(crate) async fn send_of_kind(
        &self,
        user: UserId,
        kind: NotificationKind,
        row: NotificationRow,
    ) -> Result<(), AppError> {
        let (title, body) = (into_one_line(row.title), lines(&row.body).into_owned());
        let row = NotificationRow { title, body, ..row };
        let new = NewNotification::marked(row, kind, &self.users.find(user)?.settings.preferences().value);
        self.handles.store.user(user).notify(new.clone()).await?;
        self.announce(user, vec![new]);
        Ok(())
    }

    /// Returns what the host has to tell a user now, marked by what they prefer, for the write that books what it is
    /// about.
    pub(crate) fn prepare(&self, user: &User, words: Words, run: Option<RunId>) -> NewNotification {
        let kind = words.kind;
        let row = words.into_row(self.handles.clock.now(), run);
        NewNotification::marked(row, kind, &user.settings.preferences().value)
    }

    /// Publishes messages that a write has kept, and wakes who delivers them.
    pub(crate) fn announce(&self, user: UserId, messages: Vec<NewNotification>) {
        for message in messages {
            if message.is_for_channels() {
                self.handles.outbox.message_queued(user);
            }
            let NewNotification { row, kind, silence, held_until: _ } = message;
            self.handles.events.publish_with(Audience::User(user), || {
                let (level, title, run) = (row.level.name(), row.title, row.run);
                Event::Notification(NotificationEvent { kind, level, title, run, silence })
            });
        }
    }
}
