//! Which services of one user are on, in memory. The rows say the same: whoever changes both holds the user's switch.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use super::{Activity, Individual};

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
    pub(super) fn individuals(&self) -> Vec<Task> {
        self.state.lock().individuals.keys().copied().collect()
    }

    pub(super) fn insert_individual(&self, task: Task, service: Individual) {
        let mut state = self.state.lock();
        state.individuals.insert(task, service);
        state.stoppers.remove(&task);
        state.ends.remove(&task);
    }

    /// Keeps who has the service of a task stopped, for the line about its end. The first stays.
    pub(super) fn set_stopper(&self, task: Task, by: String) {
        self.state.lock().stoppers.entry(task).or_insert(by);
    }

    /// Takes out who had the service of a task stopped.
    pub(super) fn take_stopper(&self, task: Task) -> Option<String> {
        self.state.lock().stoppers.remove(&task)
    }

    /// Takes the service of a task out, and keeps why it ended, if it still is the one of this process.
    pub(super) fn remove_individual(&self, task: Task, pid: u32, reason: &str) -> Option<Individual> {
        let mut state = self.state.lock();
        if state.individuals.get(&task)?.worker.pid() != pid {
            return None;
        }
        state.ends.insert(task, reason.to_owned());
        state.individuals.remove(&task)
    }

    /// Returns why the individual service of a task ended, if that is why nothing runs it.
    pub(crate) fn individual_end(&self, task: Task) -> Option<String> {
        self.state.lock().ends.get(&task).cloned()
    }

    pub(crate) fn set_individual_end(&self, task: Task, reason: String) {
        self.state.lock().ends.insert(task, reason);
    }
}
