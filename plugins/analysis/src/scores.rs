//! Points: the strength of a verdict, its past, both together, and what remains of the verdict then (reference: scores).

use crate::alignment::{Confirmation, Severity, SupportQuality};
use crate::assessment::Assessment;
use crate::backtest::Backtest;
use crate::quality::ChartStatus;
use crate::settings::Settings;
use crate::verdict::Verdict;

/// The most that strength can be.
const MOST_STRENGTH: f64 = 25.0;
/// Return in percent up to which the score rises slowly, and its points there.
const MODEST_RETURN: f64 = 10.0;
const MODEST_POINTS: f64 = 50.0;
/// Points for each further percent.
const POINTS_PER_PERCENT: f64 = 2.5;
/// Trades from which a past is trusted as it is, and from which reclassification asks less.
const ENOUGH_TRADES: usize = 3;
const MANY_TRADES: usize = 5;

/// Strength of a buy, 0 to 25; `None` when the verdict is no buy.
pub fn strength(assessment: &Assessment, settings: &Settings) -> Option<f64> {
    let base = match assessment.verdict {
        Verdict::StrongBuy => 10,
        Verdict::Buy => 5,
        Verdict::Watch | Verdict::Avoid => return None,
    };
    let alignment = &assessment.alignment;
    let points = base
        + 2 * assessment.signs.patterns()
        + u32::from(assessment.volume.strong)
        + u32::from(assessment.rsi < settings.rsi_oversold)
        + u32::from(assessment.rsi < settings.rsi_extreme_oversold)
        + confirmation_points(alignment.confirmation)
        + alignment.score.min(9) / 2
        + severity_points(alignment.severity)
        + support_points(alignment.support.quality)
        + alignment.volume_exhaustion.min(2)
        + chart_points(assessment);
    Some(f64::from(points).min(MOST_STRENGTH))
}

fn confirmation_points(confirmation: Confirmation) -> u32 {
    match confirmation {
        Confirmation::Excellent => 8,
        Confirmation::Good => 5,
        Confirmation::Fair => 3,
        Confirmation::Weak | Confirmation::Poor => 0,
    }
}

fn severity_points(severity: Severity) -> u32 {
    match severity {
        Severity::Extreme => 3,
        Severity::High => 2,
        Severity::Moderate | Severity::None => 0,
    }
}

fn support_points(quality: SupportQuality) -> u32 {
    match quality {
        SupportQuality::Strong => 2,
        SupportQuality::Moderate => 1,
        SupportQuality::Weak | SupportQuality::None => 0,
    }
}

/// A chart that was not judged earns nothing.
fn chart_points(assessment: &Assessment) -> u32 {
    match (assessment.chart.status, assessment.chart.score) {
        (ChartStatus::Disabled, _) => 0,
        (_, score) if score >= 80.0 => 3,
        (_, score) if score >= 70.0 => 2,
        (_, score) if score >= 60.0 => 1,
        _ => 0,
    }
}

/// Points of a past, 0 to 100: 40 percent return, 40 percent win rate, 20 percent gain over holding. Few trades count
/// less, none count nothing.
///
/// The return is on the money put into trades that last days, holding is over all five years: a share that has doubled
/// leaves no points for the last part. That is the rule, and it makes the gate's 45 points hard to reach without a win
/// rate near 100 percent.
pub fn backtest_score(backtest: &Backtest) -> f64 {
    let trades = backtest.trades.len();
    if trades == 0 {
        return 0.0;
    }
    let total = backtest.total_return();
    let returned = if total <= MODEST_RETURN {
        total / MODEST_RETURN * MODEST_POINTS
    } else {
        (MODEST_POINTS + (total - MODEST_RETURN) * POINTS_PER_PERCENT).min(100.0)
    };
    let against_holding = (total - backtest.hold_return + 50.0).clamp(0.0, 100.0);
    let trust = if trades < ENOUGH_TRADES { 0.8 + trades as f64 / 10.0 } else { 1.0 };
    let score = 0.4 * returned + 0.4 * backtest.win_rate() + 0.2 * against_holding;
    (score * trust).clamp(0.0, 100.0)
}

/// Present strength and past together, in equal parts.
pub fn combined_score(strength: f64, backtest_score: f64) -> f64 {
    0.5 * strength + 0.5 * backtest_score
}

/// What the scores leave of a buy. A verdict that is no buy stays as it is, however good its past.
pub fn reclassify(
    verdict: Verdict,
    rsi: f64,
    past: f64,
    combined: f64,
    trades: usize,
    settings: &Settings,
) -> Verdict {
    if !verdict.is_buy() {
        return verdict;
    }
    let factor = leniency(rsi, settings);
    let passes = |bar: &Bar| {
        (past >= bar.past * factor && combined >= bar.combined * factor) || combined >= bar.alone * factor
    };
    let (strong, buy) = if trades >= MANY_TRADES { (STRONG_MANY, BUY_MANY) } else { (STRONG_FEW, BUY_FEW) };
    if passes(&strong) {
        Verdict::StrongBuy
    } else if passes(&buy) {
        Verdict::Buy
    } else {
        Verdict::Watch
    }
}

/// What a verdict asks: both of the first two, or the third alone.
struct Bar {
    past: f64,
    combined: f64,
    alone: f64,
}

const STRONG_MANY: Bar = Bar { past: 60.0, combined: 35.0, alone: 60.0 };
const STRONG_FEW: Bar = Bar { past: 65.0, combined: 42.0, alone: 65.0 };
const BUY_MANY: Bar = Bar { past: 35.0, combined: 22.0, alone: 35.0 };
const BUY_FEW: Bar = Bar { past: 40.0, combined: 28.0, alone: 45.0 };

/// The deeper the fall, the less is asked.
fn leniency(rsi: f64, settings: &Settings) -> f64 {
    if rsi < settings.rsi_extreme_oversold {
        0.7
    } else if rsi < settings.rsi_extreme_oversold + 5.0 {
        0.8
    } else if rsi < settings.rsi_oversold {
        0.9
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::Alignment;
    use crate::fixtures::{past, plain_buy};
    use crate::signs::Signs;

    fn points(assessment: &Assessment) -> f64 {
        strength(assessment, &Settings::default()).unwrap()
    }

    fn with(change: impl Fn(&mut Assessment)) -> f64 {
        let mut assessment = plain_buy();
        change(&mut assessment);
        points(&assessment)
    }

    fn aligned(change: impl Fn(&mut Alignment)) -> f64 {
        with(|assessment| change(&mut assessment.alignment))
    }

    #[test]
    fn a_verdict_that_is_no_buy_has_no_strength() {
        let watched = Assessment { verdict: Verdict::Watch, ..plain_buy() };
        assert_eq!(strength(&watched, &Settings::default()), None);
        assert_eq!(points(&plain_buy()), 5.0);
        assert_eq!(with(|assessment| assessment.verdict = Verdict::StrongBuy), 10.0);
    }

    #[test]
    fn patterns_volume_and_rsi_add_points() {
        assert_eq!(with(|a| a.signs = Signs { hammer: true, engulfing: true, ..Signs::default() }), 9.0);
        assert_eq!(with(|a| a.volume.strong = true), 6.0);
        assert_eq!(with(|a| a.rsi = 29.0), 6.0, "the bonus that the old system lost");
        assert_eq!(with(|a| a.rsi = 19.0), 7.0);
    }

    #[test]
    fn the_dip_and_its_alignment_add_points() {
        use Confirmation::{Excellent, Fair, Good, Weak};
        let confirmed = [Excellent, Good, Fair, Weak].map(|word| aligned(|a| a.confirmation = word));
        assert_eq!(confirmed, [13.0, 10.0, 8.0, 5.0]);
        let scored = [10, 8, 6, 4, 2, 1].map(|score| aligned(|a| a.score = score));
        assert_eq!(scored, [9.0, 9.0, 8.0, 7.0, 6.0, 5.0]);
        let severe =
            [Severity::Extreme, Severity::High, Severity::Moderate].map(|s| aligned(|a| a.severity = s));
        assert_eq!(severe, [8.0, 7.0, 5.0]);
        use SupportQuality::{Moderate, Strong};
        assert_eq!([Strong, Moderate].map(|quality| aligned(|a| a.support.quality = quality)), [7.0, 6.0]);
        assert_eq!([2, 1].map(|signs| aligned(|a| a.volume_exhaustion = signs)), [7.0, 6.0]);
    }

    #[test]
    fn a_clean_chart_adds_points_and_an_unjudged_one_none() {
        let charted = [80.0, 70.0, 60.0].map(|score| with(|a| a.chart.score = score));
        assert_eq!(charted, [8.0, 7.0, 6.0]);
        let unjudged = with(|a| {
            a.chart.score = 100.0;
            a.chart.status = ChartStatus::Disabled;
        });
        assert_eq!(unjudged, 5.0);
    }

    #[test]
    fn strength_ends_at_twenty_five() {
        let best = with(|a| {
            a.verdict = Verdict::StrongBuy;
            a.rsi = 10.0;
            a.alignment.confirmation = Confirmation::Excellent;
            a.alignment.score = 10;
            a.alignment.severity = Severity::Extreme;
        });
        assert_eq!(best, 25.0);
    }

    fn close_to(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-9
    }

    #[test]
    fn a_past_is_scored_by_return_wins_and_gain_over_holding() {
        // 5 percent return (25 of 50), all won, 5 points over holding.
        assert!(close_to(backtest_score(&past(&[5.0; 3], 0.0)), 0.4 * 25.0 + 40.0 + 0.2 * 55.0));
        // Above ten percent each further one counts two and a half points.
        assert!(close_to(backtest_score(&past(&[14.0; 3], 200.0)), 0.4 * 60.0 + 40.0));
        assert!(close_to(backtest_score(&past(&[90.0; 3], 0.0)), 100.0));
        // One of four lost: 75 percent.
        assert!(close_to(backtest_score(&past(&[4.0, 4.0, 4.0, -4.0], 200.0)), 0.4 * 10.0 + 30.0));
    }

    #[test]
    fn few_trades_count_less_and_none_nothing() {
        let three = backtest_score(&past(&[5.0; 3], 0.0));
        assert!(close_to(backtest_score(&past(&[5.0; 1], 0.0)), three * 0.9));
        assert!(close_to(backtest_score(&past(&[5.0; 2], 0.0)), three));
        assert_eq!(backtest_score(&past(&[], -50.0)), 0.0);
        assert_eq!(backtest_score(&past(&[-80.0; 3], 100.0)), 0.0, "never below nothing");
    }

    #[test]
    fn both_scores_weigh_the_same() {
        assert_eq!(combined_score(20.0, 50.0), 35.0);
    }

    fn left_of(verdict: Verdict, rsi: f64, past: f64, combined: f64, trades: usize) -> Verdict {
        reclassify(verdict, rsi, past, combined, trades, &Settings::default())
    }

    #[test]
    fn scores_move_a_buy_up_or_down() {
        use Verdict::{Buy, StrongBuy, Watch};
        assert_eq!(left_of(Buy, 35.0, 60.0, 35.0, 5), StrongBuy);
        assert_eq!(left_of(Buy, 35.0, 59.0, 35.0, 5), Buy);
        assert_eq!(left_of(StrongBuy, 35.0, 35.0, 22.0, 5), Buy);
        assert_eq!(left_of(StrongBuy, 35.0, 34.0, 22.0, 5), Watch);
        assert_eq!(left_of(Buy, 35.0, 0.0, 60.0, 5), StrongBuy, "the combined score alone");
        assert_eq!(left_of(Buy, 35.0, 0.0, 35.0, 5), Buy);
    }

    #[test]
    fn fewer_trades_must_score_higher() {
        use Verdict::{Buy, StrongBuy, Watch};
        assert_eq!(left_of(Buy, 35.0, 64.0, 42.0, 4), Buy);
        assert_eq!(left_of(Buy, 35.0, 65.0, 42.0, 4), StrongBuy);
        assert_eq!(left_of(Buy, 35.0, 39.0, 44.0, 4), Watch);
        assert_eq!(left_of(Buy, 35.0, 40.0, 28.0, 4), Buy);
    }

    #[test]
    fn a_deeper_fall_asks_for_less() {
        let at = |rsi| left_of(Verdict::Buy, rsi, 28.5, 18.0, 5);
        assert_eq!(
            [35.0, 29.0, 24.0, 19.0].map(at),
            [Verdict::Watch, Verdict::Watch, Verdict::Buy, Verdict::Buy]
        );
        assert_eq!(left_of(Verdict::Buy, 29.0, 31.5, 19.8, 5), Verdict::Buy);
    }

    #[test]
    fn a_good_past_makes_no_buy() {
        assert_eq!(left_of(Verdict::Watch, 35.0, 100.0, 62.5, 9), Verdict::Watch);
        assert_eq!(left_of(Verdict::Avoid, 15.0, 100.0, 62.5, 9), Verdict::Avoid);
    }
}
