//! What is kept as bytes or text for the program to read back: modules, statements, calendars, settings.

use prahari_domain::ids::UserId;
use prahari_domain::time::Day;

use super::Inspection;
use crate::columns::{parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::task_settings::{self, TaskSettingsRow};
use crate::users::{self, UserRow};

/// A statement that the host closed a date with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedStatement {
    /// Trading date of the statement.
    pub day: Day,
    /// The statement as JSON.
    pub json: String,
}

/// A version of a user's settings of a task as it was read, or why it could not be.
pub type ReadTaskSettings = (UserId, Result<TaskSettingsRow, StoreError>);

/// A user's row as it was read, or why it could not be.
pub type ReadUser = (UserId, Result<UserRow, StoreError>);

impl Inspection {
    /// The statements of a user's dates that are over, by date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn closed_statements(&self, user: UserId) -> Result<Vec<ClosedStatement>, StoreError> {
        let sql = "SELECT day, data FROM statements WHERE user_id = ?1 AND closed = 1 ORDER BY day";
        select(&self.conn, sql, [user.0.cast_signed()], |row| {
            Ok(ClosedStatement { day: parsed(row, "day")?, json: row.get("data")? })
        })
    }

    /// The hashes under which modules are kept, in hex.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn module_hashes(&self) -> Result<Vec<String>, StoreError> {
        select(&self.conn, "SELECT hash FROM module_bytes ORDER BY hash", [], |row| Ok(row.get("hash")?))
    }

    /// The module that is kept under a hash.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn module_bytes(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT bytes FROM module_bytes WHERE hash = ?1";
        Ok(select_one(&self.conn, sql, [hash], |row| Ok(row.get("bytes")?))?.unwrap_or_default())
    }

    /// Versions of modules without their bytes, and activations and pins of versions that never were.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn version_faults(&self) -> Result<Vec<String>, StoreError> {
        let questions = [
            (
                "SELECT task, version FROM modules LEFT JOIN module_bytes USING (hash)
                 WHERE removed_at IS NULL AND (bytes IS NULL OR length(bytes) <> size)",
                "has no bytes, or not as many as it says",
            ),
            (
                "SELECT task, version FROM module_activations
                 WHERE (task, version) NOT IN (SELECT task, version FROM modules)",
                "was activated, and there is no such version",
            ),
            (
                "SELECT task, version FROM module_pins
                 WHERE (task, version) NOT IN (SELECT task, version FROM modules)",
                "is what a user stays with, and there is no such version",
            ),
        ];
        let mut faults = Vec::new();
        for (sql, what) in questions {
            faults.extend(select(&self.conn, sql, [], |row| {
                let (task, version): (String, u64) = (row.get("task")?, unsigned(row, "version")?);
                Ok(format!("version {version} of the module of {task} {what}"))
            })?);
        }
        Ok(faults)
    }

    /// Every version of the calendar, as JSON.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn calendar_documents(&self) -> Result<Vec<(u64, String)>, StoreError> {
        select(&self.conn, "SELECT version, document FROM calendars ORDER BY version", [], |row| {
            let document = row.get_ref("document")?.as_bytes().map_err(rusqlite::Error::from)?;
            Ok((unsigned(row, "version")?, String::from_utf8_lossy(document).into_owned()))
        })
    }

    /// Every version of what a user has set for a task, or why it cannot be read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn task_settings_rows(&self) -> Result<Vec<ReadTaskSettings>, StoreError> {
        let sql = "SELECT * FROM task_settings ORDER BY user_id, task, version";
        select(&self.conn, sql, [], |row| Ok((user(row, "user_id")?, task_settings::read(row))))
    }

    /// Every user's row, or why it cannot be read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn user_rows(&self) -> Result<Vec<ReadUser>, StoreError> {
        select(&self.conn, "SELECT * FROM users ORDER BY id", [], |row| {
            Ok((user(row, "id")?, users::read(row)))
        })
    }
}
