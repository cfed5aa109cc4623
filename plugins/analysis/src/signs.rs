//! What the newest candles show by themselves.

use prahari_indicators::{bullish_divergence, is_bullish_engulfing, is_hammer};

use crate::series::View;
use crate::settings::Settings;

/// Bars of either window of a divergence.
const DIVERGENCE_BARS: usize = 10;
/// Bars that a divergence looks at: its second window begins five bars later.
const DIVERGENCE_REACH: usize = DIVERGENCE_BARS + 5;

/// Patterns and levels that were found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs {
    /// The newest candle is a hammer.
    pub hammer: bool,
    /// The newest candle engulfs the one before.
    pub engulfing: bool,
    /// Price makes a lower low, the index does not.
    pub divergence: bool,
    /// RSI is under the user's oversold level.
    pub oversold: bool,
}

impl Signs {
    /// Looks for every sign.
    pub fn find(view: &View<'_>, settings: &Settings) -> Self {
        let bars = view.recent(DIVERGENCE_REACH);
        let engulfing = matches!(bars, [.., before, last] if is_bullish_engulfing(before, last));
        Self {
            hammer: is_hammer(view.last()),
            engulfing,
            divergence: bullish_divergence(bars, view.recent_rsi(DIVERGENCE_REACH), DIVERGENCE_BARS),
            oversold: view.rsi().is_some_and(|rsi| rsi < settings.rsi_oversold),
        }
    }

    /// How many candle patterns there are. Being oversold is none of them; it has its own bonus.
    pub fn patterns(&self) -> u32 {
        u32::from(self.hammer) + u32::from(self.engulfing) + u32::from(self.divergence)
    }

    /// Whether anything at all was found.
    pub fn any(&self) -> bool {
        self.oversold || self.patterns() > 0
    }

    /// The codes of what was found, as a signal carries them.
    pub fn codes(&self) -> Vec<&'static str> {
        let found = [
            (self.hammer, "hammer"),
            (self.engulfing, "bullish_engulfing"),
            (self.divergence, "bullish_divergence"),
            (self.oversold, "rsi_oversold"),
        ];
        found.into_iter().filter(|(present, _)| *present).map(|(_, code)| code).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{bars_of, candle, series_of};
    use crate::series::Series;

    #[test]
    fn a_long_fall_is_oversold_and_a_rise_is_not() {
        let falling: Vec<f64> = (0..40).map(|step| 200.0 - f64::from(step)).collect();
        let settings = Settings::default();
        let signs = Signs::find(&series_of(&falling).latest().unwrap(), &settings);
        assert_eq!((signs.oversold, signs.codes()), (true, vec!["rsi_oversold"]));
        let rising: Vec<f64> = (0..40).map(|step| 200.0 + f64::from(step)).collect();
        assert!(!Signs::find(&series_of(&rising).latest().unwrap(), &settings).any());
    }

    #[test]
    fn patterns_of_the_newest_candles_are_counted() {
        let mut bars = bars_of(&vec![100.0; 30]);
        let red = candle(102.0, 103.0, 99.0, 100.0, 1.0);
        let green_hammer = candle(99.9, 102.2, 90.0, 102.1, 1.0);
        bars.extend([red, green_hammer]);
        let signs = Signs::find(&Series::new(bars, 10).latest().unwrap(), &Settings::default());
        assert_eq!(signs, Signs { hammer: true, engulfing: true, divergence: true, oversold: false });
        assert_eq!((signs.patterns(), signs.any()), (3, true));
    }
}
