//! Entries for what is fuzzed of this crate: each reads bytes as if the broker had sent them, holds what was taken against what its
//! types promise, and answers how many things it took.
//!
//! They are compiled for the tests and for `fuzz` only, because they end the process on purpose.

mod bodies;
mod feeds;
mod files;
mod rows;

use prahari_secrets::Secret;

pub use bodies::{errors, holdings, limits, listed, login, margin, order_book, positions, quotes, trades};
pub use feeds::{market_feed, older_market_feed, order_feed};
pub use files::{scrip_master, tag};

use crate::mask::Masker;

/// The client's code, which no text may show.
const CLIENT_CODE: &str = "ZZ9Z9";

/// Longest text that is kept of a field as it came, in bytes.
const LONGEST_FIELD: usize = 4_096;

/// What masks the secrets of the account.
fn masker() -> Masker {
    let masker = Masker::default();
    masker.learn(&Secret::new(CLIENT_CODE.to_owned()));
    masker
}

/// Holds a text of the broker's against what people are shown.
fn is_clean(text: &str) {
    assert!(text.chars().count() <= 300 && !text.contains(char::is_control), "{text:?}");
    assert!(!text.to_ascii_uppercase().contains(CLIENT_CODE), "{text:?}");
}

/// The first line of the bytes as text, and the bytes after it.
fn first_line(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    (String::from_utf8_lossy(line).into_owned(), rest.strip_prefix(b"\n").unwrap_or_default())
}

#[cfg(test)]
mod tests;
