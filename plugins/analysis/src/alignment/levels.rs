//! Support below the price and resistance above it.

use prahari_indicators::Bar;

use crate::measures::{highest_high, lowest_low, percent};

/// Percent around a level within which a bar tests it.
const TEST_TOLERANCE: f64 = 2.0;
/// Tests that make a level strong.
const STRONG_TESTS: usize = 2;
/// Distances in percent up to which a support is strong, moderate, weak.
const STRONG_SUPPORT: f64 = 3.0;
const MODERATE_SUPPORT: f64 = 5.0;
const WEAK_SUPPORT: f64 = 10.0;
/// Distances in percent from which a resistance leaves strong, moderate, weak room.
const STRONG_ROOM: f64 = 10.0;
const MODERATE_ROOM: f64 = 5.0;
const WEAK_ROOM: f64 = 2.0;

/// How much a support is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupportQuality {
    /// Up to 3 percent away and tested twice.
    Strong,
    /// Up to 5 percent away.
    Moderate,
    /// Up to 10 percent away.
    Weak,
    /// Further.
    None,
}

/// The lowest low of some bars, seen from a close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Support {
    /// The low, in the unit of the bars.
    pub level: f64,
    /// How far the close is above it, in percent of it.
    pub distance: f64,
    /// Lows within two percent of it, itself included.
    pub tests: usize,
    /// Its worth.
    pub quality: SupportQuality,
}

impl Support {
    /// The support in the bars; `None` of none.
    pub fn find(bars: &[Bar], close: f64) -> Option<Self> {
        let level = lowest_low(bars)?;
        let distance = percent(close - level, level);
        let tests = bars.iter().filter(|bar| percent(bar.low - level, level) <= TEST_TOLERANCE).count();
        let quality = if distance <= STRONG_SUPPORT && tests >= STRONG_TESTS {
            SupportQuality::Strong
        } else if distance <= MODERATE_SUPPORT {
            SupportQuality::Moderate
        } else if distance <= WEAK_SUPPORT {
            SupportQuality::Weak
        } else {
            SupportQuality::None
        };
        Some(Self { level, distance, tests, quality })
    }

    /// Whether the price stands on it: strong or moderate, at most 5 percent away.
    pub fn is_near(&self) -> bool {
        matches!(self.quality, SupportQuality::Strong | SupportQuality::Moderate)
    }
}

/// How much room a resistance leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// 10 percent or more, below a level tested twice.
    Strong,
    /// 5 percent or more.
    Moderate,
    /// 2 percent or more.
    Weak,
    /// Less.
    Immediate,
}

/// The highest high of some bars, seen from a close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resistance {
    /// The high, in the unit of the bars.
    pub level: f64,
    /// How far it is above the close, in percent of the close.
    pub distance: f64,
    /// The room it leaves.
    pub room: Room,
}

impl Resistance {
    /// The resistance in the bars; `None` of none.
    pub fn find(bars: &[Bar], close: f64) -> Option<Self> {
        let level = highest_high(bars)?;
        let distance = percent(level - close, close);
        let tests = bars.iter().filter(|bar| percent(level - bar.high, level) <= TEST_TOLERANCE).count();
        let room = if distance >= STRONG_ROOM && tests >= STRONG_TESTS {
            Room::Strong
        } else if distance >= MODERATE_ROOM {
            Room::Moderate
        } else if distance >= WEAK_ROOM {
            Room::Weak
        } else {
            Room::Immediate
        };
        Some(Self { level, distance, room })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    fn lows(lows: &[f64]) -> Vec<Bar> {
        lows.iter().map(|low| candle(110.0, 115.0, *low, 110.0, 1.0)).collect()
    }

    fn highs(highs: &[f64]) -> Vec<Bar> {
        highs.iter().map(|high| candle(100.0, *high, 99.0, 100.0, 1.0)).collect()
    }

    #[test]
    fn support_is_graded_by_distance_and_tests() {
        let quality = |bars: &[Bar], close: f64| Support::find(bars, close).unwrap().quality;
        assert_eq!(quality(&lows(&[100.0, 102.0]), 103.0), SupportQuality::Strong);
        assert_eq!(quality(&lows(&[100.0, 102.1]), 103.0), SupportQuality::Moderate, "tested once");
        assert_eq!(quality(&lows(&[100.0, 100.0]), 105.0), SupportQuality::Moderate);
        assert_eq!(quality(&lows(&[100.0, 100.0]), 110.0), SupportQuality::Weak);
        assert_eq!(quality(&lows(&[100.0, 100.0]), 110.1), SupportQuality::None);
        assert!(Support::find(&[], 100.0).is_none());
    }

    #[test]
    fn resistance_is_graded_by_room_and_tests() {
        let room = |bars: &[Bar]| Resistance::find(bars, 100.0).unwrap().room;
        assert_eq!(room(&highs(&[110.0, 108.0])), Room::Strong);
        assert_eq!(room(&highs(&[110.0, 107.0])), Room::Moderate, "tested once");
        assert_eq!(room(&highs(&[105.0, 105.0])), Room::Moderate);
        assert_eq!(room(&highs(&[102.0, 102.0])), Room::Weak);
        assert_eq!(room(&highs(&[101.9, 101.9])), Room::Immediate);
        assert!(Resistance::find(&[], 100.0).is_none());
    }
}
