//! What an outside server says, without the secrets that it was sent.
//!
//! A server may repeat what it was sent: a mail server the line of a log-in, Telegram the address with the token. Every
//! word from outside goes through a [`Cleaner`] before it becomes a reason, so that whoever reads deliveries, answers,
//! the database or the log finds no secret there, in whatever form it was sent or can be written.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use prahari_domain::text::without_obeyed;
use prahari_secrets::Secret;

use self::letters::{Letters, is_of_a_code, run_around};

mod letters;

/// What stands in place of a secret.
const MASK: &str = "[masked]";

/// Longest text that is looked at, in bytes: the rest of a longer one is dropped before anything is searched.
const LONGEST_READ: usize = 4_096;

/// Most characters that are kept of what an outside server says.
pub(crate) const LONGEST_SAID: usize = 240;

/// Fewest letters and digits of a form that is looked for with whatever stands between them. A shorter one is masked
/// only as it was given: it would be found in every sentence.
const FEWEST_LETTERS: usize = 4;

/// Number of characters from which on a word of letters and digits is taken for a secret that nobody told us of.
const TOKEN: usize = 32;

/// Takes secrets out of what an outside server says.
#[derive(Default)]
pub(crate) struct Cleaner {
    forms: Vec<Form>,
}

/// A text that must not be shown.
struct Form {
    text: Secret,
    instead: &'static str,
    /// Whether what stands around it belongs to it: the rest of a word in base64 tells of what was cut.
    is_code: bool,
}

impl Cleaner {
    /// Masks a secret in every form: as it is, in base64 wherever it begins, and with percent signs.
    #[must_use]
    pub(crate) fn hiding(self, secret: &str) -> Self {
        self.telling(secret, MASK)
    }

    /// The same with a text that stands in its place.
    #[must_use]
    pub(crate) fn telling(mut self, secret: &str, instead: &'static str) -> Self {
        self.add(secret.to_owned(), instead, false);
        for code in codes_of(secret.as_bytes()) {
            self.add(code, MASK, true);
        }
        for before in 0..3 {
            self.add(within_code(secret.as_bytes(), before), MASK, true);
        }
        self
    }

    /// Masks a log-in as mail servers are sent it: AUTH PLAIN, AUTH LOGIN and the password by itself. The name alone is
    /// no secret.
    #[must_use]
    pub(crate) fn hiding_log_in(self, user: &str, password: &str) -> Self {
        let mut cleaner = self.hiding(password);
        let plain = format!("\0{user}\0{password}");
        let with_identity = format!("{user}\0{user}\0{password}");
        for code in [plain, with_identity, user.to_owned()].iter().flat_map(|sent| codes_of(sent.as_bytes()))
        {
            cleaner.add(code, MASK, true);
        }
        cleaner
    }

    /// Returns what a server said without secrets, on one line, with nothing that a terminal or a page would obey, cut to
    /// [`LONGEST_SAID`] characters.
    pub(crate) fn clean(&self, said: &str) -> String {
        let text = without_obeyed(beginning(said));
        let text = without_words(&self.forms.iter().fold(text, |text, form| form.taken_out_of(&text)));
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_SAID).collect()
    }

    fn add(&mut self, text: String, instead: &'static str, is_code: bool) {
        if !text.is_empty() {
            self.forms.push(Form { text: Secret::new(text), instead, is_code });
            // The longest first: one that is part of another must not leave the rest of it.
            self.forms.sort_by_key(|form| std::cmp::Reverse(form.text.expose().len()));
        }
    }
}

impl Form {
    /// The text without it.
    fn taken_out_of(&self, text: &str) -> String {
        let form = Letters::of(self.text.expose());
        // As it was given first, with whatever stands before its first letter and behind its last.
        let text = match self.is_code {
            true => text.to_owned(),
            false => text.replace(self.text.expose(), self.instead),
        };
        if form.count() < FEWEST_LETTERS {
            return text;
        }
        let mut rest = String::new();
        let mut from = 0;
        for (start, end) in Letters::of(&text).places_of(&form) {
            let (start, end) = if self.is_code { run_around(&text, start, end) } else { (start, end) };
            if start >= from {
                rest.push_str(text.get(from..start).unwrap_or_default());
                rest.push_str(self.instead);
            }
            from = from.max(end);
        }
        rest.push_str(text.get(from..).unwrap_or_default());
        rest
    }
}

/// Base64 of a text with both alphabets, with and without padding.
fn codes_of(bytes: &[u8]) -> [String; 4] {
    [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD].map(|code| code.encode(bytes))
}

/// The part of base64 that is the same whatever stands around the bytes, when `before` bytes of the first group of three
/// are not theirs.
fn within_code(bytes: &[u8], before: usize) -> String {
    let mut padded = vec![0; before];
    padded.extend_from_slice(bytes);
    let whole = padded.len() * 8 / 6;
    let foreign = (before * 8).div_ceil(6);
    BASE64_NOPAD.encode(&padded).get(foreign..whole).unwrap_or_default().to_owned()
}

/// The beginning of a text that is looked at. A word that the cut goes through is left out: a secret would not be known by
/// its first half.
fn beginning(text: &str) -> &str {
    if text.len() <= LONGEST_READ {
        return text;
    }
    let read = text.get(..text.floor_char_boundary(LONGEST_READ)).unwrap_or_default();
    read.rsplit_once(char::is_whitespace).map_or("", |(before, _)| before)
}

/// Masks long words of letters and digits: no sentence has one, and what a server makes up of a secret is not known here.
fn without_words(text: &str) -> String {
    let is_secret = |word: &str| {
        word.len() >= TOKEN
            && word.bytes().all(is_of_a_code)
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let words = text.split(' ').map(|word| if is_secret(word) { MASK } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
