//! Texts of the broker without what they must not show.
//!
//! Rejections carry the account number, rows the PAN, a failed login the access token. [`Masked`] is the only text of the
//! broker's that errors and rows hold, and only a [`Masker`] makes one. It takes out what is known to be secret of the user,
//! and everything that looks like it: what the broker writes tomorrow is not known today.

use std::fmt;

use parking_lot::RwLock;
use prahari_secrets::Secret;

/// What stands in place of something secret.
const MASK: &str = "[masked]";

/// Longest text that is kept, in characters; the broker's longest reasons have about 200.
const LONGEST: usize = 300;

/// Longest text that is looked at, in bytes: the rest of a longer one is dropped before anything is searched.
const LONGEST_READ: usize = 4_096;

/// Shortest secret that is looked for inside of words; a shorter one is masked where it is a word.
const SHORTEST_INSIDE: usize = 4;

/// Number of characters from which on a word without blanks is taken for a token.
const TOKEN: usize = 32;

/// A text without secrets, of at most 300 characters.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Masked(String);

/// Takes out of texts what is secret of one user.
#[derive(Default)]
pub struct Masker {
    known: RwLock<Vec<Secret>>,
}

impl Masked {
    /// Takes a sentence of our own over, which holds nothing of the broker's.
    pub(crate) fn ours(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Masker {
    /// Masks this from now on, wherever it stands in a text.
    pub fn learn(&self, secret: &Secret) {
        let trimmed = secret.expose().trim();
        let mut known = self.known.write();
        if !trimmed.is_empty() && !known.iter().any(|other| other.expose() == trimmed) {
            known.push(Secret::new(trimmed.to_owned()));
            // The longest first: one that is part of another must not leave the rest of it.
            known.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        }
    }

    /// Returns the text without secrets, on one line and cut to its longest length.
    pub fn clean(&self, text: &str) -> Masked {
        let mut end = text.len().min(LONGEST_READ);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut read = text.get(..end).unwrap_or_default();
        if end < text.len() {
            // A secret that the cut goes through would not be known by its first half.
            read = read.rsplit_once(char::is_whitespace).map_or(read, |(before, _)| before);
        }
        let text: String = read.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let known = self.known.read();
        let text = known.iter().fold(text, |text, secret| without(&text, secret.expose()));
        let text = without_marked(&by_words(&text));
        let mut short: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = short.char_indices().nth(LONGEST) {
            short.truncate(cut);
        }
        Masked(short)
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[masks {} secrets]", self.known.read().len())
    }
}

/// Takes every occurrence of a secret out, in any case of its letters.
fn without(text: &str, secret: &str) -> String {
    let (low, secret) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let mut kept = String::new();
    let mut from = 0;
    for (at, found) in low.match_indices(&secret) {
        let whole = secret.len() >= SHORTEST_INSIDE || is_word(&low, at, found.len());
        if at >= from && whole {
            kept.push_str(text.get(from..at).unwrap_or_default());
            kept.push_str(MASK);
            from = at + found.len();
        }
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// Returns whether what stands there is not part of a longer word.
fn is_word(text: &str, at: usize, length: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at + length..).and_then(|after| after.chars().next());
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// Masks words that look like a PAN, a token, an id of a session or a mobile number.
fn by_words(text: &str) -> String {
    let mut kept = String::new();
    for piece in text.split_inclusive(|c: char| !(c.is_alphanumeric() || "._-+/=".contains(c))) {
        let end =
            piece.char_indices().next_back().filter(|(_, c)| !(c.is_alphanumeric() || "._-+/=".contains(*c)));
        let (word, rest) = end.map_or((piece, ""), |(at, _)| piece.split_at(at));
        if looks_like_token(word) {
            kept.push_str(MASK);
        } else {
            kept.push_str(&by_parts(word));
        }
        kept.push_str(rest);
    }
    kept
}

/// Masks the parts of a word that look like a PAN or a mobile number.
fn by_parts(word: &str) -> String {
    let mut kept = String::new();
    for piece in word.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let end = piece.char_indices().next_back().filter(|(_, c)| !c.is_alphanumeric());
        let (part, rest) = end.map_or((piece, ""), |(at, _)| piece.split_at(at));
        kept.push_str(if looks_like_pan(part) || looks_like_mobile(part) { MASK } else { part });
        kept.push_str(rest);
    }
    kept
}

/// Five letters, four digits, one letter.
pub(crate) fn looks_like_pan(part: &str) -> bool {
    part.len() == 10
        && part.bytes().enumerate().all(|(at, byte)| match at {
            0..=4 | 9 => byte.is_ascii_alphabetic(),
            _ => byte.is_ascii_digit(),
        })
}

/// Ten digits of which the first is 6 to 9, perhaps after 91.
fn looks_like_mobile(part: &str) -> bool {
    let number = if part.len() == 12 { part.strip_prefix("91").unwrap_or(part) } else { part };
    number.len() == 10
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && number.bytes().next().is_some_and(|first| first >= b'6')
}

/// A UUID, or a long word with digits and letters: texts for people have none.
fn looks_like_token(word: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    word.len() >= TOKEN && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// Masks what follows the words after which the broker names an account.
fn without_marked(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ["account-", "for this client ", "client id ", "consumer key "] {
        let low = text.to_ascii_lowercase();
        let mut kept = String::new();
        let mut from = 0;
        for (at, found) in low.match_indices(mark) {
            let start = at + found.len();
            let rest = text.get(start..).unwrap_or_default();
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(rest.len());
            if start >= from && length > 0 {
                kept.push_str(text.get(from..start).unwrap_or_default());
                kept.push_str(MASK);
                from = start + length;
            }
        }
        kept.push_str(text.get(from..).unwrap_or_default());
        text = kept;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(text: &str) -> String {
        Masker::default().clean(text).to_string()
    }

    #[test]
    fn what_looks_secret_is_masked_without_being_known() {
        for (text, shown) in [
            (
                "RMS:Margin Exceeds,Cash Available:1000.00,Additional margin required:3.20 for entity account-ZZ9Z9 across exchange",
                "RMS:Margin Exceeds,Cash Available:1000.00,Additional margin required:3.20 for entity account-[masked] across exchange",
            ),
            ("No holdings found for this client ZZ9Z9", "No holdings found for this client [masked]"),
            ("1793592900-100001-AAAAA0000A-ADMINAPI", "[masked]"),
            ("1-1-AAAAA0000A-ADMINAPI", "1-1-[masked]-ADMINAPI"),
            (
                "Consumer key 00000000-0000-4000-8000-00000000000a does not exist",
                "Consumer key [masked] does not exist",
            ),
            (
                "call +919876543210 or 9876543210 about 261102000000041",
                "call +[masked] or [masked] about 261102000000041",
            ),
            ("user aaaaa0000a", "user [masked]"),
            ("two\nlines\u{7}", "two lines"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn what_is_known_is_masked_in_any_case_and_inside_of_words() {
        let masker = Masker::default();
        for secret in ["ZZ9Z9", "ab", "hdr.trade.sig", ""] {
            masker.learn(&Secret::new(secret.to_owned()));
        }
        let said = masker.clean("xzz9z9x ab cab (AB) HDR.TRADE.SIG");
        assert_eq!(said.as_str(), "x[masked]x [masked] cab ([masked]) [masked]");
        assert_eq!(format!("{masker:?}"), "[masks 3 secrets]");
    }

    proptest! {
        #[test]
        fn no_text_shows_a_known_secret_nor_is_too_long(before in ".{0,400}", secret in "[A-Za-z0-9]{4,40}", after in ".{0,40}") {
            let masker = Masker::default();
            masker.learn(&Secret::new(secret.clone()));
            let said = masker.clean(&format!("{before}{secret}{after}"));
            prop_assume!(!MASK.contains(&secret.to_ascii_lowercase()));
            prop_assert!(!said.as_str().to_ascii_lowercase().contains(&secret.to_ascii_lowercase()));
            prop_assert!(said.as_str().chars().count() <= LONGEST);
        }
    }
}
