//! Whether the day is set up for a return to the mean.

use prahari_indicators::{is_bullish_engulfing, is_hammer};

use crate::series::View;
use crate::settings::Settings;

/// Points from which a setup is good; the reference's excellent setup (6) earns no more.
const GOOD: u32 = 4;
/// What a daily setup starts with.
const DAILY_POINT: u32 = 1;

/// Whether RSI, trend and candles together make a good setup.
pub fn is_good(view: &View<'_>, rsi: f64, settings: &Settings) -> bool {
    points(view, rsi, settings) >= GOOD
}

fn points(view: &View<'_>, rsi: f64, settings: &Settings) -> u32 {
    let oversold = if rsi < settings.rsi_extreme_oversold {
        3
    } else if rsi < settings.rsi_oversold {
        2
    } else {
        0
    };
    let uptrend = view.ema50().is_some_and(|average| view.last().close > average);
    let engulfing = matches!(view.recent(2), [before, last] if is_bullish_engulfing(before, last));
    DAILY_POINT
        + oversold
        + if uptrend { 2 } else { 0 }
        + u32::from(is_hammer(view.last()))
        + if engulfing { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{bars_of, candle};
    use crate::series::Series;

    fn points_of(last: prahari_indicators::Bar, rsi: f64) -> u32 {
        let mut bars = bars_of(&(0..60).map(f64::from).map(|step| 100.0 + step).collect::<Vec<_>>());
        bars.push(candle(160.0, 161.0, 157.0, 158.0, 1.0));
        bars.push(last);
        points(&Series::new(bars, 10).latest().unwrap(), rsi, &Settings::default())
    }

    #[test]
    fn points_add_up() {
        let below = candle(121.0, 122.0, 119.0, 120.0, 1.0);
        let above = candle(158.0, 159.0, 156.0, 157.0, 1.0);
        assert_eq!(points_of(below, 35.0), 1);
        assert_eq!(points_of(below, 25.0), 3);
        assert_eq!(points_of(below, 15.0), 4);
        assert_eq!(points_of(above, 35.0), 3, "above its average of 50 sessions");
        let engulfing = candle(157.5, 161.0, 156.0, 160.5, 1.0);
        assert_eq!(points_of(engulfing, 35.0), 5);
        let hammer = candle(157.0, 157.2, 150.0, 156.5, 1.0);
        assert_eq!(points_of(hammer, 35.0), 4);
    }
}
