//! What is odd about the schedules in force, computed once: a script runs for a year of days for it, and everybody may list them.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_schedule::{Schedule, ScheduleError, ScheduleFlag, flags};

use crate::tasks::{TaskManifest, TaskSet};

/// The flags of schedules by task, as they were last computed. There is one entry for each task that there is.
#[derive(Default)]
pub(crate) struct Flagged(Mutex<BTreeMap<Task, Entry>>);

/// Flags, and all that they follow from.
#[derive(Clone)]
struct Entry {
    schedule: Schedule,
    manifest: Arc<TaskManifest>,
    calendar: Arc<Calendar>,
    day: Day,
    flags: Arc<[ScheduleFlag]>,
}

impl Flagged {
    /// Returns the flags of a schedule, as if it were enabled; computed anew on another day, and when the schedule, its task
    /// or the calendar is another one.
    ///
    /// # Errors
    /// When its script fails on a day to come. That is not remembered.
    pub fn of(
        &self,
        schedule: &Schedule,
        manifest: Arc<TaskManifest>,
        (tasks, calendar): (&TaskSet, Arc<Calendar>),
        now: Timestamp,
    ) -> Result<Arc<[ScheduleFlag]>, ScheduleError> {
        let day = now.ist_day();
        let holds = |known: &Entry| {
            known.schedule == *schedule
                && Arc::ptr_eq(&known.manifest, &manifest)
                && Arc::ptr_eq(&known.calendar, &calendar)
                && known.day == day
        };
        let known = self.0.lock().get(&schedule.task).cloned();
        if let Some(known) = known.filter(holds) {
            return Ok(known.flags);
        }
        let found: Arc<[ScheduleFlag]> = flags(schedule, &manifest.schedule.bounds, &calendar, now)?.into();
        let entry = Entry { schedule: schedule.clone(), manifest, calendar, day, flags: found.clone() };
        let mut all = self.0.lock();
        all.insert(schedule.task, entry);
        all.retain(|task, _| tasks.find(*task).is_some());
        Ok(found)
    }
}
