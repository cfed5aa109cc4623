//! Channels: where messages to a user go beside the console.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use rusqlite::{Connection, Row};

use crate::columns::{execute, instant, named, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

named! {
    /// Kind of a channel.
    ChannelKind {
        /// A signed request to an address that the user chose.
        Webhook = "webhook",
        /// A chat with the installation's bot.
        Telegram = "telegram",
        /// A mailbox.
        Email = "email",
    }
}

/// Row of a channel, without what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRow {
    /// Id of the channel; never given again.
    pub id: u64,
    /// Kind of the channel.
    pub kind: ChannelKind,
    /// The name by which its user knows it.
    pub name: String,
    /// What pages and logs say of where it goes.
    pub shown: String,
    /// Time at which it was added.
    pub created_at: Timestamp,
    /// Number of messages that have not been delivered and not been given up.
    pub open: u64,
    /// Why its receiver takes nothing any more; empty when it does.
    pub ended_reason: String,
}

/// A channel to be added. Without `Debug`: not even the sealed value belongs into a log.
#[derive(Clone)]
pub struct NewChannel {
    /// Kind of the channel.
    pub kind: ChannelKind,
    /// The name by which its user knows it.
    pub name: String,
    /// What pages and logs say of where it goes.
    pub shown: String,
    /// What is needed to send there, sealed.
    pub sealed: Vec<u8>,
    /// Time at which it is added.
    pub created_at: Timestamp,
    /// Number of the chat, of one on Telegram.
    pub chat: Option<i64>,
}

/// The channel of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatChannel {
    /// User of the channel.
    pub user: UserId,
    /// Id of the channel.
    pub id: u64,
    /// Whether its receiver takes nothing any more.
    pub is_ended: bool,
}

impl UserScope {
    /// The channels of the user, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the channels", move |conn| {
            let sql = "SELECT channels.*, (SELECT count(*) FROM deliveries
                                           WHERE channel_id = channels.id AND due_at IS NOT NULL) AS open
                       FROM channels WHERE user_id = ?1 ORDER BY id";
            select(conn, sql, [user], read)
        })
        .await
    }

    /// Adds a channel and waits until it is durable; returns its id. None is added, and none returned, when the user
    /// has `most` already, or when the chat is a channel, whosever.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn add_channel(&self, new: NewChannel, most: u32) -> Result<Option<u64>, StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("add a channel", move |conn| {
                let count = "SELECT count(*) AS count FROM channels WHERE user_id = ?1";
                let count = select_one(conn, count, [user], |row| unsigned(row, "count"))?.unwrap_or(0);
                if count >= u64::from(most) {
                    return Ok(None);
                }
                let sql = "INSERT INTO channels (user_id, kind, name, shown, sealed, created_at, chat_id)
                           SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
                           WHERE NOT EXISTS (SELECT 1 FROM channels WHERE chat_id = ?7) RETURNING id";
                let NewChannel { kind, name, shown, sealed, created_at, chat } = new;
                let values = (user, kind.name(), name, shown, sealed, created_at.0, chat);
                select_one(conn, sql, values, |row| unsigned(row, "id"))
            })
            .await
    }

    /// Notes that the receiver of a channel takes nothing any more, and gives up what waits for it; waits until that is
    /// durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_channel(&self, id: u64, at: Timestamp, reason: String) -> Result<(), StoreError> {
        let (user, id) = (self.user, id.cast_signed());
        self.store
            .write_durable("end a channel", move |conn| {
                give_up(conn, user, id, Some(at), &reason)?;
                let sql = "UPDATE channels SET ended_reason = ?3 WHERE id = ?2 AND user_id = ?1";
                execute(conn, sql, (user.0.cast_signed(), id, &reason)).map(|_| ())
            })
            .await
    }

    /// Removes a channel of the user and gives up what waits for it; waits until that is durable. Returns whether there
    /// was one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_channel(&self, id: u64, at: Timestamp) -> Result<bool, StoreError> {
        let (user, id) = (self.user, id.cast_signed());
        self.store
            .write_durable("remove a channel", move |conn| {
                remove(conn, user, id, Some(at), "the channel was removed")
            })
            .await
    }
}

impl SystemScope {
    /// The channel of a chat on Telegram; none when it is connected with nobody.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn channel_of_chat(&self, chat: i64) -> Result<Option<ChatChannel>, StoreError> {
        self.store
            .read("read whose chat it is", move |conn| {
                let sql =
                    "SELECT user_id, id, ended_reason <> '' AS is_ended FROM channels WHERE chat_id = ?1";
                select_one(conn, sql, [chat], |row| {
                    Ok(ChatChannel {
                        user: user(row, "user_id")?,
                        id: unsigned(row, "id")?,
                        is_ended: row.get("is_ended")?,
                    })
                })
            })
            .await
    }

    /// The users who have a channel.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users_with_channels(&self) -> Result<Vec<UserId>, StoreError> {
        self.store
            .read("read who has channels", |conn| {
                select(conn, "SELECT DISTINCT user_id FROM channels", [], |row| user(row, "user_id"))
            })
            .await
    }
}

/// Removes a channel of a user, if there is one. What waits for it is given up with this reason, at `at` or else when
/// it was due.
pub(crate) fn remove(
    conn: &Connection,
    user: UserId,
    id: i64,
    at: Option<Timestamp>,
    reason: &str,
) -> Result<bool, StoreError> {
    give_up(conn, user, id, at, reason)?;
    let sql = "DELETE FROM channels WHERE id = ?2 AND user_id = ?1";
    Ok(execute(conn, sql, (user.0.cast_signed(), id))? > 0)
}

fn give_up(
    conn: &Connection,
    user: UserId,
    id: i64,
    at: Option<Timestamp>,
    reason: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE deliveries SET state = 'given_up', ended_at = coalesce(?3, due_at), due_at = NULL, reason = ?4
               WHERE channel_id = ?2 AND user_id = ?1 AND due_at IS NOT NULL";
    execute(conn, sql, (user.0.cast_signed(), id, at.map(|at| at.0), reason)).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<ChannelRow, StoreError> {
    Ok(ChannelRow {
        id: unsigned(row, "id")?,
        kind: parsed(row, "kind")?,
        name: row.get("name")?,
        shown: row.get("shown")?,
        created_at: instant(row, "created_at")?,
        open: unsigned(row, "open")?,
        ended_reason: row.get("ended_reason")?,
    })
}
