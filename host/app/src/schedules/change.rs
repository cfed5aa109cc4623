//! Changing schedules: checked, made against a version that is still the newest, and one new version each.

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::{RuleBounds, Schedule, ScheduleError, check_after, flags, validate};
use prahari_store::StoreError;

use super::{ScheduleSet, Schedules, read_set, stored};
use crate::error::AppError;
use crate::tasks::TaskSet;

impl Schedules {
    /// Makes the schedules of some tasks what they are given as, all in one new version. Those that are so already
    /// do not count; when none is left, nothing changes. Running services go on by the version that they have.
    ///
    /// # Errors
    /// [`AppError::InvalidSchedule`]; [`StoreError::ScheduleChanged`] when `expected` is not the newest version any
    /// more; or when the store fails.
    pub async fn change(
        &self,
        by: UserId,
        expected: u64,
        wanted: Vec<Schedule>,
        calendar: &Arc<Calendar>,
        now: Timestamp,
    ) -> Result<Arc<ScheduleSet>, AppError> {
        let current = self.current();
        if current.version != expected {
            return Err(StoreError::ScheduleChanged { expected, current: current.version }.into());
        }
        let unchanged = |schedule: &Schedule| {
            current.entry(schedule.task).is_some_and(|entry| entry.schedule == *schedule)
        };
        let changes: Vec<Schedule> = wanted.into_iter().filter(|schedule| !unchanged(schedule)).collect();
        if changes.is_empty() {
            return Ok(current);
        }
        // What is only turned off stays as it was found fit once: nothing keeps anybody from that.
        let (off, new): (Vec<_>, Vec<_>) = changes.into_iter().partition(|schedule| {
            let entry = current.entry(schedule.task);
            !schedule.enabled && entry.is_some_and(|entry| is_same_but_for_words(&entry.schedule, schedule))
        });
        let mut changes = check(new, self.tasks.current(), calendar.clone(), now).await?;
        check_after(&current.with(&changes), &changes).map_err(AppError::InvalidSchedule)?;
        changes.extend(off);
        let rows = changes.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
        // The store decides: somebody else may have been faster since.
        let version = self.store.user(by).change_schedules(expected, rows, now).await?;
        let set = Arc::new(read_set(&self.store, &self.tasks, version).await?);
        self.keep(set.clone());
        Ok(set)
    }

    /// Checks that nothing is odd about what would be enabled by a change, as far as it differs from the newest set.
    ///
    /// # Errors
    /// [`AppError::InvalidSchedule`]; [`AppError::ScheduleFlagged`] with the first task that has flags.
    pub async fn check_flags(
        &self,
        wanted: Vec<Schedule>,
        calendar: &Arc<Calendar>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let current = self.current();
        let is_new = |schedule: &Schedule| {
            schedule.enabled && current.entry(schedule.task).is_none_or(|entry| entry.schedule != *schedule)
        };
        // What cannot be is said first: no confirmation makes it good.
        check_after(&current.with(&wanted), &wanted).map_err(AppError::InvalidSchedule)?;
        let bounded = bounded(wanted.into_iter().filter(is_new), &self.tasks.current())?;
        let calendar = calendar.clone();
        let checked = tokio::task::spawn_blocking(move || {
            for (bounds, schedule) in &bounded {
                let invalid = AppError::InvalidSchedule;
                validate(schedule, bounds, &calendar, now).map_err(invalid)?;
                let flags = flags(schedule, bounds, &calendar, now).map_err(invalid)?;
                if !flags.is_empty() {
                    return Err(AppError::ScheduleFlagged { task: schedule.task, flags });
                }
            }
            Ok(())
        });
        checked.await.map_err(|error| AppError::Ended(error.to_string()))?
    }

    /// Enables or disables tasks, all in one new version.
    ///
    /// # Errors
    /// As [`Self::change`]; or when a task has no schedule.
    pub async fn enable(
        &self,
        by: UserId,
        expected: u64,
        (tasks, enabled): (&[Task], bool),
        calendar: &Arc<Calendar>,
        now: Timestamp,
    ) -> Result<Arc<ScheduleSet>, AppError> {
        let wanted = self.switched(tasks, enabled)?;
        self.change(by, expected, wanted, calendar, now).await
    }

    /// Returns the newest schedules of some tasks, enabled or disabled.
    ///
    /// # Errors
    /// When a task has no schedule.
    pub fn switched(&self, tasks: &[Task], enabled: bool) -> Result<Vec<Schedule>, AppError> {
        let set = self.current();
        let mut wanted: Vec<Schedule> = Vec::new();
        for task in tasks {
            let entry = set.entry(*task).ok_or(AppError::UnknownSchedule(*task))?;
            if wanted.iter().all(|schedule| schedule.task != *task) {
                wanted.push(Schedule { enabled, ..entry.schedule.clone() });
            }
        }
        Ok(wanted)
    }

    fn keep(&self, set: Arc<ScheduleSet>) {
        self.sets.write().insert(set.version, set.clone());
        let mut current = self.current.write();
        if current.version < set.version {
            *current = set;
        }
    }
}

fn is_same_but_for_words(one: &Schedule, other: &Schedule) -> bool {
    (&one.rules, &one.after) == (&other.rules, &other.after)
}

/// Returns each schedule with the bounds of its task.
fn bounded(
    schedules: impl IntoIterator<Item = Schedule>,
    tasks: &TaskSet,
) -> Result<Vec<(RuleBounds, Schedule)>, AppError> {
    let with_bounds = |schedule: Schedule| {
        let known = tasks.find_ever(schedule.task).ok_or(AppError::UnknownTask(schedule.task))?;
        Ok((known.manifest.schedule.bounds.clone(), schedule))
    };
    schedules.into_iter().map(with_bounds).collect()
}

/// Checks each schedule on every day of the calendar. A script may take its time on each of them, so this happens where it
/// holds nobody up.
async fn check(
    schedules: Vec<Schedule>,
    tasks: Arc<TaskSet>,
    calendar: Arc<Calendar>,
    now: Timestamp,
) -> Result<Vec<Schedule>, AppError> {
    let bounded = bounded(schedules, &tasks)?;
    let checked = tokio::task::spawn_blocking(move || {
        bounded.iter().try_for_each(|(bounds, schedule)| validate(schedule, bounds, &calendar, now))?;
        Ok::<_, ScheduleError>(bounded.into_iter().map(|(_, schedule)| schedule).collect())
    });
    let checked = checked.await.map_err(|error| AppError::Ended(error.to_string()))?;
    checked.map_err(AppError::InvalidSchedule)
}
