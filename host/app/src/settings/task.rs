//! What a user sets for one task, as its module describes it.
//!
//! What is stored is what the user has set and nothing else: the defaults are those of the version that runs. Nothing
//! is changed when another version comes; where what is set does not fit it, its runs are told so.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{
    DescribedSettings, MisfitError, Module, SettingsSchema, SettingsSchemaError, TaskValues, check_size,
};
use prahari_store::{Settings as Kind, TaskSettingsRow};
use tokio::sync::MutexGuard;

use super::change::check_version;
use super::{Settings, UserSettings};
use crate::error::AppError;
use crate::events::{Audience, Event, SettingsChanged};
use crate::handles::Handles;
use crate::modules::Modules;
use crate::user::User;
use crate::users::Users;

/// What a user has set for one task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskSettings {
    /// Version of the settings; each change adds 1, and 0 is before the first.
    pub version: u64,
    /// The settings by name, without defaults.
    pub values: TaskValues,
    /// Who made this version, and when by the daemon's clock; none before the first.
    pub changed: Option<(UserId, Timestamp)>,
}

/// Why there are no settings in force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskSettingsError {
    /// The module has no schema.
    #[error("the version of the module of {0} that runs has no settings of its own")]
    Undescribed(Task),
    /// The module came when nobody read its schema, and it cannot be used.
    #[error("the module of {0} describes its settings by a schema that cannot be used: {1}")]
    Schema(Task, SettingsSchemaError),
    /// What is set does not fit the schema, or is too much.
    #[error(transparent)]
    Misfit(#[from] MisfitError),
}

impl TaskSettings {
    /// Reads a version that was stored.
    ///
    /// # Errors
    /// When it is no JSON object.
    pub fn read(row: &TaskSettingsRow) -> Result<Self, serde_json::Error> {
        let values = serde_json::from_str(&row.settings)?;
        Ok(Self { version: row.version, values, changed: Some((row.changed_by, row.changed_at)) })
    }

    /// Returns what a run of this module is told: what is set, and the defaults of the rest.
    ///
    /// # Errors
    /// When there is no schema, or what is set does not fit it.
    pub fn in_force(
        &self,
        task: Task,
        described: &DescribedSettings,
    ) -> Result<TaskValues, TaskSettingsError> {
        Ok(schema_of(task, described)?.fill(&self.values)?)
    }
}

/// A change of a task's settings that is allowed and not in force yet. While it lives, nobody else changes settings of
/// this user.
#[must_use = "it takes effect when it is saved"]
pub struct TaskSettingsChange<'a> {
    handles: &'a Handles,
    user: &'a User,
    task: Task,
    version: u64,
    values: TaskValues,
    _changing: MutexGuard<'a, ()>,
}

impl Settings {
    /// Prepares to put these settings of a task in the place of those that a user has.
    ///
    /// # Errors
    /// [`TaskSettingsError`] when they do not fit what the module describes;
    /// [`StoreError::SettingsChanged`](prahari_store::StoreError::SettingsChanged) when `expected` is given and is no
    /// longer the version in force.
    pub async fn change_task_settings<'a>(
        &'a self,
        user: &'a User,
        (task, described): (Task, &DescribedSettings),
        values: TaskValues,
        expected: Option<u64>,
    ) -> Result<TaskSettingsChange<'a>, AppError> {
        let changing = user.settings.changing.lock().await;
        let version = user.settings.of_task(task).version;
        check_version(user, Kind::OfTask, expected, version)?;
        let schema = schema_of(task, described)?;
        check_size(&values).map_err(TaskSettingsError::from)?;
        schema.fill(&values).map_err(TaskSettingsError::from)?;
        Ok(TaskSettingsChange { handles: &self.handles, user, task, version, values, _changing: changing })
    }
}

impl TaskSettingsChange<'_> {
    /// Writes the settings down and puts them in force for the runs that start from now on. The same ones again are no version of
    /// their own, and nobody is told of them.
    ///
    /// # Errors
    /// When they cannot be written down; nothing has changed then.
    pub async fn save(self, by: UserId) -> Result<Arc<TaskSettings>, AppError> {
        let Self { handles, user, task, version, values, .. } = &self;
        let set = user.settings.of_task(*task);
        if set.values == *values && !user.settings.is_damaged() {
            return Ok(set);
        }
        let (settings, at) = (serde_json::to_string(values)?, handles.clock.now());
        let row =
            TaskSettingsRow { task: *task, version: *version, settings, changed_by: by, changed_at: at };
        let version = handles.store.user(user.id).save_task_settings(row).await?;
        let saved = Arc::new(TaskSettings { version, values: values.clone(), changed: Some((by, at)) });
        user.settings.tasks.write().insert(*task, saved.clone());
        handles.events.publish_with(Audience::User(user.id), || {
            Event::Settings(SettingsChanged { task: *task, version })
        });
        Ok(saved)
    }
}

impl UserSettings {
    /// Returns what the user has set for a task; a run that starts now sees it to its end.
    pub fn of_task(&self, task: Task) -> Arc<TaskSettings> {
        self.tasks.read().get(&task).cloned().unwrap_or_default()
    }

    /// Takes over what was stored, and returns a sentence for each part that cannot be read.
    pub(crate) fn load_tasks(&self, rows: &[TaskSettingsRow]) -> Vec<String> {
        let mut damaged = Vec::new();
        let mut tasks = self.tasks.write();
        for row in rows {
            match TaskSettings::read(row) {
                Ok(settings) => drop(tasks.insert(row.task, Arc::new(settings))),
                Err(error) => {
                    damaged.push(format!("the stored settings of {} cannot be read: {error}", row.task));
                }
            }
        }
        if !damaged.is_empty() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        damaged
    }
}

/// Returns how many of the users who are given this module have set something that does not fit it.
pub fn users_who_do_not_fit(users: &Users, modules: &Modules, task: Task, module: &Module) -> usize {
    let described = module.described_settings();
    let is_given = |user: &User| {
        modules.for_user(task, user.id).is_ok_and(|running| running.module.hash() == module.hash())
    };
    let does_not_fit = |user: &Arc<User>| {
        let set = user.settings.of_task(task);
        set.version > 0 && is_given(user) && set.in_force(task, &described).is_err()
    };
    users.all().iter().filter(|user| does_not_fit(user)).count()
}

/// Checks that the settings which a module describes can be used.
///
/// # Errors
/// When its schema does not compile.
pub(crate) fn check_described(module: &Module) -> Result<(), SettingsSchemaError> {
    module.described_settings().map(|_| ())
}

fn schema_of(task: Task, described: &DescribedSettings) -> Result<&SettingsSchema, TaskSettingsError> {
    match described {
        Ok(Some(schema)) => Ok(schema),
        Ok(None) => Err(TaskSettingsError::Undescribed(task)),
        Err(error) => Err(TaskSettingsError::Schema(task, error.clone())),
    }
}
