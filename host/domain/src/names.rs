//! Short names that are copied freely: words of small letters and digits with `_` between them.

/// A well-formed name of at most `LONGEST` bytes, kept in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortName<const LONGEST: usize> {
    /// The name and zeros after it, so that the order of the bytes is that of the names.
    bytes: [u8; LONGEST],
    length: u8,
}

impl<const LONGEST: usize> ShortName<LONGEST> {
    /// Returns the name that a text is; `None` when it is not well formed.
    pub fn parse(text: &str) -> Option<Self> {
        is_well_formed(text.as_bytes(), LONGEST).then(|| Self::of_well_formed(text.as_bytes()))
    }

    /// The name that is written in the program.
    ///
    /// # Panics
    /// When it is not well formed: in a constant, when that is compiled.
    pub const fn literal(text: &str) -> Self {
        assert!(
            is_well_formed(text.as_bytes(), LONGEST),
            "a name is words of small letters and digits with _ between them"
        );
        Self::of_well_formed(text.as_bytes())
    }

    const fn of_well_formed(text: &[u8]) -> Self {
        let mut bytes = [0; LONGEST];
        let (filled, _) = bytes.split_at_mut(text.len());
        filled.copy_from_slice(text);
        // No name is longer than LONGEST, which is far below 256.
        let length = text.len() as u8;
        Self { bytes, length }
    }

    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        // They are ASCII, because nothing else is a name.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

/// Returns whether a text is words of small letters and digits, each beginning with a letter, with `_` between them, and no longer
/// than `longest` bytes.
const fn is_well_formed(text: &[u8], longest: usize) -> bool {
    if text.len() > longest {
        return false;
    }
    let mut rest = text;
    let mut begins_word = true;
    while let [first, more @ ..] = rest {
        match *first {
            b'a'..=b'z' => begins_word = false,
            b'0'..=b'9' if !begins_word => {}
            b'_' if !begins_word => begins_word = true,
            _ => return false,
        }
        rest = more;
    }
    !begins_word
}

/// What a type over a [`ShortName`] has of it: its text when it is written, parsed and shown.
macro_rules! short_name {
    ($name:ident, $longest:expr, $error:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let name = crate::names::ShortName::parse(text).map(Self);
                // A part of what is too long tells what was meant.
                name.ok_or_else(|| $error(text.chars().take(2 * $longest).collect()))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use short_name;
