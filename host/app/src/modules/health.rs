//! Versions that fail by their own fault, again and again: taken out of use, or, when nothing else is there to run
//! or the fault is one user's, tried less and less often for that user.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{ModuleHash, RunOutcome};
use prahari_store::ModuleRow;

use super::Modules;
use super::activate::{Activation, Permission};
use crate::error::AppError;
use crate::events::Audience;
use crate::grants::Allowance;
use crate::tasks::TaskSet;

/// Failed runs in a row, by the module's own fault and for one user, after which the module is unfit. One may
/// be the data of a moment, two a coincidence.
pub const BROKEN_AFTER: u32 = 3;

/// Number of users with allowances of their own for whom a version has to fail before it is unfit for
/// everybody.
pub const SEVERAL_USERS: usize = 2;

/// The first time that a task without another version is held back; each further failure doubles it.
const FIRST_BACKOFF_MS: i64 = 60_000;

/// The longest time that a task is held back: it has to be tried several times in a session.
const LONGEST_BACKOFF_MS: i64 = 30 * 60_000;

/// What a failed run says of the version that it ran on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Blame {
    /// It had what everybody has: the version is at fault.
    Version,
    /// The user's own allowance gives less than others have, which may be why: not at fault before several users
    /// see it.
    Unsure,
    /// A limit of the user's own allowance ended it, which others do not have: nobody else is concerned. The text
    /// names it.
    OwnLimit(String),
}

/// Runs of one task of one user that failed in a row.
#[derive(Debug, Clone)]
struct Streak {
    module: ModuleHash,
    /// Failed runs in a row.
    failures: u32,
    /// Failed runs that [`Blame::Version`] explains.
    by_version: u32,
    /// Failed runs that [`Blame::Unsure`] explains.
    unsure: u32,
    backoff: Option<Backoff>,
}

/// A task of a user that is not tried for a while.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    /// Time until which the task is not run.
    pub until: Timestamp,
    /// Reason, one sentence for the user.
    pub reason: String,
    /// The allowance that its runs had; with another one it is tried at once.
    pub under: Arc<Allowance>,
}

/// The streaks of everybody. Kept in memory only: after a restart everything gets a new chance.
#[derive(Debug, Default)]
pub(super) struct Health {
    streaks: Mutex<BTreeMap<(UserId, Task), Streak>>,
}

impl Health {
    fn streaks(&self) -> MutexGuard<'_, BTreeMap<(UserId, Task), Streak>> {
        self.streaks.lock()
    }

    /// Counts a run that failed by the module's own fault; how many have failed in a row with it, and whether the
    /// version is unfit for everybody.
    fn count(&self, user: UserId, task: Task, module: ModuleHash, blame: &Blame) -> (u32, bool) {
        let mut streaks = self.streaks();
        let new = Streak { module, failures: 0, by_version: 0, unsure: 0, backoff: None };
        let streak = streaks.entry((user, task)).or_insert_with(|| new.clone());
        if streak.module != module {
            *streak = new;
        }
        streak.failures = streak.failures.saturating_add(1);
        match blame {
            Blame::Version => streak.by_version = streak.by_version.saturating_add(1),
            Blame::Unsure => streak.unsure = streak.unsure.saturating_add(1),
            Blame::OwnLimit(_) => {}
        }
        let (failures, alone) = (streak.failures, streak.by_version >= BROKEN_AFTER);
        let sees_it = |streak: &Streak| {
            streak.module == module && streak.by_version.saturating_add(streak.unsure) >= BROKEN_AFTER
        };
        let users = streaks.iter().filter(|((_, of), streak)| *of == task && sees_it(streak)).count();
        (failures, alone || users >= SEVERAL_USERS)
    }

    /// A run that did not fail by the module's own fault; whether the task was held back before it.
    fn clear(&self, user: UserId, task: Task) -> bool {
        self.streaks().remove(&(user, task)).is_some_and(|streak| streak.backoff.is_some())
    }

    fn backoff(&self, user: UserId, task: Task, backoff: Backoff) {
        if let Some(streak) = self.streaks().get_mut(&(user, task)) {
            streak.backoff = Some(backoff);
        }
    }

    /// Whatever held a task back is over: another version runs now.
    fn forget(&self, task: Task) {
        self.streaks().retain(|(_, of), _| *of != task);
    }
}

/// The end of a run, as far as it says something of the version.
pub(crate) struct RunEnd<'a> {
    /// The user that it belongs to.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// Hash of the module that ran.
    pub module: ModuleHash,
    /// Outcome of the run.
    pub outcome: &'a RunOutcome,
    /// Allowance of the run.
    pub allowance: &'a Arc<Allowance>,
    /// What a failure says of the version.
    pub blame: Blame,
}

/// What follows for a version from a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// Nothing changes.
    None,
    /// It goes on, and was held back before.
    Recovered,
    /// The task is not tried again for this user for a while.
    BackedOff {
        /// Time until which the task is not run.
        until: Timestamp,
        /// Reason, one sentence for the user.
        reason: String,
        /// Whether the task was not backed off before.
        first: bool,
        /// The version, where it is unfit for everybody and no other one can take its place.
        unfit: Option<u64>,
    },
    /// It was taken out of use, and the other version runs.
    RolledBack {
        /// The one that failed.
        from: u64,
        /// The one that runs now.
        to: ModuleRow,
        /// The reason, in one sentence.
        reason: String,
    },
}

impl Modules {
    /// Looks at the end of a run. A version that fails again and again by its own fault is quarantined, and the version
    /// that was active before it runs again; when there is none that is fit, or only this user is concerned, the
    /// task is held back for this user. A version whose manifest is not the accepted one does not come back by
    /// itself.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn record_outcome(
        &self,
        end: RunEnd<'_>,
        (tasks, permission): (&TaskSet, Permission),
        now: Timestamp,
    ) -> Result<Consequence, AppError> {
        let RunEnd { user, task, module, outcome, .. } = end;
        if !outcome.is_own_fault() {
            let was_held = self.health.clear(user, task);
            return Ok(if was_held { Consequence::Recovered } else { Consequence::None });
        }
        let (failures, unfit) = self.health.count(user, task, module, &end.blame);
        if failures < BROKEN_AFTER {
            return Ok(Consequence::None);
        }
        let _changing = self.change.lock().await;
        let Some(failed) = self.table().for_user(task, user).cloned() else { return Ok(Consequence::None) };
        // Somebody may have activated another one meanwhile.
        if failed.module.hash() != module {
            return Ok(Consequence::None);
        }
        let earlier = if unfit { self.earlier_than(task, failed.version).await? } else { Vec::new() };
        for earlier in earlier.into_iter().filter(|earlier| tasks.accepts(earlier)) {
            let reason = format!("{failures} runs of user {user} in a row failed: {}", outcome.detail());
            match self.quarantine(task, failed.version, earlier, reason, permission, now).await {
                // It wants more than it is granted by now, or does not load any more.
                Err(error) if !error.concerns_everybody() => {
                    tracing::warn!(%task, %error, "an earlier version cannot take the place of one that fails");
                }
                quarantined => return quarantined,
            }
        }
        let unfit = unfit.then_some(failed.version);
        Ok(self.back_off(&end, (failures, unfit), now))
    }

    /// Holds a task of a user back.
    fn back_off(
        &self,
        end: &RunEnd<'_>,
        (failures, unfit): (u32, Option<u64>),
        now: Timestamp,
    ) -> Consequence {
        let until = now.plus_millis(backoff_ms(end.user, end.task, failures));
        let why = match &end.blame {
            Blame::OwnLimit(limit) => format!("at a limit of this user's own allowance, {limit}"),
            Blame::Version | Blame::Unsure => "by the module's own fault".to_owned(),
        };
        let reason = format!("{failures} runs in a row failed {why}: {}", end.outcome.detail());
        let backoff = Backoff { until, reason: reason.clone(), under: end.allowance.clone() };
        self.health.backoff(end.user, end.task, backoff);
        Consequence::BackedOff { until, reason, first: failures == BROKEN_AFTER, unfit }
    }

    /// Returns why a task of a user is held back, if it is.
    pub(crate) fn backoff_of(&self, user: UserId, task: Task, now: Timestamp) -> Option<Backoff> {
        let streaks = self.health.streaks();
        streaks.get(&(user, task))?.backoff.clone().filter(|backoff| now < backoff.until)
    }

    /// Returns what could run for everybody without this version, the best first.
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
        let pinned = table.drop_pins(task, version);
        self.replace_table(table);
        self.changed(Audience::Admins, task);
        pinned.into_iter().for_each(|user| self.changed(Audience::User(user), task));
        self.health.forget(task);
        Ok(Consequence::RolledBack { from: version, to, reason })
    }
}

/// Twice as long with each failure, up to a bound, give or take a quarter: users that failed together are not tried
/// together again. What looks random is a hash of what it is about.
fn backoff_ms(user: UserId, task: Task, failures: u32) -> i64 {
    let doublings = failures.saturating_sub(BROKEN_AFTER).min(16);
    let backoff = FIRST_BACKOFF_MS.saturating_mul(1_i64 << doublings).min(LONGEST_BACKOFF_MS);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&user.0.to_le_bytes()).update(task.name().as_bytes()).update(&failures.to_le_bytes());
    let [first, ..] = *hasher.finalize().as_bytes();
    let percent = 75 + i64::from(first) * 50 / 255;
    backoff * percent / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_double_up_to_a_bound_and_differ_between_users() {
        let of = |user: u64, failures: u32| backoff_ms(UserId(user), Task::literal("sell_monitor"), failures);
        for user in 1..50 {
            for failures in 3..40 {
                let plain =
                    FIRST_BACKOFF_MS.saturating_mul(1 << (failures - 3).min(16)).min(LONGEST_BACKOFF_MS);
                let backoff = of(user, failures);
                assert!(backoff >= plain * 3 / 4 && backoff <= plain * 5 / 4, "{user} {failures}: {backoff}");
            }
        }
        let holds: std::collections::BTreeSet<i64> = (1..50).map(|user| of(user, 5)).collect();
        assert!(holds.len() > 20, "{holds:?}");
    }
}
