//! How the individual services of a user stand.

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::process_usage::ProcessUsage;
use prahari_schedule::TICK_MS;
use prahari_store::{IndividualServiceRow, RestartPolicy, RunFilter, RunRow};

use super::Services;
use crate::error::AppError;
use crate::user::User;

/// State of an individual service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndividualState {
    /// Its process runs.
    Running,
    /// Its process ended by itself, and it waits to be started again.
    Restarting,
    /// It was never started, or stopped.
    Stopped,
}

impl IndividualState {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Stopped => "stopped",
        }
    }
}

/// One task of a user as a service of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndividualStatus {
    /// The task that it is about.
    pub task: Task,
    /// State of the service.
    pub state: IndividualState,
    /// Id of the process; none when the service is stopped.
    pub process_id: Option<u32>,
    /// What the process uses, as the operating system says; none when it does not run or the platform does not tell.
    pub usage: Option<ProcessUsage>,
    /// What becomes of it when its process ends by itself.
    pub restart: RestartPolicy,
    /// Restarts in a row, the one that it waits for among them; 0 again once it has run well for a while.
    pub restarts: u32,
    /// Time at which it is started again; none unless it waits for that.
    pub next_restart_at: Option<Timestamp>,
    /// Time at which the service was first started; none when it never was, or when that is unknown.
    pub created_at: Option<Timestamp>,
    /// Time at which it last changed, likewise.
    pub updated_at: Option<Timestamp>,
    /// Time at which it was last started; none when it never was.
    pub started_at: Option<Timestamp>,
    /// Time at which the service stopped; none while it runs and when it never did.
    pub stopped_at: Option<Timestamp>,
    /// Reason why it stopped; empty while it runs and when it never did.
    pub reason: String,
    /// The schedules by which it runs.
    pub schedule_version: Option<u64>,
    /// Whether a run is executing now.
    pub executing: bool,
    /// The last run of the task, by whichever service.
    pub last_run: Option<RunRow>,
    /// When it is due next, by the schedules of the service that runs it, or by the newest ones when none does.
    pub next_run_at: Option<Timestamp>,
    /// Whether the schedules that `next_run_at` goes by have the task enabled.
    pub schedule_enabled: bool,
}

impl Services {
    /// Returns how each task of a user stands as a service of its own. What is for admins is among theirs only.
    ///
    /// # Errors
    /// When there is no such user, the store fails, or a schedule's script does.
    pub async fn individual_status(&self, id: UserId) -> Result<Vec<IndividualStatus>, AppError> {
        let user = self.users.find(id)?;
        let rows = self.handles.store.user(id).individual_services().await?;
        let mut found = Vec::new();
        let tasks = self.tasks.current();
        for task in tasks.names().iter().copied() {
            if tasks.is_open_to(task, user.access.role()) {
                let row = rows.iter().find(|row| row.task == task);
                found.push(self.status_of(&user, task, row).await?);
            }
        }
        Ok(found)
    }

    async fn status_of(
        &self,
        user: &User,
        task: Task,
        row: Option<&IndividualServiceRow>,
    ) -> Result<IndividualStatus, AppError> {
        // What runs is in memory; a row may lag behind it by the time that writing takes.
        let running = user.services.individual(task);
        let filter = RunFilter { task: Some(task), limit: 1, ..RunFilter::default() };
        let last_run = self.handles.store.user(user.id).runs(filter).await?.into_iter().next();
        // Of whichever service runs the task: it keeps its schedules until it is started again.
        let set = match user.services.schedule_version(task) {
            Some(version) => self.schedules.set(version).await?,
            None => self.schedules.current(),
        };
        let entry = set.entry(task).map(|entry| &entry.schedule);
        let next = entry.map(|schedule| self.previews.next_slots(schedule, 1)).transpose()?;
        let next = next.unwrap_or_default().first().map(|slot| slot.due_at);
        let waited = user.services.pending_restart(task).filter(|_| running.is_none());
        let stopped = waited.as_ref().map(|waited| &waited.row).or(row).filter(|_| running.is_none());
        let state = match (&running, &waited) {
            (Some(_), _) => IndividualState::Running,
            (None, Some(_)) => IndividualState::Restarting,
            (None, None) => IndividualState::Stopped,
        };
        let restarts = match &running {
            Some(service) => service.restarts_in_a_row(self.handles.clock.now()),
            None => waited.as_ref().map(|waited| waited.attempt).or(row.map(|row| row.restarts)).unwrap_or(0),
        };
        Ok(IndividualStatus {
            task,
            state,
            created_at: row.and_then(|row| row.created_at),
            updated_at: row.and_then(|row| row.updated_at),
            usage: running.as_ref().and_then(|service| service.worker.usage()),
            restart: running
                .as_ref()
                .map(|service| service.restart)
                .or(row.map(|row| row.restart))
                .unwrap_or(RestartPolicy::Never),
            restarts,
            next_restart_at: waited.as_ref().map(|waited| waited.at),
            process_id: running.as_ref().map(|service| service.worker.pid()),
            schedule_version: running.as_ref().map(|service| service.schedule_version),
            started_at: running.map(|service| service.started_at).or(row.map(|row| row.started_at)),
            stopped_at: stopped.and_then(|row| row.stopped_at),
            reason: stopped.map(|row| row.reason.clone()).unwrap_or_default(),
            executing: user.runs.executing().contains(&task),
            last_run,
            next_run_at: [self.next_tick(user, task), next].into_iter().flatten().min(),
            schedule_enabled: entry.is_some_and(|schedule| schedule.enabled),
        })
    }

    /// The next tick of a continuous slot that is under way.
    fn next_tick(&self, user: &User, task: Task) -> Option<Timestamp> {
        user.services.schedule_version(task)?;
        let now = self.handles.clock.now();
        let ledger = user.ledger.lock();
        let mut open = ledger
            .slots()
            .filter(|(key, progress)| key.task == task && key.due_at <= now && progress.outcome.is_none());
        open.find_map(|(key, progress)| {
            let since = now.millis_since(key.due_at);
            let next = key.due_at.plus_millis((since / TICK_MS + 1) * TICK_MS);
            progress.ticks.as_ref().filter(|ticks| next < ticks.ends_at).map(|_| next)
        })
    }
}
