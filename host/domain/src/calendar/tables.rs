//! From a document to the tables that are asked: checks that everything in it makes sense.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveTime};

use crate::text::one_line;
use crate::time::Day;

use super::document::{CalendarDocument, ClockTime, Holiday, Regime, SpecialSession, Window, Year};
use super::{CalendarError, FIRST_DAY, LAST_DAY, Phase};

/// Most years of a document.
const MOST_YEARS: usize = 64;

/// Most entries of each kind in a year; there are never more than about twenty.
const MOST_ENTRIES: usize = 100;

/// Most regimes, and most phases of a day.
const MOST_REGIMES: usize = 100;
const MOST_PHASES: usize = 50;

/// Most characters of a name or a source.
const MOST_CHARACTERS: usize = 1_000;

/// A special session, such as Muhurat trading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Special {
    pub name: String,
    pub hours: SpecialHours,
}

/// Known hours of a special session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SpecialHours {
    /// The exchange has not published any times.
    Unpublished,
    /// When continuous trading begins and ends.
    Trading(NaiveTime, NaiveTime),
    /// Every phase of the session is published.
    Phases { ordinary: Vec<Window>, closing_auction: Vec<Window> },
}

/// The names of a day's special sessions in one text.
pub(super) fn names(sessions: &[Special]) -> String {
    sessions.iter().map(|session| session.name.as_str()).collect::<Vec<_>>().join("; ")
}

/// Contents of a document, by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tables {
    pub covers: (Day, Day),
    pub holidays: BTreeMap<Day, String>,
    pub settlement_holidays: BTreeMap<Day, String>,
    pub specials: BTreeMap<Day, Vec<Special>>,
}

impl Tables {
    pub fn of(document: &CalendarDocument) -> Result<Self, CalendarError> {
        check_text("the document", [&document.source])?;
        check_regimes(&document.regimes)?;
        let mut tables = Self {
            covers: range(document)?,
            holidays: BTreeMap::new(),
            settlement_holidays: BTreeMap::new(),
            specials: BTreeMap::new(),
        };
        for (number, year) in &document.years {
            tables.add(*number, year)?;
        }
        Ok(tables)
    }

    fn add(&mut self, number: i32, year: &Year) -> Result<(), CalendarError> {
        check_text(&format!("the year {number}"), [&year.source])?;
        let Year { holidays, settlement_holidays, special_sessions, .. } = year;
        if holidays.is_empty() {
            return wrong(format!(
                "the year {number} has no holidays: leave it out until the exchange has published its list"
            ));
        }
        for entries in [holidays.len(), settlement_holidays.len(), special_sessions.len()] {
            if entries > MOST_ENTRIES {
                return wrong(format!(
                    "the year {number} has {entries} entries of one kind, more than {MOST_ENTRIES}"
                ));
            }
        }
        add_holidays(&mut self.holidays, number, holidays, "holiday")?;
        add_holidays(&mut self.settlement_holidays, number, settlement_holidays, "settlement holiday")?;
        special_sessions.iter().try_for_each(|session| self.add_special(number, session))
    }

    fn add_special(&mut self, number: i32, session: &SpecialSession) -> Result<(), CalendarError> {
        check_date(number, session.date)?;
        check_text(&format!("the session of {}", session.date), [&session.name, &session.source])?;
        let hours = special_hours(session)?;
        let sessions = self.specials.entry(session.date).or_default();
        let before = sessions.last().map(|earlier| bounds(&earlier.hours));
        if let Some(before) = before {
            let in_order = match (before, bounds(&hours)) {
                (Some((_, ends)), Some((starts, _))) => ends <= starts,
                // Two sessions of unpublished hours, or one of each, have no order.
                _ => true,
            };
            if !in_order {
                return wrong(format!("the sessions of {} overlap or are not in order", session.date));
            }
        }
        sessions.push(Special { name: session.name.clone(), hours });
        Ok(())
    }
}

fn bounds(hours: &SpecialHours) -> Option<(NaiveTime, NaiveTime)> {
    match hours {
        SpecialHours::Unpublished => None,
        SpecialHours::Trading(open, close) => Some((*open, *close)),
        SpecialHours::Phases { ordinary, .. } => Some((ordinary.first()?.starts.0, ordinary.last()?.ends.0)),
    }
}

fn special_hours(session: &SpecialSession) -> Result<SpecialHours, CalendarError> {
    let date = session.date;
    match (session.open, session.close, &session.phases) {
        (None, None, Some(phases)) => {
            let what = format!("the phases of {date}");
            check_windows(&what, phases)?;
            let closing_auction = session.closing_auction.as_ref().unwrap_or(phases);
            check_windows(&what, closing_auction)?;
            Ok(SpecialHours::Phases { ordinary: phases.clone(), closing_auction: closing_auction.clone() })
        }
        (_, _, Some(_)) => {
            wrong(format!("the session of {date} has either open and close or phases, not both"))
        }
        (_, _, None) if session.closing_auction.is_some() => {
            wrong(format!("the session of {date} has a closing auction, so all its phases are needed"))
        }
        (None, None, None) => Ok(SpecialHours::Unpublished),
        (Some(ClockTime(open)), Some(ClockTime(close)), None) if open < close => {
            Ok(SpecialHours::Trading(open, close))
        }
        (Some(_), Some(_), None) => wrong(format!("the session of {date} closes before it opens")),
        _ => wrong(format!("the session of {date} needs both open and close, or neither")),
    }
}

fn add_holidays(
    table: &mut BTreeMap<Day, String>,
    number: i32,
    holidays: &[Holiday],
    kind: &str,
) -> Result<(), CalendarError> {
    for Holiday { date, name, source } in holidays {
        check_date(number, *date)?;
        check_text(&format!("the {kind} of {date}"), [name, source])?;
        if table.insert(*date, name.clone()).is_some() {
            return wrong(format!("{date} is listed twice as a {kind}"));
        }
    }
    Ok(())
}

fn range(document: &CalendarDocument) -> Result<(Day, Day), CalendarError> {
    let years = &document.years;
    if years.len() > MOST_YEARS {
        return wrong(format!("it has {} years, more than {MOST_YEARS}", years.len()));
    }
    let (Some((first, _)), Some((last, _))) = (years.first_key_value(), years.last_key_value()) else {
        return wrong("no year has holidays".to_owned());
    };
    if *first < FIRST_DAY.year() || *last > LAST_DAY.year() {
        return wrong(format!(
            "its years are {first} to {last}, and only {} to {} are possible",
            FIRST_DAY.year(),
            LAST_DAY.year()
        ));
    }
    if let Some(gap) = (*first..=*last).find(|year| !years.contains_key(year)) {
        return wrong(format!("the year {gap} is missing"));
    }
    match (Day::from_ymd_opt(*first, 1, 1), Day::from_ymd_opt(*last, 12, 31)) {
        (Some(from), Some(to)) => Ok((from, to)),
        _ => wrong(format!("{first} to {last} are not years")),
    }
}

fn check_date(number: i32, date: Day) -> Result<(), CalendarError> {
    if date.year() == number { Ok(()) } else { wrong(format!("{date} is listed under {number}")) }
}

fn check_text<const N: usize>(what: &str, texts: [&String; N]) -> Result<(), CalendarError> {
    let too_long = texts.iter().any(|text| text.chars().count() > MOST_CHARACTERS);
    if too_long {
        return wrong(format!("{what} has a name or source of more than {MOST_CHARACTERS} characters"));
    }
    // A terminal and a page show them as they stand.
    if texts.iter().any(|text| one_line(text) != text.as_str()) {
        return wrong(format!("{what} has a control character in its name or source"));
    }
    Ok(())
}

fn check_regimes(regimes: &[Regime]) -> Result<(), CalendarError> {
    if regimes.is_empty() || regimes.len() > MOST_REGIMES {
        return wrong(format!("it needs 1 to {MOST_REGIMES} regimes, and has {}", regimes.len()));
    }
    for pair in regimes.windows(2) {
        if let [earlier, later] = pair
            && earlier.from >= later.from
        {
            return wrong(format!(
                "the regime from {} stands after the one from {}: regimes are in the order of their dates",
                later.from, earlier.from
            ));
        }
    }
    for regime in regimes {
        let what = format!("the regime from {}", regime.from);
        check_text(&what, [&regime.name, &regime.source])?;
        check_windows(&what, regime.windows(false))?;
        check_windows(&what, regime.windows(true))?;
    }
    Ok(())
}

fn check_windows(what: &str, windows: &[Window]) -> Result<(), CalendarError> {
    if windows.len() > MOST_PHASES {
        return wrong(format!("{what}: {} phases are more than {MOST_PHASES}", windows.len()));
    }
    for Window { phase, starts, ends, random_stop_from } in windows {
        if starts >= ends {
            return wrong(format!("{what}: {} ends at {ends}, before it starts at {starts}", phase.name()));
        }
        if random_stop_from.is_some_and(|stop| stop < *starts || stop >= *ends) {
            return wrong(format!(
                "{what}: the random stop of {} is outside {starts} to {ends}",
                phase.name()
            ));
        }
    }
    for pair in windows.windows(2) {
        if let [earlier, later] = pair
            && earlier.ends > later.starts
        {
            return wrong(format!(
                "{what}: {} starts at {}, before {} ends at {}",
                later.phase.name(),
                later.starts,
                earlier.phase.name(),
                earlier.ends
            ));
        }
    }
    if !windows.iter().any(|window| window.phase == Phase::Continuous) {
        return wrong(format!("{what}: there is no continuous trading"));
    }
    Ok(())
}

fn wrong<T>(detail: String) -> Result<T, CalendarError> {
    Err(CalendarError::Data { detail })
}
