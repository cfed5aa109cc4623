//! A copy of a whole database, made of one state of it while a daemon may be writing, and the place that such a copy
//! takes.
//!
//! The copy is written beside its name and has the name only when it is whole and on the disk, so that what is cut off
//! is never taken for a backup.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use prahari_domain::time::Timestamp;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::ffi::SQLITE_IOERR_WRITE;
use rusqlite::{Connection, ErrorCode};

use crate::columns::execute;
use crate::connection::{is_in_use, open_copy, open_untouched};
use crate::database_file::{DatabaseFile, Identity, OWNER_ONLY, beside, failed};
use crate::errors::StoreError;
use crate::lock::Lock;
use crate::migrate;

/// How many pages are copied between two flushes (16 MB): one flush of everything at the end would hold up those of a
/// daemon on the same disk for as long as it takes.
const PAGES_AT_ONCE: i32 = 4_000;

/// What SQLite may have beside a database, and the database itself first: a daemon refuses a log without one.
const FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// What follows the name of a copy that is not whole yet.
const PARTIAL: &str = ".partial";

/// What follows the name of what was moved aside.
const ASIDE: &str = ".before-restore";

/// Most files of a folder that are looked at for the newest copy: a copy of each day of some years.
const MOST_FILES: usize = 10_000;

/// A whole copy of a database that does not have its name yet. Dropped, it is removed.
#[derive(Debug)]
pub struct DatabaseCopy {
    target: PathBuf,
    partial: PathBuf,
    version: u32,
    /// Locked, so that a second copy of the same name is refused and one that was cut off is known.
    file: File,
    kept: bool,
}

impl DatabaseCopy {
    /// Copies the database at `from` as it is at one moment; `target` is the name that the copy gets when it is kept. A
    /// daemon may be writing, and is not waited for. Blocks.
    ///
    /// # Errors
    /// When `from` is no database of this or an earlier version, another copy of that name is being made, or it cannot be read
    /// or the copy not written, as on a full disk.
    pub fn make(from: &Path, target: &Path) -> Result<Self, StoreError> {
        let source = DatabaseFile::open(from)?;
        let version = migrate::inspect(&source)?;
        if version == 0 {
            return Err(StoreError::NotADatabase { path: from.to_owned() });
        }
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let partial = with_suffix(&target, PARTIAL);
        let file = create(&partial)?;
        let copy = Self { target, partial, version, file, kept: false };
        let idle = !is_in_use(from);
        copy.fill(from)?;
        // What nobody used was read as a file that nobody changes. When somebody did meanwhile, it is read once more.
        if idle && is_in_use(from) {
            copy.fill(from)?;
        }
        copy.file.sync_all().map_err(|error| failed("write", &copy.partial, error))?;
        Ok(copy)
    }

    /// Path of the copy as long as it does not have its name.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Returns the version of the database.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Returns whether an earlier program wrote it, so that this one has to migrate it before it can look at its rows.
    pub fn is_of_earlier_version(&self) -> bool {
        self.version < migrate::KNOWN_VERSION
    }

    /// Gives the copy its name; answers its size in bytes. When this returns, the name is on the disk.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is a file of that name, or when the file system refuses it.
    pub fn keep(mut self) -> Result<u64, StoreError> {
        let of_file = |error| failed("write", &self.partial, error);
        let own = self.file.metadata().map_err(of_file)?;
        let there = fs::symlink_metadata(&self.partial).map_err(of_file)?;
        if Identity::of(&own) != Identity::of(&there) {
            return Err(StoreError::Taken { path: self.partial.clone() });
        }
        give_name(&self.partial, &self.target)?;
        self.kept = true;
        sync_folder_of(&self.target)?;
        Ok(own.len())
    }

    fn fill(&self, from: &Path) -> Result<(), StoreError> {
        let source = open_untouched(from)?;
        // One state of it, however often somebody writes between two steps.
        execute(&source, "BEGIN", [])?;
        source.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
        let mut copy = open_copy(&self.partial)?;
        self.copy_pages(&source, &mut copy).map_err(|error| self.explained(from, error))?;
        copy.close().map_err(|(_, error)| self.explained(from, error.into()))
    }

    fn copy_pages(&self, source: &Connection, copy: &mut Connection) -> Result<(), StoreError> {
        let backup = Backup::new(source, copy)?;
        loop {
            match backup.step(PAGES_AT_ONCE)? {
                StepResult::Done => return Ok(()),
                StepResult::More => {
                    self.file.sync_data().map_err(|error| failed("write", &self.partial, error))?;
                }
                _ => return Err(failed("copy", &self.target, ErrorKind::ResourceBusy.into())),
            }
        }
    }

    /// Names the file that an error of SQLite is about, and says what is wrong with the disk in a word that people use.
    fn explained(&self, from: &Path, error: StoreError) -> StoreError {
        let StoreError::Sql { source, .. } = error else { return error };
        let code = source.sqlite_error().map(|error| (error.code, error.extended_code));
        match code {
            Some((ErrorCode::DiskFull, _)) => {
                let full =
                    io::Error::new(ErrorKind::StorageFull, "the disk is full, and nothing is left of it");
                failed("write", &self.partial, full)
            }
            Some((_, SQLITE_IOERR_WRITE)) => {
                let refused = "the disk takes no more, and nothing is left of it";
                failed("write", &self.partial, io::Error::new(ErrorKind::StorageFull, refused))
            }
            Some((ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _)) => StoreError::Damaged {
                path: from.to_owned(),
                fault: "it cannot be read as a whole".to_owned(),
            },
            _ => StoreError::Sql { doing: "copy what is", source },
        }
    }
}

impl Drop for DatabaseCopy {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = fs::remove_file(&self.partial) {
            tracing::warn!(%error, path = %self.partial.display(), "a copy that was cut off cannot be removed");
        }
    }
}

/// Returns when the newest copy of a database of ours in a folder was written, by the folder's clock; none where there is none.
/// `own` is the database in use, which is no copy wherever it stands. Blocks.
///
/// # Errors
/// When the folder cannot be read.
pub fn newest_copy(folder: &Path, own: &Path) -> Result<Option<Timestamp>, StoreError> {
    let own = fs::metadata(own).ok().map(|metadata| Identity::of(&metadata));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed("read", folder, error))?.take(MOST_FILES) {
        let path = entry.map_err(|error| failed("read", folder, error))?.path();
        // One that is removed meanwhile is none.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let is_partial = path.as_os_str().as_encoded_bytes().ends_with(PARTIAL.as_bytes());
        if metadata.is_file() && !is_partial && own != Some(Identity::of(&metadata)) {
            found.push((Timestamp(metadata.mtime().saturating_mul(1_000)), path));
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found.into_iter().find(|(_, path)| is_ours(path)).map(|(written_at, _)| written_at))
}

/// Whether a file begins as our databases do.
fn is_ours(path: &Path) -> bool {
    // As everything opens databases: to close one that is in use by another descriptor would let go of its locks.
    DatabaseFile::open(path).and_then(|file| migrate::begins_as_ours(&file)).unwrap_or(false)
}

/// The path of a database that no daemon uses; none can begin to use it as long as this lives.
#[derive(Debug)]
pub struct DatabasePlace {
    path: PathBuf,
    /// None where no database stands.
    lock: Option<Lock>,
}

impl DatabasePlace {
    /// Takes the path.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::LogWithoutDatabase`], or when what stands there is no regular file.
    pub fn take(path: &Path) -> Result<Self, StoreError> {
        let log = beside(path, "-wal");
        if path.exists() {
            let lock = Lock::take(DatabaseFile::open(path)?)?;
            let path = fs::canonicalize(path).map_err(|error| failed("read", path, error))?;
            return Ok(Self { path, lock: Some(lock) });
        }
        if fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
            return Err(StoreError::LogWithoutDatabase { path: path.to_owned(), log });
        }
        Ok(Self { path: path.to_owned(), lock: None })
    }

    /// Moves the database that stands there aside, with what SQLite has beside it; answers its new path.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when something was moved aside before and still stands there, and nothing is moved then; or when
    /// the file system refuses it.
    pub fn clear(&self) -> Result<Option<PathBuf>, StoreError> {
        if self.lock.is_none() {
            return Ok(None);
        }
        let aside = with_suffix(&self.path, ASIDE);
        let moves = FILES.map(|suffix| (with_suffix(&self.path, suffix), with_suffix(&aside, suffix)));
        if let Some((_, taken)) = moves.iter().find(|(_, to)| fs::symlink_metadata(to).is_ok()) {
            return Err(StoreError::Taken { path: taken.clone() });
        }
        for (from, to) in moves.iter().filter(|(from, _)| from.exists()) {
            fs::rename(from, to).map_err(|error| failed("move aside", from, error))?;
        }
        sync_folder_of(&self.path)?;
        Ok(Some(aside))
    }
}

/// Makes the file that is written, for its owner only and locked. What a copy left behind that was killed goes first.
fn create(path: &Path) -> Result<File, StoreError> {
    let options = || File::options().read(true).write(true).create_new(true).mode(OWNER_ONLY).open(path);
    let file = match options() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            remove_cut_off(path)?;
            options()
        }
        made => made,
    };
    let file = file.map_err(|error| failed("write", path, error))?;
    lock(&file, path)?;
    Ok(file)
}

fn remove_cut_off(path: &Path) -> Result<(), StoreError> {
    let of_file = |error| failed("replace", path, error);
    if !fs::symlink_metadata(path).map_err(of_file)?.is_file() {
        return Err(StoreError::Taken { path: path.to_owned() });
    }
    let cut_off = File::open(path).map_err(of_file)?;
    lock(&cut_off, path)?;
    fs::remove_file(path).map_err(of_file)
}

fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StoreError::CopyUnderWay { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed("lock", path, error)),
    }
}

/// Gives a file another name, and never that of a file that is there.
fn give_name(partial: &Path, target: &Path) -> Result<(), StoreError> {
    let taken = |error: io::Error| match error.kind() {
        ErrorKind::AlreadyExists => StoreError::Taken { path: target.to_owned() },
        _ => failed("write", target, error),
    };
    match fs::hard_link(partial, target) {
        Ok(()) => fs::remove_file(partial).map_err(|error| failed("remove", partial, error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(taken(error)),
        // File systems without links, such as those of memory sticks.
        Err(_) => {
            File::options().write(true).create_new(true).mode(OWNER_ONLY).open(target).map_err(taken)?;
            fs::rename(partial, target).map_err(|error| {
                let _empty = fs::remove_file(target);
                failed("write", target, error)
            })
        }
    }
}

fn sync_folder_of(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed("flush", folder, error))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
