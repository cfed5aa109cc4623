//! Why the cache folder cannot be used.

use std::path::PathBuf;

/// Reasons why the cache folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The operating system refused to read or write.
    #[error("the module cache {path} cannot be used: {source}")]
    Io {
        /// The file or folder of the cache.
        path: PathBuf,
        /// Why the operating system refused.
        source: std::io::Error,
    },
    /// The folder or a file in it is not certain to be of this user alone.
    #[error(
        "the module cache {path} cannot be trusted: {why}; remove it, or name a folder of your own in XDG_CACHE_HOME"
    )]
    Foreign {
        /// The file or folder of the cache.
        path: PathBuf,
        /// Why it cannot be trusted, as the end of a sentence: it is a link, no plain file, of another user, or
        /// others may write into it.
        why: String,
    },
    /// Others can read the key, so anybody could have made the files.
    #[error(
        "the key {path} of the module cache can be read by other users; remove the folder, it is made again"
    )]
    KeyExposed {
        /// Path of the key file.
        path: PathBuf,
    },
    /// The key file does not have the length of a key.
    #[error(
        "the key {path} of the module cache does not have {} bytes; remove the folder, it is made again",
        blake3::KEY_LEN
    )]
    KeyDamaged {
        /// Path of the key file.
        path: PathBuf,
    },
    /// The operating system gives no random numbers for a new key.
    #[error("the system gives no random numbers for the key of the module cache: {0}")]
    Random(getrandom::Error),
}
