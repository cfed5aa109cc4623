//! A candidate as a signal for everybody.

use prahari_sdk::{SignalDraft, SignalKind, money};

use crate::candidate::Candidate;
use crate::verdict::Verdict;

/// The draft of a candidate; `None` when a price of it is none, or its final verdict is no buy.
pub fn draft(symbol: &str, candidate: &Candidate) -> Option<SignalDraft> {
    let kind = match candidate.final_verdict {
        Verdict::StrongBuy => SignalKind::StrongBuy,
        Verdict::Buy => SignalKind::Buy,
        Verdict::Watch | Verdict::Avoid => return None,
    };
    let assessment = &candidate.assessment;
    let parameters = &candidate.parameters;
    Some(SignalDraft {
        symbol: symbol.to_owned(),
        kind,
        last_close: money::nearest(assessment.close)?,
        rsi: assessment.rsi,
        ema9: money::nearest(assessment.ema9)?,
        ema200: money::nearest(assessment.ema200)?,
        average_volume: assessment.volume.average.round() as u64,
        strength_score: candidate.strength,
        backtest_score: candidate.backtest_score,
        combined_score: candidate.combined,
        priority_score: candidate.priority,
        buy_low: money::nearest(parameters.buy_low)?,
        buy_high: money::nearest(parameters.buy_high)?,
        stop: money::nearest(parameters.stop)?,
        target: money::nearest(parameters.target)?,
        reasons: reasons(candidate).into_iter().map(str::to_owned).chain(candidate.past().codes()).collect(),
    })
}

/// Short codes of what speaks for the buy.
pub fn reasons(candidate: &Candidate) -> Vec<&'static str> {
    let assessment = &candidate.assessment;
    let mut codes = vec![assessment.reason.code()];
    codes.extend(assessment.signs.codes());
    codes.extend(assessment.alignment.confirmation.code());
    codes.extend(assessment.volume.strong.then_some("volume_strong"));
    codes
}
