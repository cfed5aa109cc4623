//! A text as it is compared: without what may stand between its letters and digits, and without the case of letters.
//!
//! So one form is found in both alphabets of base64, with and without padding, in parts on several lines, with percent
//! signs or with backslashes before some of its characters.

/// Letters and digits of a text, and where each stands in it.
pub(super) struct Letters {
    letters: Vec<u8>,
    /// First byte of each and the byte after it.
    places: Vec<(usize, usize)>,
}

impl Letters {
    /// Those of a text. Bytes that are not ASCII count as letters.
    pub(super) fn of(text: &str) -> Self {
        let (mut letters, mut places) = (Vec::new(), Vec::new());
        let mut rest = text.as_bytes();
        while let Some((&first, others)) = rest.split_first() {
            let at = text.len() - rest.len();
            let coded = if first == b'%' { percent_coded(others) } else { None };
            let (byte, length) = coded.map_or((first, 1), |byte| (byte, 3));
            if byte.is_ascii_alphanumeric() || !byte.is_ascii() {
                letters.push(byte.to_ascii_lowercase());
                places.push((at, at + length));
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        Self { letters, places }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.letters.len()
    }

    /// Where another text stands in this one: first byte and the byte after it, in order.
    pub(super) fn places_of(&self, other: &Self) -> Vec<(usize, usize)> {
        let windows =
            self.letters.windows(other.count().max(1)).zip(self.places.windows(other.count().max(1)));
        let found = windows.filter(|(letters, _)| *letters == other.letters);
        found.filter_map(|(_, places)| Some((places.first()?.0, places.last()?.1))).collect()
    }
}

/// The byte that two hex digits behind a percent sign stand for.
fn percent_coded(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits.first_chunk::<2>()?.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

/// Whether a byte may stand in base64, of either alphabet and with percent signs.
pub(super) fn is_of_a_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'%')
}

/// A place in a text, with what stands right before and behind it and may belong to the same base64.
pub(super) fn run_around(text: &str, start: usize, end: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..start).unwrap_or_default();
    let behind = text.as_bytes().get(end..).unwrap_or_default();
    let belongs = |byte: &&u8| is_of_a_code(**byte);
    (start - before.iter().rev().take_while(belongs).count(), end + behind.iter().take_while(belongs).count())
}
