//! Loading users: with what is left of what was kept. A fault in what belongs to one user is that user's: they are
//! loaded with what can be read, and halted.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_brokers::Pushes;
use prahari_domain::tasks::Task;
use prahari_store::{HaltCode, RunFilter, StoreError, UserRow, UserScope};

use crate::brokers::Link;
use crate::chaos;
use crate::desk::{Desk, Teller, TradingServices};
use crate::error::AppError;
use crate::handles::Handles;
use crate::runs::{TaskMemory, UserRuns};
use crate::services::Activity;
use crate::settings::{KillSwitch, UserSettings};
use crate::user::User;
use crate::users_admin::Access;

/// A fault in one user's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Machine-readable kind of the fault.
    pub code: HaltCode,
    /// Reason, one sentence.
    pub reason: String,
}

/// A user with books and memory as they were left, and what of it cannot be used.
pub(crate) struct Loaded {
    /// The loaded user.
    pub user: User,
    /// Receiving end of the broker's pushes; none without a broker, or when it pushes nothing.
    pub pushes: Option<Pushes>,
    /// Faults for which the user has to be halted.
    pub faults: Vec<Fault>,
}

/// Loads one user.
///
/// # Errors
/// When the store cannot be read at all.
pub(crate) async fn load_user(
    trading: &Arc<TradingServices>,
    handles: &Handles,
    kill_switch: &Arc<KillSwitch>,
    row: UserRow,
) -> Result<Loaded, AppError> {
    let mut faults = Vec::new();
    let mut fault = |code, reason: String| faults.push(Fault { code, reason });
    let (link, pushes) = match trading.brokers.link(&row.broker, row.id, row.capital).await {
        // A broker that pushes nothing has gone from its end: the room for what would wait is given back at once.
        Ok((link, pushes)) => (link, Some(pushes).filter(|pushes| !pushes.is_over())),
        Err(error) => {
            fault(HaltCode::AccountUnusable, error.to_string());
            (Link::unusable(&row.broker, &error), None)
        }
    };
    let scope = trading.store.user(row.id);
    if let Some(switch) = &link.chaos {
        let (id, kept) = (row.id, readable(scope.broker_chaos().await, &mut fault)?.flatten());
        switch.set(kept.as_ref().map(chaos::of_row));
        if let Some(on) = switch.in_force() {
            let what = on.modes.sentence();
            tracing::warn!(user = %id, "the paper broker of a user misbehaves on purpose: {what}");
        }
    }
    let (settings, mut damaged) = UserSettings::load(&row, kill_switch.clone());
    let of_tasks = readable(scope.task_settings().await, &mut fault)?.unwrap_or_default();
    damaged.extend(settings.load_tasks(&of_tasks));
    for reason in damaged {
        fault(HaltCode::SettingsDamaged, reason);
    }
    let mut desk = Desk::load(trading.clone(), link, row.id, row.capital, settings.limits().clone()).await?;
    if let Some(reason) = desk.fault() {
        fault(HaltCode::JournalDamaged, format!("the order journal cannot be folded: {reason}"));
    }
    desk.announce_to(handles.events.clone());
    let preferences = settings.preferences_in_force();
    desk.tell_by(Teller { preferences, outbox: handles.outbox.clone() });
    let memory = readable(load_memory(&scope).await, &mut fault)?.unwrap_or_default();
    let service = readable(scope.service().await, &mut fault)?.flatten();
    let access = Access::new(row.role, row.active);
    let left_brokers = readable(scope.left_brokers().await, &mut fault)?.unwrap_or_default();
    let user = User::new((row.id, row.name, access), settings, desk, UserRuns::new(memory));
    user.set_left_brokers(left_brokers);
    if let Some(service) = service {
        *user.services.activity() = Activity::of(&service);
        if service.running {
            user.services.resume(service.schedule_version);
        }
    }
    load_last_task(&scope, &user).await?;
    let unified_since = user.services.activity().started_at;
    for service in readable(scope.individual_services().await, &mut fault)?.unwrap_or_default() {
        // What the unified service ran since then is not for an earlier end to explain.
        let last = service.stopped_at.is_some_and(|stopped| Some(stopped) > unified_since);
        if last {
            user.services.set_individual_end(service.task, service.reason);
        }
    }
    Ok(Loaded { user, pushes, faults })
}

/// Looks for the run that ended last: the row of the service is written once a minute, so it may be older.
async fn load_last_task(scope: &UserScope, user: &User) -> Result<(), AppError> {
    let since = user.services.activity().last_task.map(|(_, at)| at);
    let filter = RunFilter { since, limit: 1, ..RunFilter::default() };
    let newest = match scope.runs(filter).await {
        Ok(mut runs) => runs.pop(),
        Err(error) if error.concerns_everybody() => return Err(error.into()),
        Err(error) => {
            // It is only shown; nothing depends on it.
            tracing::warn!(user = %user.id, %error, "the last run of a user cannot be read");
            None
        }
    };
    if let Some((task, at)) = newest.and_then(|run| Some((run.task, run.finished_at?))) {
        user.services.activity().last_task = Some((task, at));
    }
    Ok(())
}

async fn load_memory(scope: &UserScope) -> Result<BTreeMap<Task, TaskMemory>, StoreError> {
    let mut memory: BTreeMap<Task, TaskMemory> = BTreeMap::new();
    for (task, key, value) in scope.load_state().await? {
        memory.entry(task).or_default().insert(key, value);
    }
    Ok(memory)
}

/// Returns what was read, or nothing of a row that cannot be read. That the store fails concerns everybody.
fn readable<T>(
    read: Result<T, StoreError>,
    fault: &mut impl FnMut(HaltCode, String),
) -> Result<Option<T>, AppError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.concerns_everybody() => Err(error.into()),
        Err(error) => {
            fault(HaltCode::RecordsDamaged, error.to_string());
            Ok(None)
        }
    }
}
