//! Tags of orders: what we sent as `ig`, and what the broker made of it.

use std::fmt;

use crate::mask::{Masker, looks_like_pan};

/// Longest tag that is taken for one of ours; the broker's field takes at least 22 characters.
pub const LONGEST_TAG: usize = 20;

/// The tag of an order in the broker's lists. It is evidence: the order's number is its identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// As somebody sent it.
    Plain(String),
    /// With the second of a cancellation behind it; this is what stood before that.
    Suffixed(String),
    /// The broker's own, of an order of its app or of one that was changed: it holds the PAN and is not kept.
    Brokers,
    /// None.
    Missing,
}

impl Tag {
    /// Reads a tag; what looks secret in one that somebody else chose is masked.
    pub(crate) fn read(text: Option<&str>, masker: &Masker) -> Self {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Self::Missing };
        let brokers = text.to_ascii_uppercase().ends_with("ADMINAPI") || text.split('-').any(looks_like_pan);
        if brokers {
            return Self::Brokers;
        }
        let clean = |text: &str| masker.clean(text).to_string();
        match text.rsplit_once('-') {
            Some((before, second)) if !before.is_empty() && is_second(second) => {
                Self::Suffixed(clean(before))
            }
            _ => Self::Plain(clean(text)),
        }
    }

    /// Returns the text that was sent, as far as it is still known.
    pub fn sent(&self) -> Option<&str> {
        match self {
            Self::Plain(text) | Self::Suffixed(text) => Some(text),
            Self::Brokers | Self::Missing => None,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sent().unwrap_or_default())
    }
}

/// Ten digits, as a second of our years has.
fn is_second(text: &str) -> bool {
    text.len() == 10 && text.starts_with(['1', '2']) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a tag may be sent: 1 to 20 of `A-Z a-z 0-9 -`, which is what is known to be taken.
pub fn is_sendable(tag: &str) -> bool {
    (1..=LONGEST_TAG).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Tag {
        Tag::read(Some(text), &Masker::default())
    }

    #[test]
    fn a_tag_is_known_through_what_the_broker_does_to_it() {
        assert_eq!(read("U7-20261102-0041"), Tag::Plain("U7-20261102-0041".to_owned()));
        assert_eq!(read("U7-20261102-0046-1793592911"), Tag::Suffixed("U7-20261102-0046".to_owned()));
        assert_eq!(read("1793592900-100001-AAAAA0000A-ADMINAPI"), Tag::Brokers);
        assert_eq!(read("1793592900-100001-AAAAA0000A"), Tag::Brokers);
        assert_eq!((read(" "), Tag::read(None, &Masker::default())), (Tag::Missing, Tag::Missing));
        assert_eq!(read("-1793592911"), Tag::Plain("-1793592911".to_owned()));
        assert!(!format!("{:?}", read("x AAAAA0000A")).contains("AAAAA0000A"));
    }

    #[test]
    fn only_short_plain_tags_are_sent() {
        assert!(is_sendable("U7-20261102-0041"));
        for bad in ["", "a&b", "a_b", "U7-20261102-0041-12345", "ü"] {
            assert!(!is_sendable(bad), "{bad}");
        }
    }
}
