//! From one trading day to others, and the windows that hang on them.

use crate::time::{Day, Timestamp};

use super::{Calendar, CalendarError};

impl Calendar {
    /// The first trading day after a date.
    ///
    /// # Errors
    /// When the calendar ends before it.
    pub fn next_open(&self, day: Day) -> Result<Day, CalendarError> {
        self.trading_day_from(day, 1)
    }

    /// The trading day that is `count` trading days after a date, or before it when negative.
    ///
    /// # Errors
    /// When `count` is 0, or the calendar ends before that day.
    pub fn trading_day_from(&self, day: Day, count: i32) -> Result<Day, CalendarError> {
        if count == 0 {
            return Err(CalendarError::NoDirection);
        }
        let mut left = count.unsigned_abs();
        let mut at = day;
        loop {
            let next = if count > 0 { at.succ_opt() } else { at.pred_opt() };
            let (from, to) = self.covers();
            let outside = |day| CalendarError::NotCovered { day, from, to };
            at = next.ok_or_else(|| outside(at))?;
            // Not only the answer: every day on the way has to be known, or the count is a guess.
            if at < from || at > to {
                return Err(outside(at));
            }
            if self.is_open_on(at) {
                left -= 1;
            }
            if left == 0 {
                return Ok(at);
            }
        }
    }

    /// The trading date of the 09:00-09:00 window that an instant belongs to: from 09:00 on a trading day until 09:00 on
    /// the next one.
    ///
    /// # Errors
    /// When the calendar does not know the trading day before the instant.
    pub fn signal_window(&self, now: Timestamp) -> Result<Day, CalendarError> {
        let day = now.ist_day();
        let begun = now.ist_time() >= self.sessions.signal_window_starts;
        if begun && self.is_open_on(day) { Ok(day) } else { self.trading_day_from(day, -1) }
    }

    /// Whether the analysis may write signals now: on trading days before 09:00 or from 16:00. During the day its
    /// findings would rest on unfinished bars; on closed days nothing has changed since the last session.
    pub fn analysis_may_write(&self, now: Timestamp) -> bool {
        let time = now.ist_time();
        let outside = time < self.sessions.signal_window_starts || time >= self.sessions.analysis_writes_from;
        outside && self.is_open_on(now.ist_day())
    }
}
