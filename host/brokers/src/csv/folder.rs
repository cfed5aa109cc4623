//! The price files of a folder: which entries are read, and what is said of the others.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use nix::fcntl::OFlag;
use prahari_domain::instruments::{Symbol, SymbolError};

use super::refuse;
use crate::market::MarketError;

/// Price files of a folder.
pub(super) struct Listing {
    /// Price files by symbol.
    pub files: BTreeMap<Symbol, PathBuf>,
    /// Price files that are no regular files, each with what it is.
    pub left_out: Vec<(PathBuf, &'static str)>,
    /// Hash of the names, sizes and times of all of them: another one means that something was changed.
    pub fingerprint: blake3::Hash,
}

impl Listing {
    /// Looks at a folder without opening its files.
    ///
    /// # Errors
    /// When the folder cannot be read, or two files hold the same symbol.
    pub fn of(dir: &Path) -> Result<Self, MarketError> {
        let unreadable = |error: io::Error| MarketError::Folder {
            path: dir.display().to_string(),
            reason: error.to_string(),
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            paths.push(entry.map_err(unreadable)?.path());
        }
        // The system lists them in any order; which one of two is named, and the fingerprint, must not depend on it.
        paths.sort();
        let mut files = BTreeMap::new();
        let mut left_out = Vec::new();
        let mut hasher = blake3::Hasher::new();
        for path in paths {
            let Some(stem) = price_file_stem(&path) else { continue };
            note_state(&mut hasher, &path);
            if let Some(kind) = irregular(&path) {
                left_out.push((path, kind));
                continue;
            }
            let symbol = Symbol::new(&stem.to_uppercase())
                .map_err(|_| refuse(&path, SymbolError(stem.chars().take(40).collect()).to_string()))?;
            if let Some(other) = files.insert(symbol, path.clone()) {
                return Err(refuse(&path, format!("{} holds the same symbol", other.display())));
            }
        }
        Ok(Self { files, left_out, fingerprint: hasher.finalize() })
    }
}

/// Opens a regular file. Nothing else is opened in a way that waits: between the look at the folder and now, a pipe may
/// have taken the file's place.
pub(super) fn open_regular(file: &Path) -> io::Result<File> {
    let opened = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(file)?;
    if opened.metadata()?.is_file() { Ok(opened) } else { Err(io::Error::other("it is not a regular file")) }
}

/// Returns whether a file holds packed text.
pub(super) fn is_packed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// The symbol's letters of a price file's name; `None` of hidden files and other extensions.
fn price_file_stem(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_string_lossy();
    let stem = without_suffix(&name, ".csv").or_else(|| without_suffix(&name, ".csv.gz"))?;
    // Downloads from Yahoo carry the exchange's suffix.
    let stem = without_suffix(stem, ".ns").unwrap_or(stem);
    (!name.starts_with('.')).then(|| stem.to_owned())
}

/// A name without its ending, in whatever case that is.
fn without_suffix<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let (stem, ending) = name.split_at_checked(name.len().checked_sub(suffix.len())?)?;
    ending.eq_ignore_ascii_case(suffix).then_some(stem)
}

/// Returns what an entry is when it is not a regular file or a link to one.
fn irregular(file: &Path) -> Option<&'static str> {
    match fs::metadata(file) {
        Ok(found) if found.is_file() => None,
        Ok(found) if found.is_dir() => Some("it is a folder"),
        Ok(_) => Some("it is a pipe or a device"),
        Err(_) if fs::symlink_metadata(file).is_ok_and(|found| found.is_symlink()) => {
            Some("it is a link that leads nowhere")
        }
        // What cannot be looked at is refused when it is opened, with the system's words.
        Err(_) => None,
    }
}

fn note_state(hasher: &mut blake3::Hasher, file: &Path) {
    hasher.update(file.as_os_str().as_encoded_bytes());
    hasher.update(&[0]);
    if let Ok(found) = fs::metadata(file) {
        let changed = found.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        hasher.update(&changed.map_or(0, |since| since.as_nanos()).to_le_bytes());
        hasher.update(&found.len().to_le_bytes());
    }
}
