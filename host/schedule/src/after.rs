//! What a schedule waits for: other tasks of the same day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, Timelike};
use prahari_domain::calendar::TradingDay;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock_time::{self, text};
use crate::day::ScriptDay;
use crate::{Schedule, ScheduleError};

/// Most tasks that one schedule waits for.
pub const MAX_AFTER: usize = 8;

/// The tasks whose slots of the day have to be over before a slot starts: those of the same user, or of a shared
/// task the one for everybody, that are due at the slot's own time or before it. A task without such a slot is not
/// waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// Tasks that have to end first, in any order, each once.
    pub tasks: Vec<Task>,
    /// Latest time (IST) until which a slot waits on an ordinary day; on a special session it moves as the time
    /// of a plain rule does. A slot that is due later does not wait.
    #[serde(with = "clock_time")]
    pub latest: NaiveTime,
    /// What happens to a slot that still waits at its latest time.
    pub then: Then,
}

/// What becomes of a slot that has waited as long as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It runs on what there is.
    Run,
    /// The slot is skipped.
    Skip,
}

impl After {
    /// Returns the latest time until which a slot of this day waits; it is always within the day.
    pub fn latest_on(&self, day: &TradingDay) -> Timestamp {
        let moved = ScriptDay::new(day).moved(clock_time::minutes(self.latest));
        Timestamp::start_of(day.day).plus_minutes(moved.clamp(0, LAST_MINUTE))
    }

    /// Returns what is wrong with it in itself; none when nothing is.
    pub(crate) fn fault(&self) -> Option<String> {
        let count = self.tasks.len();
        if !(1..=MAX_AFTER).contains(&count) {
            return Some(format!("it runs after {count} tasks, not after 1 to {MAX_AFTER}"));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.tasks.iter().find(|task| !seen.insert(**task)) {
            return Some(format!("it runs after {twice} twice"));
        }
        let whole = self.latest.second() == 0 && self.latest.nanosecond() == 0;
        (!whole).then(|| {
            format!("the latest time {} is not a whole minute such as {}", self.latest, text(self.latest))
        })
    }
}

/// The last minute of a day.
const LAST_MINUTE: i64 = 24 * 60 - 1;

/// Checks what the schedules of a set wait for: tasks that have a schedule, and none that waits for itself, be it
/// by way of others. `set` is the whole set as it would be, `changed` are those that are new in it.
///
/// # Errors
/// With the first task that waits for what it cannot.
pub fn check_after(set: &[Schedule], changed: &[Schedule]) -> Result<(), ScheduleError> {
    let waits: BTreeMap<Task, &[Task]> =
        set.iter().map(|one| (one.task, one.after.as_ref().map_or(&[][..], |after| &after.tasks))).collect();
    for Schedule { task, after, .. } in changed {
        let wrong = |detail: String| Err(ScheduleError::Rule { task: *task, detail });
        let Some(after) = after else { continue };
        if let Some(unknown) = after.tasks.iter().find(|named| !waits.contains_key(named)) {
            return wrong(format!("it runs after {unknown}, which has no schedule"));
        }
        if let Some(way) = way_back(*task, &waits) {
            return wrong(format!("it would wait for itself: {way}"));
        }
    }
    Ok(())
}

/// Returns how a task comes to wait for itself, if it does.
fn way_back(task: Task, waits: &BTreeMap<Task, &[Task]>) -> Option<String> {
    let mut found = vec![(task, task.to_string())];
    let mut seen = BTreeSet::new();
    while let Some((at, way)) = found.pop() {
        for next in waits.get(&at).copied().unwrap_or_default() {
            let way = format!("{way} runs after {next}");
            if *next == task {
                return Some(way);
            }
            if seen.insert(*next) {
                found.push((*next, format!("{way}, {next}")));
            }
        }
    }
    None
}
