//! The statement of each user's trading dates, as JSON.

use prahari_domain::time::Day;

use crate::columns::{execute, parsed, select, select_one};
use crate::errors::StoreError;
use crate::notifications::{self, NewNotification};
use crate::snapshots;
use crate::store::UserScope;

impl UserScope {
    /// Keeps the statement of a trading date so far, in place of an earlier one; one that was written at the end of its
    /// date stays.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_statement(&self, day: Day, json: String) -> Result<(), StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string(), json);
        self.write("save a statement", move |conn| {
            let sql = "INSERT INTO statements (user_id, day, data) VALUES (?1, ?2, ?3)
                           ON CONFLICT (user_id, day) DO UPDATE SET data = excluded.data WHERE closed = 0";
            execute(conn, sql, values).map(|_| ())
        })
        .await
    }

    /// Closes a trading date: keeps its last statement and, if there is one, the snapshot of the books as they
    /// stand after a sequence number, in one write.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn close_date(
        &self,
        day: Day,
        json: String,
        snapshot: Option<(u64, Vec<u8>)>,
    ) -> Result<(), StoreError> {
        let user = self.user;
        self.write("close a trading date", move |conn| {
            let sql = "INSERT INTO statements (user_id, day, data, closed) VALUES (?1, ?2, ?3, 1)
                           ON CONFLICT (user_id, day) DO UPDATE SET data = excluded.data, closed = 1";
            execute(conn, sql, (user.0.cast_signed(), day.to_string(), json))?;
            snapshot.iter().try_for_each(|(through, data)| snapshots::save(conn, user, *through, data))
        })
        .await
    }

    /// Keeps the message about a trading date that has a statement, unless the user was told of the date before.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn tell_of_date(&self, day: Day, message: NewNotification) -> Result<(), StoreError> {
        let user = self.user;
        self.write("tell of a trading date", move |conn| {
            let sql =
                "UPDATE statements SET told_at = ?3 WHERE user_id = ?1 AND day = ?2 AND told_at IS NULL";
            let values = (user.0.cast_signed(), day.to_string(), message.row.at.0);
            match execute(conn, sql, values)? {
                0 => Ok(()),
                _ => notifications::keep(conn, user, &message),
            }
        })
        .await
    }

    /// The last date that was closed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_closed_date(&self) -> Result<Option<Day>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the last closed date", move |conn| {
            let sql =
                "SELECT day FROM statements WHERE user_id = ?1 AND closed = 1 ORDER BY day DESC LIMIT 1";
            select_one(conn, sql, [user], |row| parsed(row, "day"))
        })
        .await
    }

    /// Every statement, by trading date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn statements(&self) -> Result<Vec<(Day, String)>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the statements", move |conn| {
            let sql = "SELECT day, data FROM statements WHERE user_id = ?1 ORDER BY day";
            select(conn, sql, [user], |row| Ok((parsed(row, "day")?, row.get("data")?)))
        })
        .await
    }

    /// The statements of the trading dates from one through another, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn statements_between(
        &self,
        from: Day,
        through: Day,
        limit: u32,
    ) -> Result<Vec<(Day, String)>, StoreError> {
        let values = (self.user.0.cast_signed(), from.to_string(), through.to_string(), limit);
        self.read("read statements", move |conn| {
            let sql = "SELECT day, data FROM statements WHERE user_id = ?1 AND day BETWEEN ?2 AND ?3
                           ORDER BY day DESC LIMIT ?4";
            select(conn, sql, values, |row| Ok((parsed(row, "day")?, row.get("data")?)))
        })
        .await
    }

    /// The statement of one trading date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn statement(&self, day: Day) -> Result<Option<String>, StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string());
        self.read("read a statement", move |conn| {
            let sql = "SELECT data FROM statements WHERE user_id = ?1 AND day = ?2";
            select_one(conn, sql, values, |row| Ok(row.get(0)?))
        })
        .await
    }
}
