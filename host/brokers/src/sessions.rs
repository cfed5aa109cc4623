//! When the exchange trades, as far as prices and matching depend on it.

use prahari_domain::calendar::{Calendar, CalendarHandle, Phase};
use prahari_domain::time::{Day, Timestamp};

/// The hours of one trading day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Trading date of the session.
    pub day: Day,
    /// Start of the pre-open order entry; the start of trading when there is none.
    pub pre_open: Timestamp,
    /// Time at which the pre-open auction is matched; the start of trading when there is none.
    pub auction: Timestamp,
    /// Continuous trading, in order; the ends are exclusive.
    pub windows: Vec<(Timestamp, Timestamp)>,
}

impl Session {
    /// Start of continuous trading.
    pub fn opens(&self) -> Timestamp {
        self.windows.first().map_or(self.auction, |(starts, _)| *starts)
    }

    /// End of continuous trading.
    pub fn closes(&self) -> Timestamp {
        self.windows.last().map_or(self.auction, |(_, ends)| *ends)
    }

    /// Minutes of continuous trading.
    pub fn minutes(&self) -> usize {
        self.windows.iter().map(|(starts, ends)| minutes_between(*starts, *ends)).sum()
    }

    /// Returns how many minutes of trading are over or have begun before `now`'s own minute: the index of the
    /// minute `now` falls in while trading runs, and of the next one otherwise.
    pub fn elapsed(&self, now: Timestamp) -> usize {
        self.windows.iter().map(|(starts, ends)| minutes_between(*starts, now.min(*ends))).sum()
    }

    /// The index of the trading minute that `instant` falls in.
    pub fn index_of(&self, instant: Timestamp) -> Option<usize> {
        let trading = self.windows.iter().any(|(starts, ends)| (*starts..*ends).contains(&instant));
        trading.then(|| self.elapsed(instant))
    }
}

/// Knows the sessions of the exchange. The calendar does; tests bring their own.
pub trait Sessions: Send + Sync {
    /// The hours of a day; `None` when it is closed or not known.
    fn session(&self, day: Day) -> Option<Session>;

    /// Returns whether the exchange trades on a day; `None` for days that are not covered.
    fn is_open(&self, day: Day) -> Option<bool>;

    /// Another number whenever the answers may have changed.
    fn generation(&self) -> u64 {
        0
    }
}

impl Sessions for Calendar {
    fn session(&self, day: Day) -> Option<Session> {
        let trading_day = self.trading_day(day).ok().filter(|trading_day| trading_day.open)?;
        let windows = trading_day.continuous();
        let (opens, _) = *windows.first()?;
        let first = |wanted: Phase| {
            let before =
                trading_day.windows.iter().find(|window| window.phase == wanted && window.starts < opens);
            before.map_or(opens, |window| window.starts)
        };
        Some(Session {
            day,
            pre_open: first(Phase::PreOpen),
            auction: first(Phase::PreOpenMatching),
            windows,
        })
    }

    fn is_open(&self, day: Day) -> Option<bool> {
        self.trading_day(day).ok().map(|trading_day| trading_day.open)
    }
}

impl Sessions for CalendarHandle {
    fn session(&self, day: Day) -> Option<Session> {
        self.current().session(day)
    }

    fn is_open(&self, day: Day) -> Option<bool> {
        self.current().is_open(day)
    }

    fn generation(&self) -> u64 {
        CalendarHandle::generation(self)
    }
}

fn minutes_between(starts: Timestamp, ends: Timestamp) -> usize {
    usize::try_from(ends.millis_since(starts).div_euclid(60_000)).unwrap_or(0)
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::{Datelike, NaiveTime, Weekday};

    use super::*;

    /// Every weekday from 09:15 to 15:30 with a pre-open session matched at 09:08.
    pub struct Weekdays;

    impl Sessions for Weekdays {
        fn session(&self, day: Day) -> Option<Session> {
            self.is_open(day)?.then(|| {
                let at = |hour, minute| {
                    Timestamp::from_ist(day, NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
                };
                Session { day, pre_open: at(9, 0), auction: at(9, 8), windows: vec![(at(9, 15), at(15, 30))] }
            })
        }

        fn is_open(&self, day: Day) -> Option<bool> {
            Some(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        }
    }

    #[test]
    fn the_calendar_tells_the_hours_of_each_regime() {
        let calendar = Calendar::embedded().unwrap();
        let hours = |day: &str| {
            let session = calendar.session(day.parse().unwrap())?;
            let times = [session.pre_open, session.auction, session.opens(), session.closes()];
            Some(times.map(|at| at.ist_time().format("%H:%M").to_string()))
        };
        let times = |times: [&str; 4]| Some(times.map(str::to_owned));
        assert_eq!(hours("2025-01-02"), times(["09:00", "09:08", "09:15", "15:30"]));
        assert_eq!(hours("2026-09-07"), times(["09:00", "09:10", "09:15", "15:30"]));
        assert_eq!(hours("2024-03-02"), times(["09:00", "09:08", "09:15", "12:30"]));
        assert_eq!(hours("2025-10-21"), times(["13:30", "13:38", "13:45", "14:45"]));
        assert_eq!(hours("2025-01-26"), None);
        assert_eq!(hours("2022-01-03"), None);
        assert_eq!(calendar.is_open("2025-01-26".parse().unwrap()), Some(false));
        assert_eq!(calendar.is_open("2022-01-03".parse().unwrap()), None);
    }

    #[test]
    fn minutes_are_counted_over_the_windows_of_a_drill() {
        let day = "2024-03-02".parse().unwrap();
        let at = |hour, minute| Timestamp::from_ist(day, NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
        let windows = vec![(at(9, 15), at(10, 0)), (at(11, 30), at(12, 30))];
        let session = Session { day, pre_open: at(9, 0), auction: at(9, 8), windows };
        assert_eq!(session.minutes(), 105);
        assert_eq!(session.elapsed(at(9, 0)), 0);
        assert_eq!(session.elapsed(at(10, 30)), 45);
        assert_eq!(session.index_of(at(9, 59).plus_millis(59_999)), Some(44));
        assert_eq!(session.index_of(at(10, 30)), None);
        assert_eq!(session.index_of(at(11, 30)), Some(45));
        assert_eq!(session.index_of(at(12, 30)), None);
    }
}
