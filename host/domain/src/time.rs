//! Instants and IST calendar dates. Reading a clock is not done here: see the application's `clock` module.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Asia::Kolkata;
use serde::{Deserialize, Serialize};

/// An IST calendar date; of an order or a run it is the trading date it belongs to.
pub type Day = NaiveDate;

/// The number of a day since 1970-01-01, as the task boundary carries it.
pub fn day_number(day: Day) -> i32 {
    day.num_days_from_ce() - EPOCH_FROM_CE
}

/// The day with this number since 1970-01-01; `None` outside the calendar's range.
pub fn day_from_number(number: i32) -> Option<Day> {
    Day::from_num_days_from_ce_opt(number.checked_add(EPOCH_FROM_CE)?)
}

/// Days from 0001-01-01 (day 1) to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant of an IST date and time of day.
    pub fn from_ist(day: Day, time: NaiveTime) -> Self {
        let local = NaiveDateTime::new(day, time);
        // India has had one offset and no daylight saving since 1945, so a local time names exactly one instant.
        let instant = Kolkata.from_local_datetime(&local).earliest();
        Self(instant.map_or_else(|| local.and_utc().timestamp_millis(), |at| at.timestamp_millis()))
    }

    /// The instant at which a date begins in India.
    pub fn start_of(day: Day) -> Self {
        Self::from_ist(day, NaiveTime::MIN)
    }

    /// The instant at which a date ends in India and the next one begins.
    pub fn end_of(day: Day) -> Self {
        day.succ_opt().map_or(Self(i64::MAX), Self::start_of)
    }

    /// This many milliseconds later (earlier when negative).
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This many minutes later (earlier when negative).
    pub fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_millis(minutes.saturating_mul(60_000))
    }

    /// Milliseconds from `earlier` to this instant; negative when it is later.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The IST date of this instant.
    pub fn ist_day(self) -> Day {
        self.ist().date()
    }

    /// The IST time of day of this instant.
    pub fn ist_time(self) -> NaiveTime {
        self.ist().time()
    }

    /// Minutes since IST midnight.
    pub fn ist_minute_of_day(self) -> u32 {
        let time = self.ist_time();
        time.hour() * 60 + time.minute()
    }

    fn ist(self) -> NaiveDateTime {
        let utc = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default().naive_utc();
        // In the last hours of the calendar's last year it is another year in India, which the calendar does not have.
        utc.checked_add_offset(Kolkata.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
    }
}

impl fmt::Display for Timestamp {
    /// IST, such as `2025-01-02 09:15:00.000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ist().format("%Y-%m-%d %H:%M:%S%.3f"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn any_number_is_an_instant_with_a_date_and_a_time() {
        let last = DateTime::<Utc>::MAX_UTC.timestamp_millis();
        for millis in
            [i64::MIN, DateTime::<Utc>::MIN_UTC.timestamp_millis(), last, last - 1, last + 1, i64::MAX]
        {
            let at = Timestamp(millis);
            assert!(!at.to_string().is_empty() && at.ist_minute_of_day() < 24 * 60, "{millis}");
        }
        assert_eq!(Timestamp(last).ist_day().year(), 262_142);
        assert_eq!(Timestamp(i64::MAX).ist_day(), day("1970-01-01"));
    }

    #[test]
    fn ist_is_five_and_a_half_hours_ahead_of_utc() {
        let open = Timestamp::from_ist(day("2025-01-02"), NaiveTime::from_hms_opt(9, 15, 0).unwrap());
        assert_eq!(open, Timestamp(1_735_789_500_000));
        assert_eq!(open.ist_day(), day("2025-01-02"));
        assert_eq!(open.ist_minute_of_day(), 9 * 60 + 15);
        assert_eq!(open.to_string(), "2025-01-02 09:15:00.000");
    }

    #[test]
    fn a_date_begins_and_ends_at_midnight_in_india() {
        assert_eq!(Timestamp::start_of(day("2025-01-02")).to_string(), "2025-01-02 00:00:00.000");
        assert_eq!(Timestamp::end_of(day("2025-01-02")), Timestamp::start_of(day("2025-01-03")));
        assert_eq!(Timestamp::end_of(Day::MAX), Timestamp(i64::MAX));
    }

    #[test]
    fn days_are_numbered_from_1970() {
        assert_eq!(day_number(day("1970-01-01")), 0);
        assert_eq!(day_number(day("2025-01-02")), 20_090);
        assert_eq!(day_from_number(20_090), Some(day("2025-01-02")));
        assert_eq!(day_from_number(i32::MAX), None);
    }
}
