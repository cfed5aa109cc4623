//! What another calendar would change, before it is taken up.

use std::sync::Arc;

use prahari_domain::calendar::{Calendar, DayChange, changes};
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use prahari_schedule::{DayDifference, Evaluator, Schedule, ScheduleError};

use super::import::a_year_after;
use crate::calendar::Calendars;
use crate::error::AppError;
use crate::schedules::ScheduleSet;

/// What a calendar says otherwise than the one in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPreview {
    /// The last day of which the calendar in force knows the holidays.
    pub known_through: Day,
    /// The last day of which the other calendar knows the holidays.
    pub would_know_through: Day,
    /// Every day that would be another one, past days among them.
    pub days: Vec<DayChange>,
    /// What the newest schedules would do otherwise on these days, from today on for a year.
    pub slots: Vec<SlotChange>,
    /// Schedules that give no answer for one of these days: their tasks would not run on it.
    pub failed: Vec<String>,
}

/// A day on which a task would be due otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotChange {
    /// The task that it is about.
    pub task: Task,
    /// Slots of the task that would be added and removed.
    pub difference: DayDifference,
}

impl Calendars {
    /// Returns what a calendar would change. Nothing is taken up.
    ///
    /// # Errors
    /// When the work ends unexpectedly.
    pub async fn preview_calendar(&self, calendar: Calendar) -> Result<CalendarPreview, AppError> {
        let (current, set) = (self.handles.calendar.current(), self.schedules.current());
        let today = self.handles.clock.now().ist_day();
        // Scripts may take their time for each of the days.
        let preview = tokio::task::spawn_blocking(move || compare(&current, &calendar, &set, today));
        preview.await.map_err(|error| AppError::Ended(error.to_string()))
    }
}

fn compare(current: &Calendar, other: &Calendar, set: &Arc<ScheduleSet>, today: Day) -> CalendarPreview {
    let year_end = a_year_after(today);
    let days = changes(current, other, year_end);
    let (mut slots, mut failed) = (Vec::new(), Vec::new());
    for schedule in set.schedules() {
        let to_come = days.iter().filter(|change| (today..=year_end).contains(&change.after.day));
        match slot_changes(schedule, to_come) {
            Ok(changed) => slots.extend(changed),
            Err(error) => failed.push(error.to_string()),
        }
    }
    // Of one day they stay in the order of the schedules, which is that in which the tasks run.
    slots.sort_by_key(|change| change.difference.day);
    let (known_through, would_know_through) = (current.covers().1, other.covers().1);
    CalendarPreview { known_through, would_know_through, days, slots, failed }
}

fn slot_changes<'a>(
    schedule: &Schedule,
    days: impl Iterator<Item = &'a DayChange>,
) -> Result<Vec<SlotChange>, ScheduleError> {
    let evaluator = Evaluator::of(schedule)?;
    let mut changed = Vec::new();
    for DayChange { before, after } in days {
        let (old, new) = (evaluator.armed(before)?, evaluator.armed(after)?);
        let difference = DayDifference::of(after.day, &old, &new);
        changed.extend(difference.map(|difference| SlotChange { task: schedule.task, difference }));
    }
    Ok(changed)
}
