//! Numbers in a packet, little-endian, by their place.

/// A packet.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    fn at<const N: usize>(self, place: usize) -> Option<[u8; N]> {
        self.0.get(place..place.checked_add(N)?)?.try_into().ok()
    }

    pub(super) fn u8(self, place: usize) -> Option<u8> {
        self.0.get(place).copied()
    }

    pub(super) fn u16(self, place: usize) -> Option<u16> {
        self.at(place).map(u16::from_le_bytes)
    }

    pub(super) fn u32(self, place: usize) -> Option<u32> {
        self.at(place).map(u32::from_le_bytes)
    }

    pub(super) fn i32(self, place: usize) -> Option<i32> {
        self.at(place).map(i32::from_le_bytes)
    }

    pub(super) fn i64(self, place: usize) -> Option<i64> {
        self.at(place).map(i64::from_le_bytes)
    }

    /// A text of a fixed length that ends at the first zero.
    pub(super) fn text(self, place: usize, length: usize) -> Option<String> {
        let bytes = self.0.get(place..place.checked_add(length)?)?;
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        Some(String::from_utf8_lossy(bytes.get(..end)?).trim().to_owned())
    }
}
