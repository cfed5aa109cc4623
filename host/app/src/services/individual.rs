//! Individual services: one task of one user in a process of its own, with its own schedule version.
//!
//! The process holds the module and nothing else; what it asks comes back to this daemon. So its end, whatever the
//! cause, concerns one task of one user: the service is stopped with the reason, and nobody starts it again but a
//! person.

use std::sync::Arc;
use std::time::Duration;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use prahari_runtime::{HostServices, RunOutcome, RunReport, RunRequest, Worker, WorkerEnd};
use prahari_store::{IndividualServiceRow, NotificationLevel, NotificationRow};

use super::{By, Level, Services};
use crate::error::AppError;
use crate::events::{Audience, Event, ServiceChange, ServiceEvent};
use crate::user::User;

/// Longest time that a worker has, by the real clock, to end its run when its service is stopped; then it is
/// killed.
pub const STOP_PATIENCE: Duration = Duration::from_secs(30);

/// Longest time that a worker has when the daemon itself stops; supervisors do not wait as long.
pub const STOP_PATIENCE_OF_DAEMON: Duration = Duration::from_secs(5);

/// Why services that a process of the past left running are stopped.
pub const RESTARTED: &str = "the daemon was restarted";

/// A running individual service.
#[derive(Debug, Clone)]
pub struct Individual {
    /// Worker process of the service.
    pub worker: Arc<Worker>,
    /// Time at which it was started, by the daemon's clock.
    pub started_at: Timestamp,
    /// Version of the schedules that the service runs by.
    pub schedule_version: u64,
}

impl Services {
    /// [`Services::start_individual_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn start_individual(self: &Arc<Self>, id: UserId, task: Task) -> Result<bool, AppError> {
        self.start_individual_by(id, task, &By::daemon("")).await
    }

    /// Starts a task of a user in a process of its own, from the next instant on; answers whether it was stopped
    /// before.
    ///
    /// # Errors
    /// [`AppError::UnifiedServiceRunning`]; [`AppError::TaskForAdmins`]; [`AppError::TaskServed`] for a shared
    /// task; or when there is no such user, the process cannot be started, or the store fails.
    pub async fn start_individual_by(
        self: &Arc<Self>,
        id: UserId,
        task: Task,
        by: &By,
    ) -> Result<bool, AppError> {
        self.handles.shutdown.check()?;
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        self.check_individual(&user, task)?;
        if user.services.individual(task).is_some() {
            return Ok(false);
        }
        let worker = Arc::new(self.runtime.start_worker(&self.modules.for_user(task, id)?.module).await?);
        let schedule_version = self.schedules.current().version;
        let service = Individual { worker, started_at: self.handles.clock.now(), schedule_version };
        {
            let _row = user.services.individual_rows().await;
            self.handles.store.user(id).save_individual_service(row(id, task, &service)).await?;
            // Before anybody can notice its end: the line about that comes after this one.
            let (by, pid) = (self.name_of(by), service.worker.pid());
            let line = format!("the individual service of {task} was started by {by}, as process {pid}");
            self.log_service(&user, Level::Info, "individual_started", line).await?;
            user.services.insert_individual(task, service.clone());
        }
        self.watch_individual(&user, task, &service.worker);
        if let Err(error) = self.ledger.expect_rest_of_day(&user).await {
            user.services.set_stopper(task, format!("the daemon: {error}"));
            service.worker.stop(STOP_PATIENCE).await;
            return Err(error);
        }
        self.handles.wake.notify_one();
        self.tell_of_individual(&user, task, ServiceChange::Started, "");
        // Whoever stops the daemon may have looked for workers before this one was kept.
        if let Err(stopping) = self.handles.shutdown.check() {
            let by = By::daemon(stopping.to_string());
            self.stop_individual_within(&user, task, STOP_PATIENCE_OF_DAEMON, &by).await?;
            return Err(stopping);
        }
        Ok(true)
    }

    /// [`Services::stop_individual_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn stop_individual(&self, id: UserId, task: Task) -> Result<bool, AppError> {
        self.stop_individual_by(id, task, &By::daemon("")).await
    }

    /// Stops the process of a task after the run that it may have, within 30 seconds by the real clock; answers whether
    /// it ran.
    ///
    /// # Errors
    /// When there is no such user or it cannot be written down.
    pub async fn stop_individual_by(&self, id: UserId, task: Task, by: &By) -> Result<bool, AppError> {
        self.stop_individual_within(&*self.users.find(id)?, task, self.patience(), by).await
    }

    /// Stops every individual service of a user, all at once.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn stop_individuals(&self, user: &User, by: &By) -> Result<(), AppError> {
        self.stop_individuals_within(user, self.patience(), by).await
    }

    /// Stops all individual services within a real time.
    pub(crate) async fn stop_individuals_within(
        &self,
        user: &User,
        patience: Duration,
        by: &By,
    ) -> Result<(), AppError> {
        let tasks = user.services.individuals();
        let stops = tasks.into_iter().map(|task| self.stop_individual_within(user, task, patience, by));
        futures::future::try_join_all(stops).await.map(|_| ())
    }

    async fn stop_individual_within(
        &self,
        user: &User,
        task: Task,
        patience: Duration,
        by: &By,
    ) -> Result<bool, AppError> {
        let Some(Individual { worker, .. }) = user.services.individual(task) else { return Ok(false) };
        user.services.set_stopper(task, self.name_of(by));
        let end = worker.stop(patience).await;
        self.individual_ended(user, task, worker.pid(), end).await?;
        Ok(true)
    }

    fn patience(&self) -> Duration {
        if self.handles.shutdown.is_begun() { STOP_PATIENCE_OF_DAEMON } else { STOP_PATIENCE }
    }

    /// Runs a task in its process. When that ends with the run, the service is stopped before the run is, so that
    /// nothing more is expected of it.
    pub(crate) async fn run_individually(
        &self,
        user: &User,
        task: Task,
        service: &Individual,
        request: RunRequest,
        services: &mut dyn HostServices,
    ) -> Result<RunReport, AppError> {
        let worker = &service.worker;
        let report = worker.run(request, services).await;
        if let RunOutcome::WorkerEnded(_) = report.outcome {
            let end = worker.ended().await;
            self.individual_ended(user, task, worker.pid(), end).await?;
        }
        Ok(report)
    }

    fn check_individual(&self, user: &User, task: Task) -> Result<(), AppError> {
        if !user.access.is_active() {
            return Err(AppError::UserInactive(user.id));
        }
        if user.services.is_running() {
            return Err(AppError::UnifiedServiceRunning);
        }
        let manifest = self.tasks.manifest(task)?;
        if !manifest.is_open_to(user.access.role()) {
            return Err(AppError::TaskForAdmins(task));
        }
        match self.ledger.owner_of_shared(task).filter(|_| manifest.shared) {
            Some(owner) if owner.id != user.id => Err(AppError::TaskServed(task)),
            _ => Ok(()),
        }
    }

    /// Stores the end of the process, whatever caused it.
    fn watch_individual(self: &Arc<Self>, user: &Arc<User>, task: Task, worker: &Worker) {
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
    async fn individual_ended(
        &self,
        user: &User,
        task: Task,
        pid: u32,
        end: WorkerEnd,
    ) -> Result<(), AppError> {
        let _row = user.services.individual_rows().await;
        let Some(service) = user.services.remove_individual(task, pid, &end.reason) else { return Ok(()) };
        let end = WorkerEnd { reason: into_one_line(end.reason), ..end };
        let now = self.handles.clock.now();
        let by = user.services.take_stopper(task).unwrap_or_else(|| "the daemon".to_owned());
        let end = self.with_reason_of_daemon(end);
        let stopped = IndividualServiceRow {
            process_id: None,
            stopped_at: Some(now),
            reason: end.reason.clone(),
            ..row(user.id, task, &service)
        };
        self.handles.store.user(user.id).save_individual_service(stopped).await?;
        if end.asked {
            let line = format!(
                "the individual service of {task} was stopped by {by}; process {pid}: {}",
                end.reason
            );
            self.log_service(user, Level::Info, "individual_stopped", line).await?;
            self.tell_of_individual(user, task, ServiceChange::Stopped, &end.reason);
            if self.handles.shutdown.is_begun() {
                self.notices.send(user.id, notification(task, &end.reason, now)).await?;
            }
        } else {
            tracing::error!(user = %user.id, %task, reason = end.reason, "a worker failed");
            user.services.activity().failed(format!("{task}: {}", end.reason));
            let line =
                format!("the individual service of {task} ended by itself; process {pid}: {}", end.reason);
            self.log_service(user, Level::Error, "individual_failed", line).await?;
            self.tell_of_individual(user, task, ServiceChange::Failed, &end.reason);
            self.notices.send(user.id, notification(task, &end.reason, now)).await?;
        }
        self.hand_over_shared(task).await
    }

    /// Adds to the reason of an end that was asked for that the daemon stops, and why, when it does.
    fn with_reason_of_daemon(&self, end: WorkerEnd) -> WorkerEnd {
        let Some(stop) = self.handles.shutdown.reason().filter(|_| end.asked) else { return end };
        WorkerEnd { reason: format!("the daemon stopped ({stop}): {}", end.reason), ..end }
    }

    /// A shared task goes to the next admin whose service runs it; without one nobody runs it today.
    pub(super) async fn hand_over_shared(&self, task: Task) -> Result<(), AppError> {
        match self.ledger.owner_of_shared(task).filter(|_| self.tasks.current().is_shared(task)) {
            Some(owner) => self.ledger.expect_rest_of_day(&owner).await,
            None => Ok(()),
        }
    }

    fn tell_of_individual(&self, user: &User, task: Task, change: ServiceChange, reason: &str) {
        self.handles.events.publish_with(Audience::User(user.id), || {
            Event::Service(ServiceEvent { task: Some(task), change, reason: reason.to_owned() })
        });
    }
}

fn row(user: UserId, task: Task, service: &Individual) -> IndividualServiceRow {
    IndividualServiceRow {
        user,
        task,
        process_id: Some(service.worker.pid()),
        started_at: service.started_at,
        stopped_at: None,
        reason: String::new(),
        schedule_version: service.schedule_version,
    }
}

/// The message about a service of a task that was stopped by no person.
pub(super) fn notification(task: Task, reason: &str, at: Timestamp) -> NotificationRow {
    NotificationRow {
        id: None,
        at,
        level: NotificationLevel::Error,
        title: format!("Your service of {task} was stopped"),
        body: format!("{reason}. It stays stopped until you start it again."),
        run: None,
    }
}
