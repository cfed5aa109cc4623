//! Everything the rules say about one symbol at one close, before its past is tried.

use crate::alignment::{self, Alignment};
use crate::candles;
use crate::dip::{self, Dip};
use crate::quality::{self, ChartQuality};
use crate::series::{VERDICT_BARS, View};
use crate::settings::Settings;
use crate::signs::Signs;
use crate::verdict::{Facts, Reason, Verdict, decide};
use crate::volume::{self, Volume};

/// The judgement of a symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Sessions that the judgement saw, at most [`VERDICT_BARS`].
    pub sessions: usize,
    /// The close, in the unit of the bars.
    pub close: f64,
    /// Wilder's index over the user's period.
    pub rsi: f64,
    /// 9-session average.
    pub ema9: f64,
    /// 200-session average.
    pub ema200: f64,
    /// The chart.
    pub chart: ChartQuality,
    /// Volume.
    pub volume: Volume,
    /// The shape of the fall.
    pub dip: Dip,
    /// Signs of the newest candles.
    pub signs: Signs,
    /// Daily and weekly alignment.
    pub alignment: Alignment,
    /// Selling pressure of the newest candles, 0 to 10.
    pub pressure: u32,
    /// The verdict after the candle downgrade.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

impl Assessment {
    /// Whether the close is above the 200-session average.
    pub fn above_trend(&self) -> bool {
        self.close > self.ema200
    }

    /// Whether the averages saw less than a verdict may: with a start nearer than [`VERDICT_BARS`] sessions the 200-session
    /// average still depends on it, and "above the average" is wrong in 5 to 7 of 100 judgements.
    pub fn is_short_history(&self) -> bool {
        self.sessions < VERDICT_BARS
    }
}

/// Judges a view; `None` when the history is too short for the 200-session average or the index. `running_minute`: see
/// [`volume::assess`]; while it is given, the newest candle is unfinished and its selling pressure is not read.
pub fn assess(view: &View<'_>, running_minute: Option<u32>, settings: &Settings) -> Option<Assessment> {
    let (rsi, ema9, ema200) = (view.rsi()?, view.ema9()?, view.ema200()?);
    let bars = view.bars();
    let close = view.last().close;
    let chart = quality::assess(bars, settings);
    let volume = volume::assess(bars, rsi, running_minute, settings);
    let signs = Signs::find(view, settings);
    let alignment = alignment::assess(view, settings)?;
    let facts = Facts { rsi, above_trend: close > ema200, volume: &volume, signs, alignment: &alignment };
    let by_rules =
        if chart.passed { decide(&facts, settings) } else { (Verdict::Avoid, Reason::ChartQuality) };
    let pressure = candles::pressure(closed(bars, running_minute));
    let (verdict, reason) = after_pressure(by_rules, pressure);
    let dip = dip::measure(bars);
    Some(Assessment {
        sessions: bars.len(),
        close,
        rsi,
        ema9,
        ema200,
        chart,
        volume,
        dip,
        signs,
        alignment,
        pressure,
        verdict,
        reason,
    })
}

fn closed(bars: &[prahari_indicators::Bar], running_minute: Option<u32>) -> &[prahari_indicators::Bar] {
    match (running_minute, bars.split_last()) {
        (Some(_), Some((_, closed))) => closed,
        _ => bars,
    }
}

fn after_pressure((verdict, reason): (Verdict, Reason), pressure: u32) -> (Verdict, Reason) {
    match candles::downgrade(verdict, pressure) {
        lower if verdict.is_buy() && !lower.is_buy() => (lower, Reason::SellingPressure),
        lower => (lower, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{bars_of, dipping_closes, series_of};
    use crate::series::Series;

    /// The newest oversold session of a market that dips inside an uptrend.
    fn dipped() -> Vec<prahari_indicators::Bar> {
        let mut bars = bars_of(&dipping_closes(412));
        // The last candle is small and has a lower shadow, so that the fall ends calmly.
        if let Some(last) = bars.last_mut() {
            last.open = last.close * 1.002;
            last.high = last.close * 1.006;
            last.low = last.close * 0.985;
        }
        bars
    }

    fn assessed(bars: Vec<prahari_indicators::Bar>, settings: &Settings) -> Assessment {
        assess(&Series::new(bars, 10).latest().unwrap(), None, settings).unwrap()
    }

    #[test]
    fn a_calm_dip_in_an_uptrend_is_a_buy() {
        let assessment = assessed(dipped(), &Settings::default());
        assert!(assessment.above_trend() && assessment.rsi < 30.0, "{assessment:?}");
        assert!(assessment.verdict.is_buy(), "{assessment:?}");
        assert_eq!(assessment.reason, Reason::OversoldInUptrend);
    }

    #[test]
    fn a_hard_sold_dip_is_only_watched() {
        let mut bars = dipped();
        if let Some(last) = bars.last_mut() {
            last.open = last.close * 1.05;
            last.high = last.open;
            last.low = last.close;
            last.volume *= 3.0;
        }
        let assessment = assessed(bars, &Settings::default());
        assert_eq!((assessment.verdict, assessment.reason), (Verdict::Watch, Reason::SellingPressure));
    }

    #[test]
    fn an_unfinished_candle_is_not_read_for_pressure() {
        let mut bars = dipped();
        let calm = assessed(bars.clone(), &Settings::default()).pressure;
        if let Some(last) = bars.last_mut() {
            last.open = last.close * 1.05;
            last.high = last.open;
            last.low = last.close;
        }
        let series = Series::new(bars, 10);
        let view = series.latest().unwrap();
        let running = assess(&view, Some(12 * 60), &Settings::default()).unwrap().pressure;
        let closed = assess(&view, None, &Settings::default()).unwrap().pressure;
        assert!(closed > running && closed > calm);
    }

    #[test]
    fn a_failed_chart_is_avoided_whatever_else_shows() {
        let strict = Settings { chart_min_score: 100.1, ..Settings::default() };
        let assessment = assessed(dipped(), &strict);
        assert_eq!((assessment.verdict, assessment.reason), (Verdict::Avoid, Reason::ChartQuality));
    }

    #[test]
    fn a_short_history_is_not_judged() {
        let settings = Settings::default();
        assert!(assess(&series_of(&dipping_closes(199)).latest().unwrap(), None, &settings).is_none());
        assert!(assess(&series_of(&dipping_closes(200)).latest().unwrap(), None, &settings).is_some());
    }

    #[test]
    fn a_judgement_says_how_much_history_it_saw() {
        let of = |sessions| assessed(bars_of(&dipping_closes(sessions)), &Settings::default());
        let seen =
            [200, 849, 850, 900].map(|sessions| (of(sessions).sessions, of(sessions).is_short_history()));
        assert_eq!(seen, [(200, true), (849, true), (850, false), (850, false)]);
    }
}
