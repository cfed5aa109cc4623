//! The shape of a fall: six features that go into a decision's evidence (reference: dip features).

use prahari_indicators::Bar;

use crate::measures::{consecutive_reds, highest_high, lowest_low, mean_of, percent, ratio};

/// Sessions of the high that depth is measured from, and of the support that may hold.
const DEPTH_SESSIONS: usize = 20;
/// Sessions of either half when two declines are compared.
const DECLINE_SESSIONS: usize = 5;
/// Sessions whose green and red volume are compared.
const PRESSURE_SESSIONS: usize = 10;
/// Percent around the support within which a low tests it.
const SUPPORT_TOLERANCE: f64 = 2.0;

/// The shape of a fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dip {
    /// Percent below the 20-session high; 0 at or above it.
    pub depth: f64,
    /// Sessions in a row that closed below their open.
    pub red_days: usize,
    /// Mean fall in percent per session over the closes that fell in a row.
    pub speed: f64,
    /// Whether the last five sessions moved less than the five before.
    pub slowing: bool,
    /// Mean volume of green sessions over that of the others, among ten; 1 when there is nothing to compare.
    pub green_to_red_volume: f64,
    /// How often, within 20 sessions, a low came within two percent of the lowest and the close stayed above it.
    pub support_holds: usize,
}

/// Measures the fall that ends with the newest bar.
pub fn measure(bars: &[Bar]) -> Dip {
    Dip {
        depth: depth(bars),
        red_days: consecutive_reds(bars),
        speed: speed(bars),
        slowing: slowing(bars),
        green_to_red_volume: green_to_red_volume(bars),
        support_holds: support_holds(bars),
    }
}

fn depth(bars: &[Bar]) -> f64 {
    match (full(bars, DEPTH_SESSIONS).and_then(highest_high), bars.last()) {
        (Some(high), Some(last)) => percent(high - last.close, high).max(0.0),
        _ => 0.0,
    }
}

fn speed(bars: &[Bar]) -> f64 {
    let recent = bars.get(bars.len().saturating_sub(DEPTH_SESSIONS + 1)..).unwrap_or_default();
    let falls: Vec<f64> = recent.windows(2).rev().map_while(fall).collect();
    ratio(falls.iter().sum(), falls.len() as f64)
}

/// The fall from one close to the next in percent; `None` when it did not fall.
fn fall(pair: &[Bar]) -> Option<f64> {
    match pair {
        [before, after] if after.close < before.close => {
            Some(percent(before.close - after.close, before.close))
        }
        _ => None,
    }
}

fn slowing(bars: &[Bar]) -> bool {
    let back = |sessions: usize| Some(bars.get(bars.len().checked_sub(sessions + 1)?)?.close);
    let moved = |from: f64, to: f64| percent((to - from).abs(), from);
    match (back(0), back(DECLINE_SESSIONS), back(2 * DECLINE_SESSIONS)) {
        (Some(now), Some(middle), Some(start)) => moved(middle, now) < moved(start, middle),
        _ => false,
    }
}

fn green_to_red_volume(bars: &[Bar]) -> f64 {
    let Some(recent) = full(bars, PRESSURE_SESSIONS) else { return 1.0 };
    let (green, red): (Vec<Bar>, Vec<Bar>) = recent.iter().partition(|bar| bar.is_green());
    let red_mean = mean_of(&red, |bar| bar.volume);
    if green.is_empty() || red_mean <= 0.0 { 1.0 } else { mean_of(&green, |bar| bar.volume) / red_mean }
}

fn support_holds(bars: &[Bar]) -> usize {
    let Some(recent) = full(bars, DEPTH_SESSIONS) else { return 0 };
    let Some(support) = lowest_low(recent) else { return 0 };
    let held = |bar: &&Bar| percent(bar.low - support, support) <= SUPPORT_TOLERANCE && bar.close > support;
    recent.iter().filter(held).count()
}

/// The newest `count` bars; `None` when there are fewer.
fn full(bars: &[Bar], count: usize) -> Option<&[Bar]> {
    bars.get(bars.len().checked_sub(count)?..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    fn steady() -> Vec<Bar> {
        vec![candle(100.0, 101.0, 99.0, 100.0, 1_000.0); 20]
    }

    #[test]
    fn depth_is_measured_from_the_high_of_twenty_sessions() {
        let mut bars = steady();
        bars[5].high = 125.0;
        assert_eq!(measure(&bars).depth, 20.0);
        assert_eq!(measure(&bars[1..]).depth, 0.0, "nineteen sessions say nothing");
        bars[19].close = 130.0;
        assert_eq!(measure(&bars).depth, 0.0);
    }

    #[test]
    fn speed_is_the_mean_of_the_falls_in_a_row() {
        let mut bars = steady();
        bars[17].close = 100.0;
        bars[18].close = 98.0;
        bars[19].close = 94.08;
        assert!((measure(&bars).speed - 3.0).abs() < 1e-9, "2 and 4 percent");
        bars[19].close = 98.0;
        assert_eq!(measure(&bars).speed, 0.0);
    }

    #[test]
    fn a_decline_slows_when_the_newer_half_moves_less() {
        let closes = [100.0, 99.0, 98.0, 97.0, 96.0, 95.0, 94.8, 94.6, 94.4, 94.2, 94.0];
        let bars: Vec<Bar> = closes.map(|close| candle(100.0, 101.0, 90.0, close, 1.0)).to_vec();
        assert!(measure(&bars).slowing);
        assert!(!measure(&bars[1..]).slowing, "ten closes do not reach back far enough");
    }

    #[test]
    fn green_volume_is_weighed_against_the_rest() {
        let mut bars = steady();
        assert_eq!(measure(&bars).green_to_red_volume, 1.0);
        for bar in bars.iter_mut().rev().take(2) {
            *bar = candle(100.0, 102.0, 99.0, 101.0, 3_000.0);
        }
        assert_eq!(measure(&bars).green_to_red_volume, 3.0);
    }

    #[test]
    fn a_support_holds_each_time_the_close_stays_above_it() {
        let mut bars = vec![candle(110.0, 112.0, 108.0, 111.0, 1.0); 20];
        bars[3] = candle(105.0, 106.0, 100.0, 104.0, 1.0);
        bars[9] = candle(105.0, 106.0, 101.9, 104.0, 1.0);
        bars[12] = candle(105.0, 106.0, 100.0, 100.0, 1.0);
        assert_eq!(measure(&bars).support_holds, 2);
    }
}
