//! The differences of a user as they are listed.

use rusqlite::params;

use super::{DifferenceFilter, DifferenceRow, read};
use crate::columns::{select, select_one};
use crate::errors::StoreError;
use crate::store::UserScope;

impl UserScope {
    /// The open differences, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_differences(&self) -> Result<Vec<DifferenceRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the open differences", move |conn| {
            let sql = "SELECT * FROM holding_differences WHERE user_id = ?1 AND state = 'open' ORDER BY id";
            select(conn, sql, [user], read)
        })
        .await
    }

    /// The differences that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn differences(&self, filter: DifferenceFilter) -> Result<Vec<DifferenceRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the differences", move |conn| {
            let sql = "SELECT * FROM holding_differences
                       WHERE user_id = ?1 AND (?2 IS NULL OR (state = 'open') = ?2) AND id < ?3
                       ORDER BY id DESC LIMIT ?4";
            let before = filter.before.map_or(i64::MAX, u64::cast_signed);
            select(conn, sql, params![user, filter.open, before, filter.limit], read)
        })
        .await
    }

    /// One difference of the user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_difference(&self, id: u64) -> Result<Option<DifferenceRow>, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed());
        self.read("read a difference", move |conn| {
            let sql = "SELECT * FROM holding_differences WHERE id = ?1 AND user_id = ?2";
            select_one(conn, sql, values, read)
        })
        .await
    }
}
