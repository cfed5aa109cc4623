//! What the runs of one user share: which tasks execute, what they remember, and how much they have left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use prahari_store::RunFootprint;

/// Key-value memory of one task of one user.
pub type TaskMemory = BTreeMap<String, Vec<u8>>;

/// The tasks of one user, as their runs find them.
#[derive(Debug, Default)]
pub struct UserRuns {
    executing: Arc<Mutex<BTreeSet<Task>>>,
    memory: Mutex<BTreeMap<Task, TaskMemory>>,
    /// What the runs of a task have left behind on the last date on which it ran.
    left: Mutex<BTreeMap<Task, (Day, RunFootprint)>>,
}

impl UserRuns {
    /// Nothing executes, and the tasks remember this.
    pub(crate) fn new(memory: BTreeMap<Task, TaskMemory>) -> Self {
        Self { memory: Mutex::new(memory), ..Self::default() }
    }

    /// Returns the tasks that are executing now.
    pub fn executing(&self) -> Vec<Task> {
        self.executing.lock().iter().copied().collect()
    }

    /// Whether a run of a task is executing, or about to.
    pub(crate) fn is_executing(&self, task: Task) -> bool {
        self.executing.lock().contains(&task)
    }

    /// Marks a task as executing until what it returns is dropped; `None` when it already is.
    pub fn begin(&self, task: Task) -> Option<Executing> {
        // Lazily: a mark made for nothing would be taken back when it is dropped, under the same lock.
        self.executing.lock().insert(task).then(|| Executing { all: self.executing.clone(), task })
    }

    /// The memory of every task.
    pub fn memory(&self) -> MutexGuard<'_, BTreeMap<Task, TaskMemory>> {
        self.memory.lock()
    }

    /// Removes the keys that `is_gone` names from the memory of every task, and answers them.
    pub(crate) fn forget(&self, is_gone: impl Fn(Task, &str) -> bool) -> Vec<(Task, String)> {
        let mut removed = Vec::new();
        for (task, memory) in self.memory.lock().iter_mut() {
            memory.retain(|key, _| {
                let gone = is_gone(*task, key);
                removed.extend(gone.then(|| (*task, key.clone())));
                !gone
            });
        }
        removed
    }

    /// Returns what the runs of a task have left behind on a date; `None` when it has not run since this process began, and the
    /// database has to be asked.
    pub(super) fn left_on(&self, task: Task, day: Day) -> Option<RunFootprint> {
        let (of, left) = *self.left.lock().get(&task)?;
        Some(if of == day { left } else { RunFootprint::default() })
    }

    pub(super) fn set_left(&self, task: Task, day: Day, left: RunFootprint) {
        self.left.lock().insert(task, (day, left));
    }
}

/// A task of a user is executing as long as this lives.
#[derive(Debug)]
pub struct Executing {
    all: Arc<Mutex<BTreeSet<Task>>>,
    task: Task,
}

impl Drop for Executing {
    fn drop(&mut self) {
        self.all.lock().remove(&self.task);
    }
}
