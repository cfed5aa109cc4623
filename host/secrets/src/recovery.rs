//! Codes that stand in for a lost authenticator, each once.

use data_encoding::BASE32_NOPAD;

use crate::error::SecretError;
use crate::random;
use crate::secret::Secret;
use crate::token::TokenHash;

/// Number of recovery codes that a user gets at a time.
pub const RECOVERY_CODES: usize = 10;

/// 80 random bits as four groups of four letters and digits, such as `k3vq-7hdm-2xzp-a4tn`.
#[derive(Debug, Clone)]
pub struct RecoveryCode(Secret);

impl RecoveryCode {
    /// A new code.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        let letters = BASE32_NOPAD.encode(&*random::bytes::<10>()?).to_ascii_lowercase();
        let groups: Vec<&str> = [0, 4, 8, 12].iter().filter_map(|at| letters.get(*at..at + 4)).collect();
        Ok(Self(Secret::new(groups.join("-"))))
    }

    /// The text to hand out.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns the hash to store in place of the secret.
    pub fn hash(&self) -> TokenHash {
        Self::hash_of(self.expose())
    }

    /// The hash of what somebody typed: case, hyphens and spaces do not matter.
    pub fn hash_of(typed: &str) -> TokenHash {
        let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
        TokenHash::of(&plain.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_again_however_it_is_typed() {
        let code = RecoveryCode::generate().unwrap();
        assert_eq!(code.expose().len(), 19);
        let typed = format!(" {} ", code.expose().replace('-', " ").to_uppercase());
        assert_eq!(RecoveryCode::hash_of(&typed), code.hash());
        assert_ne!(code.hash(), RecoveryCode::generate().unwrap().hash());
    }
}
