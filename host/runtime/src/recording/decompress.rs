//! Compressed parts of a recording as they were, within a bound.

use zstd::bulk::Decompressor;

use super::RecordingError;

/// Largest recording that is read back, uncompressed: above every budget's boundary bytes.
const MAX_RAW_BYTES: u64 = 1 << 30;

/// Exactly `length` bytes from their compressed form.
pub(super) fn decompress(compressed: &[u8], length: u64) -> Result<Vec<u8>, RecordingError> {
    check_length(length)?;
    let capacity = usize::try_from(length).map_err(damaged)?;
    let raw = Decompressor::new().and_then(|mut it| it.decompress(compressed, capacity)).map_err(damaged)?;
    if raw.len() != capacity {
        return Err(damaged(format!("{} bytes of {length} are there", raw.len())));
    }
    Ok(raw)
}

pub(super) fn check_length(length: u64) -> Result<(), RecordingError> {
    if length > MAX_RAW_BYTES { Err(damaged(format!("it claims to hold {length} bytes"))) } else { Ok(()) }
}

pub(super) fn damaged(error: impl std::fmt::Display) -> RecordingError {
    RecordingError::Damaged(error.to_string())
}
