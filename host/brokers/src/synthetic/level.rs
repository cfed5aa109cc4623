//! The logarithm of a made-up price as a function of the day.
//!
//! Three parts are added:
//! - a trend of its own for each share, upwards as the home market's has been;
//! - waves: value noise of periods from 2 to 256 days. Their heights grow with the square root of the period, as the
//!   range of a random walk does, which makes the sum look and move like one; the long ones are damped, so that trends
//!   last for months and turn;
//! - pullbacks: now and then a fall of several percent within some days, and its recovery.

use prahari_domain::time::{Day, day_number};

use crate::draw::Draw;

/// 2024-01-01: prices are anchored here.
const ANCHOR: i32 = 19_723;

/// Calendar days of the waves' periods with their heights.
const WAVES: [(i32, f64); 8] =
    [(2, 0.011), (4, 0.014), (8, 0.018), (16, 0.022), (32, 0.028), (64, 0.035), (128, 0.045), (256, 0.060)];

/// Yearly trend of the logarithm, lowest and highest.
const TREND: (f64, f64) = (0.12, 0.28);

/// Calendar days in which there is at most one pullback.
const PULLBACK_EVERY: i32 = 64;

/// How often there is one.
const PULLBACK_CHANCE: f64 = 0.65;

/// Where a day stands in a pullback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pullback {
    /// In none.
    None,
    /// Falling.
    Falling,
    /// The last days of the fall and the first of the recovery: shadows are long, volume is high.
    Turning,
    /// Recovering.
    Recovering,
}

/// The course of one share.
pub(super) struct Level {
    draw: Draw,
    trend: f64,
}

impl Level {
    pub fn new(draw: Draw) -> Self {
        Self { draw, trend: draw.with_text("trend").between(TREND.0, TREND.1) }
    }

    /// The logarithm of the price at the end of a day, 0 being the share's base price.
    pub fn at(&self, day: Day) -> f64 {
        let number = day_number(day);
        let years = f64::from(number - ANCHOR) / 365.25;
        let waves: f64 = WAVES.iter().map(|(period, height)| self.wave(number, *period) * height).sum();
        self.trend * years + waves - self.pullback(number).0
    }

    /// Which part of a pullback a day is in.
    pub fn phase(&self, day: Day) -> Pullback {
        self.pullback(day_number(day)).1
    }

    /// Value noise: random values at multiples of the period, joined by straight lines.
    fn wave(&self, number: i32, period: i32) -> f64 {
        let knot = |at: i32| self.draw.with(u64::from(period.unsigned_abs())).with(at as u64).signed();
        let (before, within) = (number.div_euclid(period), number.rem_euclid(period));
        let part = f64::from(within) / f64::from(period);
        knot(before) * (1.0 - part) + knot(before + 1) * part
    }

    /// How deep the share is in a pullback (as a positive logarithm), and where in it.
    fn pullback(&self, number: i32) -> (f64, Pullback) {
        let draw = self.draw.with_text("pullback").with(number.div_euclid(PULLBACK_EVERY) as u64);
        if draw.with(0).unit() >= PULLBACK_CHANCE {
            return (0.0, Pullback::None);
        }
        // 14 + 14 + 3 + 28 days at most, so that a pullback ends within its own span.
        let day = number.rem_euclid(PULLBACK_EVERY) - whole(draw.with(1), 0, 14);
        let fall = whole(draw.with(2), 8, 14);
        let rest = whole(draw.with(3), 1, 3);
        let recovery = whole(draw.with(4), 14, 28);
        let depth = draw.with(5).between(0.055, 0.11);
        let turning = (fall - 2..=fall + rest + 1).contains(&day);
        let share = |part: i32, of: i32| f64::from(part) / f64::from(of);
        match day {
            ..=0 => (0.0, Pullback::None),
            day if day <= fall => {
                (depth * share(day, fall), if turning { Pullback::Turning } else { Pullback::Falling })
            }
            day if day <= fall + rest => (depth, Pullback::Turning),
            day if day <= fall + rest + recovery => (
                depth * (1.0 - share(day - fall - rest, recovery)),
                if turning { Pullback::Turning } else { Pullback::Recovering },
            ),
            _ => (0.0, Pullback::None),
        }
    }
}

/// A whole number from `low` to `high`, both included.
fn whole(draw: Draw, low: i32, high: i32) -> i32 {
    let choices = u64::from((high - low).unsigned_abs()) + 1;
    low + i32::try_from(draw.below(choices)).unwrap_or(0)
}
