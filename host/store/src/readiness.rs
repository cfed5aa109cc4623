//! What the doctor found of each user in the morning of a trading date.

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use rusqlite::Row;

use crate::columns::{execute, instant, named, optional_instant, parsed, select, select_one, user};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// Rows that are removed at once.
const BATCH: u32 = 500;

named! {
    /// How the look of a morning came out.
    ReadinessOutcome {
        /// Everything that could be proved is as it should be.
        Ok = "ok",
        /// Somebody should look at something.
        Warning = "warning",
        /// Something will not work.
        Failed = "failed",
        /// Nobody looked, and the session is over.
        Missed = "missed",
    }
}

/// The look of one morning at one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadinessRow {
    /// The trading date.
    pub day: Day,
    /// Time at which the look was due.
    pub due_at: Timestamp,
    /// Time at which it was made; none when it was missed.
    pub looked_at: Option<Timestamp>,
    /// How it came out.
    pub outcome: ReadinessOutcome,
    /// Why it was late or missed, one sentence; empty when it was in time.
    pub reason: String,
    /// The checks, as JSON.
    pub checks: String,
}

impl UserScope {
    /// Keeps the look of a date, unless there is one, and waits until it is durable; returns whether it was kept.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn keep_readiness(&self, row: ReadinessRow) -> Result<bool, StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("keep a look of the doctor", move |conn| {
                let sql = "INSERT INTO readiness (user_id, day, due_at, looked_at, outcome, reason, checks)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (user_id, day) DO NOTHING";
                let ReadinessRow { day, due_at, looked_at, outcome, reason, checks } = &row;
                let looked_at = looked_at.map(|at| at.0);
                let values = (user, day.to_string(), due_at.0, looked_at, outcome.name(), reason, checks);
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// The looks at the user of the newest dates, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn readiness(&self, limit: u32) -> Result<Vec<ReadinessRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the looks of the doctor", move |conn| {
            let sql = "SELECT * FROM readiness WHERE user_id = ?1 ORDER BY day DESC LIMIT ?2";
            select(conn, sql, (user, limit), read)
        })
        .await
    }

    /// The look at the user of one date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn readiness_of(&self, day: Day) -> Result<Option<ReadinessRow>, StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string());
        self.read("read a look of the doctor", move |conn| {
            select_one(conn, "SELECT * FROM readiness WHERE user_id = ?1 AND day = ?2", values, read)
        })
        .await
    }
}

impl SystemScope {
    /// The users who were looked at on a date, or whose look was missed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users_with_readiness(&self, day: Day) -> Result<Vec<UserId>, StoreError> {
        self.store
            .read("read whom the doctor has looked at", move |conn| {
                let sql = "SELECT user_id FROM readiness WHERE day = ?1";
                select(conn, sql, [day.to_string()], |row| user(row, "user_id"))
            })
            .await
    }

    /// Removes up to a batch of looks of dates before a day; how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_readiness(&self, before: Day) -> Result<u64, StoreError> {
        self.store
            .write_durable("forget looks of the doctor", move |conn| {
                let sql = "DELETE FROM readiness WHERE (user_id, day) IN
                           (SELECT user_id, day FROM readiness WHERE day < ?1 ORDER BY day LIMIT ?2)";
                Ok(execute(conn, sql, (before.to_string(), BATCH))? as u64)
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<ReadinessRow, StoreError> {
    Ok(ReadinessRow {
        day: parsed(row, "day")?,
        due_at: instant(row, "due_at")?,
        looked_at: optional_instant(row, "looked_at")?,
        outcome: parsed(row, "outcome")?,
        reason: row.get("reason")?,
        checks: row.get("checks")?,
    })
}
