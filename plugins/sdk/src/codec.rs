//! Small values to bytes and back, for task state. Little endian; a reader answers `None` for anything it cannot read,
//! so that state written by an older version of a task counts as absent instead of stopping it.

/// Collects values.
#[derive(Debug, Default, Clone)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Starts with the version of the layout.
    pub fn new(version: u8) -> Self {
        Self(vec![version])
    }

    /// Adds a number.
    #[must_use]
    pub fn int(mut self, value: i64) -> Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Adds a fraction, bit for bit.
    #[must_use]
    pub fn float(self, value: f64) -> Self {
        self.int(i64::from_le_bytes(value.to_le_bytes()))
    }

    /// Adds a number that may be absent.
    #[must_use]
    pub fn optional_int(self, value: Option<i64>) -> Self {
        self.int(i64::from(value.is_some())).int(value.unwrap_or(0))
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, value: &str) -> Self {
        self = self.int(i64::try_from(value.len()).unwrap_or(i64::MAX));
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    /// The bytes.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Takes the values back in the order they were added.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Begins, if the bytes are of that version.
    pub fn new(version: u8, bytes: &'a [u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first()?;
        (*first == version).then_some(Self(rest))
    }

    /// A number.
    pub fn int(&mut self) -> Option<i64> {
        let (value, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*value))
    }

    /// A fraction.
    pub fn float(&mut self) -> Option<f64> {
        self.int().map(|value| f64::from_le_bytes(value.to_le_bytes()))
    }

    /// A number that may be absent.
    pub fn optional_int(&mut self) -> Option<Option<i64>> {
        let present = self.int()?;
        let value = self.int()?;
        Some((present != 0).then_some(value))
    }

    /// A text.
    pub fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.int()?).ok()?;
        let (value, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(value.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_in_order() {
        let bytes =
            Writer::new(3).int(-7).float(0.1).optional_int(None).optional_int(Some(9)).text("hold").finish();
        let mut reader = Reader::new(3, &bytes).unwrap();
        assert_eq!(reader.int(), Some(-7));
        assert_eq!(reader.float(), Some(0.1));
        assert_eq!(reader.optional_int(), Some(None));
        assert_eq!(reader.optional_int(), Some(Some(9)));
        assert_eq!(reader.text().as_deref(), Some("hold"));
        assert_eq!(reader.int(), None);
    }

    #[test]
    fn another_version_or_a_cut_value_counts_as_absent() {
        let bytes = Writer::new(1).text("abc").finish();
        assert!(Reader::new(2, &bytes).is_none());
        assert!(Reader::new(1, &[]).is_none());
        let cut = bytes.split_last().unwrap().1;
        assert_eq!(Reader::new(1, cut).unwrap().text(), None);
    }
}
