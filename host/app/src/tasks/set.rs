//! The tasks that there are, at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::LatePolicy;
use prahari_store::{ModuleRow, Role};

use super::{PlainRuns, TaskManifest};
use crate::grants::{Allowance, TaskLimits};

/// A task whose manifest was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTask {
    /// The accepted manifest.
    pub manifest: Arc<TaskManifest>,
    /// Time at which the manifest was accepted.
    pub accepted_at: Timestamp,
    /// Admin who accepted the manifest; none for the program itself.
    pub accepted_by: Option<UserId>,
    /// Whether the task is built in.
    pub is_built_in: bool,
    /// Time of removal; none while the task is there.
    pub removed_at: Option<Timestamp>,
    /// The first version of the schedules that has it: services that run by an earlier one know nothing of it, even if it was there
    /// once, was removed and added again.
    pub schedules_from: u64,
    /// What it may do and use while no operator has said anything else.
    pub allowance: Arc<Allowance>,
}

/// Every task that is there or was, for as long as somebody holds it.
#[derive(Debug, Clone, Default)]
pub struct TaskSet {
    tasks: BTreeMap<Task, KnownTask>,
    /// Those that are there, in the order in which they run.
    order: Vec<Task>,
}

impl TaskSet {
    /// The tasks of these manifests, as a daemon has them that was never told of others.
    pub fn built_in(manifests: impl IntoIterator<Item = TaskManifest>) -> Self {
        Self::of(manifests.into_iter().map(|manifest| KnownTask {
            allowance: Arc::new(Allowance::default_of(&manifest)),
            manifest: Arc::new(manifest),
            accepted_at: Timestamp(0),
            accepted_by: None,
            is_built_in: true,
            removed_at: None,
            schedules_from: 0,
        }))
    }

    /// Whether the manifest that a version exports is the accepted one. Versions that export none, or that of the task whose
    /// components this one may run, go by what is accepted.
    pub fn accepts(&self, row: &ModuleRow) -> bool {
        let Some(text) = &row.manifest else { return true };
        let Ok(own) = TaskManifest::read(text) else { return false };
        let accepted = self.find_ever(row.task).map(|known| &*known.manifest);
        accepted.is_some_and(|accepted| {
            *accepted == own || (own.name != row.task && accepted.runs_components_of(own.name))
        })
    }

    pub(super) fn of(tasks: impl IntoIterator<Item = KnownTask>) -> Self {
        let tasks: BTreeMap<_, _> = tasks.into_iter().map(|known| (known.manifest.name, known)).collect();
        let mut set = Self { tasks, order: Vec::new() };
        let mut order: Vec<Task> =
            set.tasks.iter().filter(|(_, known)| known.removed_at.is_none()).map(|(task, _)| *task).collect();
        order.sort_by_key(|task| set.rank(*task));
        set.order = order;
        set
    }

    pub(super) fn with(&self, known: KnownTask) -> Self {
        let name = known.manifest.name;
        let others = self.tasks.values().filter(|other| other.manifest.name != name);
        Self::of(others.cloned().chain([known]))
    }

    /// A task that is there.
    pub fn find(&self, task: Task) -> Option<&KnownTask> {
        self.tasks.get(&task).filter(|known| known.removed_at.is_none())
    }

    /// A task that is there or was.
    pub fn find_ever(&self, task: Task) -> Option<&KnownTask> {
        self.tasks.get(&task)
    }

    /// Returns those that are there, in the order in which tasks run that are due at the same instant.
    pub fn all(&self) -> impl Iterator<Item = &KnownTask> {
        self.order.iter().filter_map(|task| self.tasks.get(task))
    }

    /// Their names, in that order.
    pub fn names(&self) -> &[Task] {
        &self.order
    }

    /// Returns those that run once for all users.
    pub fn shared(&self) -> impl Iterator<Item = Task> {
        self.all().filter(|known| known.manifest.shared).map(|known| known.manifest.name)
    }

    /// Returns those that run each minute of a session for one user, in the order of their ranks: only they can also run when
    /// prices change.
    pub fn running_each_minute(&self) -> impl Iterator<Item = Task> {
        let of_user = self.all().filter(|known| !known.manifest.shared);
        let each_minute = of_user.filter(|known| known.manifest.schedule.bounds.are_continuous());
        each_minute.map(|known| known.manifest.name)
    }

    /// Returns the sort key of tasks that are due at the same instant: rank, then name. Tasks that
    /// there never were go last.
    pub fn rank(&self, task: Task) -> (u32, Task) {
        (self.tasks.get(&task).map_or(u32::MAX, |known| known.manifest.rank), task)
    }

    /// Returns whether a task runs once for all users.
    pub fn is_shared(&self, task: Task) -> bool {
        self.tasks.get(&task).is_some_and(|known| known.manifest.shared)
    }

    /// Returns whether somebody with this role may see a task and start it; of one that there never was, everybody.
    pub fn is_open_to(&self, task: Task, role: Role) -> bool {
        self.tasks.get(&task).is_none_or(|known| known.manifest.is_open_to(role))
    }

    /// To which strategy a task's orders belong.
    pub fn strategy(&self, task: Task) -> StrategyName {
        self.tasks.get(&task).map(|known| known.manifest.strategy).unwrap_or_default()
    }

    /// Returns how late a slot of a task may start.
    pub fn late_policy(&self, task: Task) -> LatePolicy {
        self.tasks.get(&task).map(|known| known.manifest.late).unwrap_or_default()
    }

    /// Returns what a run of a task may use by its manifest; of a task that there never was, the defaults.
    pub fn limits(&self, task: Task) -> TaskLimits {
        self.tasks.get(&task).map(|known| known.manifest.limits).unwrap_or_default()
    }

    /// The tasks, also those of the past, whose old runs go when there is nothing to say of them.
    pub fn with_thinned_runs(&self) -> Vec<Task> {
        let with_thinned_runs =
            self.tasks.values().filter(|known| known.manifest.plain_runs == PlainRuns::Thinned);
        with_thinned_runs.map(|known| known.manifest.name).collect()
    }

    /// Returns what a task may do and use while no operator has said anything else; one that there never was,
    /// nothing.
    pub fn allowance(&self, task: Task) -> Arc<Allowance> {
        self.tasks.get(&task).map(|known| known.allowance.clone()).unwrap_or_default()
    }
}
