//! Selling pressure in the last three closed candles, which takes a buy verdict back (reference: candle downgrade).

use prahari_indicators::Bar;

use crate::measures::{consecutive_reds, mean_of, percent, ratio};
use crate::verdict::Verdict;

/// Weights of the newest, the second and the third candle.
const WEIGHTS: [f64; 3] = [1.0, 0.7, 0.4];
/// Sessions whose mean range and volume a candle is measured against.
const CONTEXT_SESSIONS: usize = 20;
/// The most that pressure can amount to.
const MOST_PRESSURE: u32 = 10;
/// Pressure from which any buy becomes a watch, a buy becomes a watch, and a strong buy becomes a buy.
const TAKE_BACK: u32 = 7;
const LOWER: u32 = 5;
const WEAKEN: u32 = 3;
/// Points from which a red candle is large, severe, extreme.
const LARGE: f64 = 2.0;
const SEVERE: f64 = 2.5;
const EXTREME: f64 = 3.5;
/// Volume against the mean that counts as high.
const HIGH_VOLUME: f64 = 1.5;

/// Selling pressure of the three newest bars, 0 to 10; 0 with fewer.
pub fn pressure(bars: &[Bar]) -> u32 {
    let Some(recent) = bars.len().checked_sub(WEIGHTS.len()).and_then(|start| bars.get(start..)) else {
        return 0;
    };
    let context = bars.get(bars.len().saturating_sub(CONTEXT_SESSIONS)..).unwrap_or_default();
    let weighted =
        recent.iter().rev().zip(WEIGHTS).map(|(bar, weight)| candle_pressure(bar, context, weight));
    let reds = consecutive_reds(recent).saturating_sub(1) as u32;
    (weighted.sum::<u32>() + reds + u32::from(sold_heavily(recent))).min(MOST_PRESSURE)
}

/// What remains of a verdict under this pressure.
pub fn downgrade(verdict: Verdict, pressure: u32) -> Verdict {
    match verdict {
        Verdict::StrongBuy | Verdict::Buy if pressure >= TAKE_BACK => Verdict::Watch,
        Verdict::StrongBuy if pressure >= WEAKEN => Verdict::Buy,
        Verdict::Buy if pressure >= LOWER => Verdict::Watch,
        unchanged => unchanged,
    }
}

/// Each part is weighted and cut to a whole number by itself, so a light old candle adds nothing.
fn candle_pressure(bar: &Bar, context: &[Bar], weight: f64) -> u32 {
    let weighted = |penalty: f64| (penalty * weight) as u32;
    let range = bar.range();
    let lower = ratio(bar.lower_shadow(), range);
    let upper = ratio(bar.upper_shadow(), range);
    let no_buyers = lower < 0.10;
    let full_body = bar.is_red() && upper < 0.05 && lower < 0.05;
    let body = if bar.is_red() { weighted(body_penalty(bar, context)) } else { 0 };
    let shadow = if no_buyers { weighted(2.0) } else { 0 };
    body + shadow + if full_body { weighted(2.0) } else { 0 }
}

fn body_penalty(bar: &Bar, context: &[Bar]) -> f64 {
    let size = largeness(bar, context);
    if size >= EXTREME {
        4.0
    } else if size >= SEVERE {
        3.0
    } else if size >= LARGE {
        2.0
    } else if ratio(bar.body(), bar.range()) > 0.6 {
        1.0
    } else {
        0.0
    }
}

/// Points for the size of a body: against the usual range, the price, its own range, and with volume behind it.
fn largeness(bar: &Bar, context: &[Bar]) -> f64 {
    let against_range = match ratio(bar.body(), mean_of(context, Bar::range)) {
        size if size > 0.8 => 2.0,
        size if size > 0.5 => 1.0,
        _ => 0.0,
    };
    let against_price = match percent(bar.body(), bar.open) {
        size if size > 4.0 => 1.0,
        size if size > 2.5 => 0.5,
        _ => 0.0,
    };
    let full = if ratio(bar.body(), bar.range()) > 0.85 { 0.5 } else { 0.0 };
    let traded = ratio(bar.volume, mean_of(context, |bar| bar.volume));
    against_range + against_price + full + if traded > HIGH_VOLUME { 0.5 } else { 0.0 }
}

/// The newest candle is red on far more volume than the two before.
fn sold_heavily(recent: &[Bar]) -> bool {
    match recent.split_last() {
        Some((latest, before)) => {
            latest.is_red() && latest.volume > HIGH_VOLUME * mean_of(before, |bar| bar.volume)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    /// Twenty candles with a range of 2 and shadows on both sides; the given ones come last.
    fn after_calm(last: &[Bar]) -> Vec<Bar> {
        let calm = candle(100.0, 101.0, 99.0, 100.2, 1_000.0);
        let mut bars = vec![calm; 20 - last.len()];
        bars.extend_from_slice(last);
        bars
    }

    #[test]
    fn calm_candles_press_nothing() {
        assert_eq!(pressure(&after_calm(&[])), 0);
        assert_eq!(pressure(&after_calm(&[])[..2]), 0);
    }

    #[test]
    fn a_moderate_red_body_presses_one() {
        // Body 0.9 of a range of 1.4 (0.64), shadows of 0.25; 0.46 of the usual range.
        assert_eq!(pressure(&after_calm(&[candle(100.0, 100.25, 98.85, 99.1, 1_000.0)])), 1);
    }

    #[test]
    fn a_large_red_body_presses_by_its_size() {
        // 1.8 of 2.2: large by its range alone (2 points).
        assert_eq!(pressure(&after_calm(&[candle(100.0, 100.15, 97.95, 98.2, 1_000.0)])), 2);
        // 2.8 percent adds half a point, high volume another: severe; and the volume stands out by itself.
        let severe = candle(100.0, 100.4, 96.8, 97.2, 2_000.0);
        assert_eq!(pressure(&after_calm(&[severe])), 3 + 1);
        // 5 percent, 0.86 of its own range, high volume: extreme.
        let extreme = candle(100.0, 100.2, 94.4, 95.0, 2_000.0);
        assert_eq!(pressure(&after_calm(&[extreme])), 4 + 1);
    }

    #[test]
    fn a_close_at_the_low_presses_two_and_a_full_body_two_more() {
        let no_lower_shadow = candle(99.6, 101.0, 99.5, 100.0, 1_000.0);
        assert_eq!(pressure(&after_calm(&[no_lower_shadow])), 2);
        let full = candle(100.0, 100.02, 99.08, 99.1, 1_000.0);
        assert_eq!(pressure(&after_calm(&[full])), 1 + 2 + 2, "red body, no lower shadow, full body");
    }

    #[test]
    fn reds_in_a_row_add_up_and_old_candles_weigh_less() {
        let red = candle(100.1, 101.0, 99.0, 100.0, 1_000.0);
        assert_eq!(pressure(&after_calm(&[red, red, red])), 2);
        let full = candle(100.0, 100.02, 99.08, 99.1, 1_000.0);
        let calm = candle(100.0, 101.0, 99.0, 100.2, 1_000.0);
        assert_eq!(pressure(&after_calm(&[full, calm])), 1 + 1, "1.4 and 1.4, cut, and 0.7 is nothing");
        assert_eq!(pressure(&after_calm(&[full, calm, calm])), 0);
    }

    #[test]
    fn pressure_ends_at_ten() {
        let crash = candle(100.0, 100.0, 92.0, 92.0, 5_000.0);
        assert_eq!(pressure(&after_calm(&[crash, crash, crash])), 10);
    }

    #[test]
    fn pressure_takes_verdicts_back_in_steps() {
        use Verdict::{Avoid, Buy, StrongBuy, Watch};
        let strong = [2, 3, 5, 7].map(|pressure| downgrade(StrongBuy, pressure));
        assert_eq!(strong, [StrongBuy, Buy, Buy, Watch]);
        let buy = [2, 3, 5, 7].map(|pressure| downgrade(Buy, pressure));
        assert_eq!(buy, [Buy, Buy, Watch, Watch]);
        assert_eq!((downgrade(Watch, 10), downgrade(Avoid, 10)), (Watch, Avoid));
    }
}
