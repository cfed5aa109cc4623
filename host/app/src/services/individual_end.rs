//! The end of a worker: noticed, written down and told, whatever caused it.

use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use prahari_runtime::{Worker, WorkerEnd};
use prahari_store::{AlertCode, IndividualServiceRow, NewAlert, RestartPolicy};

use super::individual_restart::{MOST_RESTARTS, PendingRestart};
use super::{Individual, Level, Services};
use crate::error::AppError;
use crate::events::ServiceChange;
use crate::notices::words;
use crate::user::User;

/// What becomes of a service whose process ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AfterEnd {
    /// It stays stopped, as its policy or the state of its user says.
    StaysStopped,
    /// It is started again.
    Restarts(PendingRestart),
    /// It was started again as often as it may be.
    GivesUp,
}

impl AfterEnd {
    /// Completes a sentence about the failure.
    fn told(&self) -> String {
        match self {
            Self::StaysStopped => String::new(),
            Self::Restarts(next) => format!("; {next}"),
            Self::GivesUp => format!("; it stays stopped after {MOST_RESTARTS} restarts"),
        }
    }
}

impl Services {
    /// Stores the end of the process, whatever caused it.
    pub(super) fn watch_individual(self: &Arc<Self>, user: &Arc<User>, task: Task, worker: &Worker) {
        // Neither daemon nor worker is kept alive by being watched: the process ends with them.
        let (daemon, user) = (Arc::downgrade(self), Arc::downgrade(user));
        let (pid, end) = (worker.pid(), worker.end());
        tokio::spawn(async move {
            let end = end.await;
            let (Some(daemon), Some(user)) = (daemon.upgrade(), user.upgrade()) else { return };
            if let Err(error) = daemon.individual_ended(&user, task, pid, end).await {
                tracing::error!(user = %user.id, %task, %error, "the end of a worker could not be written down");
            }
        });
    }

    /// Marks the service of this process as stopped, once.
    pub(super) async fn individual_ended(
        &self,
        user: &User,
        task: Task,
        pid: u32,
        end: WorkerEnd,
    ) -> Result<(), AppError> {
        let _row = user.services.individual_rows().await;
        // Whoever takes it out or puts it in holds the rows.
        let service = user.services.individual(task).filter(|service| service.worker.pid() == pid);
        let Some(service) = service else { return Ok(()) };
        let end = self.with_reason_of_daemon(WorkerEnd { reason: into_one_line(end.reason), ..end });
        let now = self.handles.clock.now();
        let stopped = IndividualServiceRow {
            process_id: None,
            stopped_at: Some(now),
            reason: end.reason.clone(),
            restarts: if end.asked { 0 } else { service.restarts_in_a_row(now) },
            ..service.row(user.id, task)
        };
        let after = self.after_end(user, &service, &stopped, &end, now);
        let (stopper, after) = user.services.remove_individual(task, &end.reason, after);
        if !end.asked {
            let line =
                format!("the individual service of {task} ended by itself; process {pid}: {}", end.reason);
            return self.individual_failed(user, task, stopped, after, line).await;
        }
        self.handles.store.user(user.id).save_individual_service(stopped, self.handles.clock.now()).await?;
        let by = stopper.unwrap_or_else(|| "the daemon".to_owned());
        let line =
            format!("the individual service of {task} was stopped by {by}; process {pid}: {}", end.reason);
        self.log_service(user, Level::Info, "individual_stopped", line).await?;
        self.tell_of_individual(user, task, ServiceChange::Stopped, &end.reason);
        if self.handles.shutdown.is_begun() {
            self.notices.tell(user.id, words::services::individual_stopped(task, &end.reason), None).await?;
        }
        self.hand_over_shared(task).await
    }

    /// What becomes of a service that ended, unless somebody is about to stop it.
    fn after_end(
        &self,
        user: &User,
        service: &Individual,
        stopped: &IndividualServiceRow,
        end: &WorkerEnd,
        now: Timestamp,
    ) -> AfterEnd {
        let wanted = service.restart == RestartPolicy::OnFailure && !end.asked;
        if !wanted || self.handles.shutdown.is_begun() || !user.access.is_active() {
            return AfterEnd::StaysStopped;
        }
        PendingRestart::after(stopped, now).map_or(AfterEnd::GivesUp, AfterEnd::Restarts)
    }

    /// Writes down and tells that a service failed, and what becomes of it. The caller holds the rows, and has what is in memory
    /// say it already.
    pub(super) async fn individual_failed(
        &self,
        user: &User,
        task: Task,
        stopped: IndividualServiceRow,
        after: AfterEnd,
        line: String,
    ) -> Result<(), AppError> {
        let reason = stopped.reason.clone();
        let row = match &after {
            AfterEnd::Restarts(next) => {
                self.await_restart(user.id, task, next.at);
                next.row.clone()
            }
            AfterEnd::GivesUp => {
                IndividualServiceRow { reason: format!("{reason}{}", after.told()), ..stopped }
            }
            AfterEnd::StaysStopped => stopped,
        };
        self.handles.store.user(user.id).save_individual_service(row, self.handles.clock.now()).await?;
        user.services.activity().failed(format!("{task}: {reason}"));
        self.log_service(user, Level::Error, "individual_failed", format!("{line}{}", after.told())).await?;
        self.tell_of_individual(user, task, ServiceChange::Failed, &format!("{reason}{}", after.told()));
        self.send_failure(user, task, &reason, &after).await?;
        self.hand_over_shared(task).await
    }

    async fn send_failure(
        &self,
        user: &User,
        task: Task,
        reason: &str,
        after: &AfterEnd,
    ) -> Result<(), AppError> {
        match after {
            AfterEnd::StaysStopped => {
                self.notices.tell(user.id, words::services::individual_stopped(task, reason), None).await
            }
            AfterEnd::Restarts(next) => {
                let words = words::services::individual_restarts(task, reason, next);
                self.notices.tell(user.id, words, None).await
            }
            AfterEnd::GivesUp => {
                let detail = format!("the individual service of {task} failed: {reason}{}", after.told());
                let (code, subject) = (AlertCode::ServiceStopped, task.name().to_owned());
                self.notices.raise(NewAlert { code, user: Some(user.id), subject, detail }).await.map(|_| ())
            }
        }
    }

    /// Adds to the reason of an end that was asked for that the daemon stops, and why, when it does.
    fn with_reason_of_daemon(&self, end: WorkerEnd) -> WorkerEnd {
        let Some(stop) = self.handles.shutdown.reason().filter(|_| end.asked) else { return end };
        WorkerEnd { reason: format!("the daemon stopped ({stop}): {}", end.reason), ..end }
    }
}
