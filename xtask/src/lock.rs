//! One at a time: a second call of the same chore waits for the first and then finds the work done.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// Holds a chore for this process; dropping it lets the next one in. The operating system releases it at a crash.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`, waiting for its holder when there is one; says so, naming the chore.
    pub fn take(path: &Path, chore: &str) -> Outcome<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
        }
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).open(path);
        let file = file.map_err(|error| Failure::file("open the lock", path, &error))?;
        match file.try_lock() {
            Ok(()) => return Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => eprintln!("waiting for another {chore} to end"),
            Err(TryLockError::Error(error)) => return Err(Failure::file("lock", path, &error)),
        }
        file.lock().map_err(|error| Failure::file("lock", path, &error))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_keeps_others_out_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inner").join("chore.lock");
        let held = Lock::take(&path, "chore").unwrap();
        let other = File::open(&path).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        other.try_lock().unwrap();
    }
}
