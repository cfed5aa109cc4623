//! Files that a person names on the command line.
//!
//! Whatever a name leads to, reading it ends: nothing is opened that is no regular file, nothing is waited for, and
//! never more is read than what the file should hold may have.

use std::fs::{self, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use prahari_runtime::ModuleLimits;

use crate::exit::Failure;

/// The bytes of a file that holds a `what` of at most so many bytes.
pub fn read(what: &str, file: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let refused =
        |reason: io::Error| Failure::input(format!("cannot read the {what} {}: {reason}", file.display()));
    let bytes = read_at_most(file, most).map_err(refused)?;
    bytes.ok_or_else(|| refused(io::Error::other(format!("a {what} has at most {most} bytes"))))
}

/// Reads the file of a component; errors call it `what`.
pub fn read_component(what: &str, file: &Path) -> Result<Vec<u8>, Failure> {
    read(what, file, ModuleLimits::default().bytes)
}

/// Reads a regular file, or the one that a link leads to; none when it has more bytes than that.
fn read_at_most(file: &Path, most: usize) -> io::Result<Option<Vec<u8>>> {
    // First without opening, because opening alone can have an effect on a device.
    check_kind(fs::metadata(file)?.file_type())?;
    // What has become a pipe since is not waited for.
    let opened = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(file)?;
    let metadata = opened.metadata()?;
    check_kind(metadata.file_type())?;
    let limit = u64::try_from(most).unwrap_or(u64::MAX);
    if metadata.len() > limit {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    opened.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= most).then_some(bytes))
}

fn check_kind(kind: FileType) -> io::Result<()> {
    let what = match () {
        () if kind.is_file() => return Ok(()),
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a pipe",
        () if kind.is_socket() => "a socket",
        () => "a device",
    };
    Err(io::Error::other(format!("it is {what}, not a regular file")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(file: &Path, most: usize) -> String {
        match read("thing", file, most) {
            Err(Failure::Input(reason)) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_but_a_regular_file_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, socket) = (folder.path().join("pipe"), folder.path().join("socket"));
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for (file, what) in [
            (pipe.as_path(), "a pipe"),
            (link.as_path(), "a pipe"),
            (socket.as_path(), "a socket"),
            (folder.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
        ] {
            let sentence =
                format!("cannot read the thing {}: it is {what}, not a regular file", file.display());
            assert_eq!(refusal(file, 10), sentence);
        }
        let nothing = folder.path().join("nothing");
        assert!(refusal(&nothing, 10).ends_with("nothing: No such file or directory (os error 2)"));
    }

    #[test]
    fn no_more_is_read_than_is_allowed_and_links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, [7; 10]).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read("thing", &link, 10).unwrap(), [7; 10]);
        let sentence = format!("cannot read the thing {}: a thing has at most 9 bytes", file.display());
        assert_eq!(refusal(&file, 9), sentence);
        // Its size is told as nothing, and it has some.
        assert!(refusal(Path::new("/proc/self/status"), 9).ends_with("a thing has at most 9 bytes"));
    }
}
