//! Before a version may place orders for everybody, somebody has seen what it would have done.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_runtime::Runtime;
use prahari_runtime::abi::latest::Capability;
use prahari_store::{ModuleOrigin, ModuleRow, TrialRow};

use super::Activation;
use crate::error::AppError;
use crate::events::{Audience, Resource};
use crate::grants::Grants;
use crate::handles::Handles;
use crate::modules::{ModuleHealth, Modules};
use crate::notices::Notices;
use crate::replays::Replays;
use crate::shadow::{Days, Scope, ShadowReport};
use crate::tasks::Tasks;

/// Lets a version of a module trade only after somebody has seen what it would have done.
pub struct Trials {
    pub(crate) handles: Handles,
    pub(crate) notices: Arc<Notices>,
    pub(crate) health: Arc<ModuleHealth>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) replays: Arc<Replays>,
}

impl Trials {
    /// What a version would have done on the recorded runs of the last days, of everybody.
    ///
    /// # Errors
    /// When it does not load, or the store fails.
    pub(crate) async fn compare(&self, row: &ModuleRow, days: u32) -> Result<ShadowReport, AppError> {
        let candidate = self.modules.loaded(row).await?;
        let scope = Scope { task: row.task, days: Days::Last(days), user: None };
        self.replays.shadow(&candidate, &scope).await
    }

    /// Keeps what the trial of a version showed. When nothing differs it is accepted at once.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn keep(
        &self,
        row: &ModuleRow,
        report: &ShadowReport,
        by: UserId,
    ) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let trial = TrialRow {
            task: row.task,
            version: row.version,
            at: now,
            by,
            report: serde_json::to_string(report)?,
            accepted_at: report.accepted_without_change().then_some(now),
            accepted_by: None,
        };
        self.handles.store.system().save_trial(trial).await?;
        self.handles.events.changed(Audience::Admins, Resource::Module, row.task);
        Ok(())
    }

    /// Agrees with what the newest trial of a version showed. One that showed nothing is agreed with by `force` alone.
    ///
    /// # Errors
    /// [`AppError::ModuleUntried`] without a trial, [`AppError::TrialShowedNothing`]; when there is no such version, or the
    /// store fails.
    pub async fn accept_module(
        &self,
        task: Task,
        version: u64,
        by: UserId,
        force: bool,
    ) -> Result<(), AppError> {
        self.modules.version(task, version).await?;
        let system = self.handles.store.system();
        let trial = system.last_trial(task, version).await?;
        let trial = trial.ok_or(AppError::ModuleUntried { task, version })?;
        let report: ShadowReport = serde_json::from_str(&trial.report)?;
        if !force && !report.shows_something() {
            return Err(AppError::TrialShowedNothing { task, version });
        }
        let now = self.handles.clock.now();
        if system.accept_trial(task, version, by, now).await? {
            self.handles.events.changed(Audience::Admins, Resource::Module, task);
            Ok(())
        } else {
            Err(AppError::ModuleUntried { task, version })
        }
    }

    /// Makes a version the active one. A task that may place orders asks for an accepted trial of it first, unless the
    /// version came with the program, was active before, or `force` says that the operator knows better.
    ///
    /// # Errors
    /// [`AppError::ModuleUntried`], or as [`Modules::activate`](super::Modules::activate).
    pub async fn activate_module(&self, activation: Activation, force: bool) -> Result<ModuleRow, AppError> {
        let Activation { task, version, .. } = activation;
        self.check_manifest(task, version).await?;
        self.check_trial(task, version, force).await?;
        let permission = self.grants.permission(task);
        let now = self.handles.clock.now();
        let (row, changed) = self.modules.activate(activation, permission, now).await?;
        if changed {
            self.health.recovered(task, &format!("version {version} was activated")).await?;
        }
        Ok(row)
    }

    /// Makes the version active that was so before the present one. It asks for no trial: it has traded.
    ///
    /// # Errors
    /// [`AppError::NoEarlierModule`], [`AppError::ManifestNotAccepted`], or as
    /// [`Modules::activate`](super::Modules::activate).
    pub async fn roll_back_module(
        &self,
        task: Task,
        by: UserId,
        reason: String,
    ) -> Result<ModuleRow, AppError> {
        self.tasks.manifest(task)?;
        let (tasks, permission) = (self.tasks.current(), self.grants.permission(task));
        let now = self.handles.clock.now();
        let row = self.modules.roll_back((task, by, reason), (&tasks, permission), now).await?;
        self.health.recovered(task, &format!("version {} was activated", row.version)).await?;
        Ok(row)
    }

    /// Lets a user stay with a version, which is then what trades for them: a pin asks for a trial as an activation
    /// does.
    ///
    /// # Errors
    /// [`AppError::ModuleUntried`], or as [`Modules::pin`](super::Modules::pin).
    pub async fn pin_module(
        &self,
        user: UserId,
        (task, version): (Task, u64),
        by: UserId,
        force: bool,
    ) -> Result<(), AppError> {
        self.check_manifest(task, version).await?;
        self.check_trial(task, version, force).await?;
        let (permission, now) = (self.grants.permission(task), self.handles.clock.now());
        self.modules.pin(user, (task, version), by, permission, now).await
    }

    /// A task was removed: its module troubles nobody any more.
    pub(crate) async fn forget(&self, task: Task) -> Result<(), AppError> {
        self.health.recovered(task, "the task was removed").await
    }

    /// A version that says that its task is something else than what is accepted waits, also one that was active before.
    async fn check_manifest(&self, task: Task, version: u64) -> Result<(), AppError> {
        self.tasks.manifest(task)?;
        let row = self.modules.version(task, version).await?;
        if self.tasks.current().accepts(&row) {
            return Ok(());
        }
        Err(AppError::ManifestNotAccepted { task, version })
    }

    async fn was_active(&self, row: &ModuleRow) -> Result<bool, AppError> {
        let history = self.handles.store.system().module_activations(Some(row.task), u32::MAX).await?;
        Ok(history.iter().any(|activation| activation.version == row.version))
    }

    async fn check_trial(&self, task: Task, version: u64, force: bool) -> Result<(), AppError> {
        let row = self.modules.version(task, version).await?;
        if force || !self.needs_trial(&row).await? {
            return Ok(());
        }
        let trial = self.handles.store.system().last_trial(task, version).await?;
        match trial.and_then(|trial| trial.accepted_at) {
            Some(_) => Ok(()),
            None => Err(AppError::ModuleUntried { task, version }),
        }
    }

    async fn needs_trial(&self, row: &ModuleRow) -> Result<bool, AppError> {
        let may_trade = self.grants.allow_anybody(row.task, Capability::BrokerTrade);
        if !may_trade || row.origin == ModuleOrigin::BuiltIn {
            return Ok(false);
        }
        Ok(!self.was_active(row).await?)
    }
}
