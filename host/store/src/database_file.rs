//! The one descriptor that this process has of each database file.
//!
//! SQLite's locks are POSIX locks, which belong to the process: closing any descriptor of a file drops all of them,
//! whichever connection took them. So nobody opens a database file by hand. Whoever needs its header, its identity
//! or a lock of their own on it shares this descriptor, which is opened before SQLite opens the file and closed
//! after the last connection of this process to it.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use crate::errors::StoreError;

/// Who may read and write a database: its owner and nobody else. SQLite gives the log files beside it the same mode.
pub(crate) const OWNER_ONLY: u32 = 0o600;

/// What a file is, whatever its names: its device and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity(u64, u64);

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// A share in the descriptor of a database file. Every connection is outlived by one.
#[derive(Debug)]
pub(crate) struct DatabaseFile {
    path: PathBuf,
    identity: Identity,
    /// Empty only while it is dropped.
    file: Option<Arc<File>>,
}

/// A descriptor of this process, with how many share it and whether a store has locked it.
struct Opened {
    file: Arc<File>,
    shares: usize,
    locked: bool,
}

static OPENED: Mutex<BTreeMap<Identity, Opened>> = Mutex::new(BTreeMap::new());

impl DatabaseFile {
    /// Opens a file that is there.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Self::share(path, File::options().read(true))
    }

    /// Opens a file for reading and writing, and makes it, for its owner only, when there is none.
    ///
    /// # Errors
    /// [`StoreError::LogWithoutDatabase`], or when it can be neither opened nor made.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        let log = beside(path, "-wal");
        // SQLite would throw the log of a database away that was moved, and with it what only the log holds.
        if !path.exists() && fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
            return Err(StoreError::LogWithoutDatabase { path: path.to_owned(), log });
        }
        Self::share(path, File::options().read(true).write(true).create(true).mode(OWNER_ONLY))
    }

    /// The path by which it was opened.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The first bytes of the file, at most `most`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn header(&self, most: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; most];
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match file.read_at(rest, read as u64).map_err(|error| failed("read", &self.path, error))? {
                0 => break,
                more => read += more,
            }
        }
        bytes.truncate(read);
        Ok(bytes)
    }

    /// Returns how many bytes the file lacks by what its header says; none when it is as long as that, or cannot be
    /// read.
    pub(crate) fn missing_bytes(&self) -> Option<u64> {
        let header = self.header(32).ok()?;
        let size = match u16::from_be_bytes(header.get(16..18)?.try_into().ok()?) {
            1 => 65_536,
            size => u64::from(size),
        };
        let pages = u32::from_be_bytes(header.get(28..32)?.try_into().ok()?);
        let length = self.file.as_ref()?.metadata().ok()?.len();
        (size * u64::from(pages)).checked_sub(length).filter(|missing| *missing > 0)
    }

    /// Locks the file for one store; `false` when another one has it, in this process or elsewhere and by whatever
    /// name.
    ///
    /// # Errors
    /// When the file system cannot lock it.
    pub(crate) fn try_lock(&self) -> Result<bool, StoreError> {
        let mut opened = opened();
        let Some(entry) = opened.get_mut(&self.identity) else { return Ok(false) };
        if entry.locked {
            return Ok(false);
        }
        match entry.file.try_lock() {
            Ok(()) => {
                entry.locked = true;
                Ok(true)
            }
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(failed("lock", &self.path, error)),
        }
    }

    /// Gives back what [`DatabaseFile::try_lock`] took.
    pub(crate) fn unlock(&self) {
        let mut opened = opened();
        let Some(entry) = opened.get_mut(&self.identity) else { return };
        entry.locked = false;
        // Closing the file would not be enough: a child process that is just being started shares the descriptor until
        // its own program begins, and would keep the lock for that long.
        if let Err(error) = entry.file.unlock() {
            tracing::warn!(%error, "cannot release the lock on the database");
        }
    }

    /// Refuses a name of the file when SQLite's log lies beside another name of it, as after a crash: opened by
    /// this one, the database would lack what is only in the log. Other names are looked for in the same folder.
    ///
    /// # Errors
    /// [`StoreError::LogOfOtherName`].
    pub(crate) fn check_other_names(&self) -> Result<(), StoreError> {
        let links =
            self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(1, |metadata| metadata.nlink());
        let own = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let Some(folder) = own.parent().filter(|_| links > 1) else { return Ok(()) };
        tracing::warn!(path = %self.path.display(), links, "the database has several names; use always the same one");
        for entry in fs::read_dir(folder).map_err(|error| failed("read", folder, error))?.flatten() {
            let other = entry.path();
            let same = entry.metadata().is_ok_and(|metadata| Identity::of(&metadata) == self.identity);
            let log = beside(&other, "-wal");
            if same && other != own && fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
                return Err(StoreError::LogOfOtherName { path: self.path.clone(), other });
            }
        }
        Ok(())
    }

    /// Takes the file, and the log files of SQLite beside it, from everybody but the owner.
    pub(crate) fn make_private(&self) {
        let own = self.file.as_ref().and_then(|file| file.metadata().ok());
        if own.is_some_and(|metadata| is_open_to_others(&metadata))
            && let Some(file) = &self.file
            && let Err(error) = file.set_permissions(Permissions::from_mode(OWNER_ONLY))
        {
            warn_of_mode(&self.path, &error);
        }
        for path in [beside(&self.path, "-wal"), beside(&self.path, "-shm")] {
            let open = fs::metadata(&path).is_ok_and(|metadata| is_open_to_others(&metadata));
            if open && let Err(error) = fs::set_permissions(&path, Permissions::from_mode(OWNER_ONLY)) {
                warn_of_mode(&path, &error);
            }
        }
    }

    /// Refuses to go on when the path is not that of this file any more.
    ///
    /// # Errors
    /// [`StoreError::Gone`].
    pub(crate) fn check_place(&self) -> Result<(), StoreError> {
        match fate(&self.path, self.identity) {
            Some(fate) => Err(StoreError::Gone { path: self.path.clone(), fate }),
            None => Ok(()),
        }
    }

    fn share(path: &Path, options: &fs::OpenOptions) -> Result<Self, StoreError> {
        let mut opened = opened();
        match fs::metadata(path) {
            Ok(metadata) => {
                check_kind(path, &metadata)?;
                if let Some(shared) = shared(&mut opened, Identity::of(&metadata), path) {
                    return Ok(shared);
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed("read", path, error)),
        }
        let file = options.open(path).map_err(|error| failed("open", path, error))?;
        let identity = Identity::of(&file.metadata().map_err(|error| failed("read", path, error))?);
        if let Some(shared) = shared(&mut opened, identity, path) {
            // Another name was put in the place of this one a moment ago. Closing the second descriptor would drop
            // SQLite's locks, so it stays open for as long as the process lives.
            std::mem::forget(file);
            return Ok(shared);
        }
        let file = Arc::new(file);
        opened.insert(identity, Opened { file: file.clone(), shares: 1, locked: false });
        Ok(Self { path: path.to_owned(), identity, file: Some(file) })
    }
}

impl Clone for DatabaseFile {
    fn clone(&self) -> Self {
        if let Some(entry) = opened().get_mut(&self.identity) {
            entry.shares += 1;
        }
        Self { path: self.path.clone(), identity: self.identity, file: self.file.clone() }
    }
}

impl Drop for DatabaseFile {
    fn drop(&mut self) {
        // Under the lock of the table, so that nobody opens the file anew before the last descriptor is closed.
        let mut opened = opened();
        drop(self.file.take());
        if let Some(entry) = opened.get_mut(&self.identity) {
            entry.shares -= 1;
            if entry.shares == 0 {
                opened.remove(&self.identity);
            }
        }
    }
}

/// Returns what has become of a file that had this path: nothing, or the sentence's middle part.
pub(crate) fn fate(path: &Path, identity: Identity) -> Option<&'static str> {
    match fs::metadata(path) {
        Ok(metadata) if Identity::of(&metadata) == identity => None,
        Ok(_) => Some("was replaced by another file"),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Some("was deleted or moved away")
        }
        Err(error) => {
            // Whether it is still there cannot be told; it is asked again.
            tracing::warn!(%error, path = %path.display(), "cannot look at the database");
            None
        }
    }
}

/// A file of SQLite beside the database, where SQLite looks for it: it follows symbolic links.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

fn shared(opened: &mut BTreeMap<Identity, Opened>, identity: Identity, path: &Path) -> Option<DatabaseFile> {
    let entry = opened.get_mut(&identity)?;
    entry.shares += 1;
    Some(DatabaseFile { path: path.to_owned(), identity, file: Some(entry.file.clone()) })
}

/// A pipe would be waited for, and a folder cannot hold rows.
fn check_kind(path: &Path, metadata: &Metadata) -> Result<(), StoreError> {
    if metadata.is_dir() {
        return Err(failed("read", path, ErrorKind::IsADirectory.into()));
    }
    if metadata.is_file() { Ok(()) } else { Err(StoreError::NotADatabase { path: path.to_owned() }) }
}

fn is_open_to_others(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o077 != 0
}

fn warn_of_mode(path: &Path, error: &io::Error) {
    tracing::warn!(%error, path = %path.display(), "others than its owner may read the file, and that cannot be changed");
}

pub(crate) fn failed(doing: &'static str, path: &Path, error: io::Error) -> StoreError {
    StoreError::File { doing, path: path.to_owned(), source: Arc::new(error) }
}

fn opened() -> MutexGuard<'static, BTreeMap<Identity, Opened>> {
    OPENED.lock()
}
