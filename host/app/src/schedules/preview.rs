//! What schedules will do: of a candidate before it is saved, and of the whole set on one day.

use std::sync::Arc;

use prahari_domain::calendar::TradingDay;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_schedule::{
    DayDifference, Evaluator, Schedule, ScheduleError, ScheduleFlag, Slot, Stretch, check_after, differences,
    flags, preview, stretch, validate,
};

use super::{Flagged, ScheduleSet};
use crate::error::AppError;
use crate::handles::Handles;
use crate::schedules::Schedules;
use crate::tasks::{TaskSet, Tasks};
use crate::user::User;

/// Number of next slots that are shown by default.
pub const NEXT_RUNS: usize = 10;

/// Effect of a candidate for a task's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulePreview {
    /// Next slots of the candidate, the earliest first.
    pub next: Vec<Slot>,
    /// The year from today on.
    pub year: Stretch,
    /// The days of that year on which it fires otherwise than the present schedule.
    pub differences: Vec<DayDifference>,
    /// What is odd about the candidate; saving it asks for a confirmation then.
    pub flags: Vec<ScheduleFlag>,
}

/// Slots of all tasks on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiringDay {
    /// The day as the exchange sees it, with the reason why it is closed.
    pub trading_day: TradingDay,
    /// Each slot, by time and then in the order in which tasks run.
    pub firings: Vec<Firing>,
    /// Tasks that do not fire on it because they are disabled.
    pub disabled: Vec<Task>,
}

/// One slot of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firing {
    /// The task that runs.
    pub task: Task,
    /// The slot, with its due time.
    pub slot: Slot,
}

/// Computes when schedules are due: those in force, and candidates.
pub struct Previews {
    pub(crate) handles: Handles,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) flagged: Flagged,
}

impl Previews {
    /// The next slots of a schedule of the set, from now on.
    ///
    /// # Errors
    /// When its script fails on a day to come.
    pub fn next_slots(&self, schedule: &Schedule, count: usize) -> Result<Vec<Slot>, AppError> {
        Ok(preview(schedule, &self.handles.calendar.current(), self.handles.clock.now(), count)?)
    }

    /// Returns what is odd about a schedule of the set, as if it were enabled. Its script runs for a year of days, once a day
    /// and change: whoever asks again gets the same answer.
    ///
    /// # Errors
    /// When the task is not there, or its script fails on a day to come.
    pub fn flags(&self, schedule: &Schedule) -> Result<Arc<[ScheduleFlag]>, AppError> {
        let manifest = self.tasks.manifest(schedule.task)?;
        let (calendar, now) = (self.handles.calendar.current(), self.handles.clock.now());
        Ok(self.flagged.of(schedule, manifest, (&self.tasks.current(), calendar), now)?)
    }

    /// Returns what a candidate would do, beside the present schedule of its task. Nothing is saved.
    ///
    /// # Errors
    /// [`AppError::InvalidSchedule`]; or when the task has no schedule.
    pub async fn preview(&self, candidate: Schedule, count: usize) -> Result<SchedulePreview, AppError> {
        let set = self.schedules.current();
        let task = candidate.task;
        let present = set.entry(task).ok_or(AppError::UnknownSchedule(task))?.schedule.clone();
        let bounds = self.tasks.manifest(task)?.schedule.bounds.clone();
        let (calendar, now) = (self.handles.calendar.current(), self.handles.clock.now());
        let previewed = tokio::task::spawn_blocking(move || -> Result<SchedulePreview, ScheduleError> {
            validate(&candidate, &bounds, &calendar, now)?;
            let changed = std::slice::from_ref(&candidate);
            check_after(&set.with(changed), changed)?;
            let (from, to) = (now.ist_day(), a_year_after(now));
            Ok(SchedulePreview {
                next: preview(&candidate, &calendar, now, count)?,
                year: stretch(&candidate, &calendar, from, to)?,
                differences: differences(&present, &candidate, &calendar, from, to)?,
                flags: flags(&candidate, &bounds, &calendar, now)?,
            })
        });
        let previewed = previewed.await.map_err(|error| AppError::Ended(error.to_string()))?;
        previewed.map_err(AppError::InvalidSchedule)
    }

    /// Returns whether a service of this user runs by other times than those of the newest set. Versions that
    /// differ in other users' tasks, or in words only, need no restart.
    ///
    /// # Errors
    /// When a version cannot be read.
    pub async fn restart_needed(&self, user: &User) -> Result<bool, AppError> {
        let current = self.schedules.current();
        let tasks = self.tasks.current();
        for task in tasks.names().iter().copied() {
            let concerns = tasks.is_open_to(task, user.access.role());
            if let Some(version) = user.services.schedule_version(task).filter(|_| concerns)
                && self.schedules.set(version).await?.differs(&current, task)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns what fires on a day by the newest set.
    ///
    /// # Errors
    /// When the calendar does not cover the day or a script fails on it.
    pub fn firing_day(&self, day: Day) -> Result<FiringDay, AppError> {
        let trading_day = self.handles.calendar.current().trading_day(day)?;
        firing_day(&self.schedules.current(), &self.tasks.current(), trading_day)
    }
}

fn firing_day(
    set: &Arc<ScheduleSet>,
    tasks: &TaskSet,
    trading_day: TradingDay,
) -> Result<FiringDay, AppError> {
    let mut firings = Vec::new();
    let there = || set.schedules().filter(|schedule| tasks.find(schedule.task).is_some());
    for schedule in there() {
        let slots = Evaluator::of(schedule)?.armed(&trading_day)?;
        firings.extend(slots.into_iter().map(|slot| Firing { task: schedule.task, slot }));
    }
    firings.sort_by_key(|firing| (firing.slot.due_at, tasks.rank(firing.task)));
    let disabled = there().filter(|schedule| !schedule.enabled).map(|schedule| schedule.task);
    Ok(FiringDay { disabled: disabled.collect(), trading_day, firings })
}

/// The last day of a year that begins today.
fn a_year_after(now: Timestamp) -> Day {
    let today = now.ist_day();
    today.checked_add_months(chrono::Months::new(12)).and_then(|day| day.pred_opt()).unwrap_or(today)
}
