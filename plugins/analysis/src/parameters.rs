//! Buy range, stop and target of a buy. They inform and rank; orders go by EMA9 and have no stop (reference: trading
//! parameters).

use prahari_indicators::Bar;

use crate::alignment::{Alignment, Confirmation, Room, SupportQuality};
use crate::measures::{highest_high, lowest_low, percent, ratio};
use crate::verdict::Verdict;

/// Sessions whose extremes count as recent.
const RECENT_SESSIONS: usize = 20;
/// Factors of the price: the range when nothing better is known, near support, and in an excellent dip.
const DEFAULT_RANGE: (f64, f64) = (0.995, 1.01);
const NEAR_RANGE: (f64, f64) = (0.9925, 1.0075);
const EXCELLENT_RANGE: (f64, f64) = (0.997, 1.007);
/// Width of a range in percent of the price, above which the default is used.
const WIDEST_RANGE: f64 = 2.0;
/// Distance from support in percent up to which the range surrounds the support, and up to which it is narrowed.
const AT_SUPPORT: f64 = 2.0;
const NEAR_SUPPORT: f64 = 5.0;
/// Half widths around a strong and around a moderate support.
const STRONG_HALF_WIDTH: f64 = 0.003;
const MODERATE_HALF_WIDTH: f64 = 0.005;
/// The least gain a target promises.
const LEAST_TARGET: f64 = 1.03;

/// Prices around a buy, in the unit of the bars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Lowest price of the buy range.
    pub buy_low: f64,
    /// Highest price of the buy range.
    pub buy_high: f64,
    /// Where the idea is wrong.
    pub stop: f64,
    /// Where it has paid.
    pub target: f64,
}

impl Parameters {
    /// The prices of a buy at the close of the newest bar; `None` without bars.
    pub fn of(bars: &[Bar], verdict: Verdict, alignment: &Alignment) -> Option<Self> {
        let price = bars.last()?.close;
        let recent = bars.get(bars.len().saturating_sub(RECENT_SESSIONS)..)?;
        let (buy_low, buy_high) = buy_range(price, alignment);
        let stop = stop(price, lowest_low(recent)?, alignment);
        let target = target(price, stop, highest_high(recent)?, verdict, alignment);
        Some(Self { buy_low, buy_high, stop, target })
    }

    /// What may be won over what may be lost from this price; 0 when nothing may be lost.
    pub fn risk_reward(&self, price: f64) -> f64 {
        ratio(self.target - price, price - self.stop)
    }
}

fn buy_range(price: f64, alignment: &Alignment) -> (f64, f64) {
    let around = |base: f64, (low, high): (f64, f64)| (base * low, base * high);
    let support = &alignment.support;
    let range = if support.is_near() && support.distance <= AT_SUPPORT {
        let strong = support.quality == SupportQuality::Strong;
        let half = if strong { STRONG_HALF_WIDTH } else { MODERATE_HALF_WIDTH };
        around(support.level, (1.0 - half, 1.0 + half))
    } else if support.is_near() && support.distance <= NEAR_SUPPORT {
        around(price, NEAR_RANGE)
    } else if alignment.confirmation == Confirmation::Excellent {
        around(price, EXCELLENT_RANGE)
    } else {
        around(price, DEFAULT_RANGE)
    };
    if percent(range.1 - range.0, price) > WIDEST_RANGE { around(price, DEFAULT_RANGE) } else { range }
}

fn stop(price: f64, recent_low: f64, alignment: &Alignment) -> f64 {
    let under_low = recent_low * 0.995;
    match alignment.confirmation {
        Confirmation::Excellent => support_stop(price, alignment, 0.94),
        Confirmation::Good => support_stop(price, alignment, 0.95),
        Confirmation::Fair => under_low.min(price * 0.94),
        Confirmation::Weak | Confirmation::Poor => under_low.min(price * 0.92),
    }
}

/// Two percent under the deeper of both supports, but between 3 percent under the price and `far` when that is more
/// than 8 percent away.
fn support_stop(price: f64, alignment: &Alignment, far: f64) -> f64 {
    let daily = alignment.support.level;
    let key = alignment.weekly_support.map_or(daily, |weekly| weekly.level.min(daily));
    let stop = key * 0.98;
    match percent(price - stop, price) {
        distance if distance > 8.0 => price * far,
        distance if distance < 3.0 => price * 0.97,
        _ => stop,
    }
}

fn target(price: f64, stop: f64, recent_high: f64, verdict: Verdict, alignment: &Alignment) -> f64 {
    let (least, multiple) = match (alignment.confirmation, verdict) {
        (Confirmation::Excellent, _) => (0.15, 3.5),
        (Confirmation::Good, _) | (_, Verdict::StrongBuy) => (0.12, 3.0),
        _ => (0.08, 2.5),
    };
    let bonus = match alignment.score {
        8.. => 0.5,
        6 | 7 => 0.25,
        _ => 0.0,
    };
    let wanted = (price * (1.0 + least)).max(price + (price - stop) * (multiple + bonus));
    wanted.min(cap(wanted, recent_high, alignment)).max(price * LEAST_TARGET)
}

/// What resistance allows.
fn cap(wanted: f64, recent_high: f64, alignment: &Alignment) -> f64 {
    let resistance = &alignment.resistance;
    match resistance.room {
        Room::Strong => resistance.level * 0.98,
        Room::Moderate => resistance.level * 0.95,
        Room::Weak | Room::Immediate => (wanted * 0.9).min(resistance.level * 0.92),
    }
    .min(recent_high * 1.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::{Resistance, Severity, Support};

    /// No support near, strong resistance at 150, nothing confirmed; the price is 100.
    fn plain() -> Alignment {
        Alignment {
            score: 0,
            confirmation: Confirmation::Poor,
            severity: Severity::High,
            support: Support { level: 85.0, distance: 17.6, tests: 1, quality: SupportQuality::None },
            resistance: Resistance { level: 150.0, distance: 50.0, room: Room::Strong },
            weekly_support: None,
            volume_exhaustion: 0,
        }
    }

    fn supported(level: f64, quality: SupportQuality) -> Alignment {
        let support = Support { level, distance: (100.0 - level) / level * 100.0, tests: 2, quality };
        Alignment { support, ..plain() }
    }

    fn close_to(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-9
    }

    #[test]
    fn the_buy_range_follows_support() {
        let range = |alignment: &Alignment| buy_range(100.0, alignment);
        assert_eq!(range(&plain()), (99.5, 101.0));
        let strong = range(&supported(99.0, SupportQuality::Strong));
        assert!(close_to(strong.0, 99.0 * 0.997) && close_to(strong.1, 99.0 * 1.003));
        let moderate = range(&supported(99.0, SupportQuality::Moderate));
        assert!(close_to(moderate.0, 99.0 * 0.995));
        assert_eq!(range(&supported(96.0, SupportQuality::Moderate)), (99.25, 100.75));
        let excellent = Alignment { confirmation: Confirmation::Excellent, ..plain() };
        assert!(close_to(range(&excellent).1, 100.7));
    }

    #[test]
    fn the_stop_lies_under_support_in_a_good_dip() {
        let stop_of = |confirmation, level| {
            let alignment = Alignment { confirmation, ..supported(level, SupportQuality::Strong) };
            stop(100.0, 97.0, &alignment)
        };
        assert!(close_to(stop_of(Confirmation::Good, 97.0), 97.0 * 0.98));
        assert!(close_to(stop_of(Confirmation::Good, 99.5), 97.0), "too close: three percent");
        assert!(close_to(stop_of(Confirmation::Good, 90.0), 95.0), "too far: five percent");
        assert!(close_to(stop_of(Confirmation::Excellent, 90.0), 94.0), "too far: six percent");
        assert!(close_to(stop_of(Confirmation::Fair, 97.0), 94.0));
        assert!(close_to(stop_of(Confirmation::Poor, 97.0), 92.0));
        assert!(close_to(stop(100.0, 80.0, &plain()), 80.0 * 0.995), "a deeper recent low");
    }

    #[test]
    fn the_deeper_of_both_supports_carries_the_stop() {
        let weekly = Support { level: 96.0, distance: 4.0, tests: 1, quality: SupportQuality::Moderate };
        let alignment = Alignment {
            confirmation: Confirmation::Good,
            weekly_support: Some(weekly),
            ..supported(98.0, SupportQuality::Strong)
        };
        assert!(close_to(stop(100.0, 97.0, &alignment), 96.0 * 0.98));
    }

    #[test]
    fn the_target_grows_with_verdict_dip_and_alignment() {
        let target_of = |verdict, alignment: &Alignment| target(100.0, 96.0, 150.0, verdict, alignment);
        assert!(close_to(target_of(Verdict::Buy, &plain()), 110.0), "4 of risk x 2.5");
        assert!(close_to(target_of(Verdict::StrongBuy, &plain()), 112.0));
        let excellent = Alignment { confirmation: Confirmation::Excellent, score: 8, ..plain() };
        assert!(close_to(target_of(Verdict::Buy, &excellent), 116.0), "4 x (3.5 + 0.5)");
        let good = Alignment { confirmation: Confirmation::Good, score: 6, ..plain() };
        assert!(close_to(target_of(Verdict::Buy, &good), 113.0), "4 x (3 + 0.25)");
        assert!(
            close_to(target(100.0, 99.0, 150.0, Verdict::Buy, &plain()), 108.0),
            "at least eight percent"
        );
    }

    #[test]
    fn resistance_caps_the_target_but_never_under_three_percent() {
        let with = |level: f64, room| {
            let resistance = Resistance { level, distance: level - 100.0, room };
            target(100.0, 92.0, 150.0, Verdict::Buy, &Alignment { resistance, ..plain() })
        };
        assert!(close_to(with(115.0, Room::Strong), 115.0 * 0.98));
        assert!(close_to(with(112.0, Room::Moderate), 112.0 * 0.95));
        assert!(close_to(with(104.0, Room::Weak), 103.0), "0.92 x 104 is below the price");
        assert!(
            close_to(target(100.0, 92.0, 110.0, Verdict::Buy, &plain()), 115.5),
            "1.05 x the recent high"
        );
    }

    #[test]
    fn risk_reward_compares_both_distances() {
        let parameters = Parameters { buy_low: 99.0, buy_high: 101.0, stop: 95.0, target: 115.0 };
        assert_eq!(parameters.risk_reward(100.0), 3.0);
        assert_eq!(parameters.risk_reward(95.0), 0.0);
    }
}
