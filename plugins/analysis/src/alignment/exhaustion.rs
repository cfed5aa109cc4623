//! Signs that sellers run out.

use prahari_indicators::Bar;

use crate::measures::{consecutive_reds, mean_of};

/// Bars whose falling volume counts.
const RECENT_BARS: usize = 5;
/// Volume of falling bars against the mean, below which selling dries up.
const DRY: f64 = 0.8;
/// Volume of the newest bar against the mean, below which it is very low.
const VERY_LOW: f64 = 0.6;
/// Red candles in a row after which a shallow one means exhaustion.
const MANY_REDS: usize = 3;
/// Part of the previous low that a shallow close stays above.
const SHALLOW: f64 = 0.98;

/// Signs of exhaustion in volume, 0 to 2: thin selling or, failing that, falling volume; and a very thin newest bar.
pub fn volume_exhaustion(bars: &[Bar]) -> u32 {
    let Some(last) = bars.last() else { return 0 };
    let mean = mean_of(bars, |bar| bar.volume);
    let recent = bars.get(bars.len().saturating_sub(RECENT_BARS)..).unwrap_or_default();
    let reds: Vec<Bar> = recent.iter().filter(|bar| bar.is_red()).copied().collect();
    let dry = !reds.is_empty() && mean_of(&reds, |bar| bar.volume) < DRY * mean;
    u32::from(dry || slope_is_negative(recent)) + u32::from(last.volume < VERY_LOW * mean)
}

/// The sign of the least-squares slope of volume; flat with fewer than three bars.
fn slope_is_negative(bars: &[Bar]) -> bool {
    let middle = (bars.len() as f64 - 1.0) / 2.0;
    let slope: f64 = bars.iter().enumerate().map(|(step, bar)| (step as f64 - middle) * bar.volume).sum();
    bars.len() >= 3 && slope < 0.0
}

/// Whether selling eases: a higher low, or a long run of red candles that ends shallow.
pub fn selling_exhausted(bars: &[Bar]) -> bool {
    let [.., before, last] = bars else { return false };
    let shallow = last.close >= before.low * SHALLOW;
    last.low > before.low || (consecutive_reds(bars) >= MANY_REDS && shallow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    fn green(volume: f64) -> Bar {
        candle(100.0, 102.0, 99.0, 101.0, volume)
    }

    fn red(volume: f64) -> Bar {
        candle(101.0, 102.0, 99.0, 100.0, volume)
    }

    #[test]
    fn thin_selling_is_a_sign() {
        let steady = vec![green(1_000.0); 10];
        assert_eq!(volume_exhaustion(&steady), 0);
        let mut bars = steady;
        bars[7] = red(700.0);
        bars[9] = green(1_200.0);
        assert_eq!(volume_exhaustion(&bars), 1);
    }

    #[test]
    fn falling_volume_is_a_sign_only_without_thin_selling() {
        let volumes =
            [1_000.0, 1_000.0, 1_000.0, 1_000.0, 1_000.0, 1_200.0, 1_150.0, 1_100.0, 1_050.0, 1_000.0];
        let bars: Vec<Bar> = volumes.iter().map(|volume| green(*volume)).collect();
        assert_eq!(volume_exhaustion(&bars), 1);
    }

    #[test]
    fn a_very_thin_newest_bar_is_a_second_sign() {
        let mut bars = vec![green(1_000.0); 10];
        bars[9] = red(500.0);
        assert_eq!(volume_exhaustion(&bars), 2);
        assert_eq!(volume_exhaustion(&[]), 0);
    }

    #[test]
    fn a_higher_low_eases_selling() {
        let before = candle(101.0, 102.0, 99.0, 100.0, 1.0);
        assert!(selling_exhausted(&[before, candle(100.0, 101.0, 99.1, 99.5, 1.0)]));
        assert!(!selling_exhausted(&[before, candle(100.0, 101.0, 99.0, 99.5, 1.0)]));
        assert!(!selling_exhausted(&[before]));
    }

    #[test]
    fn a_shallow_third_red_candle_eases_selling_and_a_deep_one_does_not() {
        let first = candle(104.0, 105.0, 102.0, 103.0, 1.0);
        let second = candle(103.0, 104.0, 100.0, 101.0, 1.0);
        let shallow = candle(101.0, 102.0, 98.0, 98.5, 1.0);
        let deep = candle(101.0, 102.0, 96.0, 97.0, 1.0);
        assert!(selling_exhausted(&[first, second, shallow]));
        assert!(!selling_exhausted(&[first, second, deep]));
    }
}
