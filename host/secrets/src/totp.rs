//! One-time codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds, the form that every app knows).

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use data_encoding::{BASE32_NOPAD, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::random;
use crate::secret::Secret;

/// Length of a step.
const STEP_SECONDS: u64 = 30;
const DIGITS: usize = 6;
/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// Secret that the authenticator and the daemon share.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

/// Secret of an authenticator that somebody else gave us, such as a broker at whom we log in. Its length is theirs.
#[derive(Clone)]
pub struct OneTimeCodes(Zeroizing<Vec<u8>>);

/// Lengths of a secret that somebody else gave: shorter ones can be guessed, longer ones are not an authenticator's. The longest has
/// 256 characters.
const FOREIGN_BYTES: RangeInclusive<usize> = 10..=160;

/// Base32 as apps read it, which look at whole bytes only: some services draw characters and not bytes, and leave bits at the end.
static AS_APPS_READ_IT: LazyLock<Encoding> = LazyLock::new(|| {
    let mut rules = BASE32_NOPAD.specification();
    rules.check_trailing_bits = false;
    rules.encoding().unwrap_or(BASE32_NOPAD)
});

impl OneTimeCodes {
    /// Reads a secret in base32, as an authenticator app is given it, with or without blanks, hyphens and padding. None when
    /// it is not base32, or has fewer than 10 or more than 160 bytes: RFC 4226 wants 16 at least, and services that are older than
    /// it give 10.
    pub fn from_base32(text: &str) -> Option<Self> {
        let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let plain = Zeroizing::new(kept.collect::<String>().to_ascii_uppercase());
        let bytes = Zeroizing::new(AS_APPS_READ_IT.decode(plain.trim_end_matches('=').as_bytes()).ok()?);
        FOREIGN_BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// Returns the code of an instant: none only if the library does not take the secret.
    pub fn code(&self, unix_seconds: u64) -> Option<Secret> {
        // The library for our own codes takes secrets of our own length only.
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).ok()?;
        mac.update(&TotpStep::at(unix_seconds).0.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let from = usize::from(hash.last()? & 0xf);
        let four: [u8; 4] = hash.get(from..from + 4)?.try_into().ok()?;
        let number = u32::from_be_bytes(four) & 0x7fff_ffff;
        Some(Secret::new(format!("{:06}", number % 1_000_000)))
    }
}

impl fmt::Debug for OneTimeCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl TotpStep {
    /// Returns the step that an instant belongs to.
    pub const fn at(unix_seconds: u64) -> Self {
        Self(unix_seconds / STEP_SECONDS)
    }

    /// Returns the second at which the next step begins.
    pub const fn end(self) -> u64 {
        (self.0 + 1).saturating_mul(STEP_SECONDS)
    }
}

/// The half minute that a code was made for. Steps only grow for a user, so that a code is used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(pub u64);

impl TotpSecret {
    /// A new secret.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        random::bytes().map(Self)
    }

    /// A secret as it was sealed; none when it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <[u8; SECRET_BYTES]>::try_from(bytes).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// Returns the secret's bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Returns the secret in base32, as people type it into an app.
    pub fn base32(&self) -> Secret {
        Secret::new(BASE32_NOPAD.encode(self.0.as_slice()))
    }

    /// The address that an app reads from a QR code.
    pub fn url(&self, user: &str) -> Secret {
        let user: String = user.bytes().map(percent_encoded).collect();
        let secret = self.base32();
        Secret::new(format!("otpauth://totp/Prahari:{user}?secret={}&issuer=Prahari", secret.expose()))
    }

    /// The step that the code belongs to, when it is the present one, the one before or the one after: clocks of
    /// phones are wrong by some seconds, and people type slowly. Whether the step was used already is the caller's
    /// question to the database.
    pub fn check(&self, code: &str, unix_seconds: u64) -> Option<TotpStep> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.totp().check(&digits, unix_seconds).map(TotpStep)
    }

    /// The code of an instant; for the other side of a log-in, which is a broker's or a test's.
    pub fn code(&self, unix_seconds: u64) -> Secret {
        Secret::new(self.totp().generate(unix_seconds).to_string())
    }

    fn totp(&self) -> totp_rs::Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS as u8)
            .with_skew(1)
            .with_step_duration(STEP_SECONDS)
            .with_secret(*self.0)
            .build_noncompliant()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

fn percent_encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_rfc() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    /// RFC 6238, appendix B, of which apps show the last six digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, code) in vectors {
            assert_eq!(of_the_rfc().code(seconds).expose(), &code[2..], "{seconds}");
            assert_eq!(of_the_rfc().check(&code[2..], seconds), Some(TotpStep(seconds / 30)));
        }
    }

    #[test]
    fn a_code_is_good_in_its_step_and_its_neighbours() {
        let totp = of_the_rfc();
        let code = totp.code(3_000);
        let good: Vec<u64> =
            (2_900..3_100).filter(|at| totp.check(code.expose(), *at) == Some(TotpStep(100))).collect();
        assert_eq!((good.first(), good.last(), good.len()), (Some(&2_970), Some(&3_059), 90));
    }

    #[test]
    fn what_is_no_code_is_no_code() {
        for typed in ["", "12345", "1234567", "12345a", "-12345", "+12345", "١٢٣٤٥٦", "\u{0}"] {
            assert_eq!(of_the_rfc().check(typed, 59), None, "{typed:?}");
        }
        assert_eq!(of_the_rfc().check("287 082", 59), Some(TotpStep(1)));
    }

    #[test]
    fn a_secret_that_a_broker_gave_makes_the_codes_of_the_rfc() {
        let codes = OneTimeCodes::from_base32("gezd gnbv gy3t qojq-GEZDGNBVGY3TQOJQ==").unwrap();
        for seconds in [59, 1_111_111_109, 1_234_567_890, 20_000_000_000] {
            assert_eq!(codes.code(seconds).unwrap().expose(), of_the_rfc().code(seconds).expose());
        }
        // HMAC fills a short key with zeros: these two are one secret.
        let short = OneTimeCodes::from_base32("GEZDGNBVGY3TQOJQ").unwrap();
        let filled = TotpSecret::from_bytes(b"1234567890\0\0\0\0\0\0\0\0\0\0").unwrap();
        assert_eq!(short.code(59).unwrap().expose(), filled.code(59).expose());
        // What is left of a byte at the end is not looked at.
        let odd = OneTimeCodes::from_base32("GEZDGNBVGY3TQOJQGF").unwrap();
        let even = OneTimeCodes::from_base32("GEZDGNBVGY3TQOJQGE").unwrap();
        assert_eq!(odd.code(59).unwrap().expose(), even.code(59).unwrap().expose());
        assert_eq!(format!("{codes:?}"), "[secret]");
        for wrong in ["", "=", "GEZDGNBV", "GEZDGNBV=GY3TQOJQ", "not base32!", &"A".repeat(400)] {
            assert!(OneTimeCodes::from_base32(wrong).is_none(), "{wrong:?}");
        }
        assert_eq!((TotpStep::at(59), TotpStep::at(59).end()), (TotpStep(1), 60));
    }

    #[test]
    fn an_app_is_told_the_secret_by_an_address() {
        let url = of_the_rfc().url("a b");
        let expected = "otpauth://totp/Prahari:a%20b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Prahari";
        assert_eq!(url.expose(), expected);
    }
}
