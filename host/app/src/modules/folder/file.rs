//! One file of the folder: whether it can be a component at all, and its bytes. Nothing is opened that is no plain
//! file, and never more is read than a component may have.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use prahari_domain::time::Timestamp;

/// Identity, size and time of a file, by which a change is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    size: u64,
    written: (i64, i64),
    /// Also when its name or its rights change.
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            size: metadata.size(),
            written: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Returns when it was written last, by the clock of the file system.
    pub fn written_at(&self) -> Timestamp {
        let (seconds, nanos) = self.written;
        Timestamp(seconds.saturating_mul(1_000).saturating_add(nanos / 1_000_000))
    }
}

/// Reasons why there is nothing to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The entry is of a kind that waiting does not change.
    Kind(String),
    /// It may be on its way still.
    Unreadable(String),
}

/// A file as it is found.
pub(super) struct Found {
    /// Identity, size and time of the file.
    pub stamp: Stamp,
    /// Whether it is a plain file with no other name; a file that is still being written causes another event
    /// when it is closed.
    pub is_plain: bool,
}

/// Looks without opening; none when nothing is there any more.
pub(super) fn find(path: &Path) -> Option<Found> {
    let metadata = path.symlink_metadata().ok()?;
    let is_plain = metadata.is_file() && metadata.nlink() == 1;
    Some(Found { stamp: Stamp::of(&metadata), is_plain })
}

/// The bytes of a component of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Unfit> {
    let unreadable = |error: io::Error| Unfit::Unreadable(format!("it cannot be read: {error}"));
    if path.extension().is_none_or(|extension| extension != "wasm") {
        return Err(Unfit::Kind("it is not named .wasm".to_owned()));
    }
    check_kind(&path.symlink_metadata().map_err(unreadable)?)?;
    // What has become a link or a pipe since is neither followed nor waited for.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    check_kind(&metadata)?;
    check_size(metadata.len(), limit)?;
    read_at_most(file, limit)
}

fn read_at_most(file: File, limit: usize) -> Result<Vec<u8>, Unfit> {
    let mut bytes = Vec::new();
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = file.take(beyond).read_to_end(&mut bytes);
    let read = read.map_err(|error| Unfit::Unreadable(format!("it cannot be read: {error}")))?;
    check_size(u64::try_from(read).unwrap_or(u64::MAX), limit)?;
    Ok(bytes)
}

fn check_kind(metadata: &Metadata) -> Result<(), Unfit> {
    let kind = metadata.file_type();
    let what = match () {
        () if kind.is_file() => return Ok(()),
        () if kind.is_dir() => "it is a folder, and folders inside are not looked into",
        () if kind.is_symlink() => "it is a link, which is not followed; put the file itself there",
        () => "it is no plain file",
    };
    Err(Unfit::Kind(what.to_owned()))
}

fn check_size(found: u64, limit: usize) -> Result<(), Unfit> {
    if found <= u64::try_from(limit).unwrap_or(u64::MAX) {
        return Ok(());
    }
    Err(Unfit::Kind(format!("the module has {found} bytes; at most {limit} are allowed")))
}

/// The names in a folder, at most so many, and whether there are more. Hidden files are somebody's drafts.
pub(super) fn list(folder: &Path, most: usize) -> io::Result<(BTreeSet<OsString>, bool)> {
    let mut names = BTreeSet::new();
    for entry in folder.read_dir()? {
        let name = entry?.file_name();
        if is_hidden(&name) {
            continue;
        }
        if names.len() == most {
            return Ok((names, true));
        }
        names.insert(name);
    }
    Ok((names, false))
}

/// Returns whether a name is that of a draft: programs that copy write under such a name first.
pub(super) fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(result: Result<Vec<u8>, Unfit>) -> String {
        match result.unwrap_err() {
            Unfit::Kind(reason) => reason,
            Unfit::Unreadable(reason) => panic!("unreadable: {reason}"),
        }
    }

    #[test]
    fn what_is_no_plain_file_is_never_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("text.txt"), "x").unwrap();
        assert_eq!(kind(read(&path("text.txt"), 10)), "it is not named .wasm");
        std::fs::create_dir(path("folder.wasm")).unwrap();
        assert!(kind(read(&path("folder.wasm"), 10)).starts_with("it is a folder"));
        std::os::unix::fs::symlink(path("text.txt"), path("link.wasm")).unwrap();
        assert!(kind(read(&path("link.wasm"), 10)).starts_with("it is a link"));
        nix::unistd::mkfifo(&path("pipe.wasm"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(kind(read(&path("pipe.wasm"), 10)), "it is no plain file");
        assert!(!find(&path("pipe.wasm")).unwrap().is_plain);
        assert!(find(&path("nothing.wasm")).is_none());
    }

    #[test]
    fn no_more_is_read_than_a_component_may_have() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wasm");
        std::fs::write(&path, [7; 10]).unwrap();
        assert_eq!(read(&path, 10).unwrap().len(), 10);
        assert_eq!(kind(read(&path, 9)), "the module has 10 bytes; at most 9 are allowed");
        // A file that grows while it is read.
        let beyond = read_at_most(File::open(&path).unwrap(), 4);
        assert_eq!(kind(beyond), "the module has 5 bytes; at most 4 are allowed");
    }

    #[test]
    fn names_are_listed_up_to_a_number_and_without_drafts() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".draft.wasm", "a.wasm", "b.wasm"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let (names, more) = list(folder.path(), 2).unwrap();
        assert_eq!(
            (names.into_iter().collect::<Vec<_>>(), more),
            (vec!["a.wasm".into(), "b.wasm".into()], false)
        );
        assert!(list(folder.path(), 1).unwrap().1);
    }
}
