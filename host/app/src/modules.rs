//! Which module runs each task.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_runtime::{Module, ModuleHash, Runtime};

use crate::error::AppError;

/// A component's bytes under the name of its task.
pub type Component<'a> = (&'a str, &'a [u8]);

/// The loaded module of each task.
#[derive(Default)]
pub struct Modules {
    by_task: BTreeMap<Task, Arc<Module>>,
}

impl Modules {
    /// Loads each component. Components of tasks that this host does not know are left out with a warning.
    ///
    /// # Errors
    /// When a component is refused; the error names the task and the cause.
    pub async fn load(runtime: &Runtime, components: &[Component<'_>]) -> Result<Self, AppError> {
        let known = components.iter().filter_map(|(name, bytes)| match name.parse::<Task>() {
            Ok(task) => Some((task, *bytes)),
            Err(error) => {
                tracing::warn!(%error, "a component is left out");
                None
            }
        });
        let loading = known.map(|(task, bytes)| async move {
            let module = runtime.load(bytes).await.map_err(|source| AppError::Module { task, source })?;
            Ok::<_, AppError>((task, module))
        });
        let by_task = futures::future::try_join_all(loading).await?.into_iter().collect();
        Ok(Self { by_task })
    }

    /// The module of a task.
    ///
    /// # Errors
    /// When none was loaded.
    pub fn of(&self, task: Task) -> Result<&Arc<Module>, AppError> {
        self.by_task.get(&task).ok_or(AppError::NoModule(task))
    }

    /// The module with this content hash, for replays.
    pub fn with_hash(&self, hash: ModuleHash) -> Option<&Arc<Module>> {
        self.by_task.values().find(|module| module.hash() == hash)
    }
}
