//! Tasks that come, change and go while the daemon runs.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{Module, Runtime};
use prahari_schedule::{Schedule, check_after, validate};
use prahari_store::{ModuleOrigin, ModuleRow, StoreError};

use super::{KnownTask, MOST_TASKS, TaskManifest, Tasks, known, row_of};
use crate::calendar::Calendars;
use crate::error::AppError;
use crate::grants::Grants;
use crate::handles::Handles;
use crate::ledger::Ledger;
use crate::modules::{Activation, Modules, Permission, Trials, Upload};
use crate::schedules::{ScheduleChanges, Schedules};
use crate::services::{By, Level, Services};
use crate::settings::check_described;
use crate::users::Users;

/// How often a schedule is offered again when somebody else has changed another one meanwhile.
const OFFERS: usize = 3;

/// A component that is to be a task of its own.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// The component; it exports its manifest.
    pub bytes: Vec<u8>,
    /// User who adds the task and thereby accepts its manifest.
    pub by: UserId,
}

impl Tasks {
    /// Accepts a manifest, of a task that is there or of a new one, which is in the schedules after their version `newest`.
    async fn accept(
        &self,
        manifest: &TaskManifest,
        newest: u64,
        (by, at): (UserId, Timestamp),
    ) -> Result<(), AppError> {
        let _changing = self.change.lock().await;
        let set = self.current();
        let is_built_in = set.find_ever(manifest.name).is_some_and(|known| known.is_built_in);
        if set.find(manifest.name).is_none() && set.names().len() >= MOST_TASKS {
            return Err(AppError::TooManyTasks);
        }
        let schedules_from = set.find(manifest.name).map_or(newest + 1, |known| known.schedules_from);
        let row = row_of(manifest, Some(by), at, schedules_from)?;
        self.store.system().save_task(row.clone()).await?;
        self.replace(set.with(known(manifest.clone(), &row, is_built_in)));
        Ok(())
    }

    /// Marks a task as removed.
    async fn remove(&self, task: Task, at: Timestamp) -> Result<(), AppError> {
        let _changing = self.change.lock().await;
        let set = self.current();
        let known = set.find(task).ok_or(AppError::UnknownTask(task))?;
        if known.is_built_in {
            return Err(AppError::TaskBuiltIn(task));
        }
        self.store.system().remove_task(task, at).await?;
        self.replace(set.with(KnownTask { removed_at: Some(at), ..known.clone() }));
        Ok(())
    }
}

/// Adds and removes tasks while the daemon runs.
pub struct TaskChanges {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) services: Arc<Services>,
    pub(crate) calendars: Arc<Calendars>,
    pub(crate) trials: Arc<Trials>,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) schedule_changes: Arc<ScheduleChanges>,
}

impl TaskChanges {
    /// Takes up a component as a new task: its manifest is accepted, its schedule added, its module active.
    /// Services that run take it up when they are started again, as any change of schedules.
    ///
    /// # Errors
    /// When the component is refused, exports no manifest or one that does not fit, the task is there already, or
    /// the store fails. In one sentence each.
    pub async fn add_task(&self, new: NewTask) -> Result<(Arc<TaskManifest>, ModuleRow), AppError> {
        let NewTask { bytes, by } = new;
        let module = self.runtime.load(&bytes).await.map_err(AppError::NewModule)?;
        let manifest = manifest_of(&module)?.ok_or(AppError::NoManifest)?;
        let task = manifest.name;
        check_wishes(&module, &manifest)?;
        check_described(&module)?;
        self.declare_task(manifest, by).await?;
        let now = self.handles.clock.now();
        let upload = Upload { task, bytes, origin: ModuleOrigin::Uploaded, by: Some(by) };
        let row = self.modules.upload(upload, now).await?;
        let reason = "it came with the task".to_owned();
        let activation = Activation { task, version: row.version, by: Some(by), reason };
        // There is no yesterday that a trial could compare it with: whoever adds a task has read what it wants.
        let row = self.trials.activate_module(activation, true).await?;
        Ok((self.tasks.manifest(task)?, row))
    }

    /// Takes up a new task by its manifest alone: its module comes as a version of its own.
    ///
    /// # Errors
    /// When the task is there already, its schedule does not fit the calendar, or the store fails.
    pub async fn declare_task(&self, manifest: TaskManifest, by: UserId) -> Result<(), AppError> {
        let task = manifest.name;
        if self.tasks.current().find(task).is_some() {
            return Err(AppError::TaskExists(task));
        }
        let schedule = manifest.default_schedule()?;
        self.check_schedule(schedule.clone(), &manifest).await?;
        // Before anything is accepted: a task that is refused leaves nothing behind.
        let changed = std::slice::from_ref(&schedule);
        check_after(&self.schedules.current().with(changed), changed).map_err(AppError::InvalidSchedule)?;
        let comes_back = self.tasks.current().find_ever(task).is_some();
        {
            let _planning = self.ledger.planning.write().await;
            let newest = self.schedules.current().version;
            self.tasks.accept(&manifest, newest, (by, self.handles.clock.now())).await?;
            // Services may run by schedules from before it was removed, which are not its own any more.
            self.schedules.reload().await?;
            if comes_back {
                // What was due of it today is what the ledgers say.
                self.calendars.save_day_changed().await?;
            }
            self.ledger.replan().await?;
        }
        self.follow_tasks(&format!("the task {task} was added"), "task_added").await?;
        self.offer_schedule(by, schedule).await?;
        tracing::info!(%task, user = %by, "a task was added");
        Ok(())
    }

    /// Accepts the manifest of a version as what the task is from now on. Its schedule stays as the operator has it.
    ///
    /// # Errors
    /// When there is no such task or version, the version has no manifest, or the store fails.
    pub async fn accept_manifest(
        &self,
        task: Task,
        version: u64,
        by: UserId,
    ) -> Result<Arc<TaskManifest>, AppError> {
        self.tasks.manifest(task)?;
        let row = self.modules.version(task, version).await?;
        let text = row.manifest.as_deref().ok_or(AppError::NoManifest)?;
        let manifest = TaskManifest::read(text)?;
        if manifest.name != task {
            return Err(AppError::OtherTask { task, named: manifest.name });
        }
        let newest = self.schedules.current().version;
        self.tasks.accept(&manifest, newest, (by, self.handles.clock.now())).await?;
        self.tasks.manifest(task)
    }

    /// Removes a task that an operator added: nothing of it runs any more, what it did stays to be read. Slots that
    /// were not due yet are withdrawn.
    ///
    /// # Errors
    /// When there is no such task, it came with the program, another one waits for it, or the store fails.
    pub async fn remove_task(&self, task: Task, by: UserId) -> Result<(), AppError> {
        // One that came with the program cannot be removed whoever waits for it.
        let was_added = self.tasks.current().find(task).is_some_and(|known| !known.is_built_in);
        if let Some(by) = self.waits_for(task).filter(|_| was_added) {
            return Err(AppError::TaskAwaited { task, by });
        }
        {
            // Nobody plans a day or enters slots with the task beside those without it.
            let _planning = self.ledger.planning.write().await;
            self.tasks.remove(task, self.handles.clock.now()).await?;
            self.ledger.replan().await?;
        }
        let cause = format!("the task {task} was removed");
        for user in self.users.all() {
            self.services.stop_individual_by(user.id, task, &By::daemon(cause.clone())).await?;
        }
        self.follow_tasks(&cause, "task_removed").await?;
        self.end_schedule(by, task).await?;
        self.grants.remove_task(task).await?;
        self.modules.forget(task).await?;
        self.trials.forget(task).await?;
        tracing::info!(%task, user = %by, "a task was removed");
        Ok(())
    }

    /// A task whose schedule waits for this one, by the newest schedules.
    fn waits_for(&self, task: Task) -> Option<Task> {
        let (set, tasks) = (self.schedules.current(), self.tasks.current());
        let waits = |schedule: &&Schedule| {
            let after = schedule.after.as_ref();
            tasks.find(schedule.task).is_some() && after.is_some_and(|after| after.tasks.contains(&task))
        };
        set.schedules().find(waits).map(|schedule| schedule.task)
    }

    /// Has every service that is on expect what today is with the tasks that there are now.
    async fn follow_tasks(&self, cause: &str, event: &'static str) -> Result<(), AppError> {
        for user in self.users.all().into_iter().filter(|user| user.services.is_any_on()) {
            let taken_over = {
                let _switch = user.services.switch().await;
                self.ledger.take_over(&user, cause).await
            };
            if let Err(error) = taken_over {
                self.services.handle_user_error(&user, error).await?;
            }
            self.services.log_service(&user, Level::Info, event, cause.to_owned()).await?;
        }
        self.handles.wake.notify_one();
        Ok(())
    }

    async fn check_schedule(&self, schedule: Schedule, manifest: &TaskManifest) -> Result<(), AppError> {
        let (calendar, bounds) = (self.handles.calendar.current(), manifest.schedule.bounds.clone());
        let now = self.handles.clock.now();
        let checked = tokio::task::spawn_blocking(move || validate(&schedule, &bounds, &calendar, now));
        let checked = checked.await.map_err(|error| AppError::Ended(error.to_string()))?;
        checked.map_err(AppError::InvalidSchedule)
    }

    /// Adds a schedule to the newest set, which whoever accepted the manifest has confirmed; concurrent changes of others are kept.
    async fn offer_schedule(&self, by: UserId, schedule: Schedule) -> Result<(), AppError> {
        for _ in 1..OFFERS {
            let newest = self.schedules.current().version;
            match self.schedule_changes.change_schedules(by, newest, vec![schedule.clone()], true).await {
                Err(AppError::Store(StoreError::ScheduleChanged { .. })) => {}
                changed => return changed.map(|_| ()),
            }
        }
        let newest = self.schedules.current().version;
        self.schedule_changes.change_schedules(by, newest, vec![schedule], true).await.map(|_| ())
    }

    async fn end_schedule(&self, by: UserId, task: Task) -> Result<(), AppError> {
        let set = self.schedules.current();
        let Some(entry) = set.entry(task).filter(|entry| entry.schedule.enabled) else { return Ok(()) };
        self.offer_schedule(by, Schedule { enabled: false, ..entry.schedule.clone() }).await
    }
}

/// The manifest that a module exports, checked; none when it exports none.
///
/// # Errors
/// When it is no manifest.
pub(crate) fn manifest_of(module: &Module) -> Result<Option<TaskManifest>, AppError> {
    Ok(module.manifest().map(TaskManifest::read).transpose()?)
}

/// Checks whether a module wants no more than its manifest asks for: what the operator reads is what it gets.
fn check_wishes(module: &Module, manifest: &TaskManifest) -> Result<(), AppError> {
    let missing = Permission(manifest.grant()).missing(&module.info().capabilities);
    if missing.is_empty() {
        return Ok(());
    }
    Err(AppError::ModuleWantsMore { task: manifest.name, version: 1, missing })
}
