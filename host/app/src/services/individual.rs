//! Individual services: one task of one user in a process of its own, with its own schedule version.
//!
//! The process holds the module and nothing else; what it asks comes back to this daemon. So its end, whatever the
//! cause, concerns one task of one user: the service is stopped with the reason, and a person starts it again, or the
//! daemon does a few times where the service says so.

use std::sync::Arc;
use std::time::Duration;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{HostServices, RunOutcome, RunReport, RunRequest, Worker};
use prahari_store::{AlertCode, IndividualServiceRow, RestartPolicy};

use super::individual_restart::STEADY_AFTER_MS;
use super::{By, Level, Services};
use crate::error::AppError;
use crate::events::{Audience, Event, ServiceChange, ServiceEvent};
use crate::notices::words;
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
    /// What becomes of it when its process ends by itself.
    pub restart: RestartPolicy,
    /// Restarts in a row of which the last one started this process; 0 when a person did.
    pub(super) restarts: u32,
}

impl Individual {
    /// Returns how many restarts in a row there were, counted from the beginning once it has run well for a while.
    pub(super) fn restarts_in_a_row(&self, now: Timestamp) -> u32 {
        if now.millis_since(self.started_at) < STEADY_AFTER_MS { self.restarts } else { 0 }
    }

    /// Returns its row while it runs.
    pub(super) fn row(&self, user: UserId, task: Task) -> IndividualServiceRow {
        IndividualServiceRow {
            user,
            task,
            process_id: Some(self.worker.pid()),
            started_at: self.started_at,
            stopped_at: None,
            reason: String::new(),
            schedule_version: self.schedule_version,
            restart: self.restart,
            restarts: self.restarts,
            next_restart_at: None,
            created_at: None,
            updated_at: None,
        }
    }
}

impl Services {
    /// [`Services::start_individual_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn start_individual(self: &Arc<Self>, id: UserId, task: Task) -> Result<bool, AppError> {
        self.start_individual_by(id, task, None, &By::daemon("")).await
    }

    /// Starts a task of a user in a process of its own, from the next instant on; answers whether it was stopped
    /// before. `restart` is what becomes of it when its process ends by itself; without it that stays as it was.
    ///
    /// # Errors
    /// [`AppError::UnifiedServiceRunning`]; [`AppError::TaskForAdmins`]; [`AppError::TaskServed`] for a shared
    /// task; or when there is no such user, the process cannot be started, or the store fails.
    pub async fn start_individual_by(
        self: &Arc<Self>,
        id: UserId,
        task: Task,
        restart: Option<RestartPolicy>,
        by: &By,
    ) -> Result<bool, AppError> {
        self.handles.shutdown.check()?;
        let user = self.users.find(id)?;
        let _switch = user.services.switch().await;
        self.check_individual(&user, task)?;
        if user.services.individual(task).is_some() {
            if let Some(restart) = restart {
                self.change_restart_policy(&user, task, restart, by).await?;
            }
            return Ok(false);
        }
        let restart = match restart {
            Some(restart) => restart,
            None => self.restart_policy(id, task).await?,
        };
        let service = self.service(self.new_worker(id, task).await?, restart);
        let (name, pid) = (self.name_of(by), service.worker.pid());
        let line = format!("the individual service of {task} was started by {name}, as process {pid}");
        self.take_up(&user, task, service, ("individual_started", line), None).await?;
        let resolution = format!("it was started by {name}");
        self.notices.clear(AlertCode::ServiceStopped, Some(id), task.name(), &resolution).await?;
        self.tell_of_switch(id, by, |by| words::services::started(Some(task), by)).await?;
        Ok(true)
    }

    /// Starts a process on the version of a task's module that is the user's now. The stop of the daemon does not wait for it.
    pub(super) async fn new_worker(&self, user: UserId, task: Task) -> Result<Arc<Worker>, AppError> {
        let module = self.modules.for_user(task, user)?.module;
        tokio::select! {
            started = self.runtime.start_worker(&module) => Ok(Arc::new(started?)),
            stop = self.handles.shutdown.begun() => Err(AppError::Stopping(stop.to_string())),
        }
    }

    /// A service that begins now.
    pub(super) fn service(&self, worker: Arc<Worker>, restart: RestartPolicy) -> Individual {
        let (started_at, schedule_version) = (self.handles.clock.now(), self.schedules.current().version);
        Individual { worker, started_at, schedule_version, restart, restarts: 0 }
    }

    /// Takes up a process as the service of its task, with the event and the line of the log about it; with `awaited`, only
    /// while the service waits for the restart due then. The caller holds the user's switch.
    pub(super) async fn take_up(
        self: &Arc<Self>,
        user: &Arc<User>,
        task: Task,
        service: Individual,
        (event, line): (&str, String),
        awaited: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let worker = service.worker.clone();
        {
            let _row = user.services.individual_rows().await;
            let waits_until = user.services.pending_restart(task).map(|waited| waited.at);
            if awaited.is_some() && waits_until != awaited {
                // Somebody has stopped it meanwhile; the process ends with this value.
                return Ok(());
            }
            self.handles
                .store
                .user(user.id)
                .save_individual_service(service.row(user.id, task), self.handles.clock.now())
                .await?;
            // Before anybody can notice its end: the line about that comes after this one.
            self.log_service(user, Level::Info, event, line).await?;
            user.services.insert_individual(task, service);
            self.restarts.remove(user.id, task);
        }
        self.watch_individual(user, task, &worker);
        if let Err(error) = self.ledger.expect_rest_of_day(user).await {
            user.services.set_stopper(task, format!("the daemon: {error}"));
            worker.stop(STOP_PATIENCE).await;
            return Err(error);
        }
        self.handles.wake.notify_one();
        let told = if awaited.is_some() { "it was started again after a failure" } else { "" };
        self.tell_of_individual(user, task, ServiceChange::Started, told);
        // Whoever stops the daemon may have looked for workers before this one was kept.
        if let Err(stopping) = self.handles.shutdown.check() {
            let by = By::daemon(stopping.to_string());
            self.stop_individual_within(user, task, STOP_PATIENCE_OF_DAEMON, &by).await?;
            return Err(stopping);
        }
        Ok(())
    }

    /// [`Services::stop_individual_by`] for the daemon itself.
    ///
    /// # Errors
    /// As there.
    pub async fn stop_individual(&self, id: UserId, task: Task) -> Result<bool, AppError> {
        self.stop_individual_by(id, task, &By::daemon("")).await
    }

    /// Stops the process of a task after the run that it may have, within 30 seconds by the real clock, or ends its wait for a
    /// restart; answers whether there was either.
    ///
    /// # Errors
    /// When there is no such user or it cannot be written down.
    pub async fn stop_individual_by(&self, id: UserId, task: Task, by: &By) -> Result<bool, AppError> {
        let user = self.users.find(id)?;
        let stopped = self.stop_individual_within(&user, task, self.patience(), by).await?;
        if stopped {
            self.tell_of_switch(id, by, |by| words::services::stopped(Some(task), by)).await?;
        }
        Ok(stopped)
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
        let tasks = user.services.individuals_to_stop();
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
        let mut changed = false;
        // Its process may end by itself in this moment, and leave a wait to be ended as well.
        while let Some(Individual { worker, .. }) = user.services.individual(task) {
            user.services.set_stopper(task, self.name_of(by));
            let end = worker.stop(patience).await;
            self.individual_ended(user, task, worker.pid(), end).await?;
            changed = true;
        }
        Ok(self.cancel_restart(user, task, by).await? || changed)
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

    pub(super) fn check_individual(&self, user: &User, task: Task) -> Result<(), AppError> {
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

    /// A shared task goes to the next admin whose service runs it; without one nobody runs it today.
    pub(super) async fn hand_over_shared(&self, task: Task) -> Result<(), AppError> {
        match self.ledger.owner_of_shared(task).filter(|_| self.tasks.current().is_shared(task)) {
            Some(owner) => self.ledger.expect_rest_of_day(&owner).await,
            None => Ok(()),
        }
    }

    pub(super) fn tell_of_individual(&self, user: &User, task: Task, change: ServiceChange, reason: &str) {
        self.handles.events.publish_with(Audience::User(user.id), || {
            Event::Service(ServiceEvent { task: Some(task), change, reason: reason.to_owned() })
        });
    }
}
