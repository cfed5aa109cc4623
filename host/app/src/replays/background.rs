//! Replays behind a request, beside the day's work: few at a time, and gone with whoever asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_runtime::{Module, ModuleHash, Runtime};
use prahari_store::RunRow;
use tokio::sync::{Mutex, MutexGuard, Semaphore};

use super::{ReplayReport, ReplayScope, Replayer, RunReplay};
use crate::error::AppError;
use crate::grants::Grants;
use crate::handles::Handles;
use crate::modules::Modules;

/// Most runs of one request: some seconds of one core.
pub const MOST_RUNS: u64 = 10_000;

/// Number of single runs that are replayed at once, over all callers. A run may use its whole processor time,
/// so many callers could otherwise take every core from the day's work.
const SINGLE_AT_ONCE: usize = 2;

/// Number of recordings whose calls are read at once, over all callers: each is in memory as a whole meanwhile.
const READ_AT_ONCE: usize = 4;

/// Permits to replay; a caller without one waits, and leaves the queue when it is dropped.
#[derive(Debug)]
pub(crate) struct ReplayPermits {
    single: Semaphore,
    many: Mutex<()>,
    /// Of readers of recorded calls.
    pub(super) calls: Semaphore,
}

impl ReplayPermits {
    /// The turn of work on many runs, of which there is one at a time.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.many.lock().await
    }
}

impl Default for ReplayPermits {
    fn default() -> Self {
        let (single, calls) = (Semaphore::new(SINGLE_AT_ONCE), Semaphore::new(READ_AT_ONCE));
        Self { single, many: Mutex::default(), calls }
    }
}

/// Replays recorded runs, and tries other modules on them.
pub struct Replays {
    pub(crate) handles: Handles,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) permits: ReplayPermits,
}

impl Replays {
    /// Replays one run, by the version that ran or by another one that is kept. Dropping the future ends it.
    ///
    /// # Errors
    /// [`AppError::NoRecording`]; [`AppError::UnknownModuleHash`]; when a module does not load, or the store fails.
    pub async fn replay_run(&self, row: &RunRow, other: Option<ModuleHash>) -> Result<RunReplay, AppError> {
        let others = self.others(other.map(|hash| (row.task, hash))).await?;
        // The semaphore is never closed.
        let _place = self.permits.single.acquire().await;
        let mut replayer =
            Replayer::new(&self.handles.store, &self.runtime, &self.modules).with_others(others);
        replayer.one(row).await?.ok_or(AppError::NoRecording(row.id))
    }

    /// Replays the runs of a scope, at most [`MOST_RUNS`], by the versions that ran; those of one task by another
    /// version when it is named. One such request at a time. Dropping the future ends it.
    ///
    /// # Errors
    /// [`AppError::UnknownModuleHash`]; when a module does not load, or the store fails.
    pub async fn replay_runs(
        &self,
        scope: ReplayScope,
        other: Option<(Task, ModuleHash)>,
    ) -> Result<ReplayReport, AppError> {
        let others = self.others(other).await?;
        let _turn = self.permits.turn().await;
        let most = scope.most.unwrap_or(MOST_RUNS).min(MOST_RUNS);
        let mut replayer =
            Replayer::new(&self.handles.store, &self.runtime, &self.modules).with_others(others);
        replayer.many(&ReplayScope { most: Some(most), ..scope }).await
    }

    /// A version that is kept, to be tried on the runs of its task.
    async fn others(
        &self,
        other: Option<(Task, ModuleHash)>,
    ) -> Result<BTreeMap<Task, Arc<Module>>, AppError> {
        let Some((task, hash)) = other else { return Ok(BTreeMap::new()) };
        let wanted = hash.to_string();
        let rows = self.handles.store.system().modules().await?;
        let row = rows.iter().find(|row| row.task == task && row.hash == wanted);
        let row = row.ok_or(AppError::UnknownModuleHash { task, hash })?;
        Ok(BTreeMap::from([(task, self.modules.loaded(row).await?)]))
    }
}
