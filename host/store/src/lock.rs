//! One daemon per database.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::errors::StoreError;

/// The right to use a database. The operating system takes it back when the process ends, whatever way it ends.
///
/// It is on a file of its own: closing any handle of the database file would release SQLite's locks on it. The file
/// stays behind, because removing it would let two processes lock two files of the same name.
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock on the database at `path`.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another store has it, or when the lock file cannot be made.
    pub(crate) fn take(path: &Path) -> Result<Self, StoreError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let name = PathBuf::from(name);
        let failed = |doing, source| StoreError::File { doing, path: name.clone(), source: Arc::new(source) };
        let opened = File::options().create(true).append(true).open(&name);
        let file = opened.map_err(|source| failed("open", source))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed("lock", source)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is just being started shares it until its own program
        // begins, and would keep the lock for that long.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "cannot release the lock on the database");
        }
    }
}
