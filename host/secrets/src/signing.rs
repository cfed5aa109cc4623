//! Signing what is sent to a receiver outside, so that it knows who sent it: HMAC-SHA256 in the form of Standard
//! Webhooks, for which receivers find libraries in most languages.

use std::fmt;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::random;
use crate::secret::Secret;

/// Bytes of a new key, as many as the hash has.
const KEY_BYTES: usize = 32;

/// Lengths that a key may have, in bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// How a key begins where people see it.
const BEGINNING: &str = "whsec_";

/// A key that the daemon and one receiver share.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<Vec<u8>>);

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        let bytes = random::bytes::<KEY_BYTES>()?;
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// A key as it was handed out; none when it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text.strip_prefix(BEGINNING)?.as_bytes()).ok().map(Zeroizing::new)?;
        LENGTHS.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// The key as it is handed to whoever runs the receiver.
    pub fn text(&self) -> Secret {
        Secret::new(format!("{BEGINNING}{}", BASE64.encode(&self.0)))
    }

    /// The signature of a message: `v1,` and base64. `id` names the message, `seconds` is when it is sent, since
    /// 1970; both are part of what is signed, so that neither can be changed and an old message is known as old.
    ///
    /// # Errors
    /// When the key cannot be used, which no key of this type is known to cause.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> Result<String, SecretError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| SecretError::Sealed)?;
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        let code = mac.finalize().into_bytes();
        Ok(format!("v1,{}", BASE64.encode(&code)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification of Standard Webhooks.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let key = SigningKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed =
            key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_is_read_as_it_was_handed_out_and_does_not_show_itself() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::parse(key.text().expose()).unwrap();
        assert_eq!(key.sign("1", 2, b"three").unwrap(), again.sign("1", 2, b"three").unwrap());
        assert_ne!(key.sign("1", 2, b"three").unwrap(), key.sign("1", 3, b"three").unwrap());
        assert_eq!(format!("{key:?}"), "[secret]");
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(SigningKey::parse(text).is_none(), "{text:?}");
        }
    }
}
