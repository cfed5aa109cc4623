//! The limit that stands for a market order: so far from the last price that it is executed at once, and no farther.
//!
//! Since April 2026 no market order of an API reaches the exchange: the broker makes a limit of each, by a grid of its own.
//! A limit that we make ourselves is known before it is sent, so it is in our books and nobody's change.

use std::fmt;
use std::str::FromStr;

use prahari_domain::money::Paise;
use prahari_domain::orders::Side;

/// Smallest share of the price that can be set, in hundredths of a percent: a tenth of a percent. Less is within one tick
/// of many shares.
const LEAST: i64 = 10;

/// Largest one: 5 %, the most that clients of the broker are known to have named, and the narrowest band of after-market orders.
const MOST: i64 = 500;

/// A whole, in hundredths of a percent.
const WHOLE: i64 = 10_000;

/// How far the limit of a market order is from the last price, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protection {
    /// As the broker's own grid for shares has it: 2 % of a price below ₹100, 1 % up to ₹500, half a percent above.
    #[default]
    Grid,
    /// The same share of every price, in hundredths of a percent, from 10 to 500.
    Part(i64),
}

/// Prices that an order may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PriceRange {
    /// Smallest step.
    pub(crate) tick: Paise,
    /// Lowest one.
    pub(crate) low: Paise,
    /// Highest one.
    pub(crate) high: Paise,
}

impl Protection {
    /// Returns how far the limit is from a price, rounded down to paise.
    pub fn of(self, price: Paise) -> Paise {
        let part = match self {
            Self::Grid if price < Paise::rupees(100) => 200,
            Self::Grid if price <= Paise::rupees(500) => 100,
            Self::Grid => 50,
            Self::Part(part) => part,
        };
        // A price is below 9.2e12 rupees by far; a product that does not fit leaves no room.
        Paise(price.0.checked_mul(part).map_or(0, |product| product / WHOLE))
    }

    /// Returns the limit of a market order at the last price. It is on the tick, within the range, executed at once at that
    /// price, and no farther from it than this protection, or than the tick where that is coarser. None when the price lies
    /// outside the range or no such price is in it: then the price, or the range, is not to be believed.
    pub(crate) fn limit(self, side: Side, last: Paise, range: PriceRange) -> Option<Paise> {
        let PriceRange { tick, low, high } = range;
        if last <= Paise::ZERO || tick <= Paise::ZERO || last < low || last > high {
            return None;
        }
        let away = self.of(last);
        // Towards the price, so that the protection holds; but never past it.
        let limit = match side {
            Side::Buy => {
                (last + away).round_down_to(tick).max(last.round_up_to(tick)).min(high.round_down_to(tick))
            }
            Side::Sell => (last - away)
                .round_up_to(tick)
                .min(last.round_down_to(tick))
                .max(low.max(tick).round_up_to(tick)),
        };
        let is_marketable = match side {
            Side::Buy => limit >= last,
            Side::Sell => limit <= last,
        };
        is_marketable.then_some(limit)
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grid => f.write_str("grid"),
            Self::Part(part) => write!(f, "{}.{:02}", part / 100, part % 100),
        }
    }
}

impl FromStr for Protection {
    type Err = String;

    /// Reads `grid`, or a percentage with at most two decimals.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "grid" {
            return Ok(Self::Grid);
        }
        let refused =
            || format!("{text:?} is neither grid nor a percentage from 0.1 to 5 with two decimals at most");
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || whole.len() > 3 || !is_number(decimals) || decimals.len() > 2 {
            return Err(refused());
        }
        let hundredths: i64 = format!("{whole}{decimals:0<2}").parse().map_err(|_| refused())?;
        if (LEAST..=MOST).contains(&hundredths) { Ok(Self::Part(hundredths)) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(tick: i64, low: i64, high: i64) -> PriceRange {
        PriceRange { tick: Paise(tick), low: Paise(low), high: Paise(high) }
    }

    fn both(protection: Protection, last: i64, range: PriceRange) -> (Option<i64>, Option<i64>) {
        let of = |side| protection.limit(side, Paise(last), range).map(|limit| limit.0);
        (of(Side::Buy), of(Side::Sell))
    }

    #[test]
    fn the_grid_is_the_brokers() {
        let wide = |last: i64| both(Protection::Grid, last, range(5, 1, last * 2));
        assert_eq!(wide(9_995), (Some(10_190), Some(9_800)));
        assert_eq!(wide(10_000), (Some(10_100), Some(9_900)));
        assert_eq!(wide(50_000), (Some(50_500), Some(49_500)));
        assert_eq!(wide(50_005), (Some(50_255), Some(49_755)));
    }

    #[test]
    fn a_limit_stays_within_the_band_and_on_a_coarse_tick() {
        // At the upper end nobody may pay more; there it is executed at that price.
        assert_eq!(both(Protection::Grid, 11_000, range(5, 9_000, 11_000)), (Some(11_000), Some(10_890)));
        assert_eq!(both(Protection::Grid, 9_000, range(5, 9_000, 11_000)), (Some(9_180), Some(9_000)));
        // A tick of 5 rupees leaves no price within half a percent but the last one.
        assert_eq!(both(Protection::Grid, 60_000, range(500, 1, 99_000)), (Some(60_000), Some(60_000)));
        // A last price between two ticks: the next one beyond it.
        assert_eq!(both(Protection::Part(10), 60_010, range(500, 1, 99_000)), (Some(60_500), Some(60_000)));
        // What lies outside the band is not believed, and a band may end before the next tick.
        assert_eq!(both(Protection::Grid, 11_001, range(5, 9_000, 11_000)), (None, None));
        assert_eq!(both(Protection::Grid, 8_999, range(5, 9_000, 11_000)), (None, None));
        assert_eq!(both(Protection::Grid, 10_003, range(10, 10_001, 10_004)), (None, None));
        assert_eq!(both(Protection::Grid, 0, range(5, 0, 11_000)), (None, None));
    }

    #[test]
    fn a_protection_is_the_grid_or_a_percentage_within_bounds() {
        let read = |text: &str| text.parse::<Protection>();
        assert_eq!(read("grid"), Ok(Protection::Grid));
        for (text, part) in [("0.1", 10), ("0.75", 75), ("1", 100), ("5.00", 500)] {
            assert_eq!(read(text), Ok(Protection::Part(part)), "{text}");
        }
        for text in ["0.09", "5.01", "0", "", ".", ".5", "1.", "-1", "+1", "1e0", "1.005", "9999", "Grid"] {
            assert!(read(text).is_err(), "{text}");
        }
        for protection in [Protection::Grid, Protection::Part(75)] {
            assert_eq!(read(&protection.to_string()), Ok(protection));
        }
    }

    proptest! {
        #[test]
        fn a_limit_is_on_the_tick_within_the_band_and_executed_at_once(
            last in 1_i64..3_000_000,
            tick in prop_oneof![Just(1_i64), Just(5), Just(10), Just(50), Just(100), Just(500)],
            (below, above) in (0_i64..100_000, 0_i64..100_000),
            part in prop_oneof![Just(None), (LEAST..=MOST).prop_map(Some)],
            buys in any::<bool>(),
        ) {
            let protection = part.map_or(Protection::Grid, Protection::Part);
            let band = range(tick, (last - below).max(1), last + above);
            let side = if buys { Side::Buy } else { Side::Sell };
            let found = protection.limit(side, Paise(last), band);
            let Some(limit) = found else {
                // Only where the band ends between the price and the next tick.
                let next = if buys { last + tick - 1 } else { last - tick + 1 };
                prop_assert!(next > band.high.0 || next < band.low.0.max(tick));
                return Ok(());
            };
            prop_assert_eq!(limit.0 % tick, 0);
            prop_assert!((band.low..=band.high).contains(&limit) && limit.0 > 0);
            let is_marketable = if buys { limit.0 >= last } else { limit.0 <= last };
            prop_assert!(is_marketable);
            prop_assert!((limit.0 - last).abs() <= protection.of(Paise(last)).0.max(tick));
        }
    }
}
