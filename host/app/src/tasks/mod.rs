//! Tasks are an open set: what each of them is stands in its manifest, which an operator accepted, and nowhere else
//! in the host.
//!
//! A change makes a new set and puts it in the place of the old one, as the modules do. Tasks that were removed
//! stay known, so that their history can be read.

mod change;
mod manifest;
mod set;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{Store, TaskRow};

pub(crate) use change::manifest_of;
pub use change::{NewTask, TaskChanges};
pub use manifest::{Audience, MOST_MANIFEST_BYTES, ManifestError, PlainRuns, TaskManifest};
pub use set::{KnownTask, TaskSet};

use crate::error::AppError;
use crate::grants::Allowance;

/// Most tasks that are there at a time: each is planned, checked and listed for every user.
pub const MOST_TASKS: usize = 64;

/// The tasks of this daemon.
pub struct Tasks {
    store: Store,
    set: RwLock<Arc<TaskSet>>,
    /// Held from reading what is there to putting something else in its place.
    change: tokio::sync::Mutex<()>,
}

impl Tasks {
    /// Reads the tasks that were accepted, and accepts what comes with the program where nobody else has said anything.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: Store, built_in: &[TaskManifest], now: Timestamp) -> Result<Self, AppError> {
        let (tasks, new) = Self::gathered(store, built_in, now).await?;
        for row in new {
            tasks.store.system().save_task(row).await?;
        }
        Ok(tasks)
    }

    /// Loads the tasks of a database that is only read; nothing is written.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn read(store: Store, built_in: &[TaskManifest]) -> Result<Self, AppError> {
        Ok(Self::gathered(store, built_in, Timestamp(0)).await?.0)
    }

    /// The tasks, and the rows of those that are accepted by that.
    async fn gathered(
        store: Store,
        built_in: &[TaskManifest],
        now: Timestamp,
    ) -> Result<(Self, Vec<TaskRow>), AppError> {
        let mut set = TaskSet::default();
        let mut new = Vec::new();
        for row in store.system().tasks().await? {
            let is_built_in = built_in.iter().any(|manifest| manifest.name == row.task);
            match TaskManifest::read(&row.manifest) {
                Ok(manifest) => set = set.with(known(manifest, &row, is_built_in)),
                // The other tasks are not concerned.
                Err(error) => tracing::error!(task = %row.task, %error, "a task is left out"),
            }
        }
        for manifest in built_in {
            let present = set.find_ever(manifest.name);
            if gives_way(present, manifest) {
                let row = row_of(manifest, None, now, present.map_or(0, |present| present.schedules_from))?;
                set = set.with(known(manifest.clone(), &row, true));
                new.push(row);
            }
        }
        let tasks = Self { store, set: RwLock::new(Arc::new(set)), change: tokio::sync::Mutex::default() };
        Ok((tasks, new))
    }

    /// The tasks as they are now.
    pub fn current(&self) -> Arc<TaskSet> {
        self.set.read().clone()
    }

    /// The manifest of a task that is there.
    ///
    /// # Errors
    /// [`AppError::UnknownTask`].
    pub fn manifest(&self, task: Task) -> Result<Arc<TaskManifest>, AppError> {
        let set = self.current();
        set.find(task).map(|known| known.manifest.clone()).ok_or(AppError::UnknownTask(task))
    }

    fn replace(&self, set: TaskSet) {
        *self.set.write() = Arc::new(set);
    }
}

/// Returns whether what was accepted gives way to what comes with the program: what a person has accepted does not.
fn gives_way(present: Option<&KnownTask>, new: &TaskManifest) -> bool {
    match present {
        None => true,
        Some(present) if present.removed_at.is_some() => true,
        Some(present) => present.accepted_by.is_none() && *present.manifest != *new,
    }
}

fn known(manifest: TaskManifest, row: &TaskRow, is_built_in: bool) -> KnownTask {
    KnownTask {
        allowance: Arc::new(Allowance::default_of(&manifest)),
        manifest: Arc::new(manifest),
        accepted_at: row.accepted_at,
        accepted_by: row.accepted_by,
        is_built_in,
        removed_at: row.removed_at,
        schedules_from: row.schedules_from,
    }
}

fn row_of(
    manifest: &TaskManifest,
    by: Option<UserId>,
    at: Timestamp,
    schedules_from: u64,
) -> Result<TaskRow, AppError> {
    Ok(TaskRow {
        task: manifest.name,
        manifest: serde_json::to_string(manifest)?,
        accepted_at: at,
        accepted_by: by,
        removed_at: None,
        schedules_from,
    })
}
