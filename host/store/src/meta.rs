//! Facts about the database as a whole, by key.

use rusqlite::Connection;

use prahari_domain::time::Timestamp;

use crate::columns::{execute, parsed, select_one};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// Key under which the virtual clock's cursor is stored.
const CURSOR: &str = "cursor";

/// Where the last change of a day stands among the keys.
const DAY_CHANGED: &str = "day_changed_at";

impl SystemScope {
    /// Bytes of the database that hold something: its free pages are left out, because the next rows take them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn used_bytes(&self) -> Result<u64, StoreError> {
        self.store
            .read("count the pages of the database", |conn| {
                let pragma = |name: &str| conn.query_row(name, [], |row| row.get::<_, i64>(0));
                let used = pragma("PRAGMA page_count")? - pragma("PRAGMA freelist_count")?;
                Ok(used.max(0).cast_unsigned() * pragma("PRAGMA page_size")?.cast_unsigned())
            })
            .await
    }

    /// Stores `value` under `key`, replaces an earlier value, and returns when it is on the disk.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn set_meta(&self, key: &str, value: String) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.store.write_durable("save a setting of the database", move |conn| set(conn, &key, &value)).await
    }

    async fn queue_meta(&self, key: &'static str, value: String) -> Result<(), StoreError> {
        self.store.write("save a setting of the database", move |conn| set(conn, key, &value)).await
    }

    /// Returns the value stored under `key`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        self.store
            .read("read a setting of the database", move |conn| {
                select_one(conn, "SELECT value FROM meta WHERE key = ?1", [key], |row| Ok(row.get(0)?))
            })
            .await
    }

    /// Stores the instant up to which the virtual clock has done everything. Writes keep their order, so after
    /// a crash everything before a stored cursor is stored too.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_cursor(&self, at: Timestamp) -> Result<(), StoreError> {
        self.queue_meta(CURSOR, at.0.to_string()).await
    }

    /// The cursor saved last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn cursor(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store
            .read("read the cursor of the clock", |conn| {
                let sql = "SELECT value FROM meta WHERE key = ?1";
                select_one(conn, sql, [CURSOR], |row| parsed(row, "value").map(Timestamp))
            })
            .await
    }

    /// Stores the time, by the daemon's clock, from which what today has counts: another calendar changed the day,
    /// or a removed task was added again. What was due before it is not expected any more.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_day_changed(&self, at: Timestamp) -> Result<(), StoreError> {
        self.queue_meta(DAY_CHANGED, at.0.to_string()).await
    }

    /// Returns the time that [`SystemScope::save_day_changed`] stored last; none when that never happened.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn day_changed(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store
            .read("read when the day was changed", |conn| {
                let sql = "SELECT value FROM meta WHERE key = ?1";
                select_one(conn, sql, [DAY_CHANGED], |row| parsed(row, "value").map(Timestamp))
            })
            .await
    }
}

/// Stores `value` under `key`.
pub(crate) fn set(conn: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    execute(conn, sql, (key, value)).map(|_| ())
}
