//! What can go wrong with secrets, without a word of what they are.

use std::path::PathBuf;

/// Any failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The password hash could not be computed or read.
    #[error("a password cannot be hashed: {0}")]
    Password(String),
    /// A sealed value was not made for this user and purpose under one of our keys, or was changed.
    #[error(
        "a sealed value does not open: it was changed, is another user's, or was sealed under another key file"
    )]
    Sealed,
    /// The key file could not be used.
    #[error("cannot {doing} the key file {}: {source}", path.display())]
    File {
        /// Operation that failed.
        doing: &'static str,
        /// Path of the file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// Others could have read the key file.
    #[error(
        "the key file {} can be read or written by other users of this machine; make it yours alone (chmod 600), \
         and think of rotating the key", path.display()
    )]
    Exposed {
        /// Path of the file.
        path: PathBuf,
    },
    /// The key file is no key file.
    #[error("{} is not a key file of this program: {why}", path.display())]
    Damaged {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        why: &'static str,
    },
}
