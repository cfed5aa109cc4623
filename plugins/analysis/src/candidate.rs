//! A buy verdict together with its past: scores, and what remains of the verdict.

use prahari_sdk::past::Past;

use crate::assessment::Assessment;
use crate::backtest::Backtest;
use crate::parameters::Parameters;
use crate::priority::{self, Ranked};
use crate::scores;
use crate::series::Series;
use crate::settings::Settings;
use crate::verdict::Verdict;

/// Calendar days of the five years that a past covers.
pub const PAST_DAYS: i32 = 1_826;
/// Daily bars to ask for: five years of at most 250 sessions, and 420 calendar days before them in which EMA200 settles.
pub const PAST_BARS: u32 = 1_560;

/// A buy and everything that ranks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What the rules say today.
    pub assessment: Assessment,
    /// What the rules would have done.
    pub backtest: Backtest,
    /// 0 to 25.
    pub strength: f64,
    /// 0 to 100.
    pub backtest_score: f64,
    /// Both in equal parts.
    pub combined: f64,
    /// What the scores leave of the verdict.
    pub final_verdict: Verdict,
    /// Buy range, stop and target.
    pub parameters: Parameters,
    /// Rank among buys; higher first.
    pub priority: f64,
}

impl Candidate {
    /// Tries the past of a symbol whose newest close has a buy verdict; `None` when the verdict is no buy.
    pub fn of(assessment: Assessment, series: &Series, settings: &Settings) -> Option<Self> {
        let strength = scores::strength(&assessment, settings)?;
        let view = series.latest()?;
        let backtest = Backtest::run(series, view.last().day.saturating_sub(PAST_DAYS), settings);
        let backtest_score = scores::backtest_score(&backtest);
        let combined = scores::combined_score(strength, backtest_score);
        let trades = backtest.trades.len();
        let final_verdict = scores::reclassify(
            assessment.verdict,
            assessment.rsi,
            backtest_score,
            combined,
            trades,
            settings,
        );
        let parameters = Parameters::of(view.bars(), assessment.verdict, &assessment.alignment)?;
        let priority = priority::score(&Ranked {
            risk_reward: parameters.risk_reward(assessment.close),
            rsi: assessment.rsi,
            volume_ratio: assessment.volume.ratio,
            alignment: assessment.alignment.score,
            backtest_score,
            chart_score: assessment.chart.score,
        });
        Some(Self {
            assessment,
            backtest,
            strength,
            backtest_score,
            combined,
            final_verdict,
            parameters,
            priority,
        })
    }

    /// What a signal says of the past.
    pub fn past(&self) -> Past {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Past {
            trades: count(self.backtest.trades.len()),
            won: count(self.backtest.won()),
            average_profit: self.backtest.average_profit(),
            total_return: self.backtest.total_return(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::assess;
    use crate::fixtures::{past, plain_buy, series_of, winning_bars};

    fn winner() -> Candidate {
        let settings = Settings::default();
        let series = Series::new(winning_bars(), 10);
        let assessment = assess(&series.latest().unwrap(), None, &settings).unwrap();
        Candidate::of(assessment, &series, &settings).unwrap()
    }

    #[test]
    fn a_dip_that_has_always_paid_is_a_buy_with_its_past() {
        let candidate = winner();
        let past = candidate.past();
        assert!(past.trades >= 5 && past.won + 1 >= past.trades, "{past:?}");
        assert!(candidate.final_verdict.is_buy(), "{candidate:?}");
        assert!((past.win_rate() - candidate.backtest.win_rate()).abs() < 1e-9, "{past:?}");
        assert_eq!(past.average_profit, candidate.backtest.average_profit());
        assert_eq!(candidate.combined, scores::combined_score(candidate.strength, candidate.backtest_score));
    }

    #[test]
    fn a_past_says_how_many_trades_won_and_what_they_won() {
        let candidate = Candidate { backtest: past(&[4.0, 4.0, -2.0, 2.0], 0.0), ..winner() };
        let expected = Past { trades: 4, won: 3, average_profit: 2.0, total_return: 2.0 };
        assert_eq!(candidate.past(), expected);
        let none = Candidate { backtest: past(&[], 0.0), ..winner() };
        assert_eq!(none.past(), Past { trades: 0, won: 0, average_profit: 0.0, total_return: 0.0 });
    }

    #[test]
    fn a_verdict_that_is_no_buy_is_no_candidate() {
        let watched = Assessment { verdict: Verdict::Watch, ..plain_buy() };
        assert!(Candidate::of(watched, &series_of(&[100.0; 300]), &Settings::default()).is_none());
    }
}
