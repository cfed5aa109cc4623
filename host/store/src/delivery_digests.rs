//! Digests: many messages of a kind within a short time become one delivery, so that a phone rings once and not
//! fourteen times at the open.
//!
//! The first few of a kind go one by one. The next becomes a digest, which waits a moment for further ones; those
//! only add their title to it and count. What somebody has to act on is never held back.

use rusqlite::Connection;

use prahari_domain::settings::NotificationKind;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select_one, unsigned};
use crate::errors::StoreError;
use crate::notifications::{NotificationLevel, NotificationRow};
use crate::store::SystemScope;

/// Messages of a kind that go to a channel one by one within [`DIGEST_WITHIN_MS`].
pub const MOST_SINGLE: u32 = 3;

/// The time within which messages of a kind are many, in milliseconds.
pub const DIGEST_WITHIN_MS: i64 = 5 * 60_000;

/// The time for which a digest waits for further messages, in milliseconds: what happens at once arrives as one, and
/// nothing arrives much later than it would have.
pub const DIGEST_GATHERS_MS: i64 = 60_000;

/// Titles in a digest; further messages are only counted.
pub const MOST_DIGEST_LINES: u64 = 10;

/// Most characters of a title in a digest.
const LONGEST_LINE: usize = 160;

impl SystemScope {
    /// Lets the digests go that have gathered for their time by now, and returns when the next one has; none when
    /// none gathers.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn release_digests(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let next = self.next_digest().await?;
        // One that was set before the clock was set back would wait for that long.
        let is_over = |at: &Timestamp| *at <= now || at.millis_since(now) > DIGEST_GATHERS_MS;
        if !next.as_ref().is_some_and(is_over) {
            return Ok(next);
        }
        let latest = now.plus_millis(DIGEST_GATHERS_MS);
        self.store
            .write("release digests", move |conn| {
                let sql = "UPDATE deliveries SET gathering = 0 WHERE gathering = 1 AND (due_at <= ?1 OR due_at > ?2)";
                execute(conn, sql, (now.0, latest.0)).map(|_| ())
            })
            .await?;
        self.next_digest().await
    }

    async fn next_digest(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store
            .read("read when digests are due", |conn| {
                select_one(conn, NEXT_DIGEST, [], |row| instant(row, "due_at"))
            })
            .await
    }
}

const NEXT_DIGEST: &str =
    "SELECT due_at FROM deliveries WHERE gathering = 1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";

/// What was queued of a kind for a channel lately, one by one.
const RECENT: &str = "SELECT count(*) AS recent FROM deliveries
    WHERE channel_id = ?1 AND kind = ?2 AND at > ?3 AND digest = 0";

/// Adds a message to the digest of its kind that gathers for a channel; returns whether there is one.
pub(crate) fn join(
    conn: &Connection,
    channel: i64,
    kind: NotificationKind,
    message: &NotificationRow,
) -> Result<bool, StoreError> {
    if !may_wait(message) {
        return Ok(false);
    }
    let sql = "UPDATE deliveries SET more = more + 1,
                   body = CASE WHEN more = 0 THEN title || char(10) || ?3
                               WHEN more < ?4 THEN body || char(10) || ?3
                               ELSE body END
               WHERE id = (SELECT max(id) FROM deliveries
                           WHERE channel_id = ?1 AND due_at > ?5 AND gathering = 1 AND kind = ?2)";
    let line: String = message.title.chars().take(LONGEST_LINE).collect();
    let most = (MOST_DIGEST_LINES - 1).cast_signed();
    Ok(execute(conn, sql, (channel, kind.name(), line, most, message.at.0))? > 0)
}

/// Returns whether a message begins a digest, because so many of its kind went one by one lately.
pub(crate) fn begins(
    conn: &Connection,
    channel: i64,
    kind: NotificationKind,
    message: &NotificationRow,
) -> Result<bool, StoreError> {
    if !may_wait(message) {
        return Ok(false);
    }
    let since = message.at.plus_millis(-DIGEST_WITHIN_MS);
    let recent = select_one(conn, RECENT, (channel, kind.name(), since.0), |row| unsigned(row, "recent"))?;
    Ok(recent.unwrap_or(0) >= u64::from(MOST_SINGLE))
}

/// Returns whether a message may be held back: nobody has to act on it.
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
        let plan = plan_of(NEXT_DIGEST);
        assert!(plan.contains("INDEX deliveries_gathering"), "{plan}");
    }
}
