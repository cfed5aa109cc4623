//! A folder that nobody but this user can put anything into.
//!
//! Its last component, and every one that is made here, is no link, belongs to this user and can be written by
//! nobody else. From then on everything in it is reached by its open descriptor, so that it does not matter what
//! becomes of its name: whoever may rename a folder above it cannot put another one in its place.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, geteuid, linkat, unlinkat};

use super::error::CacheError;

/// Mode of a folder that is made: all rights for the owner, none for others.
const FOLDER_MODE: Mode = Mode::S_IRWXU;

/// Mode bits that let others write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Mode bits that give others any right.
const OPEN_TO_OTHERS: u32 = 0o077;

/// A folder that only this user can write into, held open.
#[derive(Debug)]
pub(crate) struct OwnFolder {
    path: PathBuf,
    folder: OwnedFd,
}

impl OwnFolder {
    /// Opens a folder, and makes it and what is missing above it.
    pub(crate) fn open_or_make(path: &Path) -> Result<Self, CacheError> {
        let folder = open_or_make(path)?;
        Ok(Self { path: path.to_owned(), folder })
    }

    /// The path of a file in it, to be named.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a file, which is no link.
    pub(crate) fn open(&self, name: &str) -> io::Result<File> {
        // A pipe in its place is not waited for.
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        Ok(File::from(openat(&self.folder, name, flags, Mode::empty())?))
    }

    /// Opens a file that must be this user's alone; none when there is no such file.
    pub(crate) fn open_private(&self, name: &str) -> Result<Option<File>, CacheError> {
        let path = self.path_of(name);
        let file = match self.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.raw_os_error() == Some(Errno::ELOOP as i32) => {
                return Err(foreign(&path, "it is a link"));
            }
            Err(source) => return Err(CacheError::Io { path, source }),
        };
        let found = file.metadata().map_err(|source| CacheError::Io { path: path.clone(), source })?;
        if !found.is_file() {
            return Err(foreign(&path, "it is no plain file"));
        }
        check_owner(&path, &found)?;
        if found.mode() & OPEN_TO_OTHERS != 0 {
            return Err(CacheError::KeyExposed { path });
        }
        Ok(Some(file))
    }

    /// Makes a file that only this user can read, in the place of one of that name.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        self.remove(name)?;
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        Ok(File::from(openat(&self.folder, name, flags, Mode::S_IRUSR | Mode::S_IWUSR)?))
    }

    /// Gives a file another name, in the place of one of that name.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat(&self.folder, from, &self.folder, to)?)
    }

    /// Gives a file a second name, which nothing may have.
    pub(crate) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(linkat(&self.folder, from, &self.folder, to, AtFlags::empty())?)
    }

    /// Removes a file, if it is there.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match unlinkat(&self.folder, name, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The names in it, as far as they can be listed.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }
}

/// Opens the folder at a path, whose last component is no link and this user's own.
fn open_or_make(path: &Path) -> Result<OwnedFd, CacheError> {
    let failed = |source: io::Error| CacheError::Io { path: path.to_owned(), source };
    let Some(name) = path.file_name() else {
        return Err(failed(io::Error::new(ErrorKind::InvalidInput, "it has no name")));
    };
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What was there may be reached by links, and need not be readable: it is where the user keeps files.
    let above =
        match nix::fcntl::open(above, OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty()) {
            Err(Errno::ENOENT) => open_or_make(above)?,
            opened => opened.map_err(|error| failed(error.into()))?,
        };
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let open = || openat(&above, name, flags, Mode::empty());
    let opened = match open() {
        Err(Errno::ENOENT) => {
            // Another process may be faster: what it made is looked at like everything else.
            match mkdirat(&above, name, FOLDER_MODE) {
                Ok(()) | Err(Errno::EEXIST) => open(),
                Err(error) => return Err(failed(error.into())),
            }
        }
        opened => opened,
    };
    match opened {
        Ok(folder) => {
            let folder = File::from(folder);
            check(path, &folder.metadata().map_err(failed)?)?;
            Ok(folder.into())
        }
        Err(Errno::ELOOP | Errno::ENOTDIR) if path.is_symlink() => Err(foreign(path, "it is a link")),
        Err(error) => Err(failed(error.into())),
    }
}

fn check(path: &Path, found: &fs::Metadata) -> Result<(), CacheError> {
    check_owner(path, found)?;
    if found.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(foreign(path, format!("others may write into it (mode {:o})", found.mode() & 0o7777)));
    }
    Ok(())
}

fn check_owner(path: &Path, found: &fs::Metadata) -> Result<(), CacheError> {
    if found.uid() == geteuid().as_raw() {
        return Ok(());
    }
    Err(foreign(path, format!("it belongs to another user (uid {})", found.uid())))
}

fn foreign(path: &Path, why: impl Into<String>) -> CacheError {
    CacheError::Foreign { path: path.to_owned(), why: why.into() }
}
