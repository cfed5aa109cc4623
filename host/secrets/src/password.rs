//! Passwords: argon2id, verified in about the same time whether or not there is such a user.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::SecretError;
use crate::random;
use crate::secret::Secret;

/// Cost of a password hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// 19 MiB of memory, 2 passes, 1 lane: the least that OWASP recommends for argon2id, some 25 ms on a present
    /// machine. More would let a few log-ins at a time take the memory that the budget of the daemon promises to users.
    Standard,
    /// Next to nothing, for tests that log in often. Offers no protection.
    ForTestsOnly,
}

/// Hashes and verifies passwords. Both block the thread; call them where that is allowed.
#[derive(Debug, Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
}

/// Salt of the hash that is made, and forgotten, where there is none to compare with.
const DECOY_SALT: &[u8] = b"nobody's password";

impl Passwords {
    /// Creates a hasher with a cost for new hashes; each stored hash names its own cost.
    ///
    /// # Errors
    /// When argon2 does not take the cost.
    pub fn new(cost: Cost) -> Result<Self, SecretError> {
        let (memory, passes) = match cost {
            Cost::Standard => (Params::DEFAULT_M_COST, Params::DEFAULT_T_COST),
            Cost::ForTestsOnly => (Params::MIN_M_COST, Params::MIN_T_COST),
        };
        let params = Params::new(memory, passes, 1, None).map_err(failure)?;
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params) })
    }

    /// The hash of a password under a new salt, as a PHC string.
    ///
    /// # Errors
    /// When the system gives no random numbers or the password is longer than argon2 can take.
    pub fn hash(&self, password: &Secret) -> Result<String, SecretError> {
        let salt = random::bytes::<16>()?;
        let hash = self.argon2.hash_password_with_salt(password.expose().as_bytes(), salt.as_slice());
        Ok(hash.map_err(failure)?.to_string())
    }

    /// Returns whether the password is the one with this hash. Without a hash, for a user who does not exist or has
    /// no password, it takes as long and the answer is no.
    pub fn verify(&self, password: &Secret, hash: Option<&str>) -> bool {
        let password = password.expose().as_bytes();
        let Some(hash) = hash else {
            // Only for the time and the memory that it takes.
            let _of_nobody = self.argon2.hash_password_with_salt(password, DECOY_SALT);
            return false;
        };
        PasswordHash::new(hash).is_ok_and(|hash| self.argon2.verify_password(password, &hash).is_ok())
    }
}

fn failure(error: impl std::fmt::Display) -> SecretError {
    SecretError::Password(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_password_is_verified_by_its_hash_and_no_other_is() {
        let passwords = Passwords::new(Cost::ForTestsOnly).unwrap();
        let hash = passwords.hash(&secret("correct horse battery")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(passwords.verify(&secret("correct horse battery"), Some(&hash)));
        assert!(!passwords.verify(&secret("correct horse batterz"), Some(&hash)));
        assert!(!passwords.verify(&secret("correct horse battery"), None));
        assert!(!passwords.verify(&secret("correct horse battery"), Some("not a hash")));
    }

    #[test]
    fn a_hash_is_really_made_for_somebody_who_is_not_there() {
        // One that argon2 refused would cost nothing, and tell who is there by the time that it takes.
        let passwords = Passwords::new(Cost::ForTestsOnly).unwrap();
        passwords.argon2.hash_password_with_salt(b"typed", DECOY_SALT).unwrap();
    }

    #[test]
    fn the_same_password_has_another_hash_each_time() {
        let passwords = Passwords::new(Cost::ForTestsOnly).unwrap();
        let hashes = [passwords.hash(&secret("a")).unwrap(), passwords.hash(&secret("a")).unwrap()];
        assert_ne!(hashes[0], hashes[1]);
    }

    #[test]
    fn the_standard_cost_is_what_is_documented() {
        let hash = Passwords::new(Cost::Standard).unwrap().hash(&secret("a")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }

    #[test]
    fn a_hash_of_another_cost_is_still_verified() {
        let cheap = Passwords::new(Cost::ForTestsOnly).unwrap().hash(&secret("a")).unwrap();
        assert!(Passwords::new(Cost::Standard).unwrap().verify(&secret("a"), Some(&cheap)));
    }
}
