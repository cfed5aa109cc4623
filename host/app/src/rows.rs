//! Signals as rows of the database and back.

use std::collections::BTreeMap;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::signals::{Signal, SignalKind, SignalStatus};
use prahari_domain::time::Day;
use prahari_store::{SignalFilter, SignalRow, Store, UserScope};

use crate::board::{Rejections, SignalBoard};
use crate::error::AppError;

/// A signal as it is kept.
///
/// # Errors
/// When it cannot be written as JSON, which finite numbers always can.
pub fn signal_row(signal: &Signal) -> Result<SignalRow, AppError> {
    let kind = match signal.draft.kind {
        SignalKind::Buy => "buy",
        SignalKind::StrongBuy => "strong_buy",
        SignalKind::Reentry { .. } => "reentry",
        SignalKind::Exit(_) => "exit",
    };
    Ok(SignalRow {
        id: signal.id,
        symbol: signal.draft.symbol.clone(),
        kind: kind.to_owned(),
        status: signal.status.name().to_owned(),
        day: signal.day,
        published_at: signal.published_at,
        expires_at: signal.expires_at,
        data: serde_json::to_string(signal)?,
    })
}

/// The board with every signal that still stands.
///
/// # Errors
/// When the store cannot be read or a row is damaged.
pub async fn load_signals(
    store: &Store,
    calendar: &Calendar,
    users: impl Iterator<Item = UserId>,
) -> Result<SignalBoard, AppError> {
    let standing = || SignalFilter { since: None, active_only: true };
    let shared = signals(store.system().load_signals(standing()).await?)?;
    let mut personal = BTreeMap::new();
    let mut rejected = BTreeMap::new();
    for user in users {
        let scope = store.user(user);
        let own = signals(scope.load_signals(standing()).await?)?;
        let oldest = shared.iter().chain(&own).map(|signal| signal.day).min();
        if let Some(oldest) = oldest {
            rejected.insert(user, rejections(&scope, calendar, oldest).await?);
        }
        if !own.is_empty() {
            personal.insert(user, own);
        }
    }
    rejected.retain(|_, rejected| !rejected.is_empty());
    Ok(SignalBoard::new(shared, personal, rejected))
}

/// What a user does not want of the signals of a trading date or later.
async fn rejections(scope: &UserScope, calendar: &Calendar, since: Day) -> Result<Rejections, AppError> {
    let mut rejections = Rejections::new();
    for choice in scope.signal_statuses(since).await? {
        // A choice from before the days that the calendar knows is about a signal that has long ended.
        if choice.status == SignalStatus::Rejected.name()
            && let Ok(window) = calendar.signal_window(choice.at)
        {
            rejections.insert(choice.signal, window);
        }
    }
    Ok(rejections)
}

fn signals(rows: Vec<SignalRow>) -> Result<Vec<Signal>, AppError> {
    rows.iter().map(|row| Ok(serde_json::from_str(&row.data)?)).collect()
}
