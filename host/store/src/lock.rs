//! One daemon per database.

use std::fs;
use std::path::{Path, PathBuf};

use crate::database_file::{self, DatabaseFile, Identity};
use crate::errors::StoreError;

/// The right to use a database: a lock (`flock`) on the file itself, so that it holds by whatever name the file is
/// reached. The operating system takes it back when the process ends, whatever way it ends. On Linux it does not
/// touch the POSIX locks that SQLite takes on the same file, as long as the file lies on a local file system.
#[derive(Debug)]
pub(crate) struct Lock(DatabaseFile);

impl Lock {
    /// Takes the lock on a database.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another store has it, or when the file system cannot lock it.
    pub(crate) fn take(file: DatabaseFile) -> Result<Self, StoreError> {
        match file.try_lock()? {
            true => Ok(Self(file)),
            false => Err(StoreError::InUse { path: file.path().to_owned() }),
        }
    }

    /// The file it is on.
    pub(crate) fn file(&self) -> &DatabaseFile {
        &self.0
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

/// The files of an open database, to be found again where they were.
#[derive(Debug)]
pub(crate) struct Files {
    database: DatabaseFile,
    /// SQLite's log, which is there as long as a connection is.
    log: Option<(PathBuf, Identity)>,
}

impl Files {
    /// The files of a database to which there is a connection.
    pub(crate) fn of(database: DatabaseFile) -> Self {
        let path = database_file::beside(database.path(), "-wal");
        let log = fs::metadata(&path).ok().map(|metadata| (path, Identity::of(&metadata)));
        Self { database, log }
    }

    /// The path by which the database was opened.
    pub(crate) fn path(&self) -> &Path {
        self.database.path()
    }

    /// Looks whether the database and its log are still the files that they were.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when they are not: what is written would be found by nobody.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.database.check_place()?;
        let log =
            self.log.as_ref().and_then(|(log, identity)| Some((log, database_file::fate(log, *identity)?)));
        match log {
            Some((log, fate)) => Err(StoreError::Gone { path: log.clone(), fate }),
            None => Ok(()),
        }
    }
}
