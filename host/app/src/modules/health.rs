//! Versions that fail by their own fault, again and again: taken out of use, or, when nothing else is there to run,
//! tried less and less often.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{ModuleHash, RunOutcome};
use prahari_store::ModuleRow;

use super::Modules;
use super::activate::{Activation, Permission};
use crate::error::AppError;

/// So many runs of one user in a row that end by the module's own fault make it unfit. One may be the data of a moment, two
/// a coincidence.
pub const BROKEN_AFTER: u32 = 3;

/// The first time that a task without another version is held back; each further failure doubles it.
const FIRST_HOLD_MS: i64 = 60_000;

/// The longest time that a task is held back: it has to be tried several times in a session.
const LONGEST_HOLD_MS: i64 = 30 * 60_000;

/// Runs of one task of one user that failed in a row.
#[derive(Debug, Clone, Copy)]
struct Streak {
    module: ModuleHash,
    failures: u32,
    held_until: Option<Timestamp>,
}

/// The streaks of everybody. Kept in memory only: after a restart everything gets a new chance.
#[derive(Debug, Default)]
pub(super) struct Health {
    streaks: Mutex<BTreeMap<(UserId, Task), Streak>>,
}

impl Health {
    fn streaks(&self) -> MutexGuard<'_, BTreeMap<(UserId, Task), Streak>> {
        self.streaks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a run; how many have failed in a row with it.
    fn count(&self, user: UserId, task: Task, module: ModuleHash, outcome: &RunOutcome) -> u32 {
        let mut streaks = self.streaks();
        if !outcome.is_own_fault() {
            streaks.remove(&(user, task));
            return 0;
        }
        let new = Streak { module, failures: 0, held_until: None };
        let streak = streaks.entry((user, task)).or_insert(new);
        if streak.module != module {
            *streak = new;
        }
        streak.failures = streak.failures.saturating_add(1);
        streak.failures
    }

    fn hold(&self, user: UserId, task: Task, until: Timestamp) {
        if let Some(streak) = self.streaks().get_mut(&(user, task)) {
            streak.held_until = Some(until);
        }
    }

    /// Whatever held a task back is over: another version runs now.
    fn forget(&self, task: Task) {
        self.streaks().retain(|(_, of), _| *of != task);
    }
}

/// What became of a version after a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// It goes on.
    None,
    /// The task is not tried again for this user before that instant.
    HeldBack(Timestamp),
    /// It was taken out of use, and the other version runs.
    RolledBack {
        /// The one that failed.
        from: u64,
        /// The one that runs now.
        to: ModuleRow,
        /// Why.
        reason: String,
    },
}

impl Modules {
    /// Looks at the end of a run. A version that fails again and again by its own fault is quarantined, and the version
    /// that was active before it runs again; when there is none, the task is held back for this user.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn observe(
        &self,
        (user, task): (UserId, Task),
        module: ModuleHash,
        outcome: &RunOutcome,
        permission: Permission,
        now: Timestamp,
    ) -> Result<Consequence, AppError> {
        let failures = self.health.count(user, task, module, outcome);
        if failures < BROKEN_AFTER {
            return Ok(Consequence::None);
        }
        let _changing = self.change.lock().await;
        let Some(failed) = self.table().for_user(task, user).cloned() else { return Ok(Consequence::None) };
        // Somebody may have activated another one meanwhile.
        if failed.module.hash() != module {
            return Ok(Consequence::None);
        }
        for earlier in self.earlier_than(task, failed.version).await? {
            let reason = format!("{failures} runs of user {user} in a row failed: {}", outcome.detail());
            match self.quarantine(task, failed.version, earlier, reason, permission, now).await {
                // It wants more than it is granted by now, or does not load any more.
                Err(error) if !error.concerns_everybody() => {
                    tracing::warn!(%task, %error, "an earlier version cannot take the place of one that fails");
                }
                quarantined => return quarantined,
            }
        }
        let until = now.plus_millis(hold_millis(user, task, failures));
        self.health.hold(user, task, until);
        Ok(Consequence::HeldBack(until))
    }

    /// Until when a task of a user is held back, if it is.
    pub(crate) fn held_back(&self, user: UserId, task: Task, now: Timestamp) -> Option<(Timestamp, u32)> {
        let streaks = self.health.streaks();
        let streak = streaks.get(&(user, task))?;
        streak.held_until.filter(|until| now < *until).map(|until| (until, streak.failures))
    }

    /// What could run for everybody without this version, the best first.
    async fn earlier_than(&self, task: Task, version: u64) -> Result<Vec<ModuleRow>, AppError> {
        let active = self.table().active(task).map(|running| running.version);
        match active {
            Some(active) if active != version => self.version(task, active).await.map(|row| vec![row]),
            _ => self.earlier(task).await,
        }
    }

    /// Takes a version out of use once another one runs in its place; before that nothing is changed.
    async fn quarantine(
        &self,
        task: Task,
        version: u64,
        earlier: ModuleRow,
        reason: String,
        permission: Permission,
        now: Timestamp,
    ) -> Result<Consequence, AppError> {
        let activation = Activation {
            task,
            version: earlier.version,
            by: None,
            reason: format!("version {version} was quarantined: {reason}"),
        };
        let (to, _) = self.activate_now(activation, permission, now).await?;
        let system = self.store()?.system();
        system.quarantine_module(task, version, Some(now), reason.clone()).await?;
        let mut table = (*self.table()).clone();
        table.drop_pins(task, version);
        self.replace_table(table);
        self.health.forget(task);
        Ok(Consequence::RolledBack { from: version, to, reason })
    }
}

/// Twice as long with each failure, up to a bound, give or take a quarter: users that failed together are not tried together
/// again. What looks random is a hash of what it is about.
fn hold_millis(user: UserId, task: Task, failures: u32) -> i64 {
    let doublings = failures.saturating_sub(BROKEN_AFTER).min(16);
    let hold = FIRST_HOLD_MS.saturating_mul(1_i64 << doublings).min(LONGEST_HOLD_MS);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&user.0.to_le_bytes()).update(task.name().as_bytes()).update(&failures.to_le_bytes());
    let [first, ..] = *hasher.finalize().as_bytes();
    let percent = 75 + i64::from(first) * 50 / 255;
    hold * percent / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_double_up_to_a_bound_and_differ_between_users() {
        let of = |user: u64, failures: u32| hold_millis(UserId(user), Task::SellMonitor, failures);
        for user in 1..50 {
            for failures in 3..40 {
                let plain = FIRST_HOLD_MS.saturating_mul(1 << (failures - 3).min(16)).min(LONGEST_HOLD_MS);
                let hold = of(user, failures);
                assert!(hold >= plain * 3 / 4 && hold <= plain * 5 / 4, "{user} {failures}: {hold}");
            }
        }
        let holds: std::collections::BTreeSet<i64> = (1..50).map(|user| of(user, 5)).collect();
        assert!(holds.len() > 20, "{holds:?}");
    }
}
