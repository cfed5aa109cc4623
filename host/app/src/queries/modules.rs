//! The versions of task modules, and what trying them showed.

use std::collections::BTreeMap;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{ActivationRow, ModuleRow, PinRow, TrialRow};
use serde_json::Value;

use super::Queries;
use crate::error::AppError;
use crate::shadow::ShadowReport;
use crate::tasks::TaskSet;

/// A version of a task's module, and for whom it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleVersion {
    /// The version as it was added.
    pub row: ModuleRow,
    /// What it says of itself: name, version, kind, capabilities that it wants.
    pub info: Value,
    /// Whether it is the one that runs for everybody who is not pinned.
    pub active: bool,
    /// The users who stay with it.
    pub pinned: Vec<UserId>,
    /// Whether its manifest differs from the one that an operator accepted, so that it cannot be activated before that.
    pub awaits_acceptance: bool,
}

/// Result of a trial: what the version would have done on recorded runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleTrial {
    /// Time at which it was tried.
    pub at: Timestamp,
    /// The admin who had it tried.
    pub by: UserId,
    /// Time at which it was accepted: by somebody, or at once because nothing differed; none while it is not.
    pub accepted_at: Option<Timestamp>,
    /// User who accepted it; none while nobody has, or when nothing differed so that nobody had to.
    pub accepted_by: Option<UserId>,
    /// What it showed; none when what was kept cannot be read any more.
    pub report: Option<ShadowReport>,
}

/// Active versions and pins.
struct Assignments {
    active: BTreeMap<Task, u64>,
    pins: Vec<PinRow>,
}

impl Queries {
    /// Every version of the modules of every task, or of `only`, by task and version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_versions(&self, only: Option<Task>) -> Result<Vec<ModuleVersion>, AppError> {
        let assignments = self.assignments().await?;
        let mut rows = self.store.system().modules().await?;
        rows.retain(|row| only.is_none_or(|task| row.task == task));
        let tasks = self.tasks.current();
        rows.sort_by_key(|row| (tasks.rank(row.task), row.version));
        Ok(rows.into_iter().map(|row| assignments.version(row, &tasks)).collect())
    }

    /// A version whose row is at hand, with whom it runs for now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_version(&self, row: ModuleRow) -> Result<ModuleVersion, AppError> {
        Ok(self.assignments().await?.version(row, &self.tasks.current()))
    }

    /// Returns which version of a task was active from when on, newest first, `limit` entries at most.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_activations(&self, task: Task, limit: u32) -> Result<Vec<ActivationRow>, AppError> {
        Ok(self.store.system().module_activations(Some(task), limit).await?)
    }

    /// The newest trial of a version; none when it was never tried.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_trial(&self, task: Task, version: u64) -> Result<Option<ModuleTrial>, AppError> {
        let row = self.store.system().last_trial(task, version).await?;
        Ok(row.map(ModuleTrial::from))
    }

    async fn assignments(&self) -> Result<Assignments, AppError> {
        let system = self.store.system();
        let active = system.active_modules().await?.into_iter().map(|row| (row.task, row.version)).collect();
        Ok(Assignments { active, pins: system.module_pins().await? })
    }
}

impl Assignments {
    fn version(&self, row: ModuleRow, tasks: &TaskSet) -> ModuleVersion {
        let pins = self.pins.iter().filter(|pin| (pin.task, pin.version) == (row.task, row.version));
        ModuleVersion {
            info: serde_json::from_str(&row.info).unwrap_or(Value::Null),
            active: self.active.get(&row.task) == Some(&row.version),
            pinned: pins.map(|pin| pin.user).collect(),
            awaits_acceptance: !tasks.accepts(&row),
            row,
        }
    }
}

impl From<TrialRow> for ModuleTrial {
    fn from(row: TrialRow) -> Self {
        Self {
            at: row.at,
            by: row.by,
            accepted_at: row.accepted_at,
            accepted_by: row.accepted_by,
            report: serde_json::from_str(&row.report).ok(),
        }
    }
}
