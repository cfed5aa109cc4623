//! Small arithmetic that several rules share. Ratios of nothing are 0, so that bad data never divides by zero.

use prahari_indicators::Bar;

/// The mean of one measure of the bars; 0 of none.
pub fn mean_of(bars: &[Bar], measure: impl Fn(&Bar) -> f64) -> f64 {
    ratio(bars.iter().map(measure).sum(), bars.len() as f64)
}

/// `part / whole`; 0 when the whole is not positive.
pub fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// `part` in percent of `whole`; 0 when the whole is not positive.
pub fn percent(part: f64, whole: f64) -> f64 {
    ratio(part, whole) * 100.0
}

/// The lowest low of the bars; `None` of none.
pub fn lowest_low(bars: &[Bar]) -> Option<f64> {
    bars.iter().map(|bar| bar.low).min_by(f64::total_cmp)
}

/// The highest high of the bars; `None` of none.
pub fn highest_high(bars: &[Bar]) -> Option<f64> {
    bars.iter().map(|bar| bar.high).max_by(f64::total_cmp)
}

/// How many of the newest bars closed below their open, without a break.
pub fn consecutive_reds(bars: &[Bar]) -> usize {
    bars.iter().rev().take_while(|bar| bar.is_red()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    #[test]
    fn ratios_of_nothing_are_zero() {
        assert_eq!((ratio(5.0, 0.0), percent(5.0, -1.0), mean_of(&[], |bar| bar.close)), (0.0, 0.0, 0.0));
        assert_eq!(percent(5.0, 20.0), 25.0);
    }

    #[test]
    fn extremes_and_reds_are_found() {
        let red = candle(10.0, 11.0, 8.0, 9.0, 1.0);
        let green = candle(9.0, 12.0, 9.0, 11.0, 1.0);
        assert_eq!((lowest_low(&[green, red]), highest_high(&[green, red])), (Some(8.0), Some(12.0)));
        assert_eq!((consecutive_reds(&[red, green, red, red]), consecutive_reds(&[red, green])), (2, 0));
        assert_eq!(lowest_low(&[]), None);
    }
}
