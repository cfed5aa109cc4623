//! Which services of one user are on, in memory. The rows say the same: whoever changes both holds the user's switch.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::RestartPolicy;

use super::individual_end::AfterEnd;
use super::{ActiveIndividual, Activity, Individual, IndividualState, PendingRestart};

/// The unified service and the individual ones of one user.
#[derive(Debug, Default)]
pub struct UserServices {
    state: Mutex<State>,
    activity: Mutex<Activity>,
    switch: tokio::sync::Mutex<()>,
    individual_rows: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether the unified service is on.
    running: bool,
    /// When it was last turned on in this process.
    since: Option<Timestamp>,
    /// The version of the schedules that it was last started with; 0 when it never was.
    schedule_version: u64,
    individuals: BTreeMap<Task, Individual>,
    /// Who has the individual service of a task stopped, while that goes on.
    stoppers: BTreeMap<Task, String>,
    /// Why the individual service of a task ended last, unless another service has run it since.
    ends: BTreeMap<Task, String>,
    /// The restarts that individual services wait for; none of them is running.
    restarts: BTreeMap<Task, PendingRestart>,
}

impl UserServices {
    /// Whether the unified service is on.
    pub fn is_running(&self) -> bool {
        self.state.lock().running
    }

    /// Whether any service is on.
    pub fn is_any_on(&self) -> bool {
        let state = self.state.lock();
        state.running || !state.individuals.is_empty()
    }

    /// Returns when the unified service was last turned on in this process; `None` when it went on running from before.
    pub fn since(&self) -> Option<Timestamp> {
        self.state.lock().since
    }

    /// What the services have done.
    pub fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock()
    }

    /// Turns the unified service on from an instant, by a version of the schedules that it keeps until it is started again.
    pub(super) fn start(&self, now: Timestamp, schedule_version: u64) {
        self.state.lock().since = Some(now);
        self.resume(schedule_version);
    }

    /// Turns the unified service on as it was before the daemon was restarted.
    pub(crate) fn resume(&self, schedule_version: u64) {
        let mut state = self.state.lock();
        state.schedule_version = schedule_version;
        state.ends.clear();
        state.running = true;
    }

    pub(super) fn turn_off(&self) {
        self.state.lock().running = false;
    }

    /// Returns the version of the schedules by which a task runs now; `None` when no service runs it.
    pub fn schedule_version(&self, task: Task) -> Option<u64> {
        let state = self.state.lock();
        match state.running {
            true => Some(state.schedule_version),
            false => state.individuals.get(&task).map(|service| service.schedule_version),
        }
    }

    /// Returns every version of the schedules by which some task runs now.
    pub fn schedule_versions(&self) -> BTreeSet<u64> {
        let state = self.state.lock();
        match state.running {
            true => BTreeSet::from([state.schedule_version]),
            false => state.individuals.values().map(|service| service.schedule_version).collect(),
        }
    }

    /// Returns the version of the schedules with which the unified service was last started; 0 when it never was.
    pub fn last_schedule_version(&self) -> u64 {
        self.state.lock().schedule_version
    }

    /// Whoever turns services of the user on or off holds this meanwhile.
    pub(crate) async fn switch(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.switch.lock().await
    }

    /// Whoever writes the row of an individual service holds this, so that row and memory never disagree. A switch may be
    /// held already, never the other way round.
    pub(super) async fn individual_rows(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.individual_rows.lock().await
    }

    /// Returns the running individual service of a task.
    pub fn individual(&self, task: Task) -> Option<Individual> {
        self.state.lock().individuals.get(&task).cloned()
    }

    /// Returns the tasks that run as individual services.
    pub(crate) fn individuals(&self) -> Vec<Task> {
        self.state.lock().individuals.keys().copied().collect()
    }

    /// Returns the tasks that run as individual services or wait for a restart.
    pub(super) fn individuals_to_stop(&self) -> BTreeSet<Task> {
        let state = self.state.lock();
        state.individuals.keys().chain(state.restarts.keys()).copied().collect()
    }

    /// Returns how many worker processes run for the user.
    pub fn workers(&self) -> usize {
        self.state.lock().individuals.len()
    }

    /// Returns the individual services that run or wait for a restart, by task.
    pub(super) fn active_individuals(&self) -> Vec<ActiveIndividual> {
        let state = self.state.lock();
        let running = state.individuals.iter().map(|(task, service)| ActiveIndividual {
            task: *task,
            state: IndividualState::Running,
            process_id: Some(service.worker.pid()),
            started_at: service.started_at,
            next_restart_at: None,
        });
        let waiting = state.restarts.iter().map(|(task, waited)| ActiveIndividual {
            task: *task,
            state: IndividualState::Restarting,
            process_id: None,
            started_at: waited.row.started_at,
            next_restart_at: Some(waited.at),
        });
        let mut active: Vec<_> = running.chain(waiting).collect();
        active.sort_by_key(|service| service.task);
        active
    }

    pub(super) fn insert_individual(&self, task: Task, service: Individual) {
        let mut state = self.state.lock();
        state.individuals.insert(task, service);
        state.stoppers.remove(&task);
        state.ends.remove(&task);
        state.restarts.remove(&task);
    }

    /// Sets what becomes of the service of a task that runs or waits when its process ends by itself.
    pub(super) fn set_restart_policy(&self, task: Task, restart: RestartPolicy) {
        let mut state = self.state.lock();
        if let Some(service) = state.individuals.get_mut(&task) {
            service.restart = restart;
        }
        if let Some(waited) = state.restarts.get_mut(&task) {
            waited.row.restart = restart;
        }
    }

    /// Returns the restart that the service of a task waits for.
    pub fn pending_restart(&self, task: Task) -> Option<PendingRestart> {
        self.state.lock().restarts.get(&task).cloned()
    }

    /// Has the service of a task wait for a restart.
    pub(super) fn set_restart(&self, task: Task, restart: PendingRestart) {
        self.state.lock().restarts.insert(task, restart);
    }

    /// Ends the wait of a service for its restart, and keeps why.
    pub(super) fn take_restart(&self, task: Task, reason: &str) -> Option<PendingRestart> {
        let mut state = self.state.lock();
        let waited = state.restarts.remove(&task)?;
        state.ends.insert(task, reason.to_owned());
        Some(waited)
    }

    /// Keeps who has the service of a task stopped, for the line about its end. The first stays.
    pub(super) fn set_stopper(&self, task: Task, by: String) {
        self.state.lock().stoppers.entry(task).or_insert(by);
    }

    /// Takes the service of a task out and keeps why it ended and what becomes of it; returns who had it stopped, in which case
    /// it stays stopped.
    pub(super) fn remove_individual(
        &self,
        task: Task,
        reason: &str,
        after: AfterEnd,
    ) -> (Option<String>, AfterEnd) {
        let mut state = self.state.lock();
        state.individuals.remove(&task);
        state.ends.insert(task, reason.to_owned());
        let stopper = state.stoppers.remove(&task);
        let after = if stopper.is_some() { AfterEnd::StaysStopped } else { after };
        if let AfterEnd::Restarts(restart) = &after {
            state.restarts.insert(task, restart.clone());
        }
        (stopper, after)
    }

    /// Returns why the individual service of a task ended, if that is why nothing runs it, and when it is started again.
    pub(crate) fn individual_end(&self, task: Task) -> Option<String> {
        let state = self.state.lock();
        let reason = state.ends.get(&task)?;
        Some(match state.restarts.get(&task) {
            Some(restart) => format!("{reason}; {restart}"),
            None => reason.clone(),
        })
    }

    /// Returns the tasks whose individual service ended and which no service has run since.
    pub(super) fn individual_ends(&self) -> Vec<Task> {
        self.state.lock().ends.keys().copied().collect()
    }

    pub(crate) fn set_individual_end(&self, task: Task, reason: String) {
        self.state.lock().ends.insert(task, reason);
    }
}
