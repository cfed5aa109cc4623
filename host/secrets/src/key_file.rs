//! The file that holds the sealing keys: beside the database and never in it, readable by its owner only.
//!
//! Its first line says what it is; each further line is a key, the current one first. It is always replaced as a
//! whole (written beside, synced, renamed), so that a crash leaves the old file or the new one.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::BASE64URL_NOPAD;
use nix::fcntl::OFlag;
use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::sealing::{Key, KeyRing};

const HEADER: &str = "prahari keys 1: whoever has this file and the database can read every sealed secret";

/// Far more than the keys of any file have.
const MOST_BYTES: u64 = 64 << 10;

const TOO_LARGE: &str = "it has more than 65536 bytes";

/// Memory for the most that is read, and for the look whether there is more.
const ROOM: usize = (64 << 10) + 64;

/// The file that holds the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// Names the key file at this path; nothing is read yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The usual place: the name of the database with `.key` appended. A database that is named by a symbolic link
    /// has its key beside the file itself, whatever link leads there, unless there is one beside the link.
    pub fn beside(database: &Path) -> Self {
        let of = |database: &Path| {
            let mut path = database.as_os_str().to_owned();
            path.push(".key");
            PathBuf::from(path)
        };
        let named = of(database);
        match fs::canonicalize(database) {
            Ok(real) if !named.exists() => Self::at(of(&real)),
            _ => Self::at(named),
        }
    }

    /// Returns the path of the key file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the keys, and makes the file with a new key when there is none.
    ///
    /// # Errors
    /// When it cannot be read or made, others may read it, or it is no key file.
    pub fn load_or_create(&self) -> Result<KeyRing, SecretError> {
        match self.load() {
            Err(SecretError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {
                let ring = KeyRing::new(Key::generate()?, Vec::new());
                self.save(&ring)?;
                Ok(ring)
            }
            other => other,
        }
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// When there is no file or it cannot be read, others may read it, or it is no key file.
    pub fn load(&self) -> Result<KeyRing, SecretError> {
        // First without opening, because opening alone can have an effect on a device.
        self.check_kind(&fs::metadata(&self.path).map_err(self.failed("open"))?)?;
        // What has become a pipe since is not waited for.
        let nonblocking = OFlag::O_NONBLOCK.bits();
        let opened = OpenOptions::new().read(true).custom_flags(nonblocking).open(&self.path);
        let file = opened.map_err(self.failed("open"))?;
        let metadata = file.metadata().map_err(self.failed("look at"))?;
        self.check_kind(&metadata)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(SecretError::Exposed { path: self.path.clone() });
        }
        if metadata.len() > MOST_BYTES {
            return Err(self.damaged(TOO_LARGE));
        }
        // With room for all of it, so that growing leaves no copy of a key behind.
        let mut text = Zeroizing::new(String::with_capacity(ROOM));
        file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(self.failed("read"))?;
        if text.len() as u64 > MOST_BYTES {
            return Err(self.damaged(TOO_LARGE));
        }
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(self.damaged("its first line is another"));
        }
        let mut keys = lines.map(|line| self.key(line)).collect::<Result<Vec<Key>, _>>()?.into_iter();
        let current = keys.next().ok_or_else(|| self.damaged("it holds no key"))?;
        Ok(KeyRing::new(current, keys.collect()))
    }

    /// Replaces the file. When this returns, the new content is on the disk.
    ///
    /// # Errors
    /// When it cannot be written; the old file is in place then.
    pub fn save(&self, ring: &KeyRing) -> Result<(), SecretError> {
        let mut text = Zeroizing::new(format!("{HEADER}\n"));
        for key in std::iter::once(ring.current()).chain(ring.older()) {
            text.push_str(&Zeroizing::new(BASE64URL_NOPAD.encode(key.expose())));
            text.push('\n');
        }
        let mut beside = self.path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        // Left behind by a crash; made anew, so that its mode is ours.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(self.failed("replace")(error)),
            _ => {}
        }
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(self.failed("write"))
    }

    fn check_kind(&self, found: &Metadata) -> Result<(), SecretError> {
        let kind = found.file_type();
        match () {
            () if kind.is_file() => Ok(()),
            () if kind.is_dir() => Err(self.damaged("it is a folder, not a regular file")),
            () if kind.is_fifo() => Err(self.damaged("it is a pipe, not a regular file")),
            () if kind.is_socket() => Err(self.damaged("it is a socket, not a regular file")),
            () => Err(self.damaged("it is a device, not a regular file")),
        }
    }

    fn key(&self, line: &str) -> Result<Key, SecretError> {
        let bytes = BASE64URL_NOPAD.decode(line.as_bytes()).map(Zeroizing::new);
        let key = bytes.ok().and_then(|bytes| Key::from_bytes(&bytes));
        key.ok_or_else(|| self.damaged("a line of it is no key"))
    }

    fn failed(&self, doing: &'static str) -> impl Fn(std::io::Error) -> SecretError + '_ {
        move |source| SecretError::File { doing, path: self.path.clone(), source }
    }

    fn damaged(&self, why: &'static str) -> SecretError {
        SecretError::Damaged { path: self.path.clone(), why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::Purpose;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn the_file_is_made_once_for_its_owner_alone() {
        let folder = folder();
        let file = KeyFile::beside(&folder.path().join("prahari.db"));
        let first = file.load_or_create().unwrap();
        let sealed = first.seal(1, Purpose::Totp, b"value").unwrap();
        assert_eq!(
            file.load_or_create().unwrap().open(1, Purpose::Totp, &sealed).unwrap().as_slice(),
            b"value"
        );
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
        assert_eq!(names, ["prahari.db.key"]);
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = folder();
        let file = KeyFile::at(folder.path().join("key"));
        file.load_or_create().unwrap();
        for mode in [0o640, 0o604, 0o620, 0o610] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(file.load_or_create(), Err(SecretError::Exposed { .. })), "{mode:o}");
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_left_as_it_is() {
        let folder = folder();
        let file = KeyFile::at(folder.path().join("key"));
        for text in ["", "hello", HEADER, &format!("{HEADER}\nshort\n"), &format!("{HEADER}\n\n")] {
            let _ = fs::remove_file(file.path());
            let mut options = OpenOptions::new();
            let mut made = options.write(true).create_new(true).mode(0o600).open(file.path()).unwrap();
            made.write_all(text.as_bytes()).unwrap();
            let error = file.load_or_create().unwrap_err();
            assert!(matches!(error, SecretError::Damaged { .. }), "{text:?}: {error}");
            assert_eq!(fs::read_to_string(file.path()).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_regular_file_is_never_waited_for() {
        let folder = folder();
        let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRUSR).unwrap();
        std::os::unix::fs::symlink(&pipe, &link).unwrap();
        for (path, what) in [
            (pipe.as_path(), "a pipe"),
            (link.as_path(), "a pipe"),
            (folder.path(), "a folder"),
            (Path::new("/dev/zero"), "a device"),
        ] {
            let sentence = format!(
                "{} is not a key file of this program: it is {what}, not a regular file",
                path.display()
            );
            assert_eq!(KeyFile::at(path).load_or_create().unwrap_err().to_string(), sentence);
        }
    }

    #[test]
    fn no_more_is_read_than_a_key_file_may_have() {
        let folder = folder();
        let file = KeyFile::at(folder.path().join("key"));
        file.load_or_create().unwrap();
        let made = OpenOptions::new().write(true).open(file.path()).unwrap();
        let refusal = |file: &KeyFile| file.load_or_create().unwrap_err().to_string();
        made.set_len(MOST_BYTES).unwrap();
        assert!(refusal(&file).ends_with("a line of it is no key"));
        made.set_len(MOST_BYTES + 1).unwrap();
        assert!(refusal(&file).ends_with(&format!("it has more than {MOST_BYTES} bytes")));
    }

    #[test]
    fn older_keys_are_kept_in_their_order() {
        let folder = folder();
        let file = KeyFile::at(folder.path().join("key"));
        let (old, new) = (Key::generate().unwrap(), Key::generate().unwrap());
        file.save(&KeyRing::new(new.clone(), vec![old.clone()])).unwrap();
        let ring = file.load().unwrap();
        assert_eq!(ring.current().id(), new.id());
        assert_eq!(ring.older().iter().map(Key::id).collect::<Vec<_>>(), [old.id()]);
    }

    #[test]
    fn a_database_behind_a_link_has_the_key_of_the_file_itself() {
        let folder = tempfile::tempdir().unwrap();
        let (database, link) = (folder.path().join("prahari.db"), folder.path().join("link.db"));
        std::fs::write(&database, "").unwrap();
        std::os::unix::fs::symlink(&database, &link).unwrap();
        let own = KeyFile::beside(&database);
        own.load_or_create().unwrap();
        assert_eq!(KeyFile::beside(&link).path().file_name(), own.path().file_name());
        // One from before is used on.
        KeyFile::at(folder.path().join("link.db.key")).load_or_create().unwrap();
        assert_eq!(KeyFile::beside(&link).path(), folder.path().join("link.db.key"));
    }
}
