//! What a call costs the host, known from the call alone before anything is done for it.

use crate::abi::latest::{broker, decision, signals, state};
use crate::call::{HostCall, HostReply};

/// What a list entry takes beside its text, in bytes.
const ENTRY: u64 = 16;

/// Numbers of a signal, in bytes: they are kept with it.
const SIGNAL_NUMBERS: u64 = 400;

/// The furthest that a calendar is walked for one call; the rest is refused by the calendar itself.
const MOST_DAYS: u32 = 2_500;

impl HostCall {
    /// Rows that the host builds or takes over for it, as far as the call names them.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Self::Phases { symbols }
            | Self::Quotes { symbols }
            | Self::Instruments { symbols }
            | Self::ActionsSince { symbols, .. } => length(symbols),
            Self::Candles { symbols, count, .. } => length(symbols).saturating_mul(u64::from(*count).max(1)),
            Self::TradingDayFrom { count, .. } => u64::from(count.unsigned_abs().min(MOST_DAYS)),
            Self::Place { requests } => length(requests),
            Self::Cancel { order_ids, .. } => length(order_ids),
            Self::PublishSignals { drafts } => length(drafts),
            Self::GetState { keys } => length(keys),
            Self::SetState { entries } => length(entries),
            Self::RecordDecisions { entries } => length(entries),
            Self::EstimateCharges { trades } => length(trades),
            _ => 0,
        }
        .saturating_add(1)
    }

    /// Bytes that it carries.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Phases { symbols }
            | Self::Quotes { symbols }
            | Self::Candles { symbols, .. }
            | Self::Instruments { symbols }
            | Self::ActionsSince { symbols, .. } => texts(symbols),
            Self::Place { requests } => requests.iter().map(order_bytes).fold(0, u64::saturating_add),
            Self::Modify { order_id, .. } => text(order_id),
            Self::Cancel { order_ids, reason } => texts(order_ids).saturating_add(text(reason)),
            Self::PublishSignals { drafts } => drafts.iter().map(signal_bytes).fold(0, u64::saturating_add),
            Self::GetState { keys } => texts(keys),
            Self::StateKeys { prefix } => text(prefix),
            Self::SetState { entries } => entries.iter().map(state_bytes).fold(0, u64::saturating_add),
            Self::Notify { title, body, .. } => text(title).saturating_add(text(body)),
            Self::Log { message, .. } => text(message),
            Self::RecordDecisions { entries } => {
                entries.iter().map(decision_bytes).fold(0, u64::saturating_add)
            }
            Self::EstimateCharges { trades } => length(trades).saturating_mul(ENTRY),
            _ => 0,
        }
        .saturating_add(ENTRY)
    }

    /// The largest single thing that it would leave behind, in bytes.
    pub(crate) fn largest_item(&self) -> u64 {
        match self {
            Self::RecordDecisions { entries } => entries.iter().map(decision_bytes).max().unwrap_or(0),
            Self::PublishSignals { drafts } => drafts.iter().map(signal_bytes).max().unwrap_or(0),
            Self::Notify { title, body, .. } => text(title).saturating_add(text(body)),
            _ => 0,
        }
    }

    /// Returns the call without its contents, which is what is recorded of one that carried too much.
    pub(crate) fn emptied(self) -> Self {
        match self {
            Self::Phases { .. } => Self::Phases { symbols: Vec::new() },
            Self::Quotes { .. } => Self::Quotes { symbols: Vec::new() },
            Self::Candles { interval, count, forming, .. } => {
                Self::Candles { symbols: Vec::new(), interval, count, forming }
            }
            Self::Instruments { .. } => Self::Instruments { symbols: Vec::new() },
            Self::ActionsSince { day, .. } => Self::ActionsSince { symbols: Vec::new(), day },
            Self::Place { .. } => Self::Place { requests: Vec::new() },
            Self::Modify { change, .. } => Self::Modify { order_id: String::new(), change },
            Self::Cancel { .. } => Self::Cancel { order_ids: Vec::new(), reason: String::new() },
            Self::PublishSignals { .. } => Self::PublishSignals { drafts: Vec::new() },
            Self::GetState { .. } => Self::GetState { keys: Vec::new() },
            Self::StateKeys { .. } => Self::StateKeys { prefix: String::new() },
            Self::SetState { .. } => Self::SetState { entries: Vec::new() },
            Self::Notify { level, .. } => Self::Notify { level, title: String::new(), body: String::new() },
            Self::Log { level, .. } => Self::Log { level, message: String::new() },
            Self::RecordDecisions { .. } => Self::RecordDecisions { entries: Vec::new() },
            Self::EstimateCharges { .. } => Self::EstimateCharges { trades: Vec::new() },
            other => other,
        }
    }
}

impl HostReply {
    /// Rows of a reply whose call could not say how many they would be.
    pub(crate) fn unasked_rows(&self) -> u64 {
        match self {
            Self::Universe(symbols) | Self::StateKeys(symbols) => length(symbols),
            Self::Orders(orders) => length(orders),
            Self::Positions(positions) => {
                positions.iter().map(|position| 1 + length(&position.entries)).fold(0, u64::saturating_add)
            }
            Self::Holdings(holdings) => length(holdings),
            Self::Reconciled(differences) => length(differences),
            Self::Signals(signals) => length(signals),
            Self::Actions(actions) => length(actions),
            _ => 0,
        }
    }
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

fn text(text: &str) -> u64 {
    length(text.as_bytes())
}

fn texts(list: &[String]) -> u64 {
    list.iter().map(|entry| text(entry) + ENTRY).fold(0, u64::saturating_add)
}

fn order_bytes(request: &broker::OrderRequest) -> u64 {
    let reason = match &request.purpose {
        broker::Purpose::Exit(reason) => text(reason),
        broker::Purpose::Entry | broker::Purpose::Reentry(_) => 0,
    };
    4 * ENTRY + text(&request.symbol) + reason + request.retry_of.as_deref().map_or(0, text)
}

fn signal_bytes(draft: &signals::SignalDraft) -> u64 {
    let reason = match &draft.kind {
        signals::SignalKind::Exit(reason) => text(reason),
        _ => 0,
    };
    SIGNAL_NUMBERS + text(&draft.symbol) + reason + texts(&draft.reasons)
}

fn state_bytes(entry: &state::Entry) -> u64 {
    ENTRY + text(&entry.key) + entry.value.as_deref().map_or(0, length)
}

fn decision_bytes(entry: &decision::Entry) -> u64 {
    let evidence = entry.evidence.iter().map(|it| ENTRY + text(&it.name) + text(&it.value));
    let own = 3 * ENTRY + text(&entry.symbol) + text(&entry.action) + text(&entry.reason);
    evidence.fold(own, u64::saturating_add)
}
