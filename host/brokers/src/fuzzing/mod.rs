//! Entries for what is fuzzed of the sources of prices: each reads bytes as if they were a file or an answer, holds what was taken
//! against what its types promise, and answers how many things it took.
//!
//! They are compiled for the tests and for `fuzz` only, because they end the process on purpose.

use chrono::{Datelike, NaiveTime, Weekday};
use prahari_domain::actions::{LONGEST_NOTE, Origin, Provenance};
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

pub use crate::bhavcopy::fuzzing::{bhavcopy_bands, bhavcopy_day, bhavcopy_deliveries};
pub use crate::csv::fuzzing::csv_bars;
pub use crate::yahoo::fuzzing::yahoo_chart;

use crate::announced::{MOST_ANNOUNCED, ToldActions};
use crate::sessions::{Session, Sessions};

/// The years that a day of a file may be in.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The dearest that a share may be.
const DEAREST: Paise = Paise::rupees(100_000_000);

/// A list of corporate actions, in any of its layouts.
pub fn actions(bytes: &[u8]) -> usize {
    let provenance = Provenance { origin: Origin::Import, teller: "list".to_owned() };
    let list = match ToldActions::read(bytes, &provenance) {
        Ok(list) => list,
        Err(reason) => {
            is_sentence(&reason);
            return 0;
        }
    };
    assert!(list.actions.len() <= MOST_ANNOUNCED);
    for told in &list.actions {
        assert!(YEARS.contains(&told.action.ex_day().year()), "{}", told.action);
        assert!(told.action.note().chars().count() <= LONGEST_NOTE);
        let again = crate::PlainAction::from(&told.action).read(provenance.clone());
        assert_eq!(again.as_ref(), Ok(&told.action));
    }
    list.unreadable.iter().for_each(|row| is_sentence(&row.reason));
    list.actions.len()
}

/// Holds a bar against what every bar promises.
pub(crate) fn is_bar(bar: &Candle) {
    assert!(YEARS.contains(&bar.day.year()), "{bar:?}");
    let (top, bottom) = (bar.open.max(bar.close), bar.open.min(bar.close));
    assert!(bar.low > Paise::ZERO && bar.low <= bottom && bar.high >= top && bar.high <= DEAREST, "{bar:?}");
}

/// Holds what is told of something that cannot be used against what people are shown.
pub(crate) fn is_sentence(reason: &str) {
    assert!(!reason.is_empty() && !reason.contains('\n'), "{reason:?}");
}

/// The first line of the bytes as text, and the bytes after it.
pub(crate) fn first_line(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    (String::from_utf8_lossy(line).into_owned(), rest.strip_prefix(b"\n").unwrap_or_default())
}

/// An exchange that trades on every weekday from 09:15 to 15:30.
pub(crate) struct EveryWeekday;

impl Sessions for EveryWeekday {
    fn session(&self, day: Day) -> Option<Session> {
        let at = |hour, minute| Some(Timestamp::from_ist(day, NaiveTime::from_hms_opt(hour, minute, 0)?));
        let hours = (at(9, 15)?, at(15, 30)?);
        let session = Session { day, pre_open: at(9, 0)?, auction: at(9, 8)?, windows: vec![hours] };
        self.is_open(day)?.then_some(session)
    }

    fn is_open(&self, day: Day) -> Option<bool> {
        Some(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }
}

#[cfg(test)]
mod tests;
