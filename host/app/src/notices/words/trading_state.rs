//! Messages about the trading state.

use prahari_domain::risk::TradingState;
use prahari_domain::settings::NotificationKind;
use prahari_store::NotificationLevel;

use super::Words;

/// An admin has set the trading state of a user.
pub(crate) fn set(state: TradingState, reason: &str, by: &str) -> Words {
    let (kind, level) = match state {
        TradingState::Active => (NotificationKind::Info, NotificationLevel::Info),
        TradingState::ReduceOnly | TradingState::Halted => {
            (NotificationKind::Warning, NotificationLevel::Warning)
        }
    };
    let (title, holds) = match state {
        TradingState::Active => ("An admin lets you trade again", "What you have set yourself still holds."),
        TradingState::ReduceOnly => (
            "An admin has set your trading to reduce-only",
            "Only sells of what you hold, fewer shares of open buys and cancellations are sent. Open buys stay at the broker.",
        ),
        TradingState::Halted => (
            "An admin has halted your trading",
            "Only cancellations are sent. Open orders stay at the broker.",
        ),
    };
    Words { kind, level, title: title.to_owned(), body: format!("{by}: {reason}\n{holds}") }
}
