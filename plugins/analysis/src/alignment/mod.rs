//! How well the daily dip and the weekly trend agree, 0 to 10 points (reference: multi-timeframe alignment).

mod exhaustion;
mod levels;
mod reversion;

pub use levels::{Resistance, Room, Support, SupportQuality};

use crate::series::View;
use crate::settings::Settings;
use exhaustion::{selling_exhausted, volume_exhaustion};

/// Sessions in which daily support is looked for, and how many once the history spans three years.
const DAILY_LOOKBACK: usize = 20;
const LONG_DAILY_LOOKBACK: usize = 30;
/// Calendar days of three years.
const LONG_SPAN_DAYS: i32 = 1_095;
/// Weeks in which weekly support is looked for.
const WEEKLY_LOOKBACK: usize = 50;
/// Sessions, and full weeks, whose mean volume exhaustion is measured against.
const DAILY_VOLUME_LOOKBACK: usize = 10;
const WEEKLY_VOLUME_LOOKBACK: usize = 20;

/// How far RSI has fallen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Not near being oversold.
    None,
    /// Under the near-oversold level.
    Moderate,
    /// Under the oversold level.
    High,
    /// Under the extreme level.
    Extreme,
}

/// What the points say about the dip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confirmation {
    /// Nothing speaks for it.
    Poor,
    /// 2 points.
    Weak,
    /// 4 points.
    Fair,
    /// 6 points.
    Good,
    /// 8 points.
    Excellent,
}

impl Confirmation {
    /// The code that a signal carries; `None` below fair.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Excellent => Some("excellent_uptrend_dip"),
            Self::Good => Some("good_uptrend_dip"),
            Self::Fair => Some("fair_uptrend_dip"),
            Self::Weak | Self::Poor => None,
        }
    }
}

/// The alignment with the parts that other rules read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// 0 to 10.
    pub score: u32,
    /// The score in a word.
    pub confirmation: Confirmation,
    /// Daily RSI.
    pub severity: Severity,
    /// Daily support.
    pub support: Support,
    /// Daily resistance.
    pub resistance: Resistance,
    /// Weekly support; `None` while there are too few weeks.
    pub weekly_support: Option<Support>,
    /// Signs of exhausted selling in daily volume, 0 to 2.
    pub volume_exhaustion: u32,
}

/// Scores a view; `None` when it has no RSI yet.
pub fn assess(view: &View<'_>, settings: &Settings) -> Option<Alignment> {
    let rsi = view.rsi()?;
    let close = view.last().close;
    let lookback = if view.span_days() >= LONG_SPAN_DAYS { LONG_DAILY_LOOKBACK } else { DAILY_LOOKBACK };
    let support = Support::find(view.recent(lookback), close)?;
    let resistance = Resistance::find(view.recent(lookback), close)?;
    let weekly = weekly(view);
    let severity = severity(rsi, settings);
    let exhaustion = volume_exhaustion(view.recent(DAILY_VOLUME_LOOKBACK));
    let weekly_exhaustion = weekly.map_or(0, |_| volume_exhaustion(view.full_weeks(WEEKLY_VOLUME_LOOKBACK)));
    let score = severity_points(severity)
        + weekly.map_or(0, |weekly| weekly.points())
        + support_points(&support)
        + exhaustion_points(exhaustion + weekly_exhaustion)
        + u32::from(selling_exhausted(view.recent(DAILY_VOLUME_LOOKBACK)))
        + u32::from(reversion::is_good(view, rsi, settings));
    Some(Alignment {
        score,
        confirmation: confirmation(score, weekly.is_some()),
        severity,
        support,
        resistance,
        weekly_support: weekly.map(|weekly| weekly.support),
        volume_exhaustion: exhaustion,
    })
}

/// The weekly side.
#[derive(Debug, Clone, Copy)]
struct Weekly {
    uptrend: bool,
    support: Support,
}

impl Weekly {
    /// An uptrend is worth more when the price stands on weekly support.
    fn points(self) -> u32 {
        match (self.uptrend, self.support.is_near()) {
            (true, true) => 2,
            (true, false) => 1,
            (false, _) => 0,
        }
    }
}

fn weekly(view: &View<'_>) -> Option<Weekly> {
    let trend = view.weekly_ema50()?;
    let running = view.running_week()?;
    let close = view.last().close;
    let mut weeks = view.full_weeks(WEEKLY_LOOKBACK.saturating_sub(1)).to_vec();
    weeks.push(*running);
    Some(Weekly { uptrend: close > trend, support: Support::find(&weeks, close)? })
}

fn severity(rsi: f64, settings: &Settings) -> Severity {
    if rsi < settings.rsi_extreme_oversold {
        Severity::Extreme
    } else if rsi < settings.rsi_oversold {
        Severity::High
    } else if rsi < settings.rsi_near_oversold {
        Severity::Moderate
    } else {
        Severity::None
    }
}

fn severity_points(severity: Severity) -> u32 {
    match severity {
        Severity::Extreme => 3,
        Severity::High => 2,
        Severity::Moderate => 1,
        Severity::None => 0,
    }
}

fn support_points(support: &Support) -> u32 {
    if support.quality == SupportQuality::Strong { 2 } else { u32::from(support.is_near()) }
}

fn exhaustion_points(signs: u32) -> u32 {
    match signs {
        0 => 0,
        1 | 2 => 1,
        _ => 2,
    }
}

/// Without weeks five of the ten points cannot be had, so less is asked for; excellent needs them.
fn confirmation(score: u32, with_weeks: bool) -> Confirmation {
    match (with_weeks, score) {
        (true, 8..) => Confirmation::Excellent,
        (true, 6..) | (false, 5..) => Confirmation::Good,
        (true, 4..) | (false, 3..) => Confirmation::Fair,
        (true, 2..) | (false, 1..) => Confirmation::Weak,
        _ => Confirmation::Poor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{dipping_closes, series_of};

    #[test]
    fn rsi_earns_up_to_three_points() {
        let settings = Settings::default();
        let points = [19.9, 20.0, 30.0, 40.0].map(|rsi| severity_points(severity(rsi, &settings)));
        assert_eq!(points, [3, 2, 1, 0]);
    }

    #[test]
    fn exhaustion_earns_up_to_two_points() {
        assert_eq!([0, 1, 2, 3, 4].map(exhaustion_points), [0, 1, 1, 2, 2]);
    }

    #[test]
    fn a_weekly_uptrend_earns_two_points_at_support() {
        let near = Support { level: 98.0, distance: 2.0, tests: 1, quality: SupportQuality::Moderate };
        let far = Support { level: 80.0, distance: 25.0, tests: 1, quality: SupportQuality::None };
        assert_eq!(Weekly { uptrend: true, support: near }.points(), 2);
        assert_eq!(Weekly { uptrend: true, support: far }.points(), 1);
        assert_eq!(Weekly { uptrend: false, support: near }.points(), 0);
    }

    #[test]
    fn labels_ask_less_when_there_are_no_weeks() {
        use Confirmation::{Excellent, Fair, Good, Poor, Weak};
        assert_eq!(
            [8, 6, 4, 2, 1].map(|score| confirmation(score, true)),
            [Excellent, Good, Fair, Weak, Poor]
        );
        assert_eq!([8, 5, 3, 1, 0].map(|score| confirmation(score, false)), [Good, Good, Fair, Weak, Poor]);
    }

    #[test]
    fn a_short_history_is_scored_on_its_days_alone() {
        let settings = Settings::default();
        let short = series_of(&dipping_closes(230));
        let long = series_of(&dipping_closes(412));
        assert!(assess(&short.latest().unwrap(), &settings).unwrap().weekly_support.is_none());
        assert!(assess(&long.latest().unwrap(), &settings).unwrap().weekly_support.is_some());
        assert!(assess(&series_of(&[100.0; 5]).latest().unwrap(), &settings).is_none());
    }

    #[test]
    fn support_is_looked_for_further_back_once_the_history_spans_three_years() {
        // The low of the series lies 25 sessions back.
        let with_low = |count: usize| {
            let mut closes = vec![100.0; count];
            closes[count - 26] = 90.0;
            closes[count - 1] = 99.0;
            assess(&series_of(&closes).latest().unwrap(), &Settings::default()).unwrap().support.level
        };
        assert!(with_low(700) > 97.0, "700 weekdays span less than three years");
        assert!(with_low(800) < 91.0, "800 weekdays span more");
    }
}
