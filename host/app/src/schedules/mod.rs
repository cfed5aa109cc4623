//! The schedules in versions: the newest set, and the older ones that services still run by.
//!
//! A change makes a new version of the whole set and touches nobody: a running service keeps the version that it was
//! started with, also over a restart of the daemon, until it is started again.

mod announce;
mod change;
mod flagged;
mod preview;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::Schedule;
use prahari_store::{ScheduleChange, ScheduleRow, Store};

pub use announce::ScheduleChanges;
pub(crate) use flagged::Flagged;
pub use preview::{Firing, FiringDay, NEXT_RUNS, Previews, SchedulePreview};

use crate::error::AppError;
use crate::tasks::Tasks;

/// The schedules of all tasks in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleSet {
    /// Version of the set; the first is 1.
    pub version: u64,
    /// Entries, in the order in which tasks run that are due at the same time.
    pub entries: Vec<ScheduleEntry>,
}

/// A task's schedule, and since which version it has been so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleEntry {
    /// Schedule of the task.
    pub schedule: Schedule,
    /// The version of the set that made it so.
    pub version: u64,
    /// User who made the change; none for the defaults of the program.
    pub changed_by: Option<UserId>,
    /// Time at which it was changed, by the daemon's clock.
    pub changed_at: Timestamp,
    /// User who made the first schedule of the task; none for the defaults of the program.
    pub created_by: Option<UserId>,
    /// Time at which the task got its first schedule, by the daemon's clock.
    pub created_at: Timestamp,
}

impl ScheduleSet {
    /// Returns the schedules of the set.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.entries.iter().map(|entry| &entry.schedule)
    }

    /// A task's schedule; a database made for a few tasks has none of the others.
    pub fn entry(&self, task: Task) -> Option<&ScheduleEntry> {
        self.entries.iter().find(|entry| entry.schedule.task == task)
    }

    /// The schedules as they would be with some of them changed.
    pub(crate) fn with(&self, changes: &[Schedule]) -> Vec<Schedule> {
        let changed = |task| changes.iter().find(|change: &&Schedule| change.task == task);
        let kept = self.schedules().filter(|schedule| changed(schedule.task).is_none());
        kept.chain(changes).cloned().collect()
    }

    /// Returns whether a task runs otherwise by another set. Words for people make no difference.
    pub fn differs(&self, other: &Self, task: Task) -> bool {
        let in_force = |set: &Self| {
            let entry = set.entry(task)?;
            let Schedule { rules, after, enabled, .. } = &entry.schedule;
            Some((rules.clone(), after.clone(), *enabled))
        };
        in_force(self) != in_force(other)
    }
}

/// Every set that somebody asked for, and the newest.
pub struct Schedules {
    store: Store,
    tasks: Arc<Tasks>,
    sets: RwLock<BTreeMap<u64, Arc<ScheduleSet>>>,
    current: RwLock<Arc<ScheduleSet>>,
}

impl Schedules {
    /// Reads the newest set; in a database that has none the defaults become version 1.
    ///
    /// # Errors
    /// When the store fails or a stored rule cannot be read.
    pub async fn load(
        store: Store,
        tasks: Arc<Tasks>,
        defaults: &[Schedule],
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let system = store.system();
        let mut version = system.schedule_version().await?;
        if version == 0 {
            let first = defaults.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
            version = system.create_schedules(first, now).await?;
        }
        let current = Arc::new(read_set(&store, &tasks, version).await?);
        let sets = RwLock::new(BTreeMap::from([(version, current.clone())]));
        Ok(Self { store, tasks, sets, current: RwLock::new(current) })
    }

    /// Returns the newest set.
    pub fn current(&self) -> Arc<ScheduleSet> {
        self.current.read().clone()
    }

    /// The set of a version, from memory where it was asked for before.
    ///
    /// # Errors
    /// When there is no such version, the store fails, or a stored rule cannot be read.
    pub async fn set(&self, version: u64) -> Result<Arc<ScheduleSet>, AppError> {
        let kept = self.sets.read().get(&version).cloned();
        if let Some(set) = kept {
            return Ok(set);
        }
        if version == 0 || version > self.current().version {
            return Err(AppError::UnknownScheduleVersion(version));
        }
        let set = Arc::new(read_set(&self.store, &self.tasks, version).await?);
        self.sets.write().insert(version, set.clone());
        Ok(set)
    }

    /// Reads the sets anew when tasks have come: those of earlier versions may have schedules of the same name that are none of theirs.
    ///
    /// # Errors
    /// When the store fails or a stored rule cannot be read.
    pub(crate) async fn reload(&self) -> Result<(), AppError> {
        let version = self.current().version;
        let set = Arc::new(read_set(&self.store, &self.tasks, version).await?);
        *self.sets.write() = BTreeMap::from([(version, set.clone())]);
        let mut current = self.current.write();
        if current.version <= version {
            *current = set;
        }
        Ok(())
    }

    /// What a task's schedule was over time, newest first.
    ///
    /// # Errors
    /// When the store fails or a stored rule cannot be read.
    pub async fn history(&self, task: Task) -> Result<Vec<ScheduleEntry>, AppError> {
        self.store.system().schedule_history(task).await?.into_iter().map(entry).collect()
    }
}

/// The set of a version: of the tasks that are there and were by then, in their order. What was removed has a history and no
/// schedule.
async fn read_set(store: &Store, tasks: &Tasks, version: u64) -> Result<ScheduleSet, AppError> {
    let rows = store.system().schedules(version).await?;
    let mut entries = rows.into_iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    let tasks = tasks.current();
    entries
        .retain(|entry| tasks.find(entry.schedule.task).is_some_and(|known| known.schedules_from <= version));
    entries.sort_by_key(|entry| tasks.rank(entry.schedule.task));
    Ok(ScheduleSet { version, entries })
}

fn entry(row: ScheduleRow) -> Result<ScheduleEntry, AppError> {
    let ScheduleRow { task, version, enabled, rules, after, description, .. } = row;
    let (rules, after) =
        (serde_json::from_str(&rules)?, after.map(|after| serde_json::from_str(&after)).transpose()?);
    let schedule = Schedule { task, rules, after, enabled, description };
    Ok(ScheduleEntry {
        schedule,
        version,
        changed_by: row.changed_by,
        changed_at: row.changed_at,
        created_by: row.created_by,
        created_at: row.created_at,
    })
}

fn stored(schedule: &Schedule) -> Result<ScheduleChange, AppError> {
    Ok(ScheduleChange {
        task: schedule.task,
        enabled: schedule.enabled,
        rules: serde_json::to_string(&schedule.rules)?,
        after: schedule.after.as_ref().map(serde_json::to_string).transpose()?,
        description: schedule.description.clone(),
    })
}
