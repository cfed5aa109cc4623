//! The versions in the database: put there at the start and by uploads, and found again after a restart.

use std::borrow::Cow;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{Module, ModuleHash};
use prahari_store::{ActivationRow, HaltCode, ModuleOrigin, ModuleRow, NewModule, Store};

use super::table::{Running, Table};
use super::{Modules, Start};
use crate::error::AppError;
use crate::events::Audience;
use crate::settings::check_described;
use crate::tasks::manifest_of;
use crate::users_admin::loading::Fault;

/// A component that somebody brings.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Task whose module it is.
    pub task: Task,
    /// Bytes of the component.
    pub bytes: Vec<u8>,
    /// Where the version comes from.
    pub origin: ModuleOrigin,
    /// User who brings it; none when it lay in the watched folder.
    pub by: Option<UserId>,
}

impl Modules {
    /// Puts what the program starts with into the database, and makes active and pinned what is so there. Answers
    /// the users who are pinned to a version that does not load: they must not get another one in its place. A
    /// version that came with the program gives way to the one that comes with it now; one that a person activated
    /// stays.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn attach(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<Vec<(UserId, Fault)>, AppError> {
        let _changing = self.change.lock().await;
        *self.store.write() = Some(store.clone());
        let (rows, active) = (store.system().modules().await?, store.system().active_modules().await?);
        let mut given = Vec::new();
        for start in &self.start {
            let row = self.begin_with(store, start, (&rows, &active), now).await?;
            if start.origin != ModuleOrigin::BuiltIn {
                given.push(row);
            }
        }
        let rows = store.system().modules().await?;
        let started = self.start.iter().map(|start| (start.task, start.module.clone()));
        let mut table = Table::of_start(started);
        let mut faults = Vec::new();
        for active in store.system().active_modules().await? {
            let Some(row) = find(&rows, active.task, active.version) else { continue };
            match self.running(store, row).await {
                Ok(running) => table.set_active(active.task, running),
                Err(error) => {
                    tracing::error!(%error, "the active module does not load; the built-in one runs instead");
                }
            }
        }
        // What was given on the command line runs in this process, and is not chosen for the next.
        for row in given {
            table.set_active(row.task, self.running(store, &row).await?);
        }
        for pin in store.system().module_pins().await? {
            let Some(row) = find(&rows, pin.task, pin.version) else { continue };
            if row.quarantined_at.is_some() {
                continue;
            }
            match self.running(store, row).await {
                Ok(running) => table.set_pin(pin.user, pin.task, Some(running)),
                Err(error) if error.concerns_everybody() => return Err(error),
                Err(error) => {
                    let reason = format!(
                        "version {} of {}, to which this user is pinned: {error}",
                        pin.version, pin.task
                    );
                    faults.push((pin.user, Fault { code: HaltCode::PinNotLoaded, reason }));
                }
            }
        }
        self.replace_table(table);
        Ok(faults)
    }

    /// Checks, compiles and describes a component, and keeps it as a version of its task. It does not run before it is
    /// activated. Bytes that the task has already are the version that they were.
    ///
    /// # Errors
    /// When it is refused, with the cause in one sentence; or when the store fails.
    pub async fn upload(&self, upload: Upload, now: Timestamp) -> Result<ModuleRow, AppError> {
        let Upload { task, bytes, origin, by } = upload;
        let module = self.runtime.load(&bytes).await.map_err(|source| AppError::Module { task, source })?;
        if let Some(manifest) = manifest_of(&module)?
            && !self.may_be_of(task, manifest.name)
        {
            return Err(AppError::OtherTask { task, named: manifest.name });
        }
        check_described(&module)?;
        let new = new_module(task, bytes, origin, &module, by, now);
        let row = self.store()?.system().add_module(new).await?;
        self.changed(Audience::Admins, task);
        Ok(row)
    }

    /// Returns whether a component that is of one task by its own manifest may be a version of another: by what an
    /// operator has accepted.
    fn may_be_of(&self, task: Task, named: Task) -> bool {
        let tasks = self.tasks.read();
        let known = tasks.as_ref().and_then(|tasks| tasks.current().find(task).cloned());
        named == task || known.is_some_and(|known| known.manifest.runs_components_of(named))
    }

    /// Removes a version that nobody's runs are given.
    ///
    /// # Errors
    /// [`AppError::ModuleInUse`], when there is no such version, or the store fails.
    pub async fn remove(&self, task: Task, version: u64, now: Timestamp) -> Result<(), AppError> {
        let _changing = self.change.lock().await;
        self.version(task, version).await?;
        if self.table().uses(task, version) {
            return Err(AppError::ModuleInUse { task, version });
        }
        self.store()?.system().remove_module(task, version, now).await?;
        self.changed(Audience::Admins, task);
        Ok(())
    }

    /// Nobody is given a version of a task any more. The versions are kept.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget(&self, task: Task) -> Result<(), AppError> {
        let _changing = self.change.lock().await;
        let system = self.store()?.system();
        for pin in system.module_pins().await?.into_iter().filter(|pin| pin.task == task) {
            system.unpin_module(pin.user, task).await?;
        }
        let mut table = (*self.table()).clone();
        table.forget(task);
        self.replace_table(table);
        self.changed(Audience::Admins, task);
        Ok(())
    }

    /// A version that is kept.
    ///
    /// # Errors
    /// [`AppError::UnknownModule`], or when the store fails.
    pub async fn version(&self, task: Task, version: u64) -> Result<ModuleRow, AppError> {
        let rows = self.store()?.system().modules().await?;
        find(&rows, task, version).cloned().ok_or(AppError::UnknownModule { task, version })
    }

    /// A version, ready to run.
    ///
    /// # Errors
    /// When its bytes are not there or do not load.
    pub async fn loaded(&self, row: &ModuleRow) -> Result<Arc<Module>, AppError> {
        self.running(&self.store()?, row).await.map(|running| running.module)
    }

    /// The active versions of all tasks, and this one in the place of its task's, as what a program starts with: for another
    /// database.
    ///
    /// # Errors
    /// When the bytes of one are not there, this one does not load, or the store fails.
    pub(crate) async fn beside(&self, row: &ModuleRow) -> Result<Self, AppError> {
        let store = self.store()?;
        let candidate = self.running(&store, row).await?;
        let table = self.table();
        let others = table.all_active().filter(|(task, _)| *task != row.task);
        let mut start = Vec::new();
        for (task, Running { version, module }) in others.chain([(row.task, &candidate)]) {
            let bytes = store.system().module_bytes(module.hash().to_string()).await?;
            let bytes = bytes.ok_or(AppError::UnknownModule { task, version: *version })?;
            let (bytes, module) = (Cow::Owned(bytes), module.clone());
            start.push(Start { task, bytes, origin: ModuleOrigin::BuiltIn, module });
        }
        Ok(Self::starting_with(&self.runtime, start))
    }

    /// Keeps a version that the program starts with, and makes one that came with it active where nothing else was chosen.
    /// Most starts find everything as it was and write nothing.
    async fn begin_with(
        &self,
        store: &Store,
        start: &Start,
        (rows, active): (&[ModuleRow], &[ActivationRow]),
        now: Timestamp,
    ) -> Result<ModuleRow, AppError> {
        let Start { task, bytes, origin, module } = start;
        let hash = module.hash().to_string();
        let row = match rows.iter().find(|row| row.task == *task && row.hash == hash) {
            Some(row) => row.clone(),
            None => {
                let new = new_module(*task, bytes.to_vec(), *origin, module, None, now);
                store.system().add_module(new).await?
            }
        };
        let active = active.iter().find(|active| active.task == *task);
        if *origin == ModuleOrigin::BuiltIn && gives_way(active, rows, &row) {
            let (version, reason) = (row.version, "it came with the program".to_owned());
            let activation = ActivationRow { task: *task, version, at: now, by: None, reason };
            store.system().activate_module(activation).await?;
        }
        Ok(row)
    }

    pub(super) async fn running(&self, store: &Store, row: &ModuleRow) -> Result<Running, AppError> {
        let (task, version) = (row.task, row.version);
        let hash: Option<ModuleHash> = row.hash.parse().ok();
        let started = self.start.iter().map(|start| &start.module).find(|module| Some(module.hash()) == hash);
        if let Some(module) = started.cloned().or_else(|| hash.and_then(|hash| self.table().with_hash(hash)))
        {
            return Ok(Running { version, module });
        }
        let bytes = store.system().module_bytes(row.hash.clone()).await?;
        let bytes = bytes.ok_or(AppError::UnknownModule { task, version })?;
        let module = self.runtime.load(&bytes).await.map_err(|source| AppError::Module { task, source })?;
        Ok(Running { version, module })
    }
}

/// Returns whether what is active gives way to a version that came with the program: what a person has chosen does
/// not, nor what took the place of this very version because that was not fit to run.
fn gives_way(active: Option<&ActivationRow>, rows: &[ModuleRow], new: &ModuleRow) -> bool {
    let Some(active) = active else { return true };
    let present = find(rows, new.task, active.version);
    let is_other =
        present.is_none_or(|row| row.version != new.version && row.origin == ModuleOrigin::BuiltIn);
    is_other && active.by.is_none() && new.quarantined_at.is_none()
}

/// The row of a version.
pub(super) fn find(rows: &[ModuleRow], task: Task, version: u64) -> Option<&ModuleRow> {
    rows.iter().find(|row| row.task == task && row.version == version)
}

fn new_module(
    task: Task,
    bytes: Vec<u8>,
    origin: ModuleOrigin,
    module: &Module,
    by: Option<UserId>,
    at: Timestamp,
) -> NewModule {
    let info = serde_json::to_string(module.info()).unwrap_or_default();
    let manifest = module.manifest().map(str::to_owned);
    NewModule { task, hash: module.hash().to_string(), bytes, origin, info, manifest, at, by }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(version: u64, origin: ModuleOrigin) -> ModuleRow {
        ModuleRow {
            task: Task::literal("sell_monitor"),
            version,
            hash: String::new(),
            origin,
            info: String::new(),
            manifest: None,
            size: 0,
            added_at: Timestamp(0),
            added_by: None,
            quarantined_at: None,
            quarantine: String::new(),
        }
    }

    #[test]
    fn only_what_came_with_an_earlier_program_gives_way() {
        use ModuleOrigin::{BuiltIn, Uploaded};
        let active = |version, by| ActivationRow {
            task: Task::literal("sell_monitor"),
            version,
            at: Timestamp(0),
            by,
            reason: String::new(),
        };
        let rows = [row(1, BuiltIn), row(2, Uploaded), row(3, BuiltIn)];
        let new = &rows[2];
        assert!(gives_way(None, &rows, new));
        assert!(gives_way(Some(&active(1, None)), &rows, new));
        assert!(!gives_way(Some(&active(1, Some(UserId(1)))), &rows, new), "a person went back to it");
        assert!(!gives_way(Some(&active(2, None)), &rows, new), "a person brought it");
        assert!(!gives_way(Some(&active(3, None)), &rows, new), "it is active already");
        let unfit = ModuleRow { quarantined_at: Some(Timestamp(9)), ..new.clone() };
        assert!(!gives_way(Some(&active(1, None)), &rows, &unfit), "it was taken out of use");
    }
}
