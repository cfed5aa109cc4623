//! Randomness and secrets: passwords, tokens, one-time codes, and sealing under a key outside the database.
//!
//! No other crate draws random numbers or encrypts. What holds a secret shows nothing in its `Debug` form, is wiped
//! from memory when it is dropped, and cannot be written as JSON.

mod error;
mod key_file;
mod password;
mod random;
mod recovery;
mod sealing;
mod secret;
mod signing;
mod token;
mod totp;

pub use error::SecretError;
pub use key_file::KeyFile;
pub use password::{Cost, Passwords};
pub use random::random_number;
pub use recovery::{RECOVERY_CODES, RecoveryCode};
pub use sealing::{Key, KeyId, KeyRing, Purpose, SEALED_BEGINNING};
pub use secret::Secret;
pub use signing::SigningKey;
pub use token::{Token, TokenHash};
pub use totp::{OneTimeCodes, TotpSecret, TotpStep};
