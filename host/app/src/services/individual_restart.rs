//! Restarts of individual services whose process ended by itself.
//!
//! A service whose policy says so is started again up to three times in a row, each time after a longer wait. The wait is an
//! instant of the scheduler, as what is due by a schedule is: nothing polls, and a virtual clock passes it in its order. There
//! is one at most for each task of a user, and it ends with whatever starts or stops the service meanwhile. A service that
//! waits is not running.

use std::fmt;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use prahari_store::{IndividualServiceRow, RestartPolicy};
use tokio::sync::Semaphore;

use super::individual_end::AfterEnd;
use super::{By, Individual, Level, Services};
use crate::agenda::Agenda;
use crate::error::AppError;
use crate::events::ServiceChange;
use crate::notices::words;
use crate::user::User;

/// Most restarts of a service in a row.
pub const MOST_RESTARTS: u32 = 3;

/// How long a service waits for each restart in a row, in milliseconds of the daemon's clock.
///
/// 5 s: a process that the system killed for want of memory finds it again. 2 min: what is broken for longer is for a person.
pub const RESTART_DELAYS_MS: [i64; MOST_RESTARTS as usize] = [5_000, 30_000, 120_000];

/// How long a service has to run until its restarts are counted from the beginning again, in milliseconds of the daemon's clock.
///
/// Longer than the longest run, so that one that fails in each of its runs is given up.
pub const STEADY_AFTER_MS: i64 = 10 * 60_000;

/// Processes that are started again at once, over all users: whatever ended all of them must not start all of them in one moment.
const RESTARTS_AT_ONCE: usize = 8;

/// A restart that a stopped service waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRestart {
    /// Which one in a row it is, from 1.
    pub attempt: u32,
    /// Time at which it is due.
    pub at: Timestamp,
    /// Row of the service while it waits.
    pub(super) row: IndividualServiceRow,
}

impl PendingRestart {
    /// Returns the restart of a service that failed as its row says; none after the last one in a row.
    pub(super) fn after(stopped: &IndividualServiceRow, now: Timestamp) -> Option<Self> {
        let delay = usize::try_from(stopped.restarts).ok().and_then(|made| RESTART_DELAYS_MS.get(made))?;
        let (attempt, at) = (stopped.restarts + 1, now.plus_millis(*delay));
        let row = IndividualServiceRow { restarts: attempt, next_restart_at: Some(at), ..stopped.clone() };
        Some(Self { attempt, at, row })
    }
}

impl fmt::Display for PendingRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it restarts at {}, attempt {} of {MOST_RESTARTS}", self.at, self.attempt)
    }
}

/// Which service of which user.
type ServiceKey = (UserId, Task);

/// The waits of all users. Whether a service still waits when its time comes, its user's services know.
#[derive(Debug)]
pub(crate) struct Restarts {
    due: Agenda<ServiceKey>,
    places: Semaphore,
}

impl Default for Restarts {
    fn default() -> Self {
        Self { due: Agenda::default(), places: Semaphore::new(RESTARTS_AT_ONCE) }
    }
}

impl Restarts {
    /// Forgets the wait of a service that runs or stays stopped.
    pub(super) fn remove(&self, user: UserId, task: Task) {
        self.due.remove((user, task));
    }
}

impl Services {
    /// Returns when the next individual service is due to be started again.
    pub(crate) fn next_restart(&self) -> Option<Timestamp> {
        self.restarts.due.first()
    }

    /// Takes out the services that are due to be started again at an instant.
    pub(crate) fn take_due_restarts(&self, instant: Timestamp) -> Vec<(Timestamp, ServiceKey)> {
        self.restarts.due.take_due(instant)
    }

    /// Has the scheduler start a service again when its wait is over.
    pub(super) fn await_restart(&self, user: UserId, task: Task, at: Timestamp) {
        self.restarts.due.set((user, task), at);
        self.handles.wake.notify_one();
    }

    /// Starts a service again whose wait is over, on the version of the module and the schedules that a start takes now.
    ///
    /// # Errors
    /// When the store fails. Whatever concerns the service alone is its next failure.
    pub(crate) async fn restart_individual(
        self: &Arc<Self>,
        (at, (user, task)): (Timestamp, ServiceKey),
    ) -> Result<(), AppError> {
        let _place = self.restarts.places.acquire().await;
        let Ok(user) = self.users.find(user) else { return Ok(()) };
        let _switch = user.services.switch().await;
        // Somebody may have ended the wait, or it may be another one; the stop of the daemon ends it by itself.
        let waited = user.services.pending_restart(task).filter(|waited| waited.at == at);
        let Some(waited) = waited.filter(|_| !self.handles.shutdown.is_begun()) else { return Ok(()) };
        if let Err(refused) = self.check_individual(&user, task) {
            return self.refuse_restart(&user, task, &refused).await;
        }
        let worker = match self.new_worker(user.id, task).await {
            Ok(worker) => worker,
            Err(AppError::Stopping(_)) => return Ok(()),
            Err(error) if error.concerns_everybody() => return Err(error),
            Err(error) => return self.restart_failed(&user, task, &error).await,
        };
        let service = Individual { restarts: waited.attempt, ..self.service(worker, waited.row.restart) };
        let line = format!(
            "the individual service of {task} was started again by the daemon, after a failure (attempt {} of {MOST_RESTARTS}), \
             as process {}",
            waited.attempt,
            service.worker.pid()
        );
        match self.take_up(&user, task, service, ("individual_restarted", line), Some(at)).await {
            Err(AppError::Stopping(_)) => Ok(()),
            // It is stopped again, and somebody has to look at what the daemon could not do.
            Err(error) if !error.concerns_everybody() => {
                let words = words::services::individual_stopped(task, &error.to_string());
                self.notices.tell(user.id, words, None).await
            }
            taken_up => taken_up,
        }
    }

    /// Ends the wait of a service because it may not run any more.
    async fn refuse_restart(&self, user: &User, task: Task, refused: &AppError) -> Result<(), AppError> {
        let by = By::daemon(refused.to_string());
        if self.cancel_restart(user, task, &by).await? {
            let words = words::services::individual_stopped(task, &refused.to_string());
            self.notices.tell(user.id, words, None).await?;
        }
        Ok(())
    }

    /// A process that cannot be started is a failure like one that ended.
    async fn restart_failed(&self, user: &User, task: Task, error: &AppError) -> Result<(), AppError> {
        let _row = user.services.individual_rows().await;
        let failure = into_one_line(format!("could not be started again: {error}"));
        let reason = format!("it {failure}");
        let Some(PendingRestart { row, .. }) = user.services.take_restart(task, &reason) else {
            return Ok(());
        };
        let stopped = IndividualServiceRow { reason, next_restart_at: None, ..row };
        let next = PendingRestart::after(&stopped, self.handles.clock.now());
        let after = next.map_or(AfterEnd::GivesUp, AfterEnd::Restarts);
        if let AfterEnd::Restarts(next) = &after {
            user.services.set_restart(task, next.clone());
        }
        let line = format!("the individual service of {task} {failure}");
        self.individual_failed(user, task, stopped, after, line).await
    }

    /// Ends the wait of a service for its restart; returns whether it waited.
    pub(super) async fn cancel_restart(&self, user: &User, task: Task, by: &By) -> Result<bool, AppError> {
        let _row = user.services.individual_rows().await;
        let Some(waited) = user.services.pending_restart(task) else { return Ok(false) };
        let daemon = self.handles.shutdown.reason().map(|stop| format!("the daemon stopped ({stop})"));
        let ended = daemon.as_deref().unwrap_or("it was stopped");
        let reason = format!("{}; {ended} while it waited to be started again", waited.row.reason);
        user.services.take_restart(task, &reason);
        self.restarts.remove(user.id, task);
        let row =
            IndividualServiceRow { reason: reason.clone(), restarts: 0, next_restart_at: None, ..waited.row };
        self.handles.store.user(user.id).save_individual_service(row, self.handles.clock.now()).await?;
        let by = self.name_of(by);
        let line = format!("the individual service of {task} was stopped by {by}: {reason}");
        self.log_service(user, Level::Info, "individual_stopped", line).await?;
        self.tell_of_individual(user, task, ServiceChange::Stopped, &reason);
        if daemon.is_some() {
            self.notices.tell(user.id, words::services::individual_stopped(task, &reason), None).await?;
        }
        Ok(true)
    }

    /// Returns what becomes of a task's own service when its process ends by itself, as it is stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn restart_policy(&self, user: UserId, task: Task) -> Result<RestartPolicy, AppError> {
        let row = self.handles.store.user(user).individual_service(task).await?;
        Ok(row.map_or(RestartPolicy::Never, |row| row.restart))
    }

    /// Sets what becomes of a task's own service when its process ends by itself; one that waits for a restart and shall have
    /// none any more stays stopped.
    ///
    /// # Errors
    /// [`AppError::NeverStarted`]; or when there is no such user or it cannot be written down.
    pub async fn set_restart_policy(
        &self,
        id: UserId,
        task: Task,
        restart: RestartPolicy,
        by: &By,
    ) -> Result<(), AppError> {
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        self.change_restart_policy(&user, task, restart, by).await
    }

    /// [`Services::set_restart_policy`] for whoever holds the user's switch.
    pub(super) async fn change_restart_policy(
        &self,
        user: &User,
        task: Task,
        restart: RestartPolicy,
        by: &By,
    ) -> Result<(), AppError> {
        {
            let _row = user.services.individual_rows().await;
            let scope = self.handles.store.user(user.id);
            let row = scope.individual_service(task).await?.ok_or(AppError::NeverStarted(task))?;
            scope
                .save_individual_service(IndividualServiceRow { restart, ..row }, self.handles.clock.now())
                .await?;
            user.services.set_restart_policy(task, restart);
        }
        if restart == RestartPolicy::Never {
            self.cancel_restart(user, task, by).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(restarts: u32) -> IndividualServiceRow {
        IndividualServiceRow {
            user: UserId(1),
            task: Task::literal("sell_monitor"),
            process_id: None,
            started_at: Timestamp(0),
            stopped_at: Some(Timestamp(1_000)),
            reason: "it was killed".to_owned(),
            schedule_version: 1,
            restart: RestartPolicy::OnFailure,
            restarts,
            next_restart_at: None,
            created_at: None,
            updated_at: None,
        }
    }

    #[test]
    fn each_restart_in_a_row_waits_longer_and_after_the_third_there_is_none() {
        let waits: Vec<_> = (0..=MOST_RESTARTS)
            .map(|made| PendingRestart::after(&failed(made), Timestamp(1_000)))
            .map(|next| {
                next.map(|next| (next.attempt, next.at.0, next.row.restarts, next.row.next_restart_at))
            })
            .collect();
        let at = |at| Some(Timestamp(at));
        assert_eq!(
            waits,
            [
                Some((1, 6_000, 1, at(6_000))),
                Some((2, 31_000, 2, at(31_000))),
                Some((3, 121_000, 3, at(121_000))),
                None
            ]
        );
    }
}
