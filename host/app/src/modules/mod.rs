//! The versions of every task's module: which one runs for whom, and how that changes while runs go on.
//!
//! A change makes a new table and puts it in the place of the old one. A run takes its module from the table once,
//! when it begins, and holds it to its end; so it runs on one version from beginning to end, and the next run on
//! whichever is active then.

mod activate;
mod folder;
mod health;
mod health_policy;
mod keep;
mod table;
mod trial;

use std::borrow::Cow;
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::{Module, ModuleHash, Runtime};
use prahari_store::{ModuleOrigin, Store};

pub use activate::{Activation, Permission};
pub use folder::{FolderError, ModuleFolder, Progress, Watching};
pub use health::{BROKEN_AFTER, SEVERAL_USERS};
pub use health_policy::ModuleHealth;
pub use keep::Upload;
pub use table::Running;
pub use trial::Trials;

use crate::error::AppError;
use crate::events::{Audience, EventBus, Resource};
use crate::settings::check_described;
use crate::tasks::{TaskManifest, Tasks, manifest_of};
use health::Health;
use table::Table;

/// A component that the program starts with.
#[derive(Debug, Clone)]
pub struct Component<'a> {
    /// The name of its task.
    pub name: &'a str,
    /// Bytes of the component.
    pub bytes: Cow<'static, [u8]>,
    /// Whether a person gave it on the command line; else it came with the program.
    pub given: bool,
}

/// A component that the program has started with, for each database that it opens.
struct Start {
    task: Task,
    bytes: Cow<'static, [u8]>,
    origin: ModuleOrigin,
    module: Arc<Module>,
}

/// Every version of every task's module that a run may be given.
pub struct Modules {
    runtime: Arc<Runtime>,
    /// Where versions are kept; none in a replay, which only asks for what it was started with.
    store: RwLock<Option<Store>>,
    /// What was accepted of the tasks; none in a replay either.
    tasks: RwLock<Option<Arc<Tasks>>>,
    start: Vec<Start>,
    table: RwLock<Arc<Table>>,
    health: Health,
    /// Told of each change; nobody outside of a daemon.
    events: RwLock<Option<Arc<EventBus>>>,
    /// Held by whatever changes what is active, from reading it to writing it down.
    change: tokio::sync::Mutex<()>,
}

impl Modules {
    /// Loads each component. Components of tasks that this host does not know are left out with a warning.
    ///
    /// # Errors
    /// When a component is refused; the error names the task and the cause.
    pub async fn load(runtime: &Arc<Runtime>, components: &[Component<'_>]) -> Result<Self, AppError> {
        let known = components.iter().filter_map(|component| match component.name.parse::<Task>() {
            Ok(task) => Some((task, component)),
            Err(error) => {
                tracing::warn!(%error, "a component is left out");
                None
            }
        });
        let loading = known.map(|(task, component)| async move {
            let module =
                runtime.load(&component.bytes).await.map_err(|source| AppError::Module { task, source })?;
            if component.given {
                check_described(&module)?;
            }
            let origin = if component.given { ModuleOrigin::Uploaded } else { ModuleOrigin::BuiltIn };
            Ok::<_, AppError>(Start { task, bytes: component.bytes.clone(), origin, module })
        });
        Ok(Self::starting_with(runtime, futures::future::try_join_all(loading).await?))
    }

    fn starting_with(runtime: &Arc<Runtime>, start: Vec<Start>) -> Self {
        let table = Table::of_start(start.iter().map(|start| (start.task, start.module.clone())));
        Self {
            runtime: runtime.clone(),
            store: RwLock::default(),
            tasks: RwLock::default(),
            start,
            table: RwLock::new(Arc::new(table)),
            health: Health::default(),
            events: RwLock::default(),
            change: tokio::sync::Mutex::default(),
        }
    }

    /// Asks these tasks from now on which components may run as which task.
    pub(crate) fn follow(&self, tasks: Arc<Tasks>) {
        *self.tasks.write() = Some(tasks);
    }

    /// Has this bus told of every change from now on.
    pub(crate) fn tell(&self, events: Arc<EventBus>) {
        *self.events.write() = Some(events);
    }

    /// Tells that the versions of a task changed, or which of them runs for whom.
    fn changed(&self, audience: Audience, task: Task) {
        if let Some(events) = &*self.events.read() {
            events.changed(audience, Resource::Module, task);
        }
    }

    /// The tasks that the program starts with modules for.
    pub fn tasks(&self) -> impl Iterator<Item = Task> {
        self.start.iter().map(|start| start.task)
    }

    /// Returns what the modules that the program starts with say of their tasks.
    ///
    /// # Errors
    /// When one exports something that is no manifest, or one of another task.
    pub fn manifests(&self) -> Result<Vec<TaskManifest>, AppError> {
        let mut manifests = Vec::new();
        for Start { task, module, .. } in &self.start {
            let Some(manifest) = manifest_of(module)? else { continue };
            if manifest.name != *task {
                return Err(AppError::OtherTask { task: *task, named: manifest.name });
            }
            manifests.push(manifest);
        }
        Ok(manifests)
    }

    /// The version of a task that is active.
    ///
    /// # Errors
    /// When the task has none.
    pub fn of(&self, task: Task) -> Result<Arc<Module>, AppError> {
        self.table().active(task).map(|running| running.module.clone()).ok_or(AppError::NoModule(task))
    }

    /// The version that runs for a user: the one that they stay with, else the active one.
    ///
    /// # Errors
    /// When the task has none.
    pub fn for_user(&self, task: Task, user: UserId) -> Result<Running, AppError> {
        self.table().for_user(task, user).cloned().ok_or(AppError::NoModule(task))
    }

    /// The module with this content hash, when it is loaded.
    pub fn with_hash(&self, hash: ModuleHash) -> Option<Arc<Module>> {
        self.table().with_hash(hash)
    }

    fn table(&self) -> Arc<Table> {
        self.table.read().clone()
    }

    fn replace_table(&self, table: Table) {
        *self.table.write() = Arc::new(table);
    }

    /// The store, where there is one.
    fn store(&self) -> Result<Store, AppError> {
        let store = self.store.read().clone();
        store.ok_or_else(|| AppError::Ended("the modules have no database".to_owned()))
    }
}
