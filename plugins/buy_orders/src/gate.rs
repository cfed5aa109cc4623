//! What a user asks of the past of a share before it is bought, if anything (reference: the quality gate, which there only
//! chooses what is told).

use prahari_sdk::past::Past;
use prahari_sdk::{PastGate, SignalDraft};

/// Asks the past of a buy signal; without a gate everything passes.
///
/// # Errors
/// The reason code of the first thing that is not good enough.
pub fn check(gate: Option<&PastGate>, draft: &SignalDraft) -> Result<(), &'static str> {
    let Some(gate) = gate else { return Ok(()) };
    let past = Past::of(&draft.reasons).ok_or("past_unknown")?;
    if past.trades == 0 {
        Err("past_no_trades")
    } else if past.win_rate() < gate.win_rate {
        Err("past_win_rate")
    } else if past.average_profit < gate.average_profit {
        Err("past_average_profit")
    } else if past.total_return <= 0.0 {
        Err("past_return")
    } else if draft.backtest_score < gate.score {
        Err("past_score")
    } else if draft.combined_score < gate.combined {
        Err("below_min_combined_score")
    } else {
        Ok(())
    }
}
