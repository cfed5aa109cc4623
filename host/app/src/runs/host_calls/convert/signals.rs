//! Signals.

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::signals as domain;
use prahari_domain::text::one_line;
use prahari_domain::time::day_number;
use prahari_runtime::abi::latest::signals::{self, ReentrySignal};

/// A guest's finding, checked; the error names the field.
pub(crate) fn signal_draft(draft: &signals::SignalDraft) -> Result<domain::SignalDraft, String> {
    let numbers = [
        ("rsi", draft.rsi),
        ("strength-score", draft.strength_score),
        ("backtest-score", draft.backtest_score),
        ("combined-score", draft.combined_score),
        ("priority-score", draft.priority_score),
    ];
    if let Some((name, value)) = numbers.iter().find(|(_, value)| !value.is_finite()) {
        return Err(format!("{name} of {} is {value}, not a number", draft.symbol));
    }
    Ok(domain::SignalDraft {
        symbol: Symbol::new(&draft.symbol).map_err(|error| error.to_string())?,
        kind: match &draft.kind {
            signals::SignalKind::Buy => domain::SignalKind::Buy,
            signals::SignalKind::StrongBuy => domain::SignalKind::StrongBuy,
            signals::SignalKind::Reentry(at) => {
                domain::SignalKind::Reentry { level: at.level, cycle: at.cycle }
            }
            signals::SignalKind::Exit(reason) => domain::SignalKind::Exit(one_line(reason).into_owned()),
        },
        last_close: Paise(draft.last_close),
        rsi: draft.rsi,
        ema9: Paise(draft.ema9),
        ema200: Paise(draft.ema200),
        average_volume: draft.average_volume,
        strength_score: draft.strength_score,
        backtest_score: draft.backtest_score,
        combined_score: draft.combined_score,
        priority_score: draft.priority_score,
        buy_low: Paise(draft.buy_low),
        buy_high: Paise(draft.buy_high),
        stop: Paise(draft.stop),
        target: Paise(draft.target),
        reasons: draft.reasons.iter().map(|reason| one_line(reason).into_owned()).collect(),
    })
}

pub(crate) fn signal(signal: domain::Signal) -> signals::Signal {
    let draft = signal.draft;
    signals::Signal {
        id: signal.id.0,
        status: match signal.status {
            domain::SignalStatus::Active => signals::SignalStatus::Active,
            domain::SignalStatus::Traded => signals::SignalStatus::Traded,
            domain::SignalStatus::Rejected => signals::SignalStatus::Rejected,
            domain::SignalStatus::Failed => signals::SignalStatus::Failed,
            domain::SignalStatus::Expired => signals::SignalStatus::Expired,
        },
        published_at: signal.published_at.0,
        day: day_number(signal.day),
        expires_at: signal.expires_at.0,
        draft: signals::SignalDraft {
            symbol: draft.symbol.to_string(),
            kind: match draft.kind {
                domain::SignalKind::Buy => signals::SignalKind::Buy,
                domain::SignalKind::StrongBuy => signals::SignalKind::StrongBuy,
                domain::SignalKind::Reentry { level, cycle } => {
                    signals::SignalKind::Reentry(ReentrySignal { level, cycle })
                }
                domain::SignalKind::Exit(reason) => signals::SignalKind::Exit(reason),
            },
            last_close: draft.last_close.0,
            rsi: draft.rsi,
            ema9: draft.ema9.0,
            ema200: draft.ema200.0,
            average_volume: draft.average_volume,
            strength_score: draft.strength_score,
            backtest_score: draft.backtest_score,
            combined_score: draft.combined_score,
            priority_score: draft.priority_score,
            buy_low: draft.buy_low.0,
            buy_high: draft.buy_high.0,
            stop: draft.stop.0,
            target: draft.target.0,
            reasons: draft.reasons,
        },
    }
}
