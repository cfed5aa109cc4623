//! The slots of one day.

use chrono::NaiveTime;
use prahari_domain::calendar::TradingDay;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use serde::Serialize;

use crate::engine::{Answer, Program};
use crate::{Schedule, ScheduleError};

/// When a task is due on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaySlots {
    /// Once at each of these instants, ascending; none on a closed day.
    Times(Vec<Timestamp>),
    /// Again and again within windows, ends not included.
    Continuous {
        /// One slot each, in order.
        windows: Vec<(Timestamp, Timestamp)>,
        /// Milliseconds from one tick to the next.
        every_ms: i64,
    },
}

/// One slot of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Slot {
    /// When it is due; of a continuous slot, its first tick.
    pub due_at: Timestamp,
    /// When a continuous slot ends; that instant is not part of it. One-shot slots have none.
    pub ends_at: Option<Timestamp>,
    /// How many runs it expects: 1, or the ticks of a continuous slot.
    pub ticks: u32,
}

impl Slot {
    /// The instants of its ticks; of a one-shot slot, the one at which it is due.
    pub fn instants(&self) -> impl Iterator<Item = Timestamp> + use<> {
        let due_at = self.due_at;
        (0..i64::from(self.ticks)).map(move |tick| due_at.plus_millis(tick * TICK_MS))
    }
}

/// One minute, the only pace of continuous tasks.
pub const TICK_MS: i64 = 60_000;

impl DaySlots {
    /// Each slot by itself, in order. Windows without a single tick are left out.
    pub fn list(&self) -> Vec<Slot> {
        match self {
            Self::Times(times) => {
                times.iter().map(|due_at| Slot { due_at: *due_at, ends_at: None, ticks: 1 }).collect()
            }
            Self::Continuous { windows, every_ms } => {
                let filled = windows.iter().filter(|(from, to)| from < to && *every_ms > 0);
                filled.map(|(from, to)| continuous(*from, *to, *every_ms)).collect()
            }
        }
    }
}

fn continuous(from: Timestamp, to: Timestamp, every_ms: i64) -> Slot {
    let ticks = to.millis_since(from).saturating_add(every_ms - 1) / every_ms;
    Slot { due_at: from, ends_at: Some(to), ticks: u32::try_from(ticks).unwrap_or(u32::MAX) }
}

/// A schedule that was read once and can be asked for many days.
#[derive(Debug)]
pub struct Evaluator {
    task: Task,
    enabled: bool,
    program: Program,
}

impl Evaluator {
    /// Reads a schedule's rule.
    ///
    /// # Errors
    /// When it is a script that is too long, cannot be parsed, or does not define `slots(day)`.
    pub fn of(schedule: &Schedule) -> Result<Self, ScheduleError> {
        let Schedule { task, enabled, rule, .. } = schedule;
        let program =
            Program::read(&rule.source()).map_err(|detail| ScheduleError::Rule { task: *task, detail })?;
        Ok(Self { task: *task, enabled: *enabled, program })
    }

    /// The slots of a day, whether or not the schedule is enabled. Closed days have none.
    ///
    /// # Errors
    /// When its script fails, runs into a limit, or answers something that is no time of that day.
    pub fn slots(&self, day: &TradingDay) -> Result<DaySlots, ScheduleError> {
        if !day.open {
            return Ok(DaySlots::Times(Vec::new()));
        }
        let answer = self.program.answer(day).map_err(|detail| ScheduleError::Script {
            task: self.task,
            day: day.day,
            detail,
        })?;
        let midnight = Timestamp::from_ist(day.day, NaiveTime::MIN);
        let at = |minute: i64| midnight.plus_minutes(minute);
        Ok(match answer {
            Answer::Times(minutes) => DaySlots::Times(minutes.into_iter().map(at).collect()),
            Answer::EachMinute(stretches) => DaySlots::Continuous {
                windows: stretches.into_iter().map(|(from, to)| (at(from), at(to))).collect(),
                every_ms: TICK_MS,
            },
        })
    }

    /// What fires on a day: its slots, or none when the schedule is disabled.
    ///
    /// # Errors
    /// As [`Self::slots`].
    pub fn armed(&self, day: &TradingDay) -> Result<Vec<Slot>, ScheduleError> {
        if self.enabled { Ok(self.slots(day)?.list()) } else { Ok(Vec::new()) }
    }
}

/// The slots of a schedule on a day, whether or not it is enabled. Closed days have none.
///
/// # Errors
/// When its script cannot be read, fails, runs into a limit, or answers something that is no time of that day.
pub fn slots(schedule: &Schedule, day: &TradingDay) -> Result<DaySlots, ScheduleError> {
    Evaluator::of(schedule)?.slots(day)
}
