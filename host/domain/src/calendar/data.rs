//! Reading and checking the two tables.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use serde::{Deserialize, Deserializer};

use crate::time::Day;

use super::{CalendarError, Phase};

/// A special session; without hours when they are not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Special {
    pub name: String,
    pub hours: Option<(NaiveTime, NaiveTime)>,
}

/// The names of a day's special sessions in one text.
pub(super) fn names(sessions: &[Special]) -> String {
    sessions.iter().map(|session| session.name.as_str()).collect::<Vec<_>>().join("; ")
}

/// Holidays and special sessions of the published years.
pub(super) struct Holidays {
    pub covers: (Day, Day),
    pub holidays: BTreeMap<Day, String>,
    pub specials: BTreeMap<Day, Vec<Special>>,
}

#[derive(Deserialize)]
struct HolidayFile {
    years: BTreeMap<i32, Year>,
}

#[derive(Deserialize)]
struct Year {
    holidays: Vec<Holiday>,
    #[serde(default)]
    special_sessions: Vec<SpecialSession>,
}

#[derive(Deserialize)]
struct Holiday {
    date: Day,
    name: String,
}

#[derive(Deserialize)]
struct SpecialSession {
    date: Day,
    name: String,
    open: Option<ClockTime>,
    close: Option<ClockTime>,
}

/// A time of day written `HH:MM`.
struct ClockTime(NaiveTime);

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        clock_time(deserializer).map(Self)
    }
}

fn clock_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M")
        .map_err(|_| serde::de::Error::custom(format!("{text:?} is not a time such as 09:15")))
}

impl Holidays {
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        let file: HolidayFile = serde_json::from_str(text)
            .map_err(|error| CalendarError::Format { table: "holidays", detail: error.to_string() })?;
        // A year without holidays is one whose list is not out yet: no year of the exchange has none.
        let published: BTreeMap<i32, Year> =
            file.years.into_iter().filter(|(_, year)| !year.holidays.is_empty()).collect();
        let covers = range(published.keys().copied())?;
        let mut read = Self { covers, holidays: BTreeMap::new(), specials: BTreeMap::new() };
        for (number, year) in published {
            read.add(number, year)?;
        }
        Ok(read)
    }

    fn add(&mut self, number: i32, year: Year) -> Result<(), CalendarError> {
        for holiday in year.holidays {
            check_year(number, holiday.date)?;
            self.holidays.insert(holiday.date, holiday.name);
        }
        for session in year.special_sessions {
            check_year(number, session.date)?;
            let hours = match (session.open, session.close) {
                (Some(ClockTime(open)), Some(ClockTime(close))) if open < close => Some((open, close)),
                (Some(_), Some(_)) => {
                    return Err(wrong(format!("the session of {} closes before it opens", session.date)));
                }
                _ => None,
            };
            let sessions = self.specials.entry(session.date).or_default();
            let ends = |earlier: &Special| earlier.hours.map(|(_, close)| close);
            if sessions.iter().any(|earlier| ends(earlier) > hours.map(|(open, _)| open)) {
                return Err(wrong(format!("the sessions of {} overlap or are not in order", session.date)));
            }
            sessions.push(Special { name: session.name, hours });
        }
        Ok(())
    }
}

fn range(years: impl Iterator<Item = i32>) -> Result<(Day, Day), CalendarError> {
    let years: Vec<i32> = years.collect();
    let (Some(first), Some(last)) = (years.first(), years.last()) else {
        return Err(wrong("no year has holidays".to_owned()));
    };
    if let Some(gap) = (*first..=*last).find(|year| !years.contains(year)) {
        return Err(wrong(format!("the year {gap} is missing")));
    }
    match (Day::from_ymd_opt(*first, 1, 1), Day::from_ymd_opt(*last, 12, 31)) {
        (Some(from), Some(to)) => Ok((from, to)),
        _ => Err(wrong(format!("{first} to {last} are not years"))),
    }
}

fn check_year(number: i32, date: Day) -> Result<(), CalendarError> {
    use chrono::Datelike;
    if date.year() == number { Ok(()) } else { Err(wrong(format!("{date} is listed under {number}"))) }
}

fn wrong(detail: String) -> CalendarError {
    CalendarError::Data { table: "holidays", detail }
}

/// The phases of a day by effective date, and the hours that hang on them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Sessions {
    pub after_market: AfterMarket,
    /// When the trading-day window of signals begins.
    #[serde(deserialize_with = "clock_time")]
    pub signal_window_starts: NaiveTime,
    /// From when on the analysis of a trading day may write its signals.
    #[serde(deserialize_with = "clock_time")]
    pub analysis_writes_from: NaiveTime,
    regimes: Vec<Regime>,
}

/// The hours of after-market orders around an ordinary day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct AfterMarket {
    #[serde(deserialize_with = "clock_time")]
    pub starts: NaiveTime,
    #[serde(deserialize_with = "clock_time")]
    pub ends: NaiveTime,
}

/// The phases in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Regime {
    from: Day,
    pub ordinary: Vec<Window>,
    pub closing_auction: Vec<Window>,
}

/// A phase of an ordinary day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Window {
    pub phase: Phase,
    #[serde(deserialize_with = "clock_time")]
    pub starts: NaiveTime,
    #[serde(deserialize_with = "clock_time")]
    pub ends: NaiveTime,
}

impl Sessions {
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        let sessions: Self = serde_json::from_str(text)
            .map_err(|error| CalendarError::Format { table: "sessions", detail: error.to_string() })?;
        let wrong = |detail: &str| Err(CalendarError::Data { table: "sessions", detail: detail.to_owned() });
        if sessions.regimes.is_empty() || !sessions.regimes.is_sorted_by(|a, b| a.from < b.from) {
            return wrong("it needs regimes in the order of their dates");
        }
        let in_order = |windows: &[Window]| {
            windows.iter().all(|window| window.starts < window.ends)
                && windows.is_sorted_by(|a, b| a.ends <= b.starts)
                && windows.iter().any(|window| window.phase == Phase::Continuous)
        };
        if !sessions
            .regimes
            .iter()
            .all(|regime| in_order(&regime.ordinary) && in_order(&regime.closing_auction))
        {
            return wrong("phases must follow each other and include continuous trading");
        }
        Ok(sessions)
    }

    /// The regime of a date; dates before the first regime have none.
    pub fn on(&self, day: Day) -> Option<&Regime> {
        self.regimes.iter().rev().find(|regime| regime.from <= day)
    }
}
