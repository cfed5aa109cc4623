//! Random tokens: session cookies, API tokens, one-time links. Only their hash is kept.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;

use crate::error::SecretError;
use crate::random;
use crate::secret::Secret;

/// 256 bits as base64url, shown once to whom it belongs.
#[derive(Debug, Clone)]
pub struct Token(Secret);

/// What is kept of a token. A plain hash is enough: 256 random bits cannot be guessed, so nothing has to be slow.
///
/// Looking one up in an index takes a time that depends on the hash, which tells nothing about any token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        Ok(Self(Secret::new(BASE64URL_NOPAD.encode(&*random::bytes::<32>()?))))
    }

    /// The text to hand out.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns the hash to store in place of the secret.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.expose())
    }
}

impl TokenHash {
    /// The hash of what somebody presents as a token.
    pub fn of(presented: &str) -> Self {
        Self(*blake3::hash(presented.as_bytes()).as_bytes())
    }

    /// Returns the bytes as they are stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash of a token]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_256_bits_of_text_that_fits_into_a_url() {
        let token = Token::generate().unwrap();
        assert_eq!(token.expose().len(), 43);
        assert!(token.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(token.hash(), TokenHash::of(token.expose()));
        assert_ne!(token.hash(), Token::generate().unwrap().hash());
        assert_eq!(format!("{token:?}"), "Token([secret])");
    }
}
