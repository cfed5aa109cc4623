//! Messages to a user.

use rusqlite::{Connection, Row};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::settings::{NotificationKind, NotificationPreferences, Silence};
use prahari_domain::time::Timestamp;

use crate::columns::{
    execute, instant, named, optional_instant, optional_parsed, optional_run, parsed, select, select_one,
    unsigned,
};
use crate::delivery_queue;
use crate::errors::StoreError;
use crate::store::UserScope;

named! {
    /// Level of a message.
    NotificationLevel {
        /// For information.
        Info = "info",
        /// Unusual; somebody should look at it.
        Warning = "warning",
        /// Somebody has to act.
        Error = "error",
    }
}

/// Row of a message to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Grows with time; none before it is saved.
    pub id: Option<u64>,
    /// Time at which it was sent.
    pub at: Timestamp,
    /// Level of the message.
    pub level: NotificationLevel,
    /// Title, one line.
    pub title: String,
    /// Text of the message.
    pub body: String,
    /// The run that sent it.
    pub run: Option<RunId>,
}

/// A message to be kept, and what decides where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotification {
    /// The message; the store gives it its id.
    pub row: NotificationRow,
    /// Kind of the message.
    pub kind: NotificationKind,
    /// Reason why it does not disturb; none when it may.
    pub silence: Option<Silence>,
    /// End of the quiet hours in which it came, until which it is held back from the channels; none of any other message.
    pub held_until: Option<Timestamp>,
}

impl NewNotification {
    /// A message, marked by what its user prefers at the time of the message.
    pub fn marked(row: NotificationRow, kind: NotificationKind, preferred: &NotificationPreferences) -> Self {
        let silence = preferred.silence(kind, row.at);
        let is_quiet = silence == Some(Silence::QuietHours);
        let held_until = preferred.quiet_until_after(row.at).filter(|_| is_quiet);
        Self { row, kind, silence, held_until }
    }

    /// A message that may disturb.
    pub fn disturbing(row: NotificationRow, kind: NotificationKind) -> Self {
        Self { row, kind, silence: None, held_until: None }
    }

    /// Whether it goes to the channels of its user, now or at the end of the quiet hours.
    pub fn is_for_channels(&self) -> bool {
        self.silence.is_none() || self.held_until.is_some()
    }
}

/// A message as it stands with its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNotification {
    /// Id of the message.
    pub id: u64,
    /// The message.
    pub row: NotificationRow,
    /// Time at which the user saw it; none before that.
    pub read_at: Option<Timestamp>,
    /// Kind of the message.
    pub kind: NotificationKind,
    /// Reason why the message does not disturb the user; none when it may. It is listed either way.
    pub silence: Option<Silence>,
}

/// Selects the messages to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationFilter {
    /// Only messages of this level.
    pub level: Option<NotificationLevel>,
    /// Only those that the user has not seen.
    pub unread: bool,
    /// Continues after this entry of the list: the id of the last message of the page before.
    pub after: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl Default for NotificationFilter {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self { level: None, unread: false, after: None, limit: 100 }
    }
}

impl UserScope {
    /// Keeps a message to the user, and why it does not disturb, if so; the store gives it its id. One that may
    /// disturb, now or once the quiet hours are over, is queued for each of the user's channels in the same write.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn notify(&self, new: NewNotification) -> Result<(), StoreError> {
        let owner = self.user;
        self.write("save a notification", move |conn| keep(conn, owner, &new)).await
    }

    /// The newest messages that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn notifications(
        &self,
        filter: NotificationFilter,
    ) -> Result<Vec<KeptNotification>, StoreError> {
        let user = self.user;
        self.read("read the notifications", move |conn| list(conn, user, &filter)).await
    }

    /// Returns how many messages the user has not seen.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unread_notifications(&self) -> Result<u64, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("count the unread notifications", move |conn| {
            let sql = "SELECT count(*) AS count FROM notifications WHERE user_id = ?1 AND read_at IS NULL";
            Ok(select_one(conn, sql, [user], |row| unsigned(row, "count"))?.unwrap_or(0))
        })
        .await
    }

    /// Notes that the user saw a message, and waits until that is durable; the first time counts. Whether there is
    /// such a message of this user.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn mark_notification_read_durable(&self, id: u64, at: Timestamp) -> Result<bool, StoreError> {
        let values = (self.user.0.cast_signed(), id.cast_signed(), at.0);
        self.store
            .write_durable("mark a notification as read", move |conn| {
                let sql =
                    "UPDATE notifications SET read_at = coalesce(read_at, ?3) WHERE id = ?2 AND user_id = ?1";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// Marks every unread message of the user as read and returns their number.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn mark_all_notifications_read_durable(&self, at: Timestamp) -> Result<u64, StoreError> {
        let values = (self.user.0.cast_signed(), at.0);
        self.store
            .write_durable("mark the notifications as read", move |conn| {
                let sql = "UPDATE notifications SET read_at = ?2 WHERE user_id = ?1 AND read_at IS NULL";
                Ok(execute(conn, sql, values)? as u64)
            })
            .await
    }
}

/// Keeps a message as part of a write, and queues it for the channels of its user when it may disturb, now or later.
pub(crate) fn keep(conn: &Connection, owner: UserId, new: &NewNotification) -> Result<(), StoreError> {
    let NewNotification { row, kind, silence, held_until: _ } = new;
    if new.is_for_channels() {
        delivery_queue::queue(conn, owner, new)?;
    }
    let sql = "INSERT INTO notifications (user_id, at, level, title, body, run_id, kind, silence)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let (user, run) = (owner.0.cast_signed(), row.run.map(|run| run.0.cast_signed()));
    let (kind, silence) = (kind.name(), silence.map(Silence::name));
    let values = (user, row.at.0, row.level.name(), &row.title, &row.body, run, kind, silence);
    execute(conn, sql, values).map(|_| ())
}

/// Keeps several messages as part of a write, in their order.
pub(crate) fn keep_all(conn: &Connection, owner: UserId, new: &[NewNotification]) -> Result<(), StoreError> {
    new.iter().try_for_each(|message| keep(conn, owner, message))
}

fn list(
    conn: &Connection,
    user: UserId,
    filter: &NotificationFilter,
) -> Result<Vec<KeptNotification>, StoreError> {
    let before = filter.after.and_then(|id| i64::try_from(id).ok()).unwrap_or(i64::MAX);
    let level = filter.level.map(NotificationLevel::name);
    select(conn, statement(filter.unread), (user.0.cast_signed(), before, level, filter.limit), read)
}

/// Two statements instead of one with a condition, so that the index of unread messages can be used.
fn statement(unread: bool) -> &'static str {
    if unread {
        "SELECT * FROM notifications WHERE user_id = ?1 AND id < ?2 AND (?3 IS NULL OR level = ?3) AND read_at IS NULL
         ORDER BY id DESC LIMIT ?4"
    } else {
        "SELECT * FROM notifications WHERE user_id = ?1 AND id < ?2 AND (?3 IS NULL OR level = ?3)
         ORDER BY id DESC LIMIT ?4"
    }
}

fn read(row: &Row<'_>) -> Result<KeptNotification, StoreError> {
    let id = unsigned(row, "id")?;
    let message = NotificationRow {
        id: Some(id),
        at: instant(row, "at")?,
        level: parsed(row, "level")?,
        title: row.get("title")?,
        body: row.get("body")?,
        run: optional_run(row, "run_id")?,
    };
    Ok(KeptNotification {
        id,
        row: message,
        read_at: optional_instant(row, "read_at")?,
        kind: parsed(row, "kind")?,
        silence: optional_parsed(row, "silence")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn unread_messages_are_found_without_looking_at_those_that_were_read() {
        let plan = plan_of(statement(true));
        assert_eq!(plan, "SEARCH notifications USING INDEX notifications_unread (user_id=? AND rowid<?)");
        let plan = plan_of(statement(false));
        assert_eq!(plan, "SEARCH notifications USING INDEX notifications_of_user (user_id=? AND rowid<?)");
    }
}
