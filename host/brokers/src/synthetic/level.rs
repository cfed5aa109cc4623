//! The logarithm of a made-up price as a function of the day.
//!
//! Three parts are added:
//! - a trend of its own for each share, slightly upwards;
//! - waves: value noise of periods from 2 to 512 days. The short ones are low, the long ones high, so that trends are
//!   steady, last for months, and turn;
//! - dips, see [`dip`].

use prahari_domain::time::{Day, day_number};

use super::dip::{self, Phase};
use crate::seeded_hash::SeededHash;

/// 2024-01-01: prices are anchored here.
const ANCHOR: i32 = 19_723;

/// Calendar days of the waves' periods with their heights.
const WAVES: [(i32, f64); 9] = [
    (1, 0.009),
    (2, 0.006),
    (4, 0.005),
    (8, 0.005),
    (32, 0.008),
    (64, 0.016),
    (128, 0.040),
    (256, 0.070),
    (512, 0.100),
];

/// Yearly trend of the logarithm, lowest and highest.
const TREND: (f64, f64) = (0.04, 0.12);

/// The course of one share.
pub(super) struct Level {
    draw: SeededHash,
    dips: SeededHash,
    trend: f64,
}

impl Level {
    pub fn new(draw: SeededHash) -> Self {
        let trend = draw.with_text("trend").between(TREND.0, TREND.1);
        Self { draw, dips: draw.with_text("dip"), trend }
    }

    /// The logarithm of the price at the end of a day, 0 being near the share's base price.
    pub fn at(&self, day: Day) -> f64 {
        let number = day_number(day);
        let years = f64::from(number - ANCHOR) / 365.25;
        let waves: f64 = WAVES.iter().map(|(period, height)| self.wave(number, *period) * height).sum();
        self.trend * years + waves - dip::at(self.dips, day).0
    }

    /// Returns the phase of the dip on a day.
    pub fn phase(&self, day: Day) -> Phase {
        dip::at(self.dips, day).1
    }

    /// Value noise: random values at multiples of the period, joined by straight lines.
    fn wave(&self, number: i32, period: i32) -> f64 {
        let knot = |at: i32| self.draw.with(u64::from(period.unsigned_abs())).with(at as u64).signed();
        let (before, within) = (number.div_euclid(period), number.rem_euclid(period));
        let part = f64::from(within) / f64::from(period);
        knot(before) * (1.0 - part) + knot(before + 1) * part
    }
}
