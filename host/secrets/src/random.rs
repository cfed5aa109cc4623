//! Random bytes from the operating system.

use zeroize::Zeroizing;

use crate::error::SecretError;

/// Returns fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, SecretError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(SecretError::Random)?;
    Ok(bytes)
}
