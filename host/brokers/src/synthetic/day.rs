//! A made-up day: open, high, low, close and volume.

use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, day_number};

use super::dip::Phase;
use super::level::Level;
use crate::seeded_hash::SeededHash;

/// How far the open may be from the previous close.
const GAP: f64 = 0.003;

/// Shortest and longest shadow above and below the body.
const SHADOW: (f64, f64) = (0.004, 0.013);

/// How often a turning day closes near its high after a deep low, a hammer.
const HAMMER_CHANCE: f64 = 0.45;

/// Parameters of one share.
pub(super) struct Share {
    draw: SeededHash,
    level: Level,
    base: f64,
    usual_volume: f64,
}

impl Share {
    pub fn new(draw: SeededHash) -> Self {
        Self {
            draw,
            level: Level::new(draw.with_text("level")),
            base: draw.with_text("base").between(12_000.0, 240_000.0),
            usual_volume: draw.with_text("volume").between(300_000.0, 4_000_000.0),
        }
    }

    /// The bar of a day whose trading day before was `previous`.
    pub fn bar(&self, previous: Option<Day>, day: Day) -> Candle {
        let draw = self.draw.with_text("day").with(day_number(day) as u64);
        let close = self.price(self.level.at(day));
        let before = self.price(self.level.at(previous.unwrap_or(day)));
        let open = round(before.0 as f64 * (1.0 + GAP * draw.with(1).signed()));
        let phase = self.level.phase(day);
        let (above, below) = shadows(phase, open, close, draw);
        let high = round(open.max(close).0 as f64 * (1.0 + above)).max(open).max(close);
        let low = round(open.min(close).0 as f64 * (1.0 - below)).min(open).min(close);
        Candle { day, open, high, low, close, volume: self.volume(phase, draw) }
    }

    fn price(&self, level: f64) -> Paise {
        round(self.base * power(level))
    }

    fn volume(&self, phase: Phase, draw: SeededHash) -> u64 {
        let mood = match phase {
            Phase::None => 1.0,
            Phase::Falling | Phase::Sliding => 1.4,
            Phase::Turning => 1.8,
            Phase::Recovering => 1.1,
        };
        (self.usual_volume * mood * draw.with(4).between(0.7, 1.4)) as u64
    }
}

/// The shadows above and below the body, as shares of the price.
fn shadows(phase: Phase, open: Paise, close: Paise, draw: SeededHash) -> (f64, f64) {
    let usual = |number| draw.with(number).between(SHADOW.0, SHADOW.1);
    if phase == Phase::Turning && draw.with(5).unit() < HAMMER_CHANCE {
        let body = (close - open).0.abs() as f64 / close.0.max(1) as f64;
        return (body * 0.3, body * 2.5 + SHADOW.0);
    }
    (usual(2), usual(3))
}

/// The nearest price on a step of 10 paise (50 above 5,000 rupees), which is a multiple of every tick the exchange
/// has had for such prices up to 10,000 rupees.
fn round(paise: f64) -> Paise {
    let step = if paise > 500_000.0 { 50 } else { 10 };
    // A made-up price stays positive and far inside the range, whatever the day.
    let paise = paise.clamp(step as f64, 1e12) as i64;
    Paise((paise + step / 2) / step * step)
}

/// e to this power, by multiplication only: the library's function may differ in the last bit from one machine to the
/// next, and a price with it. Its own error, below 0.2 % for a factor of seven, does not matter for a made-up price.
fn power(exponent: f64) -> f64 {
    let mut result = 1.0 + exponent.clamp(-12.0, 12.0) / 1024.0;
    for _ in 0..10 {
        result *= result;
    }
    result
}
