//! Candle and divergence patterns (rules of the strategy that the analysis follows).

use crate::bars::Bar;

/// Stands for the body of a candle that has none, so that its shadows can be compared with it.
const LEAST_BODY: f64 = 1e-6;

/// How many bars before the end the earlier window of a divergence ends.
const DIVERGENCE_DISTANCE: usize = 5;

/// A hammer: the lower shadow is longer than twice the body and the upper one shorter than 0.8 of it.
pub fn is_hammer(bar: &Bar) -> bool {
    let body = bar.body().max(LEAST_BODY);
    bar.lower_shadow() > 2.0 * body && bar.upper_shadow() < 0.8 * body
}

/// A red candle followed by a green one whose body covers it.
pub fn is_bullish_engulfing(previous: &Bar, current: &Bar) -> bool {
    let covers = current.close >= previous.open && current.open <= previous.close;
    previous.is_red() && current.is_green() && covers
}

/// Price makes a lower low than in the window of `length` bars that ended five bars ago, while the index at the new low
/// stands higher than at the old one. False when a window is not full or the index has no value there.
pub fn bullish_divergence(bars: &[Bar], rsi: &[Option<f64>], length: usize) -> bool {
    let end = bars.len().min(rsi.len());
    let recent = lowest(bars, rsi, end, length);
    let earlier = end.checked_sub(DIVERGENCE_DISTANCE).and_then(|end| lowest(bars, rsi, end, length));
    match (recent, earlier) {
        (Some((new_low, new_rsi)), Some((old_low, old_rsi))) => new_low < old_low && new_rsi > old_rsi,
        _ => false,
    }
}

/// The lowest low of the `length` bars before `end`, and the index there; the earliest of equal lows.
fn lowest(bars: &[Bar], rsi: &[Option<f64>], end: usize, length: usize) -> Option<(f64, f64)> {
    let start = end.checked_sub(length)?;
    let window = bars.get(start..end)?.iter().zip(rsi.get(start..end)?);
    let (bar, rsi) = window.min_by(|(a, _), (b, _)| a.low.total_cmp(&b.low))?;
    Some((bar.low, (*rsi)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(open: f64, high: f64, low: f64, close: f64) -> Bar {
        Bar { day: 0, open, high, low, close, volume: 1.0 }
    }

    #[test]
    fn a_long_lower_shadow_makes_a_hammer() {
        assert!(is_hammer(&bar(100.0, 101.5, 94.0, 101.0)));
        assert!(!is_hammer(&bar(100.0, 103.0, 94.0, 101.0)), "upper shadow too long");
        assert!(!is_hammer(&bar(100.0, 101.2, 98.5, 101.0)), "lower shadow too short");
        assert!(is_hammer(&bar(100.0, 100.0, 98.0, 100.0)), "no body at all");
    }

    #[test]
    fn a_green_body_over_a_red_one_engulfs_it() {
        let red = bar(102.0, 103.0, 99.0, 100.0);
        assert!(is_bullish_engulfing(&red, &bar(99.5, 103.0, 99.0, 102.0)));
        assert!(!is_bullish_engulfing(&red, &bar(99.5, 103.0, 99.0, 101.9)), "closes inside");
        assert!(!is_bullish_engulfing(&bar(100.0, 103.0, 99.0, 102.0), &bar(99.0, 104.0, 98.0, 103.0)));
    }

    fn falling(new_low_rsi: f64) -> (Vec<Bar>, Vec<Option<f64>>) {
        let low = |index: usize| if index == 14 { 90.0 } else { 100.0 - index as f64 * 0.1 };
        let bars = (0..15).map(|index| bar(101.0, 102.0, low(index), 101.0)).collect();
        let rsi = (0..15).map(|index| Some(if index == 14 { new_low_rsi } else { 25.0 })).collect();
        (bars, rsi)
    }

    #[test]
    fn a_lower_low_with_a_higher_index_diverges() {
        let (bars, rsi) = falling(28.0);
        assert!(bullish_divergence(&bars, &rsi, 10));
        let (bars, rsi) = falling(22.0);
        assert!(!bullish_divergence(&bars, &rsi, 10));
    }

    #[test]
    fn a_short_series_does_not_diverge() {
        let (bars, rsi) = falling(28.0);
        assert!(!bullish_divergence(&bars[1..], &rsi[1..], 10));
        assert!(!bullish_divergence(&[], &[], 10));
    }
}
