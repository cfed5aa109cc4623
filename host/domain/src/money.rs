//! Money in integer paise. Nothing in the project holds an amount of money as a float.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// An amount of money, or a price per share, in paise (100 paise = 1 rupee).
///
/// Sums saturate instead of wrapping: 9.2e16 rupees is far beyond any book, and a saturated book fails its own
/// conservation check, while a wrapped one may pass it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Paise(pub i64);

impl Paise {
    /// Zero paise.
    pub const ZERO: Self = Self(0);

    /// Converts whole rupees to paise.
    pub const fn rupees(rupees: i64) -> Self {
        Self(rupees.saturating_mul(100))
    }

    /// This price times a number of shares; `None` when it does not fit, so that a guest's numbers cannot wrap.
    pub fn times(self, quantity: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(quantity)).map(Self)
    }

    /// `self * numerator / denominator`, rounded half away from zero; `None` when it does not fit or divides by zero.
    pub fn scale(self, numerator: i64, denominator: i64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let product = i128::from(self.0) * i128::from(numerator);
        let denominator = i128::from(denominator);
        let half = denominator.abs() / 2;
        let away = if (product < 0) == (denominator < 0) { half } else { -half };
        let rounded = (product + if denominator < 0 { -away } else { away }) / denominator;
        i64::try_from(rounded).ok().map(Self)
    }

    /// The smallest multiple of `tick` that is not below this price. A tick of zero or less leaves it unchanged.
    pub fn round_up_to(self, tick: Self) -> Self {
        if tick.0 <= 0 {
            return self;
        }
        match self.0.rem_euclid(tick.0) {
            0 => self,
            over => Self(self.0.saturating_add(tick.0 - over)),
        }
    }

    /// The largest multiple of `tick` that is not above this price. A tick of zero or less leaves it unchanged.
    pub fn round_down_to(self, tick: Self) -> Self {
        if tick.0 <= 0 { self } else { Self(self.0 - self.0.rem_euclid(tick.0)) }
    }
}

impl fmt::Display for Paise {
    /// Rupees with two decimals, such as `-1234.05`, for files and programs; people read [`rupees`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", magnitude / 100, magnitude % 100)
    }
}

impl Add for Paise {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Paise {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Paise {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Paise {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Paise {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Paise {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Rupees with two decimals and groups of two digits above the thousands, such as `₹1,23,456.50`: the way in which every sentence
/// for people has an amount of money or a price.
pub fn rupees(amount: Paise) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let paise = amount.0.unsigned_abs();
    format!("{sign}₹{}.{:02}", grouped(paise / 100), paise % 100)
}

/// A whole number with groups of two digits above the thousands, such as `1,23,456`.
pub fn grouped(rupees: u64) -> String {
    let digits = rupees.to_string();
    let count = digits.len();
    let mut text = String::with_capacity(count + count / 2);
    for (index, digit) in digits.chars().enumerate() {
        // Digits that follow this one, itself included.
        let left = count - index;
        if index > 0 && (left == 3 || (left > 3 && left % 2 == 1)) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_rounds_half_away_from_zero() {
        assert_eq!(Paise(5).scale(1, 2), Some(Paise(3)));
        assert_eq!(Paise(-5).scale(1, 2), Some(Paise(-3)));
        assert_eq!(Paise(5).scale(1, -2), Some(Paise(-3)));
        assert_eq!(Paise(7).scale(1, 3), Some(Paise(2)));
        assert_eq!(Paise(1).scale(1, 0), None);
        assert_eq!(Paise(i64::MAX).scale(2, 1), None);
    }

    #[test]
    fn prices_round_to_the_tick_on_the_named_side() {
        assert_eq!(Paise(10_001).round_up_to(Paise(5)), Paise(10_005));
        assert_eq!(Paise(10_005).round_up_to(Paise(5)), Paise(10_005));
        assert_eq!(Paise(10_004).round_down_to(Paise(5)), Paise(10_000));
        assert_eq!(Paise(10_004).round_up_to(Paise(0)), Paise(10_004));
    }

    #[test]
    fn money_prints_as_rupees() {
        assert_eq!(Paise(-123_405).to_string(), "-1234.05");
        assert_eq!(Paise(5).to_string(), "0.05");
    }

    #[test]
    fn money_is_grouped_by_thousands_lakhs_and_crores() {
        for (paise, text) in [
            (0, "₹0.00"),
            (5, "₹0.05"),
            (99_900, "₹999.00"),
            (123_450, "₹1,234.50"),
            (1_234_500, "₹12,345.00"),
            (12_345_650, "₹1,23,456.50"),
            (123_456_789_012, "₹1,23,45,67,890.12"),
            (-123_405, "-₹1,234.05"),
            (i64::MIN, "-₹92,23,37,20,36,85,47,758.08"),
        ] {
            assert_eq!(rupees(Paise(paise)), text);
        }
    }
}
