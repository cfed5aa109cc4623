//! The price files of a folder: which entries are read, and what is said of the others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use prahari_domain::instruments::{Symbol, SymbolError};

use crate::folder::files::{Packing, entries, irregular, is_open_folder, note_state, without_suffix};
use crate::folder::refuse;
use crate::market::MarketError;

/// Price files of a folder.
pub(super) struct Listing {
    /// Price files by symbol.
    pub files: BTreeMap<Symbol, PathBuf>,
    /// Price files that are no regular files, each with what it is.
    pub left_out: Vec<(PathBuf, &'static str)>,
    /// Folders in the folder, which are not looked into.
    pub folders: Vec<PathBuf>,
    /// Hash of the names, sizes and times of all of them: another one means that something was changed.
    pub fingerprint: blake3::Hash,
}

impl Listing {
    /// Looks at a folder without opening its files.
    ///
    /// # Errors
    /// When the folder cannot be read, or two files hold the same symbol.
    pub fn of(dir: &Path) -> Result<Self, MarketError> {
        let mut files = BTreeMap::new();
        let (mut left_out, mut folders) = (Vec::new(), Vec::new());
        let mut hasher = blake3::Hasher::new();
        for path in entries(dir)? {
            let Some(stem) = price_file_stem(&path) else {
                if is_open_folder(&path) {
                    // By name only: what is in it is not looked at, so its time says nothing.
                    hasher.update(path.as_os_str().as_encoded_bytes());
                    folders.push(path);
                }
                continue;
            };
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
        Ok(Self { files, left_out, folders, fingerprint: hasher.finalize() })
    }
}

/// Returns how a price file is packed.
pub(super) fn packing(file: &Path) -> Packing {
    let is_packed = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    if is_packed { Packing::Gzip } else { Packing::Plain }
}

/// The symbol's letters of a price file's name; `None` of hidden files and other extensions.
fn price_file_stem(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_string_lossy();
    let stem = without_suffix(&name, ".csv").or_else(|| without_suffix(&name, ".csv.gz"))?;
    // Downloads from Yahoo carry the exchange's suffix.
    let stem = without_suffix(stem, ".ns").unwrap_or(stem);
    (!name.starts_with('.')).then(|| stem.to_owned())
}
