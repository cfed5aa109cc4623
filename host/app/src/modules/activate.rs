//! Which version is active, and who stays with another one. Each change is written down before it counts.

use std::collections::BTreeSet;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::Grant;
use prahari_runtime::abi::latest::Capability;
use prahari_store::{ActivationRow, ModuleRow, PinRow};

use super::Modules;
use super::keep::find;
use crate::error::AppError;
use crate::events::Audience;
use crate::tasks::TaskSet;

/// A version that is to be the active one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// The task.
    pub task: Task,
    /// The number of the module's version, from 1.
    pub version: u64,
    /// User who activates it; none for the program.
    pub by: Option<UserId>,
    /// Reason, for the history.
    pub reason: String,
}

/// What the operator allows the task whose module is to be activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission(pub Grant);

impl Permission {
    /// Returns what a module wants and is not allowed.
    pub fn missing(&self, wanted: &[Capability]) -> Vec<Capability> {
        wanted.iter().copied().filter(|capability| !self.0.allows(*capability)).collect()
    }
}

impl Modules {
    /// Makes a version the active one, from the next run on. Runs that are under way end on the version that they began
    /// with. Answers the row of the version, and whether it was another one before.
    ///
    /// # Errors
    /// When there is no such version, it is in quarantine, wants more than is granted, does not load, or the store
    /// fails.
    pub async fn activate(
        &self,
        activation: Activation,
        permission: Permission,
        now: Timestamp,
    ) -> Result<(ModuleRow, bool), AppError> {
        let _changing = self.change.lock().await;
        self.activate_now(activation, permission, now).await
    }

    /// Makes the version active that was so before the present one. Answers the row of the version.
    ///
    /// # Errors
    /// [`AppError::NoEarlierModule`]; [`AppError::ManifestNotAccepted`] when it says that its task is something
    /// else than these tasks say; or as [`Modules::activate`].
    pub(super) async fn roll_back(
        &self,
        (task, by, reason): (Task, UserId, String),
        (tasks, permission): (&TaskSet, Permission),
        now: Timestamp,
    ) -> Result<ModuleRow, AppError> {
        let _changing = self.change.lock().await;
        let earlier = self.earlier(task).await?.into_iter().next().ok_or(AppError::NoEarlierModule(task))?;
        let version = earlier.version;
        if !tasks.accepts(&earlier) {
            return Err(AppError::ManifestNotAccepted { task, version });
        }
        let activation = Activation { task, version, by: Some(by), reason };
        self.activate_now(activation, permission, now).await.map(|(row, _)| row)
    }

    /// Lets a user stay with a version, whatever is active for the others.
    ///
    /// # Errors
    /// As [`Modules::activate`].
    pub async fn pin(
        &self,
        user: UserId,
        (task, version): (Task, u64),
        by: UserId,
        permission: Permission,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let _changing = self.change.lock().await;
        let row = self.version(task, version).await?;
        let running = self.running(&self.store()?, &row).await?;
        check(&row, &permission, running.module.info().capabilities.as_slice())?;
        self.store()?.system().pin_module(PinRow { user, task, version, at: now, by }).await?;
        let mut table = (*self.table()).clone();
        table.set_pin(user, task, Some(running));
        self.replace_table(table);
        self.changed(Audience::User(user), task);
        Ok(())
    }

    /// Lets a user follow the active version again; whether they did not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unpin(&self, user: UserId, task: Task) -> Result<bool, AppError> {
        let _changing = self.change.lock().await;
        let pinned = self.store()?.system().unpin_module(user, task).await?;
        let mut table = (*self.table()).clone();
        table.set_pin(user, task, None);
        self.replace_table(table);
        if pinned {
            self.changed(Audience::User(user), task);
        }
        Ok(pinned)
    }

    /// The versions that were active before the present one and may still run, the last of them first.
    pub(super) async fn earlier(&self, task: Task) -> Result<Vec<ModuleRow>, AppError> {
        let system = self.store()?.system();
        let rows = system.modules().await?;
        let history = system.module_activations(Some(task), u32::MAX).await?;
        let present = self.table().active(task).map(|running| running.version);
        let fit = |row: &&ModuleRow| Some(row.version) != present && row.quarantined_at.is_none();
        let mut seen = BTreeSet::new();
        let once = history.iter().filter(|activation| seen.insert(activation.version));
        let earlier = once.filter_map(|activation| find(&rows, task, activation.version));
        Ok(earlier.filter(fit).cloned().collect())
    }

    /// Activates a version; the caller holds the lock for changes.
    pub(super) async fn activate_now(
        &self,
        activation: Activation,
        permission: Permission,
        now: Timestamp,
    ) -> Result<(ModuleRow, bool), AppError> {
        let Activation { task, version, by, reason } = activation;
        let row = self.version(task, version).await?;
        if self.table().active(task).is_some_and(|running| running.version == version) {
            return Ok((row, false));
        }
        let running = self.running(&self.store()?, &row).await?;
        check(&row, &permission, running.module.info().capabilities.as_slice())?;
        let activation = ActivationRow { task, version, at: now, by, reason };
        self.store()?.system().activate_module(activation).await?;
        let mut table = (*self.table()).clone();
        table.set_active(task, running);
        self.replace_table(table);
        self.changed(Audience::Admins, task);
        Ok((row, true))
    }
}

fn check(row: &ModuleRow, permission: &Permission, wanted: &[Capability]) -> Result<(), AppError> {
    let (task, version) = (row.task, row.version);
    if row.quarantined_at.is_some() {
        return Err(AppError::ModuleQuarantined { task, version, reason: row.quarantine.clone() });
    }
    let missing = permission.missing(wanted);
    if !missing.is_empty() {
        return Err(AppError::ModuleWantsMore { task, version, missing });
    }
    Ok(())
}
