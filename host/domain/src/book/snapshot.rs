//! Snapshots: the books as bytes, so that a start need not fold the whole journal.

use super::{Book, BookError};

/// First byte of a snapshot. A snapshot of another version is refused, and the journal is folded instead.
const VERSION: u8 = 5;

impl Book {
    /// The books as bytes.
    ///
    /// # Errors
    /// When they cannot be encoded, which would be a fault of this program.
    pub fn snapshot(&self) -> Result<Vec<u8>, BookError> {
        postcard::to_extend(self, vec![VERSION]).map_err(|error| BookError::Snapshot(error.to_string()))
    }

    /// The books that [`Book::snapshot`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another version or damaged.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, BookError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => {
                postcard::from_bytes(rest).map_err(|error| BookError::Snapshot(error.to_string()))
            }
            Some((version, _)) => {
                Err(BookError::Snapshot(format!("it is of version {version}, not {VERSION}")))
            }
            None => Err(BookError::Snapshot("it is empty".to_owned())),
        }
    }
}
