//! A look at a whole database from outside, for `prahari database check`. Nothing is written, and a daemon may be
//! running on it: everything is read from one state of the database.

mod kept;
mod orders;
mod pages;
mod runs;

use std::path::Path;

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::JournalEntry;

use crate::audit::{self, AuditCheck};
pub use kept::{ClosedStatement, ReadTaskSettings, ReadUser};
pub use runs::Counted;

use crate::columns::{execute, select, unsigned, user};
use crate::connection::{is_in_use, open_untouched};
use crate::database_file::DatabaseFile;
use crate::errors::StoreError;
use crate::paper::{self, PaperRow};
use crate::recordings::{self, RecordingRow};
use crate::{journal_chain, migrate, snapshots};

/// A database that is looked at.
pub struct Inspection {
    conn: Connection,
    /// Whether no process had the database open at the start.
    idle: bool,
    /// After the connection, so that it is closed after it.
    file: DatabaseFile,
}

impl Inspection {
    /// Opens a database of this program's version for reading.
    ///
    /// # Errors
    /// When it is no Prahari database, is of another version, or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = DatabaseFile::open(path)?;
        let found = migrate::inspect(&file)?;
        if found != migrate::KNOWN_VERSION {
            let (path, known) = (path.to_owned(), migrate::KNOWN_VERSION);
            return Err(StoreError::OlderVersion { path, found, known });
        }
        let idle = !is_in_use(path);
        let conn = open_untouched(path)?;
        execute(&conn, "BEGIN", [])?;
        Ok(Self { conn, idle, file })
    }

    /// Returns whether a daemon began to use the database after it was opened here, so that what was found may be
    /// wrong.
    pub fn was_disturbed(&self) -> bool {
        self.idle && is_in_use(self.file.path())
    }

    /// Returns what is wrong with the pages of a database that may be of an earlier version, whose rows this program
    /// cannot look at; nothing when all is well.
    ///
    /// # Errors
    /// When it is no Prahari database, is of a later version, or cannot be opened.
    pub fn page_fault_of(path: &Path) -> Result<Option<String>, StoreError> {
        let file = DatabaseFile::open(path)?;
        migrate::inspect(&file)?;
        pages::fault(&open_untouched(path)?)
    }

    /// Returns what is wrong with the pages of the file and its indices, in one sentence that says where; nothing
    /// when all is well.
    ///
    /// # Errors
    /// When SQLite cannot look.
    pub fn page_fault(&self) -> Result<Option<String>, StoreError> {
        pages::fault(&self.conn)
    }

    /// Rows that name a row which is not there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reference_faults(&self) -> Result<Vec<String>, StoreError> {
        select(&self.conn, "PRAGMA foreign_key_check", [], |row| {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            let id = row.get::<_, Option<i64>>(1)?.map_or_else(String::new, |id| format!(" {id}"));
            Ok(format!("the row{id} of {table} names a row of {parent} that is not there"))
        })
    }

    /// Every user with what was paid in and the name of their broker, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn users(&self) -> Result<Vec<(UserId, Paise, String)>, StoreError> {
        select(&self.conn, "SELECT id, capital, broker FROM users ORDER BY id", [], |row| {
            Ok((user(row, "id")?, Paise(row.get("capital")?), row.get("broker")?))
        })
    }

    /// Users who have a journal and no row.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unknown_users(&self) -> Result<Vec<UserId>, StoreError> {
        let sql = "SELECT DISTINCT user_id FROM journal WHERE user_id NOT IN (SELECT id FROM users)";
        select(&self.conn, sql, [], |row| user(row, "user_id"))
    }

    /// A user's journal from the first entry, each compared with its checksum.
    ///
    /// # Errors
    /// [`StoreError::JournalDamaged`], or when the database cannot be read.
    pub fn journal(&self, user: UserId) -> Result<Vec<JournalEntry>, StoreError> {
        journal_chain::load(&self.conn, user, 0)
    }

    /// A user's snapshot, compared with its checksum and with the journal.
    ///
    /// # Errors
    /// [`StoreError::SnapshotDamaged`], [`StoreError::JournalDamaged`], or when the database cannot be read.
    pub fn snapshot(&self, user: UserId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        match snapshots::fault(&self.conn, user)? {
            Some(fault) => Err(StoreError::SnapshotDamaged { user, fault }),
            None => snapshots::load(&self.conn, user),
        }
    }

    /// The paper broker's rows about a user: the orders in its book, and the account if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn paper(&self, user: UserId) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), StoreError> {
        paper::load(&self.conn, user)
    }

    /// Looks at the chain of the audit log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit(&self) -> Result<AuditCheck, StoreError> {
        audit::verify(&self.conn)
    }

    /// The runs whose recordings are kept, with their users.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn recorded(&self) -> Result<Vec<(UserId, RunId)>, StoreError> {
        select(&self.conn, "SELECT user_id, run_id FROM recordings ORDER BY run_id", [], |row| {
            Ok((user(row, "user_id")?, RunId(unsigned(row, "run_id")?)))
        })
    }

    /// A recording with the shared replies that are there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn recording(&self, user: UserId, run: RunId) -> Result<Option<RecordingRow>, StoreError> {
        recordings::find_in(&self.conn, user, run)
    }
}
