//! How many shares become of how many.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Largest number on either side of a ratio: far above what any company has done (a split of 1 into 100).
pub const LARGEST_PART: u32 = 1_000;

/// Shares after the action for shares before it, in lowest terms: a split of face value 10 to 2 is 5 for 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Ratio {
    new: u32,
    old: u32,
}

/// A ratio with a part that is out of bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{new} for {old} is not a ratio of shares: each part is 1 to {LARGEST_PART}")]
pub struct RatioError {
    /// Shares after, as given.
    pub new: u64,
    /// Shares before, as given.
    pub old: u64,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    new: u32,
    old: u32,
}

impl Ratio {
    /// One share for one.
    pub const ONE: Self = Self { new: 1, old: 1 };

    /// `new` shares for each `old`, brought to lowest terms.
    ///
    /// # Errors
    /// When a part, in lowest terms, is 0 or above [`LARGEST_PART`].
    pub fn new(new: u64, old: u64) -> Result<Self, RatioError> {
        let common = gcd(new, old).max(1);
        let part =
            |part: u64| u32::try_from(part / common).ok().filter(|part| (1..=LARGEST_PART).contains(part));
        match (part(new), part(old)) {
            (Some(new), Some(old)) => Ok(Self { new, old }),
            _ => Err(RatioError { new, old }),
        }
    }

    /// Returns the shares after the action.
    pub const fn new_shares(self) -> u32 {
        self.new
    }

    /// Returns the shares before the action.
    pub const fn old_shares(self) -> u32 {
        self.old
    }

    /// Returns the ratio that undoes this one.
    pub const fn inverse(self) -> Self {
        Self { new: self.old, old: self.new }
    }

    /// Whole shares that become of `quantity`, and what is left of the `old`-th parts of a share: `(shares, rest)`,
    /// so that `quantity * new = shares * old + rest`.
    pub fn split(self, quantity: u32) -> (u64, u32) {
        let (new, old) = (u64::from(self.new), u64::from(self.old.max(1)));
        let parts = u64::from(quantity) * new;
        // A remainder is below `old`, which is a u32.
        (parts / old, (parts % old) as u32)
    }
}

impl TryFrom<Parts> for Ratio {
    type Error = RatioError;
    fn try_from(parts: Parts) -> Result<Self, RatioError> {
        Self::new(parts.new.into(), parts.old.into())
    }
}

impl From<Ratio> for Parts {
    fn from(ratio: Ratio) -> Self {
        Self { new: ratio.new, old: ratio.old }
    }
}

impl fmt::Display for Ratio {
    /// `5 for 1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.new, self.old)
    }
}

/// The greatest common divisor; of zero and a number that number.
pub(super) const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
