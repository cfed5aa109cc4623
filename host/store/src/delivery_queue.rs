//! The queue of deliveries: messages are written into it in the write that keeps them, and each attempt is a row
//! before it is a request.
//!
//! Each channel is a line of its own: only its oldest open delivery is tried, so messages arrive in their order, and
//! a channel that is down is asked about one of them and not about all.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::settings::NotificationKind;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select, select_one, unsigned, user};
use crate::deliveries::{self, DeliveryRow};
use crate::delivery_digests as digests;
use crate::errors::StoreError;
use crate::notifications::{NewNotification, NotificationRow};
use crate::store::{SystemScope, UserScope};

/// Deliveries of a channel that may be open before further messages are folded: each then counts as one more of the
/// newest waiting one of its kind, so the queue grows by no more than one for each kind.
///
/// Fifty messages are more than anybody reads after an outage, and the console has all of them.
pub const MOST_WAITING: u32 = 50;

/// Most characters of a title and of a text that are sent; the console has the whole message.
const LONGEST_TITLE: usize = 200;
const LONGEST_BODY: usize = 2_000;

const HOUR_MS: i64 = 60 * 60_000;

/// The oldest open delivery of a channel, and what is needed to send it. Without `Debug`, as of what is sealed.
#[derive(Clone)]
pub struct NextDelivery {
    /// User of the channel.
    pub user: UserId,
    /// The delivery.
    pub row: DeliveryRow,
    /// Time from which it may be tried.
    pub due_at: Timestamp,
    /// What is needed to send to the channel, sealed.
    pub sealed: Vec<u8>,
}

/// Result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryEnd {
    /// The receiver has taken it.
    Delivered {
        /// Time at which it did.
        at: Timestamp,
    },
    /// It is tried again.
    Again {
        /// Time of the next attempt.
        due_at: Timestamp,
        /// Why this one failed, in one sentence.
        reason: String,
        /// Whether the receiver may have had it.
        perhaps_arrived: bool,
    },
    /// It is not tried any more.
    GivenUp {
        /// Time at which that was decided.
        at: Timestamp,
        /// Why, in one sentence.
        reason: String,
    },
}

/// Result of queueing a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestQueued {
    /// It is queued under this id.
    Queued(u64),
    /// The user has no such channel.
    UnknownChannel,
    /// The user has as many tests within an hour as one may, and the next from then on.
    TooMany {
        /// Time at which the oldest of them is an hour old.
        retry_at: Timestamp,
    },
}

impl UserScope {
    /// Queues a message that only tries a channel, unless the user has `most` within the last hour; waits until it
    /// is durable. What waits for the channel is due at once, except for what quiet hours hold back, and one whose receiver
    /// took nothing any more is tried anew.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn queue_test(
        &self,
        channel: u64,
        message: NotificationRow,
        most: u32,
    ) -> Result<TestQueued, StoreError> {
        let (owner, channel) = (self.user, channel.cast_signed());
        self.store.write_durable("queue a test", move |conn| test(conn, owner, channel, &message, most)).await
    }

    /// Holds back what waits for an attempt until the end of the quiet hours in which that would be; what is being sent or has
    /// ended stays as it is.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn hold_delivery(&self, id: u64, until: Timestamp) -> Result<(), StoreError> {
        let values = (self.user.0.cast_signed(), id.cast_signed(), until.0, held_until(until));
        self.store
            .write_durable("hold a delivery back", move |conn| {
                let sql = "UPDATE deliveries SET gathering = 1, held = 1, due_at = ?3, reason = ?4
                           WHERE id = ?2 AND user_id = ?1 AND state = 'waiting'";
                execute(conn, sql, values).map(|_| ())
            })
            .await
    }

    /// Notes that an attempt is about to be made and waits until that is durable. Returns whether the delivery waits
    /// for one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn begin_delivery(&self, id: u64) -> Result<bool, StoreError> {
        let values = (self.user.0.cast_signed(), id.cast_signed());
        self.store
            .write_durable("begin a delivery", move |conn| {
                let sql = "UPDATE deliveries SET state = 'sending', attempts = attempts + 1
                           WHERE id = ?2 AND user_id = ?1 AND state = 'waiting'";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// Notes what came of an attempt and waits until that is durable. One whose channel was removed meanwhile stays
    /// given up. What is delivered has no reason any more, whatever kept it before.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_delivery(&self, id: u64, end: DeliveryEnd) -> Result<(), StoreError> {
        let (user, id) = (self.user.0.cast_signed(), id.cast_signed());
        self.store
            .write_durable("end a delivery", move |conn| {
                let of = "WHERE id = ?2 AND user_id = ?1 AND state = 'sending'";
                let changed = match end {
                    DeliveryEnd::Delivered { at } => {
                        let sql = format!(
                            "UPDATE deliveries SET state = 'delivered', due_at = NULL, ended_at = ?3, reason = '' {of}"
                        );
                        execute(conn, &sql, (user, id, at.0))
                    }
                    DeliveryEnd::Again { due_at, reason, perhaps_arrived } => {
                        let sql = format!(
                            "UPDATE deliveries SET state = 'waiting', due_at = ?3, reason = ?4,
                                                   repeated = max(repeated, ?5) {of}"
                        );
                        execute(conn, &sql, (user, id, due_at.0, reason, perhaps_arrived))
                    }
                    DeliveryEnd::GivenUp { at, reason } => {
                        let sql = format!(
                            "UPDATE deliveries SET state = 'given_up', due_at = NULL, ended_at = ?3, reason = ?4 {of}"
                        );
                        execute(conn, &sql, (user, id, at.0, reason))
                    }
                };
                changed.map(|_| ())
            })
            .await
    }
}

impl SystemScope {
    /// The oldest open delivery of each channel that waits and does not gather, and beside it the oldest test, so that no
    /// message waits for one; by the time at which it is due, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_deliveries(&self, limit: u32) -> Result<Vec<NextDelivery>, StoreError> {
        self.store.read("read the next deliveries", move |conn| select(conn, NEXT, [limit], read_next)).await
    }

    /// Makes what was being sent when the last process ended wait again, marked as repeated, because nobody knows
    /// whether it arrived; waits until that is durable. Returns how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn repeat_interrupted_deliveries(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.store
            .write_durable("repeat interrupted deliveries", move |conn| {
                let sql = "UPDATE deliveries SET state = 'waiting', repeated = 1, due_at = ?1, reason = ?2
                           WHERE due_at IS NOT NULL AND state = 'sending'";
                let reason = "the daemon ended before there was an answer";
                Ok(execute(conn, sql, (now.0, reason))? as u64)
            })
            .await
    }
}

const NEXT: &str = "SELECT deliveries.*, channels.sealed FROM deliveries
    JOIN channels ON channels.id = deliveries.channel_id
    WHERE deliveries.id IN (SELECT min(id) FROM deliveries WHERE due_at IS NOT NULL AND gathering = 0
                            GROUP BY channel_id, kind IS NULL)
        AND deliveries.state = 'waiting'
    ORDER BY deliveries.due_at, deliveries.id LIMIT ?1";

/// Queues a message for each channel of its user, as part of the write that keeps it.
pub(crate) fn queue(conn: &Connection, owner: UserId, new: &NewNotification) -> Result<(), StoreError> {
    let channels = "SELECT id, name FROM channels WHERE user_id = ?1 AND ended_reason = '' ORDER BY id";
    let channels = select(conn, channels, [owner.0.cast_signed()], |row| {
        Ok((row.get::<_, i64>("id")?, row.get::<_, String>("name")?))
    })?;
    for channel in channels {
        if digests::join(conn, channel.0, new)? || fold(conn, channel.0, new)? {
            continue;
        }
        let digest = digests::begins(conn, channel.0, new)?;
        if let Some(id) = insert(conn, owner, &channel, Some(new.kind), &new.row)? {
            gather(conn, id, new, digest)?;
        }
    }
    Ok(())
}

/// Has a delivery that was just queued wait for the end of the quiet hours or, as a digest, for further messages, if it
/// shall do either.
fn gather(conn: &Connection, id: u64, new: &NewNotification, digest: bool) -> Result<(), StoreError> {
    let due_at = match new.held_until {
        Some(until) => until,
        None if digest => new.row.at.plus_millis(digests::DIGEST_GATHERS_MS),
        None => return Ok(()),
    };
    let reason = new.held_until.map(held_until);
    let sql =
        "UPDATE deliveries SET digest = ?2, gathering = 1, held = ?3, due_at = ?4, reason = ?5 WHERE id = ?1";
    let is_held = reason.is_some();
    let values = (id.cast_signed(), digest, is_held, due_at.0, reason.unwrap_or_default());
    execute(conn, sql, values).map(|_| ())
}

/// Why a delivery waits for the end of the quiet hours.
fn held_until(until: Timestamp) -> String {
    format!("held until {} IST, the end of your quiet hours", until.ist_time().format("%H:%M"))
}

/// Counts one more of a kind with the newest delivery that waits for a first attempt, when the channel has as many
/// open ones as it may; returns whether there was one. What quiet hours hold back counts with what they hold back.
fn fold(conn: &Connection, channel: i64, new: &NewNotification) -> Result<bool, StoreError> {
    let sql = "UPDATE deliveries SET more = more + 1
               WHERE id = (SELECT max(id) FROM deliveries
                           WHERE channel_id = ?1 AND due_at IS NOT NULL AND state = 'waiting' AND attempts = 0
                               AND gathering = ?4 AND held = ?4 AND kind = ?2)
                   AND (SELECT count(*) FROM deliveries WHERE channel_id = ?1 AND due_at IS NOT NULL) >= ?3";
    let values = (channel, new.kind.name(), MOST_WAITING, new.held_until.is_some());
    Ok(execute(conn, sql, values)? > 0)
}

fn insert(
    conn: &Connection,
    owner: UserId,
    (channel, name): &(i64, String),
    kind: Option<NotificationKind>,
    message: &NotificationRow,
) -> Result<Option<u64>, StoreError> {
    let sql = "INSERT INTO deliveries
                   (user_id, channel_id, channel_name, kind, level, title, body, at, state, due_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?8) RETURNING id";
    let (title, body) = (cut(&message.title, LONGEST_TITLE), cut(&message.body, LONGEST_BODY));
    let kind = kind.map(NotificationKind::name);
    let values =
        (owner.0.cast_signed(), channel, name, kind, message.level.name(), title, body, message.at.0);
    select_one(conn, sql, values, |row| unsigned(row, "id"))
}

fn test(
    conn: &Connection,
    owner: UserId,
    channel: i64,
    message: &NotificationRow,
    most: u32,
) -> Result<TestQueued, StoreError> {
    let user = owner.0.cast_signed();
    let found = "SELECT id, name FROM channels WHERE id = ?1 AND user_id = ?2";
    let found = select_one(conn, found, (channel, user), |row| {
        Ok((row.get::<_, i64>("id")?, row.get::<_, String>("name")?))
    })?;
    let Some(found) = found else { return Ok(TestQueued::UnknownChannel) };
    let since = message.at.plus_millis(-HOUR_MS);
    let recent =
        "SELECT at FROM deliveries WHERE user_id = ?1 AND kind IS NULL AND at > ?2 ORDER BY at DESC LIMIT ?3";
    let recent = select(conn, recent, (user, since.0, most), |row| instant(row, "at"))?;
    if let Some(oldest) = recent.last().filter(|_| recent.len() >= most as usize) {
        return Ok(TestQueued::TooMany { retry_at: oldest.plus_millis(HOUR_MS) });
    }
    execute(conn, "UPDATE channels SET ended_reason = '' WHERE id = ?1", [channel])?;
    let due = "UPDATE deliveries SET due_at = ?2
               WHERE channel_id = ?1 AND due_at > ?2 AND state = 'waiting' AND held = 0";
    execute(conn, due, (channel, message.at.0))?;
    let queued = insert(conn, owner, &found, None, message)?;
    Ok(queued.map_or(TestQueued::UnknownChannel, TestQueued::Queued))
}

/// The beginning of a text, with a mark where it was cut.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

fn read_next(row: &Row<'_>) -> Result<NextDelivery, StoreError> {
    Ok(NextDelivery {
        user: user(row, "user_id")?,
        row: deliveries::read(row)?,
        due_at: instant(row, "due_at")?,
        sealed: row.get("sealed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn the_next_deliveries_are_found_among_the_open_ones_only() {
        let plan = plan_of(NEXT);
        assert!(plan.contains("INDEX deliveries_open"), "{plan}");
        assert!(!plan.lines().any(|step| step == "SCAN deliveries"), "{plan}");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("टीसीएस", 10), "टीसीएस");
        assert_eq!(cut(&"é".repeat(12), 10), format!("{}…", "é".repeat(10)));
    }
}
