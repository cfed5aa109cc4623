//! From one trading day to others, and the windows that hang on them.

use crate::time::{Day, Timestamp};

use super::{BAR_SETTLING_MINUTES, Calendar, CalendarError, LAST_DAY, UnknownDays};

/// The most trading days that are counted at once: ten years.
const MOST_TRADING_DAYS: i32 = 2_500;

impl Calendar {
    /// The first trading day after a date.
    ///
    /// # Errors
    /// When the calendar does not reach so far.
    pub fn next_open(&self, day: Day) -> Result<Day, CalendarError> {
        self.trading_day_from(day, 1)
    }

    /// The trading day that is `count` trading days after a date, or before it when negative.
    ///
    /// # Errors
    /// When `count` is 0 or leads further than ten years into the future, or the calendar does not reach that day.
    pub fn trading_day_from(&self, day: Day, count: i32) -> Result<Day, CalendarError> {
        if count == 0 {
            return Err(CalendarError::NoDirection);
        }
        if count > MOST_TRADING_DAYS {
            return Err(CalendarError::TooFar { count, most: MOST_TRADING_DAYS });
        }
        // Where unknown days are closed there is no trading day after the known ones to walk to.
        let (from, known) = self.covers();
        let to = if self.unknown_days() == UnknownDays::Closed { known } else { LAST_DAY };
        let outside = |day| CalendarError::NotCovered { day, from, to };
        let mut left = count.unsigned_abs();
        let mut at = day;
        loop {
            let next = if count > 0 { at.succ_opt() } else { at.pred_opt() };
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

    /// Returns when shares traded on a day change hands: on the first later trading day that is no settlement
    /// holiday.
    ///
    /// # Errors
    /// When the calendar does not reach so far.
    pub fn settlement_day(&self, traded: Day) -> Result<Day, CalendarError> {
        let mut day = self.next_open(traded)?;
        while self.tables.settlement_holidays.contains_key(&day) {
            day = self.next_open(day)?;
        }
        Ok(day)
    }

    /// The trading date of the 09:00-09:00 window that an instant belongs to: from 09:00 on a trading day until
    /// 09:00 on the next one.
    ///
    /// # Errors
    /// When the calendar does not know the trading day before the instant.
    pub fn signal_window(&self, now: Timestamp) -> Result<Day, CalendarError> {
        let day = now.ist_day();
        let begun = now.ist_time() >= self.document.hours.signal_window_starts.0;
        if begun && self.is_open_on(day) { Ok(day) } else { self.trading_day_from(day, -1) }
    }

    /// The newest session whose daily bars are complete at this instant: what a scan rests on that leaves the forming bar out.
    ///
    /// # Errors
    /// When the calendar does not know the trading day before the instant.
    pub fn newest_complete_session(&self, now: Timestamp) -> Result<Day, CalendarError> {
        let day = now.ist_day();
        let is_complete = self.bars_complete_at(day).is_some_and(|complete| now >= complete);
        if is_complete { Ok(day) } else { self.trading_day_from(day, -1) }
    }

    /// When the daily bars of a session are complete; `None` on a closed day.
    pub fn bars_complete_at(&self, day: Day) -> Option<Timestamp> {
        let (_, close) = self.trading_day(day).ok()?.hours()?;
        Some(close.plus_minutes(BAR_SETTLING_MINUTES))
    }
}
