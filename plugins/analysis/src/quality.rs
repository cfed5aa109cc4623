//! Chart quality: whether the last 60 sessions are regular enough for the other rules to mean anything
//! (reference: chart quality, starting at 100 points).

use prahari_indicators::Bar;

use crate::measures::{mean_of, percent};
use crate::settings::Settings;

/// Sessions in which gaps and movement are judged.
const CHART_BARS: usize = 60;
/// Sessions in which extreme candles are judged.
const EXTREME_BARS: usize = 30;
/// With fewer sessions than this nothing can be said, and the chart passes.
const LEAST_BARS: usize = 30;
/// Gap frequency in percent above which a chart that is not rejected loses points.
const SOME_GAPS: f64 = 10.0;
/// Whole range of the chart in percent of its mean close, below which little movement counts as flat.
const FLAT_RANGE: f64 = 15.0;
/// Mean daily range in percent below which a chart that is not flat loses points.
const SLOW_RANGE: f64 = 2.0;
/// A body longer than this many mean daily ranges is extreme.
const EXTREME_RANGES: f64 = 3.0;
/// A body longer than this percentage of its open is extreme.
const EXTREME_BODY: f64 = 5.0;
/// Extreme candles in percent above which a chart that is not rejected loses points.
const SOME_EXTREMES: f64 = 10.0;
/// Score from which a chart is clean, and from which it is acceptable.
const CLEAN_SCORE: f64 = 80.0;
const ACCEPTABLE_SCORE: f64 = 60.0;

/// What the score says in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartStatus {
    /// 80 points or more.
    Clean,
    /// 60 points or more.
    Acceptable,
    /// Fewer.
    Poor,
    /// The user's settings leave charts unjudged.
    Disabled,
}

/// The judgement of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartQuality {
    /// 0 to 100.
    pub score: f64,
    /// The score in a word.
    pub status: ChartStatus,
    /// Whether the share may be considered at all.
    pub passed: bool,
    /// Sessions looked at; under 60 the judgement rests on little.
    pub sessions: usize,
}

/// Judges the newest 60 of the bars.
pub fn assess(bars: &[Bar], settings: &Settings) -> ChartQuality {
    let chart = newest(bars, CHART_BARS);
    let sessions = chart.len();
    if !settings.chart_quality_enabled {
        return ChartQuality { score: 100.0, status: ChartStatus::Disabled, passed: true, sessions };
    }
    if sessions < LEAST_BARS {
        return ChartQuality { score: 100.0, status: ChartStatus::Clean, passed: true, sessions };
    }
    let penalty =
        gap_penalty(chart, settings) + movement_penalty(chart, settings) + extreme_penalty(chart, settings);
    let score = (100.0 - penalty).clamp(0.0, 100.0);
    ChartQuality { score, status: status_of(score), passed: score >= settings.chart_min_score, sessions }
}

fn status_of(score: f64) -> ChartStatus {
    if score >= CLEAN_SCORE {
        ChartStatus::Clean
    } else if score >= ACCEPTABLE_SCORE {
        ChartStatus::Acceptable
    } else {
        ChartStatus::Poor
    }
}

/// A full gap leaves no price in common with the previous close.
fn gap_penalty(chart: &[Bar], settings: &Settings) -> f64 {
    let gaps = chart.windows(2).filter(|pair| is_gap(pair)).count();
    match percent(gaps as f64, chart.len() as f64) {
        frequency if frequency > settings.chart_max_gap_frequency => 30.0,
        frequency if frequency > SOME_GAPS => 15.0,
        _ => 0.0,
    }
}

fn is_gap(pair: &[Bar]) -> bool {
    matches!(pair, [before, after] if after.low > before.close || after.high < before.close)
}

fn movement_penalty(chart: &[Bar], settings: &Settings) -> f64 {
    let price = mean_of(chart, |bar| bar.close);
    let daily = percent(mean_of(chart, Bar::range), price);
    let highest = chart.iter().map(|bar| bar.high).fold(f64::MIN, f64::max);
    let lowest = chart.iter().map(|bar| bar.low).fold(f64::MAX, f64::min);
    let flat = daily < settings.chart_min_daily_range && percent(highest - lowest, price) < FLAT_RANGE;
    if flat {
        25.0
    } else if daily < SLOW_RANGE {
        10.0
    } else {
        0.0
    }
}

fn extreme_penalty(chart: &[Bar], settings: &Settings) -> f64 {
    let candles = newest(chart, EXTREME_BARS);
    let mean_range = mean_of(candles, Bar::range);
    let extreme =
        |bar: &&Bar| bar.body() > EXTREME_RANGES * mean_range || percent(bar.body(), bar.open) > EXTREME_BODY;
    match percent(candles.iter().filter(extreme).count() as f64, candles.len() as f64) {
        frequency if frequency > settings.chart_max_extreme_frequency => 25.0,
        frequency if frequency > SOME_EXTREMES => 15.0,
        _ => 0.0,
    }
}

fn newest(bars: &[Bar], count: usize) -> &[Bar] {
    bars.get(bars.len().saturating_sub(count)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    /// Sixty lively candles without gaps or extremes: three percent range, one percent body.
    fn lively() -> Vec<Bar> {
        vec![candle(100.0, 102.0, 99.0, 101.0, 1_000.0); 60]
    }

    fn score(bars: &[Bar]) -> f64 {
        assess(bars, &Settings::default()).score
    }

    #[test]
    fn a_lively_chart_without_gaps_is_clean() {
        let quality = assess(&lively(), &Settings::default());
        assert_eq!(
            quality,
            ChartQuality { score: 100.0, status: ChartStatus::Clean, passed: true, sessions: 60 }
        );
    }

    #[test]
    fn gaps_cost_points_by_their_frequency() {
        let gap = candle(110.0, 112.0, 109.0, 111.0, 1_000.0);
        let mut bars = lively();
        // Each inserted candle gaps up, and the one after it gaps down: 8 of 60 sessions, then 16.
        for index in [10, 20, 30, 40] {
            bars[index] = gap;
        }
        assert_eq!(score(&bars), 85.0);
        for index in [12, 22, 32, 42] {
            bars[index] = gap;
        }
        assert_eq!(score(&bars), 70.0);
    }

    #[test]
    fn little_movement_costs_points() {
        assert_eq!(score(&vec![candle(100.0, 100.8, 99.2, 100.1, 1.0); 60]), 90.0, "slow: 1.6 percent a day");
        let quality = assess(&vec![candle(100.0, 100.2, 99.8, 100.1, 1.0); 60], &Settings::default());
        assert_eq!((quality.score, quality.status), (75.0, ChartStatus::Acceptable));
    }

    #[test]
    fn extreme_candles_cost_points_by_their_frequency() {
        let extreme = candle(100.0, 106.5, 99.0, 106.0, 1_000.0);
        let mut bars = lively();
        for index in [50, 52, 54, 56] {
            bars[index] = extreme;
        }
        // The fall back after each is inside the next candle's range, so no gap is counted: 106 lies above 102.
        assert_eq!(score(&bars), 100.0 - 15.0);
        for index in [40, 42, 44] {
            bars[index] = extreme;
        }
        assert_eq!(score(&bars), 100.0 - 25.0 - 15.0);
    }

    #[test]
    fn a_poor_chart_fails_at_the_users_limit() {
        let mut bars = vec![candle(100.0, 100.2, 99.8, 100.1, 1.0); 60];
        for index in (1..60).step_by(3) {
            bars[index] = candle(103.0, 103.2, 102.8, 103.1, 1.0);
        }
        let quality = assess(&bars, &Settings::default());
        assert_eq!((quality.score, quality.status, quality.passed), (45.0, ChartStatus::Poor, false));
        let lenient = Settings { chart_min_score: 45.0, ..Settings::default() };
        assert!(assess(&bars, &lenient).passed);
        let off = Settings { chart_quality_enabled: false, ..Settings::default() };
        assert_eq!(assess(&bars, &off).status, ChartStatus::Disabled);
    }

    #[test]
    fn a_new_listing_passes_unjudged() {
        let quality = assess(&vec![candle(100.0, 100.0, 100.0, 100.0, 1.0); 29], &Settings::default());
        assert!(quality.passed && quality.sessions == 29);
    }
}
