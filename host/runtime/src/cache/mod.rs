//! The folder of compiled modules.
//!
//! Machine code is loaded into this process as it is, so a file that anybody else could have written must never be.
//! Each file carries a keyed hash (BLAKE3) of its name and content under a key that only this user can read; what does
//! not match is compiled again. Whose the key is matters as much as who reads it: a folder or a key of somebody else is
//! refused, since they know that key.

mod error;
mod own_folder;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use wasmtime::Engine;
use wasmtime::component::Component;

pub use self::error::CacheError;
use self::own_folder::OwnFolder;
use crate::hash::ModuleHash;

const KEY_FILE: &str = "key";
const EXTENSION: &str = "cwasm";
const MAC_BYTES: usize = blake3::OUT_LEN;

/// An open cache folder for one engine.
pub(crate) struct Cache {
    folder: OwnFolder,
    key: [u8; MAC_BYTES],
    engine: Engine,
    /// Stands for the engine's version and settings: code of another one does not run here.
    compatibility: u64,
}

/// Numbers the files that are being written, over all the caches of this process.
static TEMPORARIES: AtomicU64 = AtomicU64::new(0);

impl Cache {
    /// Opens the folder, making it and its key when missing, and removes code of other engines.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> Result<Self, CacheError> {
        let folder = OwnFolder::open_or_make(folder)?;
        let key = read_or_make_key(&folder)?;
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let cache = Self { folder, key, engine: engine.clone(), compatibility: hasher.finish() };
        cache.remove_other_engines();
        Ok(cache)
    }

    /// The compiled module, if it is there and untouched.
    pub(crate) fn load(&self, hash: ModuleHash) -> Option<Component> {
        let name = self.name(hash);
        let mut file = Vec::new();
        self.folder.open(&name).and_then(|mut found| found.read_to_end(&mut file)).ok()?;
        let Some((mac, code)) = file.split_at_checked(MAC_BYTES) else {
            tracing::warn!(file = name, "a compiled module is cut short and is compiled again");
            return None;
        };
        // Comparing hashes of this type takes the same time wherever they differ.
        if <[u8; MAC_BYTES]>::try_from(mac).ok().map(blake3::Hash::from_bytes) != Some(self.mac(&name, code))
        {
            tracing::warn!(file = name, "a compiled module was changed and is compiled again");
            return None;
        }
        match self.deserialize(code) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!(
                    file = name,
                    error = format!("{error:#}"),
                    "a compiled module does not load and is compiled again"
                );
                None
            }
        }
    }

    /// Keeps freshly compiled code and loads it. A folder that cannot be written costs a warning and, next time,
    /// another compilation.
    pub(crate) fn store_and_load(&self, hash: ModuleHash, code: &[u8]) -> wasmtime::Result<Component> {
        if let Err(error) = self.store(&self.name(hash), code) {
            tracing::warn!(%error, "a compiled module could not be kept");
        }
        self.deserialize(code)
    }

    fn deserialize(&self, code: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: `deserialize` demands bytes that `Engine::precompile_component` made and nobody changed. They come
        // from one of two places. From the compiling child, over a pipe of which this process holds the only other
        // end: it is our own program, which writes nothing but that function's result, and exits with success only
        // then. Or from a file whose keyed hash over name and content was checked on these very bytes, which stay in
        // memory from the check to here; the key can be read by this user alone, and this process makes such hashes
        // for nothing but bytes of the first kind. That the engine's version and settings fit is checked by wasmtime.
        unsafe { Component::deserialize(&self.engine, code) }
    }

    fn store(&self, name: &str, code: &[u8]) -> Result<(), CacheError> {
        let temporary = temporary(name);
        // Written aside and renamed, so that a crash or a second process never leaves half a file under the name.
        write(&self.folder, &temporary, &[self.mac(name, code).as_bytes(), code])
            .and_then(|()| self.folder.rename(&temporary, name))
            .map_err(at(&self.folder.path_of(name)))
    }

    fn mac(&self, name: &str, code: &[u8]) -> blake3::Hash {
        // The name has a fixed length, so that name and code cannot be divided differently.
        blake3::Hasher::new_keyed(&self.key).update(name.as_bytes()).update(code).finalize()
    }

    fn name(&self, hash: ModuleHash) -> String {
        format!("{hash}-{:016x}.{EXTENSION}", self.compatibility)
    }

    fn remove_other_engines(&self) {
        let ours = format!("-{:016x}.{EXTENSION}", self.compatibility);
        for name in self.folder.names() {
            if name.ends_with(EXTENSION) && !name.ends_with(&ours) {
                // Whoever still uses the file has it in memory.
                let _gone_already = self.folder.remove(&name);
            }
        }
    }
}

fn read_or_make_key(folder: &OwnFolder) -> Result<[u8; MAC_BYTES], CacheError> {
    if let Some(key) = read_key(folder)? {
        return Ok(key);
    }
    let path = folder.path_of(KEY_FILE);
    let mut key = [0; MAC_BYTES];
    getrandom::fill(&mut key).map_err(CacheError::Random)?;
    let temporary = temporary(KEY_FILE);
    write(folder, &temporary, &[&key]).map_err(at(&path))?;
    // A link fails when another process made the key first: then that one counts.
    let linked = folder.link(&temporary, KEY_FILE);
    folder.remove(&temporary).map_err(at(&path))?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read_key(folder)?.ok_or(CacheError::KeyDamaged { path })
        }
        Err(error) => Err(at(&path)(error)),
    }
}

fn read_key(folder: &OwnFolder) -> Result<Option<[u8; MAC_BYTES]>, CacheError> {
    let Some(file) = folder.open_private(KEY_FILE)? else { return Ok(None) };
    let path = folder.path_of(KEY_FILE);
    let mut bytes = Vec::new();
    // A byte more than a key has tells a longer file, however long.
    file.take(MAC_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(at(&path))?;
    let key = bytes.try_into().map_err(|_| CacheError::KeyDamaged { path })?;
    Ok(Some(key))
}

/// A name that nobody else writes to.
fn temporary(name: &str) -> String {
    format!("{name}.{}-{}.tmp", std::process::id(), TEMPORARIES.fetch_add(1, Ordering::Relaxed))
}

fn write(folder: &OwnFolder, name: &str, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut file = folder.create(name)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> CacheError {
    let path = path.to_owned();
    move |source| CacheError::Io { path, source }
}
