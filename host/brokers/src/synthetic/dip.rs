//! Dips: falls of several percent within a few sessions, and what comes after.
//!
//! Most are bought: the price rests for a session on high volume and is back where it was within two or three
//! weeks. Others are the first leg of a slide instead: a second one follows, and the way back takes weeks, in which
//! the mean of nine days falls below the price of whoever bought the first leg.

use chrono::Datelike;
use prahari_domain::time::{Day, day_number};

use crate::seeded_hash::SeededHash;

/// Sessions in which there is at most one dip.
const EVERY: i32 = 48;

/// Probability of a dip within a span of [`EVERY`] sessions.
const CHANCE: f64 = 0.8;

/// Probability that a dip becomes a slide.
const SLIDE_CHANCE: f64 = 0.16;

/// Lowest and highest depth of a fall, as a logarithm.
const DEPTH: (f64, f64) = (0.08, 0.125);

/// Lowest and highest part of its depth that a slide adds.
const SLIDE: (f64, f64) = (0.7, 1.1);

/// Phase of a dip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// No dip.
    None,
    /// Prices fall fast.
    Falling,
    /// At the bottom: the fall stops, shadows are long, volume is high.
    Turning,
    /// Falling again after the rest.
    Sliding,
    /// Prices recover.
    Recovering,
}

/// A stretch of a dip: its sessions, the depth at its end, and what it is.
type Stretch = (i32, f64, Phase);

/// Returns how deep a share with these draws is in a dip at the end of a day (as a positive logarithm), and where
/// in it.
pub(super) fn at(draw: SeededHash, day: Day) -> (f64, Phase) {
    // Each share has its own spans, so that dips are spread over the year.
    let session = session(day) + whole(draw.with_text("start"), 0, EVERY - 1);
    let draw = draw.with(session.div_euclid(EVERY) as u64);
    if draw.with(0).unit() >= CHANCE {
        return (0.0, Phase::None);
    }
    let mut left = session.rem_euclid(EVERY) - whole(draw.with(1), 0, 6);
    let mut before = 0.0;
    if left <= 0 {
        return (0.0, Phase::None);
    }
    for (sessions, depth, phase) in stretches(draw) {
        if left <= sessions {
            return (before + (depth - before) * f64::from(left) / f64::from(sessions), phase);
        }
        left -= sessions;
        before = depth;
    }
    (0.0, Phase::None)
}

/// The stretches of one dip: with its start 6 + 4 + 1 + 5 + 28 sessions at most, so that it ends within its span.
fn stretches(draw: SeededHash) -> [Stretch; 4] {
    let depth = draw.with(2).between(DEPTH.0, DEPTH.1);
    let fall = (whole(draw.with(3), 3, 4), depth, Phase::Falling);
    let rest = (1, depth, Phase::Turning);
    if draw.with(5).unit() < SLIDE_CHANCE {
        let deepest = depth * (1.0 + draw.with(6).between(SLIDE.0, SLIDE.1));
        let slide = (whole(draw.with(7), 3, 5), deepest, Phase::Sliding);
        return [fall, rest, slide, (whole(draw.with(8), 20, 28), 0.0, Phase::Recovering)];
    }
    // Half the way back is faster than the other half.
    let bounce = (whole(draw.with(7), 2, 3), depth * 0.5, Phase::Recovering);
    [fall, rest, bounce, (whole(draw.with(8), 4, 8), 0.0, Phase::Recovering)]
}

/// Numbers the weekdays; a session on a weekend shares the number of the Friday before. Holidays are numbered too: a
/// price must not depend on a calendar that learns of new ones.
fn session(day: Day) -> i32 {
    let weekday = i32::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
    let monday = day_number(day) - weekday;
    monday.div_euclid(7) * 5 + weekday.min(4)
}

/// A whole number from `low` to `high`, both included.
fn whole(draw: SeededHash, low: i32, high: i32) -> i32 {
    let choices = u64::from((high - low).unsigned_abs()) + 1;
    low + i32::try_from(draw.below(choices)).unwrap_or(0)
}
