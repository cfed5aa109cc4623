//! Which version of which module runs for whom, at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::{Module, ModuleHash};

/// A version that runs are given.
#[derive(Debug, Clone)]
pub struct Running {
    /// Version number within the task; 0 before it is in a database.
    pub version: u64,
    /// The compiled module.
    pub module: Arc<Module>,
}

/// Never changed, only replaced as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    active: BTreeMap<Task, Running>,
    pins: BTreeMap<(UserId, Task), Running>,
}

impl Table {
    /// Creates the table of the modules that the program starts with.
    pub(super) fn of_start(modules: impl Iterator<Item = (Task, Arc<Module>)>) -> Self {
        let active = modules.map(|(task, module)| (task, Running { version: 0, module })).collect();
        Self { active, pins: BTreeMap::new() }
    }

    pub(super) fn active(&self, task: Task) -> Option<&Running> {
        self.active.get(&task)
    }

    pub(super) fn all_active(&self) -> impl Iterator<Item = (Task, &Running)> {
        self.active.iter().map(|(task, running)| (*task, running))
    }

    pub(super) fn for_user(&self, task: Task, user: UserId) -> Option<&Running> {
        self.pins.get(&(user, task)).or_else(|| self.active.get(&task))
    }

    pub(super) fn with_hash(&self, hash: ModuleHash) -> Option<Arc<Module>> {
        let all = self.active.values().chain(self.pins.values());
        all.map(|running| &running.module).find(|module| module.hash() == hash).cloned()
    }

    /// A version that is loaded already.
    pub(super) fn version(&self, task: Task, version: u64) -> Option<&Running> {
        let pins = self.pins.iter().filter(|((_, of), _)| *of == task).map(|(_, running)| running);
        self.active.get(&task).into_iter().chain(pins).find(|running| running.version == version)
    }

    /// Returns whether anybody's runs are given this version.
    pub(super) fn uses(&self, task: Task, version: u64) -> bool {
        self.version(task, version).is_some()
    }

    pub(super) fn set_active(&mut self, task: Task, running: Running) {
        self.active.insert(task, running);
    }

    pub(super) fn set_pin(&mut self, user: UserId, task: Task, running: Option<Running>) {
        match running {
            Some(running) => self.pins.insert((user, task), running),
            None => self.pins.remove(&(user, task)),
        };
    }

    /// Nobody is given a version of this task any more.
    pub(super) fn forget(&mut self, task: Task) {
        self.active.remove(&task);
        self.pins.retain(|(_, of), _| *of != task);
    }

    /// Removes every pin to this version; returns the users who had one.
    pub(super) fn drop_pins(&mut self, task: Task, version: u64) -> Vec<UserId> {
        let is_pinned = |of: Task, running: &Running| of == task && running.version == version;
        let pins = self.pins.iter().filter(|((_, of), running)| is_pinned(*of, running));
        let users = pins.map(|((user, _), _)| *user).collect();
        self.pins.retain(|(_, of), running| !is_pinned(*of, running));
        users
    }
}
