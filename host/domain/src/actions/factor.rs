//! By what an action multiplies prices.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Paise;

use super::ratio::{Ratio, gcd};

/// By how many percent an open may differ from the price that an action leads to: the market moves overnight too.
pub const MATCH_PERCENT: i128 = 5;

/// A price of before the ex-date times this is the comparable price of after it. Exact, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct PriceFactor {
    numerator: u64,
    denominator: u64,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    numerator: u64,
    denominator: u64,
}

impl PriceFactor {
    /// The factor that changes nothing.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// The factor of two numbers; `None` when one of them is zero.
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let common = gcd(numerator, denominator);
        (numerator > 0 && denominator > 0)
            .then(|| Self { numerator: numerator / common, denominator: denominator / common })
    }

    /// The factor of a change in the number of shares: a price falls as shares become more.
    pub fn of_shares(ratio: Ratio) -> Self {
        Self { numerator: ratio.old_shares().into(), denominator: ratio.new_shares().into() }
    }

    /// What an ex-date's open says after the last close with the right; `None` without two prices above zero.
    pub fn observed(last_close: Paise, open: Paise) -> Option<Self> {
        Self::new(u64::try_from(open.0).ok()?, u64::try_from(last_close.0).ok()?)
    }

    /// Returns what prices are multiplied by.
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// Returns what prices are divided by.
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// Returns whether it changes nothing.
    pub const fn is_one(self) -> bool {
        self.numerator == self.denominator
    }

    /// Both factors one after the other; `None` when the numbers no longer fit.
    pub fn times(self, other: Self) -> Option<Self> {
        // Reduced across first, so that splits and their inverses never grow.
        let across = gcd(self.numerator, other.denominator);
        let down = gcd(other.numerator, self.denominator);
        let numerator = (self.numerator / across).checked_mul(other.numerator / down)?;
        let denominator = (self.denominator / down).checked_mul(other.denominator / across)?;
        Self::new(numerator, denominator)
    }

    /// Both factors one after the other; where the numbers no longer fit, the nearest that do, which differ by less than
    /// any price shows.
    #[must_use]
    pub fn times_nearly(self, other: Self) -> Self {
        if let Some(exact) = self.times(other) {
            return exact;
        }
        let mut numerator = u128::from(self.numerator) * u128::from(other.numerator);
        let mut denominator = u128::from(self.denominator) * u128::from(other.denominator);
        while numerator.max(denominator) > u128::from(u64::MAX) {
            (numerator, denominator) = (numerator >> 1, denominator >> 1);
        }
        let part = |part: u128| u64::try_from(part).unwrap_or(u64::MAX).max(1);
        Self::new(part(numerator), part(denominator)).unwrap_or(Self::ONE)
    }

    /// Returns the factor that undoes this one.
    pub const fn inverse(self) -> Self {
        Self { numerator: self.denominator, denominator: self.numerator }
    }

    /// The price after, rounded half away from zero to the paisa; `None` when it does not fit.
    pub fn apply(self, price: Paise) -> Option<Paise> {
        let (numerator, denominator) = (i128::from(self.numerator), i128::from(self.denominator));
        let product = i128::from(price.0).checked_mul(numerator)?;
        let half = denominator / 2;
        let rounded = (product + if product < 0 { -half } else { half }) / denominator;
        i64::try_from(rounded).ok().map(Paise)
    }

    /// A number of traded shares after, rounded half up: shares grow as prices fall.
    pub fn apply_to_volume(self, volume: u64) -> u64 {
        let (numerator, denominator) = (u128::from(self.numerator), u128::from(self.denominator));
        let shares = (u128::from(volume) * denominator + numerator / 2) / numerator;
        u64::try_from(shares).unwrap_or(u64::MAX)
    }

    /// Returns whether an open is within [`MATCH_PERCENT`] of the last close times this factor.
    pub fn matches(self, last_close: Paise, open: Paise) -> bool {
        let (numerator, denominator) = (i128::from(self.numerator), i128::from(self.denominator));
        let expected = i128::from(last_close.0).checked_mul(numerator);
        let found = i128::from(open.0).checked_mul(denominator);
        let (Some(expected), Some(found)) = (expected, found) else { return false };
        let near = (found - expected).checked_abs().and_then(|apart| apart.checked_mul(100));
        let most = expected.checked_mul(MATCH_PERCENT);
        expected > 0 && matches!((near, most), (Some(near), Some(most)) if near <= most)
    }
}

impl TryFrom<Parts> for PriceFactor {
    type Error = &'static str;
    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::new(parts.numerator, parts.denominator).ok_or("a factor of prices has two parts above zero")
    }
}

impl From<PriceFactor> for Parts {
    fn from(factor: PriceFactor) -> Self {
        Self { numerator: factor.numerator, denominator: factor.denominator }
    }
}

impl fmt::Display for PriceFactor {
    /// `1/5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}
