//! The evaluator: a schedule and a day give the day's slots.
//!
//! On a special session (Muhurat, a Saturday drill) the times of an ordinary day would miss the market, so they move with
//! it: a time before the ordinary open keeps its distance to the open, hourly runs keep their distance to it and stay
//! inside the session, a continuous slot runs through each window of the session, and a time after the ordinary close
//! keeps its distance to the close, but is never earlier than usual.

use chrono::NaiveTime;
use prahari_domain::calendar::TradingDay;
use prahari_domain::time::Timestamp;

use crate::schedule::{Rule, Schedule, ScheduleError};
use crate::script;

/// One tick of a continuous slot, in milliseconds.
const TICK_MS: i64 = 60_000;
/// An hour in milliseconds.
const HOUR_MS: i64 = 60 * 60_000;

/// The slots of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaySlots {
    /// One-shot slots, ascending.
    Times(Vec<Timestamp>),
    /// A continuous slot for each window (start inclusive, end exclusive).
    Continuous {
        /// The windows, ascending.
        windows: Vec<(Timestamp, Timestamp)>,
        /// Milliseconds between ticks.
        every_ms: i64,
    },
}

impl DaySlots {
    /// Nothing is due.
    pub const fn none() -> Self {
        Self::Times(Vec::new())
    }
}

/// The slots of a day; none on a closed day or when the schedule is off.
///
/// # Errors
/// When a script fails, passes its limits or names a time that is none.
pub fn slots(schedule: &Schedule, day: &TradingDay) -> Result<DaySlots, ScheduleError> {
    let Some(session) = Session::of(day).filter(|_| day.open && schedule.enabled) else {
        return Ok(DaySlots::none());
    };
    Ok(match &schedule.rule {
        Rule::At { time } => DaySlots::Times(session.place(*time).into_iter().collect()),
        Rule::Hourly { start, end } => DaySlots::Times(session.hourly(*start, *end)),
        Rule::EachMinute { start, end } => {
            DaySlots::Continuous { windows: session.windows_within(*start, *end), every_ms: TICK_MS }
        }
        Rule::Script { source } => {
            let times = script::run(source, day).map_err(|reason| ScheduleError::Script {
                task: schedule.task,
                day: day.day,
                reason,
            })?;
            DaySlots::Times(times)
        }
    })
}

/// The continuous trading of a day, beside that of an ordinary one.
struct Session<'a> {
    day: &'a TradingDay,
    windows: Vec<(Timestamp, Timestamp)>,
    opens: Timestamp,
    closes: Timestamp,
    /// Whether it trades at other hours than an ordinary day.
    moved: bool,
}

impl<'a> Session<'a> {
    fn of(day: &'a TradingDay) -> Option<Self> {
        let (opens, closes) = day.hours()?;
        let windows = day.continuous();
        let moved = windows != [day.usual_hours];
        Some(Self { day, windows, opens, closes, moved })
    }

    /// Where a time of an ordinary day falls on this one; none when it would leave the day.
    fn place(&self, time: NaiveTime) -> Option<Timestamp> {
        let usual = self.usual(time);
        if !self.moved {
            return Some(usual);
        }
        let (usual_open, usual_close) = self.day.usual_hours;
        let placed = if usual < usual_open {
            self.opens.plus_millis(usual.millis_since(usual_open))
        } else if usual < usual_close {
            usual.clamp(self.opens, self.closes)
        } else {
            usual.max(self.closes.plus_millis(usual.millis_since(usual_close)))
        };
        (placed.ist_day() == self.day.day).then_some(placed)
    }

    fn hourly(&self, start: NaiveTime, end: NaiveTime) -> Vec<Timestamp> {
        let (first, last) = if self.moved {
            let after_open = self.usual(start).millis_since(self.day.usual_hours.0).max(0);
            (self.opens.plus_millis(after_open), self.closes)
        } else {
            (self.usual(start), self.usual(end))
        };
        let trades = |at: &Timestamp| {
            !self.moved || self.windows.iter().any(|(starts, ends)| starts <= at && at < ends)
        };
        std::iter::successors(Some(first), |at| Some(at.plus_millis(HOUR_MS)))
            .take_while(|at| *at <= last)
            .filter(trades)
            .collect()
    }

    fn windows_within(&self, start: NaiveTime, end: NaiveTime) -> Vec<(Timestamp, Timestamp)> {
        if self.moved { self.windows.clone() } else { vec![(self.usual(start), self.usual(end))] }
    }

    fn usual(&self, time: NaiveTime) -> Timestamp {
        Timestamp::from_ist(self.day.day, time)
    }
}

#[cfg(test)]
mod tests;
