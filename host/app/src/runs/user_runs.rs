//! What the runs of one user share: which tasks execute, what they remember, and how much they have left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::RunFootprint;

use crate::actions::is_about;

/// Key-value memory of one task of one user.
pub type TaskMemory = BTreeMap<String, Vec<u8>>;

/// The tasks of one user, as their runs find them.
#[derive(Debug, Default)]
pub struct UserRuns {
    executing: Arc<Mutex<BTreeSet<Task>>>,
    memory: Mutex<BTreeMap<Task, TaskMemory>>,
    /// Shares whose figures have changed since the run of a task that executes began.
    outdated: Mutex<BTreeMap<Task, BTreeSet<Symbol>>>,
    /// What the runs of a task have left behind on the last date on which it ran.
    left: Mutex<BTreeMap<Task, (Day, RunFootprint)>>,
    /// When the last run of a task began, in this process.
    began: Mutex<BTreeMap<Task, Timestamp>>,
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
        let begins = self.executing.lock().insert(task);
        if begins {
            self.outdated.lock().remove(&task);
        }
        begins.then(|| Executing { all: self.executing.clone(), task })
    }

    /// When the last run of a task began; `None` when none has in this process.
    pub(crate) fn began(&self, task: Task) -> Option<Timestamp> {
        self.began.lock().get(&task).copied()
    }

    pub(super) fn set_began(&self, task: Task, at: Timestamp) {
        self.began.lock().insert(task, at);
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

    /// Has nothing of a share kept of what the runs that execute now will write: they have asked for its figures before these
    /// changed. Tasks that `keeps` names are left alone.
    pub(crate) fn outdate(&self, symbol: &Symbol, keeps: impl Fn(Task) -> bool) {
        let executing = self.executing();
        let mut outdated = self.outdated.lock();
        for task in executing.into_iter().filter(|task| !keeps(*task)) {
            outdated.entry(task).or_default().insert(symbol.clone());
        }
    }

    /// Returns whether what the run of a task writes under a key is about a share whose figures have changed since it began.
    pub(super) fn is_outdated(&self, task: Task, key: &str) -> bool {
        let outdated = self.outdated.lock();
        outdated.get(&task).is_some_and(|symbols| symbols.iter().any(|symbol| is_about(key, symbol)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_goes_on_while_the_figures_of_a_share_change_keeps_nothing_of_it() {
        let (runs, share): (_, Symbol) = (UserRuns::default(), "ABC".parse().unwrap());
        let (forgets, adjusts) = (Task::literal("sell_monitor"), Task::literal("position_monitor"));
        let (first, second) = (runs.begin(forgets).unwrap(), runs.begin(adjusts).unwrap());
        runs.outdate(&share, |task| task == adjusts);
        let found = [(forgets, "sell/ABC"), (forgets, "sell/XYZ"), (adjusts, "sell/ABC")]
            .map(|(task, key)| runs.is_outdated(task, key));
        assert_eq!(found, [true, false, false]);
        drop((first, second));
        // The next run asks anew, and one that did not execute has nothing of before.
        let _next = runs.begin(forgets).unwrap();
        assert!(!runs.is_outdated(forgets, "sell/ABC"));
    }
}
