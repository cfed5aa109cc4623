//! Recorded runs again. By the version that ran, every call and the end are compared with what was recorded; by another
//! version only what it does to orders, state and users, because it may ask in another way.

mod background;
mod calls;
mod render;
mod report;

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::replay::replay;
use prahari_runtime::shadow::{Terms, shadow};
use prahari_runtime::{Module, Recording, RecordingError, Runtime};
use prahari_store::{RunFilter, RunRow, Store};

use crate::error::AppError;
use crate::modules::Modules;
use crate::progress;
use crate::runs::recordings::find_recording;

pub use background::MOST_RUNS;
pub(crate) use background::ReplayPermits;
pub use background::Replays;
pub use calls::{CallLine, CallsPage};
pub use prahari_runtime::ModuleHash;
pub use prahari_runtime::shadow::TradeMatch;
pub use render::{CallDifference, CallView, EndDifference, content_of};
pub use report::{ReplayReport, ReplayVerdict, RunReplay};

/// Number of rows of runs that are in memory at a time; of recordings there is one.
const PAGE: u32 = 500;

/// Selects the recorded runs to replay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplayScope {
    /// Started on this day; none for all days.
    pub day: Option<Day>,
    /// Only this task; none for all tasks.
    pub task: Option<Task>,
    /// Only this user; none for all users.
    pub user: Option<UserId>,
    /// At most this many, by user, newest first; none for all.
    pub most: Option<u64>,
}

/// Replays runs of a database. Versions that it had to load are kept for the runs that follow.
pub struct Replayer<'a> {
    store: &'a Store,
    runtime: &'a Runtime,
    modules: &'a Modules,
    others: BTreeMap<Task, Arc<Module>>,
    kept: BTreeMap<ModuleHash, Option<Arc<Module>>>,
}

impl<'a> Replayer<'a> {
    /// Replays each run by the version that ran. Where that is not kept any more, the active one is tried in its place.
    pub fn new(store: &'a Store, runtime: &'a Runtime, modules: &'a Modules) -> Self {
        Self { store, runtime, modules, others: BTreeMap::new(), kept: BTreeMap::new() }
    }

    /// Replays runs of these tasks with these modules.
    #[must_use]
    pub fn with_others(self, others: BTreeMap<Task, Arc<Module>>) -> Self {
        Self { others, ..self }
    }

    /// Replays one run; none when it has no recording.
    ///
    /// # Errors
    /// When the store or a module fails. A recording that cannot be read stands in the answer.
    pub async fn one(&mut self, row: &RunRow) -> Result<Option<RunReplay>, AppError> {
        let replayed = match find_recording(&self.store.user(row.user), row.id).await {
            Ok(None) => None,
            Ok(Some(recording)) => Some(self.recorded(row, &recording).await?),
            Err(AppError::Recording { source, .. }) => Some(Err(source)),
            Err(error) => return Err(error),
        };
        progress::one_more();
        Ok(replayed.map(|replayed| replayed.unwrap_or_else(|error| RunReplay::unreadable(row, &error))))
    }

    /// Replays the runs of a scope, one after another.
    ///
    /// # Errors
    /// When the store or a module fails. What is wrong with single runs stands in the report.
    pub async fn many(&mut self, scope: &ReplayScope) -> Result<ReplayReport, AppError> {
        let users = match scope.user {
            Some(user) => vec![user],
            None => self.store.system().users().await?.into_iter().map(|user| user.id).collect(),
        };
        let mut report = ReplayReport::default();
        for user in users {
            if !self.of_user(user, scope, &mut report).await? {
                report.complete = false;
                break;
            }
        }
        Ok(report)
    }

    /// Replays the runs of one user; `false` when there are more than wanted.
    async fn of_user(
        &mut self,
        user: UserId,
        scope: &ReplayScope,
        report: &mut ReplayReport,
    ) -> Result<bool, AppError> {
        let mut filter = RunFilter { limit: PAGE, ..filter_of(scope) };
        loop {
            let rows = self.store.user(user).runs(filter.clone()).await?;
            let Some(last) = rows.last() else { return Ok(true) };
            filter.after = Some(last.cursor());
            for row in &rows {
                if scope.most.is_some_and(|most| report.seen() >= most) {
                    return Ok(false);
                }
                report.add(self.one(row).await?);
            }
        }
    }

    async fn recorded(
        &mut self,
        row: &RunRow,
        recording: &Recording,
    ) -> Result<Result<RunReplay, RecordingError>, AppError> {
        if let Some(other) = self.others.get(&row.task) {
            return Ok(self.try_out(row, other, recording).await);
        }
        Ok(match self.version(row.task, recording.run.module).await? {
            Some(module) => self.repeat(row, &module, recording).await,
            None => self.try_out(row, &*self.modules.of(row.task)?, recording).await,
        })
    }

    /// The version with this hash: one that is loaded, or one that the database keeps.
    async fn version(&mut self, task: Task, hash: ModuleHash) -> Result<Option<Arc<Module>>, AppError> {
        if let Some(kept) = self.kept.get(&hash) {
            return Ok(kept.clone());
        }
        let module = match self.modules.with_hash(hash) {
            Some(module) => Some(module),
            None => self.stored(task, hash).await?,
        };
        self.kept.insert(hash, module.clone());
        Ok(module)
    }

    /// One that the database keeps, loaded.
    async fn stored(&self, task: Task, hash: ModuleHash) -> Result<Option<Arc<Module>>, AppError> {
        let Some(bytes) = self.store.system().module_bytes(hash.to_string()).await? else { return Ok(None) };
        let loaded = self.runtime.load(&bytes).await;
        loaded.map(Some).map_err(|source| AppError::Module { task, source })
    }

    /// Every call and the end, by the version that ran.
    async fn repeat(
        &self,
        row: &RunRow,
        module: &Module,
        recording: &Recording,
    ) -> Result<RunReplay, RecordingError> {
        let report = replay(self.runtime, module, recording).await?;
        Ok(RunReplay::repeated(row, module.hash(), &report))
    }

    /// Replays a run with another version.
    async fn try_out(
        &self,
        row: &RunRow,
        module: &Module,
        recording: &Recording,
    ) -> Result<RunReplay, RecordingError> {
        let run = shadow(self.runtime, module, recording, &Terms::default()).await?;
        Ok(RunReplay::tried(row, module.hash(), run))
    }
}

fn filter_of(scope: &ReplayScope) -> RunFilter {
    RunFilter {
        task: scope.task,
        since: scope.day.map(Timestamp::start_of),
        until: scope.day.map(Timestamp::end_of),
        ..RunFilter::default()
    }
}
