//! The slots of one day.

use prahari_domain::calendar::TradingDay;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use serde::Serialize;

use crate::cron::CronProgram;
use crate::engine::{Answer, MAX_TIMES, Program};
use crate::{Rule, Schedule, ScheduleError};

/// Slots of a task on one day.
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
    /// Time at which it is due; of a continuous slot, its first tick.
    pub due_at: Timestamp,
    /// Time at which a continuous slot ends; that instant is not part of it. One-shot slots have none.
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
    rules: Vec<RuleProgram>,
}

/// A rule that was read once.
#[derive(Debug)]
enum RuleProgram {
    /// A plain rule or a script.
    Script(Program),
    /// A compiled cron expression.
    Cron(Box<CronProgram>),
}

impl RuleProgram {
    fn read(rule: &Rule) -> Result<Self, String> {
        match (rule, rule.script()) {
            (Rule::Cron { expression, zone }, _) => {
                CronProgram::read(expression, *zone).map(|program| Self::Cron(Box::new(program)))
            }
            (_, script) => Program::read(&script.unwrap_or_default()).map(Self::Script),
        }
    }

    fn answer(&self, day: &TradingDay) -> Result<Answer, String> {
        match self {
            Self::Script(program) => program.answer(day),
            Self::Cron(program) => program.minutes(day.day).map(Answer::Times),
        }
    }
}

impl Evaluator {
    /// Reads a schedule's rules.
    ///
    /// # Errors
    /// When one is a script or a cron expression that is too long or cannot be read.
    pub fn of(schedule: &Schedule) -> Result<Self, ScheduleError> {
        let Schedule { task, enabled, rules, .. } = schedule;
        let read = |(index, rule)| {
            RuleProgram::read(rule).map_err(|detail| ScheduleError::Rule {
                task: *task,
                detail: named(index, rules.len(), detail),
            })
        };
        let rules = rules.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { task: *task, enabled: *enabled, rules })
    }

    /// The slots of a day, whether or not the schedule is enabled. Closed days have none.
    ///
    /// # Errors
    /// When a rule fails, runs into a limit, or answers something that is no time of that day; or when the rules do
    /// not go together.
    pub fn slots(&self, day: &TradingDay) -> Result<DaySlots, ScheduleError> {
        if !day.open {
            return Ok(DaySlots::Times(Vec::new()));
        }
        let failed = |detail| ScheduleError::Script { task: self.task, day: day.day, detail };
        let answers = self.rules.iter().enumerate().map(|(index, rule)| {
            rule.answer(day).map_err(|detail| failed(named(index, self.rules.len(), detail)))
        });
        let answer = joined(answers.collect::<Result<_, _>>()?).map_err(failed)?;
        let midnight = Timestamp::start_of(day.day);
        let at = |minute: i64| midnight.plus_minutes(minute);
        Ok(match answer {
            Answer::Times(minutes) => DaySlots::Times(minutes.into_iter().map(at).collect()),
            Answer::EachMinute(stretches) => DaySlots::Continuous {
                windows: stretches.into_iter().map(|(from, to)| (at(from), at(to))).collect(),
                every_ms: TICK_MS,
            },
        })
    }

    /// Returns what fires on a day: its slots, or none when the schedule is disabled.
    ///
    /// # Errors
    /// As [`Self::slots`].
    pub fn armed(&self, day: &TradingDay) -> Result<Vec<Slot>, ScheduleError> {
        if self.enabled { Ok(self.slots(day)?.list()) } else { Ok(Vec::new()) }
    }
}

/// Returns what several rules answer together: each instant once, and stretches that overlap as one.
fn joined(mut answers: Vec<Answer>) -> Result<Answer, String> {
    if let [_] = answers.as_slice()
        && let Some(only) = answers.pop()
    {
        return Ok(only);
    }
    let (mut times, mut stretches) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Answer::Times(more) => times.extend(more),
            Answer::EachMinute(more) => stretches.extend(more),
        }
    }
    times.sort_unstable();
    times.dedup();
    if times.len() > MAX_TIMES {
        return Err(format!("its rules answer {} times together, the limit is {MAX_TIMES}", times.len()));
    }
    match (times.is_empty(), stretches.is_empty()) {
        (_, true) => Ok(Answer::Times(times)),
        (true, false) => Ok(Answer::EachMinute(without_overlaps(stretches))),
        // A slot of each minute and a slot of one run may not have the same name, nor one lie within the other.
        (false, false) => Err("one of its rules runs each minute and another at single times".to_owned()),
    }
}

/// Stretches in order; those that overlap are one. One that begins where another ends stays by itself.
fn without_overlaps(mut stretches: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    stretches.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::new();
    for (from, to) in stretches {
        match apart.last_mut().filter(|last| from < last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => apart.push((from, to)),
        }
    }
    apart
}

/// What is wrong, with the number of the rule where there are several.
pub(crate) fn named(place: usize, rules: usize, detail: String) -> String {
    if rules > 1 { format!("rule {}: {detail}", place + 1) } else { detail }
}

/// The slots of a schedule on a day, whether or not it is enabled. Closed days have none.
///
/// # Errors
/// When one of its rules cannot be read, fails, runs into a limit, or answers something that is no time of that day.
pub fn slots(schedule: &Schedule, day: &TradingDay) -> Result<DaySlots, ScheduleError> {
    Evaluator::of(schedule)?.slots(day)
}
