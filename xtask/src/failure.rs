//! The one error of the build driver: a sentence for the person who typed the command.

use std::fmt;
use std::path::Path;

/// Why a command stopped, in words that name what and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

/// What every step gives back.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure described by `message`.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A failed file operation: `doing` is a verb such as "read".
    pub fn file(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {doing} {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
