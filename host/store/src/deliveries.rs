//! What became of each message on its way to a channel, as its user reads it.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::settings::NotificationKind;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, named, optional_instant, optional_parsed, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::notifications::NotificationLevel;
use crate::store::{SystemScope, UserScope};

named! {
    /// State of a delivery.
    DeliveryState {
        /// It waits for its next attempt.
        Waiting = "waiting",
        /// An attempt is under way.
        Sending = "sending",
        /// The receiver has taken it.
        Delivered = "delivered",
        /// It is not tried any more.
        GivenUp = "given_up",
    }
}

/// A message on its way to a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Id of the delivery; never given again.
    pub id: u64,
    /// Id of the channel; it may be removed by now.
    pub channel: u64,
    /// Name of the channel when the message was queued.
    pub channel_name: String,
    /// Kind of the message; none of a test.
    pub kind: Option<NotificationKind>,
    /// Level of the message.
    pub level: NotificationLevel,
    /// Title, one line.
    pub title: String,
    /// Text of the message.
    pub body: String,
    /// Time of the message, at which it was queued.
    pub at: Timestamp,
    /// Number of further messages of the kind for which it stands.
    pub more: u64,
    /// Whether its text is the titles of the first of those messages, a line each, once there is more than one.
    pub digest: bool,
    /// State of the delivery.
    pub state: DeliveryState,
    /// Number of attempts so far.
    pub attempts: u64,
    /// Whether the receiver may have had it before the last attempt.
    pub repeated: bool,
    /// Reason why the last attempt failed or, while it is held back, why that is; empty of any other.
    pub reason: String,
    /// Time of the next attempt; none once it has ended.
    pub due_at: Option<Timestamp>,
    /// Time at which it was delivered or given up; none before that.
    pub ended_at: Option<Timestamp>,
}

impl DeliveryRow {
    /// Returns whether it is sent as the titles of several messages, and so says itself for how many it stands.
    pub fn says_how_many(&self) -> bool {
        self.digest && self.more > 0
    }
}

/// Selects the deliveries to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only those to this channel.
    pub channel: Option<u64>,
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Continues after this entry of the list: the id of the last delivery of the page before.
    pub after: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

/// Number of deliveries in one batch of what is forgotten.
const BATCH: u32 = 500;

impl UserScope {
    /// The newest deliveries that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<DeliveryRow>, StoreError> {
        let user = self.user;
        self.read("read the deliveries", move |conn| list(conn, user, &filter)).await
    }
}

impl SystemScope {
    /// Removes up to a batch of deliveries that ended before an instant; how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let forget = move |conn: &Connection| {
            let sql = "DELETE FROM deliveries
                       WHERE id IN (SELECT id FROM deliveries ORDER BY id LIMIT ?2) AND ended_at < ?1";
            Ok(execute(conn, sql, (before.0, BATCH))? as u64)
        };
        self.store.write_durable("forget deliveries", forget).await
    }
}

fn list(conn: &Connection, user: UserId, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, StoreError> {
    let before = filter.after.and_then(|id| i64::try_from(id).ok()).unwrap_or(i64::MAX);
    // A channel that no row can have finds nothing.
    let channel = filter.channel.map(|id| i64::try_from(id).unwrap_or(-1));
    let state = filter.state.map(DeliveryState::name);
    let values = (user.0.cast_signed(), before, channel, state, filter.limit);
    select(conn, STATEMENT, values, read)
}

const STATEMENT: &str = "SELECT * FROM deliveries
    WHERE user_id = ?1 AND id < ?2 AND (?3 IS NULL OR channel_id = ?3) AND (?4 IS NULL OR state = ?4)
    ORDER BY id DESC LIMIT ?5";

/// Reads a delivery from a row that has its columns.
pub(crate) fn read(row: &Row<'_>) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: unsigned(row, "id")?,
        channel: unsigned(row, "channel_id")?,
        channel_name: row.get("channel_name")?,
        kind: optional_parsed(row, "kind")?,
        level: parsed(row, "level")?,
        title: row.get("title")?,
        body: row.get("body")?,
        at: instant(row, "at")?,
        more: unsigned(row, "more")?,
        digest: row.get("digest")?,
        state: parsed(row, "state")?,
        attempts: unsigned(row, "attempts")?,
        repeated: row.get("repeated")?,
        reason: row.get("reason")?,
        due_at: optional_instant(row, "due_at")?,
        ended_at: optional_instant(row, "ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn a_page_of_deliveries_is_found_without_looking_at_those_of_others() {
        let plan = plan_of(STATEMENT);
        assert_eq!(plan, "SEARCH deliveries USING INDEX deliveries_of_user (user_id=? AND rowid<?)");
    }
}
