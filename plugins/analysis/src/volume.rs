//! Whether enough is traded: liquidity, today's volume against the 50-session mean, and the trend of volume.

use prahari_indicators::Bar;

use crate::measures::{mean_of, ratio};
use crate::settings::Settings;

/// Sessions of the mean (reference: VOLUME_LOOKBACK_DAYS).
pub const MEAN_SESSIONS: usize = 50;
/// Part of the mean that a session must reach, and when the share is oversold: panic may come on thin volume.
const THRESHOLD: f64 = 0.7;
const OVERSOLD_THRESHOLD: f64 = 0.5;
/// The least that the time of day may lower the threshold to.
const LEAST_THRESHOLD: f64 = 0.4;
/// Parts of the mean from which volume is excellent, good, fair.
const EXCELLENT: f64 = 1.5;
const GOOD: f64 = 1.0;
const FAIR: f64 = 0.6;
/// Part of the mean from which volume is strong.
const STRONG: f64 = 1.2;
/// The trading day in minutes since midnight: 09:00 and 15:30.
const DAY_STARTS: u32 = 9 * 60;
const DAY_ENDS: u32 = 15 * 60 + 30;
/// Up to which minute of the day which part of a day's volume is expected.
const EXPECTED_BY: [(u32, f64); 4] = [(10 * 60, 0.3), (12 * 60, 0.5), (14 * 60, 0.7), (DAY_ENDS, 0.85)];
/// Sessions whose volume makes a pattern, and sessions of its halves.
const PATTERN_SESSIONS: usize = 20;
const TREND_SESSIONS: usize = 5;
/// Newer half against older half: above is increasing, below is decreasing.
const INCREASING: f64 = 1.2;
const DECREASING: f64 = 0.8;
/// Standard deviation over mean: above is moderately, above is highly unsteady.
const MODERATE_VARIATION: f64 = 0.5;
const HIGH_VARIATION: f64 = 1.0;

/// How much was traded, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeQuality {
    /// The mean is below the user's least: never tradable.
    Illiquid,
    /// Below the threshold.
    Poor,
    /// At the threshold.
    Minimal,
    /// 0.6 of the mean or more.
    Fair,
    /// The mean or more.
    Good,
    /// One and a half times the mean or more.
    Excellent,
}

/// Where volume is heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeTrend {
    /// The last five sessions trade over 1.2 of the five before.
    Increasing,
    /// Between.
    Stable,
    /// Under 0.8.
    Decreasing,
}

/// How steady volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steadiness {
    /// Coefficient of variation up to 0.5.
    Steady,
    /// Up to 1.
    Moderate,
    /// Above 1.
    Unsteady,
}

/// The judgement of a share's volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volume {
    /// Mean of 50 sessions, in shares.
    pub average: f64,
    /// The last session against the mean.
    pub ratio: f64,
    /// In a word.
    pub quality: VolumeQuality,
    /// Whether it is enough to act on.
    pub enough: bool,
    /// Whether it is 1.2 of the mean or more.
    pub strong: bool,
    /// The trend over 20 sessions; `None` with fewer than ten.
    pub trend: Option<VolumeTrend>,
    /// How steady those sessions are.
    pub steadiness: Steadiness,
}

/// Judges the newest bar against the ones before. `running_minute` is the minute of the day while that bar's session still
/// runs, when less volume is expected; `None` once it is closed.
pub fn assess(bars: &[Bar], rsi: f64, running_minute: Option<u32>, settings: &Settings) -> Volume {
    let average = mean_of(newest(bars, MEAN_SESSIONS), |bar| bar.volume);
    let ratio = ratio(bars.last().map_or(0.0, |bar| bar.volume), average);
    let threshold = threshold(rsi, running_minute, settings);
    let liquid = average > 0.0 && average >= settings.min_average_volume;
    Volume {
        average,
        ratio,
        quality: if liquid { quality(ratio, threshold) } else { VolumeQuality::Illiquid },
        enough: liquid && ratio >= threshold,
        strong: liquid && ratio >= STRONG,
        trend: trend(bars),
        steadiness: steadiness(newest(bars, PATTERN_SESSIONS)),
    }
}

/// The part of the mean that must be reached.
fn threshold(rsi: f64, running_minute: Option<u32>, settings: &Settings) -> f64 {
    let whole_day = if rsi < settings.rsi_oversold { OVERSOLD_THRESHOLD } else { THRESHOLD };
    match running_minute.and_then(expected_part) {
        Some(part) => (whole_day * part).max(LEAST_THRESHOLD),
        None => whole_day,
    }
}

/// The part of a day's volume to expect by this minute; `None` outside the trading day.
fn expected_part(minute: u32) -> Option<f64> {
    let in_session = minute >= DAY_STARTS;
    EXPECTED_BY.iter().find(|(until, _)| in_session && minute <= *until).map(|(_, part)| *part)
}

fn quality(ratio: f64, threshold: f64) -> VolumeQuality {
    if ratio >= EXCELLENT {
        VolumeQuality::Excellent
    } else if ratio >= GOOD {
        VolumeQuality::Good
    } else if ratio >= FAIR {
        VolumeQuality::Fair
    } else if ratio >= threshold {
        VolumeQuality::Minimal
    } else {
        VolumeQuality::Poor
    }
}

fn trend(bars: &[Bar]) -> Option<VolumeTrend> {
    let (older, newer) = newest(bars, 2 * TREND_SESSIONS).split_at_checked(TREND_SESSIONS)?;
    if newer.len() < TREND_SESSIONS {
        return None;
    }
    let older = mean_of(older, |bar| bar.volume);
    let newer = mean_of(newer, |bar| bar.volume);
    Some(match if older > 0.0 { newer / older } else { 1.0 } {
        change if change > INCREASING => VolumeTrend::Increasing,
        change if change < DECREASING => VolumeTrend::Decreasing,
        _ => VolumeTrend::Stable,
    })
}

fn steadiness(bars: &[Bar]) -> Steadiness {
    let mean = mean_of(bars, |bar| bar.volume);
    let squares = bars.iter().map(|bar| (bar.volume - mean).powi(2)).sum::<f64>();
    let deviation = ratio(squares, bars.len() as f64 - 1.0).sqrt();
    match ratio(deviation, mean) {
        variation if variation > HIGH_VARIATION => Steadiness::Unsteady,
        variation if variation > MODERATE_VARIATION => Steadiness::Moderate,
        _ => Steadiness::Steady,
    }
}

fn newest(bars: &[Bar], count: usize) -> &[Bar] {
    bars.get(bars.len().saturating_sub(count)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::candle;

    /// 49 sessions of 100,000 shares and one more.
    fn with_last(volume: f64) -> Vec<Bar> {
        let mut bars = vec![candle(100.0, 101.0, 99.0, 100.0, 100_000.0); 50];
        bars[49].volume = volume;
        bars
    }

    fn judge(last: f64, rsi: f64, minute: Option<u32>) -> Volume {
        assess(&with_last(last), rsi, minute, &Settings::default())
    }

    #[test]
    fn volume_is_graded_against_its_mean() {
        let grades =
            [160_000.0, 110_000.0, 80_000.0, 55_000.0, 40_000.0].map(|last| judge(last, 25.0, None).quality);
        let expected = [
            VolumeQuality::Excellent,
            VolumeQuality::Good,
            VolumeQuality::Fair,
            VolumeQuality::Minimal,
            VolumeQuality::Poor,
        ];
        assert_eq!(grades, expected);
        assert!(judge(130_000.0, 25.0, None).strong && !judge(110_000.0, 25.0, None).strong);
    }

    #[test]
    fn an_oversold_share_may_trade_less() {
        assert!(judge(55_000.0, 29.9, None).enough);
        assert!(!judge(55_000.0, 30.0, None).enough);
        assert!(!judge(65_000.0, 30.0, None).enough, "fair, but still under the threshold");
    }

    #[test]
    fn less_is_expected_while_the_session_runs_but_never_under_two_fifths() {
        assert!(judge(60_000.0, 50.0, Some(15 * 60)).enough, "0.7 x 0.85 = 0.595");
        assert!(!judge(57_000.0, 50.0, Some(15 * 60)).enough);
        assert!(judge(42_000.0, 50.0, Some(9 * 60 + 30)).enough);
        assert!(!judge(38_000.0, 50.0, Some(9 * 60 + 30)).enough);
        assert!(!judge(60_000.0, 50.0, Some(16 * 60)).enough, "after the session");
    }

    #[test]
    fn an_illiquid_share_is_never_enough() {
        let bars = vec![candle(100.0, 101.0, 99.0, 100.0, 9_999.0); 50];
        let volume = assess(&bars, 25.0, None, &Settings::default());
        assert_eq!((volume.quality, volume.enough), (VolumeQuality::Illiquid, false));
        let none = vec![candle(100.0, 101.0, 99.0, 100.0, 0.0); 50];
        let lenient = Settings { min_average_volume: 0.0, ..Settings::default() };
        assert!(!assess(&none, 25.0, None, &lenient).enough);
    }

    #[test]
    fn the_trend_compares_five_sessions_with_the_five_before() {
        let mut bars = with_last(100_000.0);
        assert_eq!(assess(&bars, 25.0, None, &Settings::default()).trend, Some(VolumeTrend::Stable));
        bars.iter_mut().rev().take(5).for_each(|bar| bar.volume = 130_000.0);
        assert_eq!(assess(&bars, 25.0, None, &Settings::default()).trend, Some(VolumeTrend::Increasing));
        bars.iter_mut().rev().take(5).for_each(|bar| bar.volume = 70_000.0);
        assert_eq!(assess(&bars, 25.0, None, &Settings::default()).trend, Some(VolumeTrend::Decreasing));
        assert_eq!(assess(&bars[..9], 25.0, None, &Settings::default()).trend, None);
    }

    #[test]
    fn a_single_burst_makes_volume_unsteady() {
        assert_eq!(judge(100_000.0, 25.0, None).steadiness, Steadiness::Steady);
        assert_eq!(judge(450_000.0, 25.0, None).steadiness, Steadiness::Moderate);
        assert_eq!(judge(2_000_000.0, 25.0, None).steadiness, Steadiness::Unsteady);
    }
}
