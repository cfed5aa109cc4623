//! One run of a task, because somebody asked for it.

use std::sync::Arc;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{RunFinish, SUPERSEDED, StoreError};

use crate::error::AppError;
use crate::runs::{Runs, Trigger};
use crate::services::{Level, leaves_signals_untouched};
use crate::user::User;

/// Time after the start of a run within which the same task of the same user is not started again by hand: two
/// clicks, or a click beside a slot, make one run.
pub const RUN_ONCE_WINDOW_MS: i64 = 2 * 60_000;

/// The longest that a run somebody asked for may take, host calls included.
pub(crate) const RUN_ONCE_WALL_MS: u64 = 300_000;

/// A run that somebody asked for and that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunRun {
    /// The run that it is about.
    pub run: RunId,
    /// User of the run; a shared task runs for the admin whose service runs it.
    pub user: UserId,
    /// Warning about an unusual effect, one sentence; none without one.
    pub warning: Option<String>,
}

impl Runs {
    /// Runs a task for a user at once, whether or not a service is running, and returns as soon as the run is
    /// on disk; it executes in the background. The database decides whether it may start. A shared task runs
    /// for its admin, whoever started it.
    ///
    /// # Errors
    /// [`AppError::RunTooSoon`] while the same task executes or was started within the last two minutes;
    /// [`AppError::Stopping`] while the daemon stops; or when there is no such user, no module for the task, or it
    /// cannot be written down.
    pub async fn run_once(
        self: &Arc<Self>,
        user: UserId,
        task: Task,
        by: UserId,
    ) -> Result<BegunRun, AppError> {
        self.handles.shutdown.check()?;
        let is_shared = self.tasks.manifest(task)?.shared;
        let trigger = if is_shared { Trigger::Manual } else { Trigger::RunOnce };
        let shared = is_shared.then(|| self.services.user_of_shared(task)).flatten();
        let user = match shared {
            Some(owner) => owner,
            None => self.users.find(user)?,
        };
        let now = self.handles.clock.now();
        let started = self.begin_run(&user, task, now, trigger, 1)?;
        let run = started.start.id;
        let scope = self.handles.store.user(user.id);
        let claim = scope.claim_run_durable(started.start.clone(), RUN_ONCE_WINDOW_MS).await;
        claim.map_err(|error| too_soon(error, now))?;
        let Some(executing) = user.runs.begin(task) else {
            return self.yield_to_slot(&user, task, run, now).await;
        };
        let message = format!("run {run} of {task} was asked for by user {by}");
        self.services.log_service(&user, Level::Info, "run_once", message).await?;
        let warning = leaves_signals_untouched(&self.handles.calendar.current(), now).filter(|_| is_shared);
        let begun = BegunRun { run, user: user.id, warning };
        let runs = self.clone();
        self.background.spawn(async move {
            let ended = runs.perform(&user, started, now, trigger).await;
            drop(executing);
            runs.ledger.ended.tell(user.id, task);
            match ended {
                Ok(answer) => runs.handles.day_log.run_ended(user.whom(), answer.ended(task)),
                Err(error) => {
                    tracing::error!(user = %user.id, %run, %error, "a run could not be carried out");
                }
            }
        });
        Ok(begun)
    }

    /// A slot of the task began between the claim and now, so the claimed run ends without having executed.
    async fn yield_to_slot(
        &self,
        user: &User,
        task: Task,
        run: RunId,
        now: Timestamp,
    ) -> Result<BegunRun, AppError> {
        let detail = format!("{task} had just begun in its slot");
        let finish = RunFinish { detail, ..RunFinish::new(run, SUPERSEDED, now) };
        self.handles.store.user(user.id).finish_run(finish).await?;
        Err(AppError::RunTooSoon {
            task,
            run,
            started_at: now,
            retry_at: now.plus_millis(RUN_ONCE_WINDOW_MS),
        })
    }
}

/// Adds the time of the next possible try: two minutes after the other run's start or, when that one has
/// executed for longer, its latest end.
fn too_soon(error: StoreError, now: Timestamp) -> AppError {
    match error {
        StoreError::RunTooSoon { task, run, started_at, .. } => {
            let window_ends = started_at.plus_millis(RUN_ONCE_WINDOW_MS);
            let ends = started_at.plus_millis(RUN_ONCE_WALL_MS.cast_signed()).max(now);
            let retry_at = if window_ends > now { window_ends } else { ends };
            AppError::RunTooSoon { task, run, started_at, retry_at }
        }
        other => other.into(),
    }
}
