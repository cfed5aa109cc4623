//! Signals as rows of the database and back.

use std::collections::BTreeMap;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::signals::{Signal, SignalStatus};
use prahari_domain::time::Day;
use prahari_store::{HaltCode, SignalFilter, SignalRow, Store, UserScope};

use super::active::{ActiveSignals, Rejections};
use crate::error::AppError;
use crate::users_admin::loading::Fault;

/// A signal as it is kept.
///
/// # Errors
/// When it cannot be written as JSON, which finite numbers always can.
pub fn signal_row(signal: &Signal) -> Result<SignalRow, AppError> {
    Ok(SignalRow {
        id: signal.id,
        symbol: signal.draft.symbol.clone(),
        kind: signal.draft.kind.name().to_owned(),
        status: signal.status.name().to_owned(),
        day: signal.day,
        published_at: signal.published_at,
        expires_at: signal.expires_at,
        data: serde_json::to_string(signal)?,
    })
}

/// Loads every signal that still stands, and returns the users whose own signals cannot be read.
///
/// # Errors
/// When the store cannot be read or a signal for everybody is damaged.
pub async fn load_signals(
    store: &Store,
    calendar: &Calendar,
    users: impl Iterator<Item = UserId>,
) -> Result<(ActiveSignals, Vec<(UserId, Fault)>), AppError> {
    let standing = SignalFilter { since: None, active_only: true };
    let shared = signals(store.system().load_signals(standing).await?)?;
    let (mut personal, mut rejected) = (BTreeMap::new(), BTreeMap::new());
    let mut unread = Vec::new();
    for user in users {
        match load_own(&store.user(user), calendar, &shared).await {
            Ok((own, rejections)) => {
                personal.insert(user, own);
                rejected.insert(user, rejections);
            }
            Err(error) if error.concerns_everybody() => return Err(error),
            Err(error) => {
                let reason = format!("the signals of this user cannot be read: {error}");
                unread.push((user, Fault { code: HaltCode::RecordsDamaged, reason }));
            }
        }
    }
    personal.retain(|_, own: &mut Vec<Signal>| !own.is_empty());
    rejected.retain(|_, rejected: &mut Rejections| !rejected.is_empty());
    Ok((ActiveSignals::new(shared, personal, rejected), unread))
}

/// A user's own signals, and what they do not want of all that they are shown.
async fn load_own(
    scope: &UserScope,
    calendar: &Calendar,
    shared: &[Signal],
) -> Result<(Vec<Signal>, Rejections), AppError> {
    let standing = SignalFilter { since: None, active_only: true };
    let own = signals(scope.load_signals(standing).await?)?;
    let oldest = shared.iter().chain(&own).map(|signal| signal.day).min();
    let rejections = match oldest {
        Some(oldest) => rejections(scope, calendar, oldest).await?,
        None => Rejections::new(),
    };
    Ok((own, rejections))
}

/// Returns what a user does not want of the signals of a trading date or later.
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
