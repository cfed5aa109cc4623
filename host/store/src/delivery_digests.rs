//! Digests: many messages of a kind within a short time become one delivery, so that a phone rings once and not
//! fourteen times at the open.
//!
//! The first few of a kind go one by one. The next becomes a digest, which waits a moment for further ones; those
//! only add their title to it and count. What somebody has to act on never waits for others.
//!
//! What comes in quiet hours gathers in the same way until they end, from the first of a kind on; there, what somebody
//! has to act on waits too, but by itself.

use rusqlite::Connection;

use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select_one, unsigned};
use crate::errors::StoreError;
use crate::notifications::{NewNotification, NotificationLevel, NotificationRow};
use crate::store::SystemScope;

/// Messages of a kind that go to a channel one by one within [`DIGEST_WITHIN_MS`].
pub const MOST_SINGLE: u32 = 3;

/// The time within which messages of a kind are many, in milliseconds.
pub const DIGEST_WITHIN_MS: i64 = 5 * 60_000;

/// The time for which a digest waits for further messages, in milliseconds: what happens at once arrives as one, and
/// nothing arrives much later than it would have.
pub const DIGEST_GATHERS_MS: i64 = 60_000;

/// The longest time for which quiet hours hold a message back, in milliseconds.
const LONGEST_HOLD_MS: i64 = 24 * 60 * 60_000;

/// Titles in a digest; further messages are only counted.
pub const MOST_DIGEST_LINES: u64 = 10;

/// Most characters of a title in a digest.
const LONGEST_LINE: usize = 160;

impl SystemScope {
    /// Lets what gathers go whose time has come: digests, and what quiet hours held back, which is no longer the reason why it
    /// waits. Returns when that of the next one comes; none when none gathers.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn release_digests(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let next = self.next_gathering().await?;
        if !next.as_ref().is_some_and(|next| next.is_over(now)) {
            return Ok(next.map(|next| next.due_at));
        }
        let values = (now.0, now.plus_millis(DIGEST_GATHERS_MS).0, now.plus_millis(LONGEST_HOLD_MS).0);
        self.store
            .write("release digests", move |conn| {
                let sql = "UPDATE deliveries SET gathering = 0, held = 0,
                               reason = CASE held WHEN 1 THEN '' ELSE reason END
                           WHERE gathering = 1
                           AND (due_at <= ?1 OR due_at > CASE held WHEN 1 THEN ?3 ELSE ?2 END)";
                execute(conn, sql, values).map(|_| ())
            })
            .await?;
        Ok(self.next_gathering().await?.map(|next| next.due_at))
    }

    async fn next_gathering(&self) -> Result<Option<Gathering>, StoreError> {
        self.store
            .read("read when digests are due", |conn| {
                select_one(conn, NEXT_GATHERING, [], |row| {
                    Ok(Gathering { due_at: instant(row, "due_at")?, held: row.get("held")? })
                })
            })
            .await
    }
}

/// A delivery that waits for further messages or for the end of quiet hours.
struct Gathering {
    due_at: Timestamp,
    held: bool,
}

impl Gathering {
    /// Whether its time has come. One that was set before the clock was set back would wait for that long.
    fn is_over(&self, now: Timestamp) -> bool {
        let longest = if self.held { LONGEST_HOLD_MS } else { DIGEST_GATHERS_MS };
        self.due_at <= now || self.due_at.millis_since(now) > longest
    }
}

const NEXT_GATHERING: &str =
    "SELECT due_at, held FROM deliveries WHERE gathering = 1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";

/// What was queued of a kind for a channel lately, one by one.
const RECENT: &str = "SELECT count(*) AS recent FROM deliveries
    WHERE channel_id = ?1 AND kind = ?2 AND at > ?3 AND digest = 0 AND held = 0";

/// Adds a message to the digest of its kind that gathers for a channel, or to that of the quiet hours in which it came;
/// returns whether there is one.
pub(crate) fn join(conn: &Connection, channel: i64, new: &NewNotification) -> Result<bool, StoreError> {
    let NewNotification { row: message, kind, held_until, .. } = new;
    if !may_wait(message) {
        return Ok(false);
    }
    let sql = "UPDATE deliveries SET more = more + 1,
                   body = CASE WHEN more = 0 THEN title || char(10) || ?3
                               WHEN more < ?4 THEN body || char(10) || ?3
                               ELSE body END
               WHERE id = (SELECT max(id) FROM deliveries
                           WHERE channel_id = ?1 AND due_at > ?5 AND gathering = 1 AND kind = ?2 AND digest = 1
                               AND attempts = 0 AND held = ?6)";
    let line: String = message.title.chars().take(LONGEST_LINE).collect();
    let most = (MOST_DIGEST_LINES - 1).cast_signed();
    let values = (channel, kind.name(), line, most, message.at.0, held_until.is_some());
    Ok(execute(conn, sql, values)? > 0)
}

/// Returns whether a message begins a digest: so many of its kind went one by one lately, or it came in quiet hours.
pub(crate) fn begins(conn: &Connection, channel: i64, new: &NewNotification) -> Result<bool, StoreError> {
    let NewNotification { row: message, kind, held_until, .. } = new;
    if !may_wait(message) || held_until.is_some() {
        return Ok(may_wait(message));
    }
    let since = message.at.plus_millis(-DIGEST_WITHIN_MS);
    let recent = select_one(conn, RECENT, (channel, kind.name(), since.0), |row| unsigned(row, "recent"))?;
    Ok(recent.unwrap_or(0) >= u64::from(MOST_SINGLE))
}

/// Returns whether a message may wait for others of its kind: nobody has to act on it.
fn may_wait(message: &NotificationRow) -> bool {
    message.level != NotificationLevel::Error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn what_is_recent_and_what_gathers_is_found_by_indices() {
        let plan = plan_of(RECENT);
        assert!(plan.contains("INDEX deliveries_recent (channel_id=? AND kind=? AND at>?)"), "{plan}");
        let plan = plan_of(NEXT_GATHERING);
        assert!(plan.contains("INDEX deliveries_gathering"), "{plan}");
    }
}
