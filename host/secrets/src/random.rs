//! Random bytes from the operating system.

use zeroize::Zeroizing;

use crate::error::SecretError;

/// Returns fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, SecretError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(SecretError::Random)?;
    Ok(bytes)
}

/// Returns a random number that nobody can foretell and that is no secret.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random_number() -> Result<u64, SecretError> {
    Ok(u64::from_le_bytes(*bytes::<8>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_another() {
        assert_ne!(random_number().unwrap(), random_number().unwrap());
    }
}
