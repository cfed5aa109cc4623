//! True range and its Wilder average.

use crate::averages::mean;
use crate::bars::Bar;

/// `max(high - low, |high - previous close|, |low - previous close|)`; none for the first bar (TA-Lib).
pub fn true_range(bars: &[Bar]) -> Vec<Option<f64>> {
    let mut answers = true_range_from_first(bars);
    if let Some(first) = answers.first_mut() {
        *first = None;
    }
    answers
}

/// The same with `high - low` for the first bar (pandas-ta, TradingView).
pub fn true_range_from_first(bars: &[Bar]) -> Vec<Option<f64>> {
    let mut previous_close = None;
    let step = |bar: &Bar| {
        let before: f64 = previous_close.replace(bar.close).unwrap_or(bar.close);
        let gap = (bar.high - before).abs().max((bar.low - before).abs());
        Some(bar.high - bar.low).map(|range| range.max(gap))
    };
    let mut answers: Vec<_> = bars.iter().map(step).collect();
    if let (Some(answer), Some(bar)) = (answers.first_mut(), bars.first()) {
        *answer = Some(bar.high - bar.low);
    }
    answers
}

/// The average true range, seeded with the mean of the ranges of bars 1 to `length` (TA-Lib); the first answer is at index
/// `length`.
pub fn atr(bars: &[Bar], length: usize) -> Vec<Option<f64>> {
    smooth(&true_range(bars), 1, length)
}

/// The average true range, seeded with the mean of the first `length` ranges, bar 0 included (pandas-ta); the first
/// answer is at index `length - 1`.
pub fn atr_from_first(bars: &[Bar], length: usize) -> Vec<Option<f64>> {
    smooth(&true_range_from_first(bars), 0, length)
}

/// Wilder smoothing of `ranges`, seeded with the `length` ranges from index `start`.
fn smooth(ranges: &[Option<f64>], start: usize, length: usize) -> Vec<Option<f64>> {
    let mut answers = vec![None; ranges.len()];
    let values: Vec<f64> = ranges.iter().skip(start).filter_map(|range| *range).collect();
    let Some(seed) = values.get(..length).filter(|first| !first.is_empty()).map(mean) else {
        return answers;
    };
    let bars = length as f64;
    let mut average = seed;
    let following = values.iter().skip(length).map(|range| {
        average = (average * (bars - 1.0) + range) / bars;
        average
    });
    let averages = std::iter::once(seed).chain(following);
    for (answer, value) in answers.iter_mut().skip(start + length - 1).zip(averages) {
        *answer = Some(value);
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(high: f64, low: f64, close: f64) -> Bar {
        Bar { day: 0, open: close, high, low, close, volume: 1.0 }
    }

    #[test]
    fn a_gap_counts_from_the_previous_close() {
        let bars = [bar(11.0, 9.0, 10.0), bar(16.0, 15.0, 15.5), bar(10.0, 9.0, 9.5)];
        assert_eq!(true_range(&bars), [None, Some(6.0), Some(6.5)]);
    }

    #[test]
    fn too_few_bars_have_no_average() {
        let bars = [bar(11.0, 9.0, 10.0), bar(12.0, 10.0, 11.0)];
        assert_eq!(atr(&bars, 2), [None, None]);
        assert_eq!(atr_from_first(&bars, 3), [None, None]);
        assert_eq!(atr_from_first(&bars, 0), [None, None]);
    }
}
