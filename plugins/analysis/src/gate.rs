//! What a candidate's past must have been for it to be published (reference: candidate filter).

use crate::backtest::Backtest;

/// The least win rate in percent.
const LEAST_WIN_RATE: f64 = 65.0;
/// The least mean gain of a trade in percent.
const LEAST_AVERAGE_PROFIT: f64 = 1.5;
/// The least backtest score.
const LEAST_SCORE: f64 = 45.0;

/// Why a candidate is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refused {
    /// Its past holds no trade.
    NoTrades,
    /// Too few trades won.
    WinRate,
    /// The mean trade won too little.
    AverageProfit,
    /// All trades together lost.
    TotalReturn,
    /// The score is too low.
    BacktestScore,
    /// The scores leave no buy of the verdict.
    FinalVerdict,
    /// The combined score is below the user's least.
    CombinedScore,
}

impl Refused {
    /// Its stable code in decisions.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoTrades => "backtest_no_trades",
            Self::WinRate => "backtest_win_rate",
            Self::AverageProfit => "backtest_average_profit",
            Self::TotalReturn => "backtest_return",
            Self::BacktestScore => "backtest_score",
            Self::FinalVerdict => "final_verdict",
            Self::CombinedScore => "combined_score",
        }
    }
}

/// Whether a past is good enough; the first thing that is not.
///
/// # Errors
/// What the past lacks.
pub fn check_past(backtest: &Backtest, score: f64) -> Result<(), Refused> {
    if backtest.trades.is_empty() {
        Err(Refused::NoTrades)
    } else if backtest.win_rate() < LEAST_WIN_RATE {
        Err(Refused::WinRate)
    } else if backtest.average_profit() < LEAST_AVERAGE_PROFIT {
        Err(Refused::AverageProfit)
    } else if backtest.total_return() <= 0.0 {
        Err(Refused::TotalReturn)
    } else if score < LEAST_SCORE {
        Err(Refused::BacktestScore)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::past;

    #[test]
    fn each_rule_refuses_by_itself() {
        assert_eq!(check_past(&past(&[], 0.0), 0.0), Err(Refused::NoTrades));
        assert_eq!(
            check_past(&past(&[9.0, 9.0, -1.0, -1.0, 9.0, 9.0, -1.0], 0.0), 60.0),
            Err(Refused::WinRate)
        );
        assert_eq!(check_past(&past(&[1.4; 5], 0.0), 60.0), Err(Refused::AverageProfit));
        assert_eq!(check_past(&past(&[2.0; 5], 0.0), 44.9), Err(Refused::BacktestScore));
        assert_eq!(check_past(&past(&[2.0; 5], 0.0), 45.0), Ok(()));
    }

    #[test]
    fn one_large_loss_refuses_a_past_of_small_gains() {
        let mut lost = past(&[3.0, 3.0, 3.0], 0.0);
        lost.trades[2].invested = 100_000.0;
        lost.trades[2].profit = -200.0;
        lost.trades.push(lost.trades[0].clone());
        assert!(lost.average_profit() >= 1.5 && lost.win_rate() >= 65.0);
        assert_eq!(check_past(&lost, 60.0), Err(Refused::TotalReturn));
    }
}
