//! Signals as rows of the database and back.

use std::collections::BTreeMap;

use prahari_domain::ids::UserId;
use prahari_domain::signals::{Signal, SignalKind};
use prahari_store::{SignalFilter, SignalRow, Store};

use crate::board::SignalBoard;
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
    users: impl Iterator<Item = UserId>,
) -> Result<SignalBoard, AppError> {
    let standing = || SignalFilter { since: None, active_only: true };
    let shared = signals(store.system().load_signals(standing()).await?)?;
    let mut personal = BTreeMap::new();
    for user in users {
        let own = signals(store.user(user).load_signals(standing()).await?)?;
        if !own.is_empty() {
            personal.insert(user, own);
        }
    }
    Ok(SignalBoard::new(shared, personal))
}

fn signals(rows: Vec<SignalRow>) -> Result<Vec<Signal>, AppError> {
    rows.iter().map(|row| Ok(serde_json::from_str(&row.data)?)).collect()
}
