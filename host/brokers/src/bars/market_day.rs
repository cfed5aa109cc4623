//! One day of the market: its session, and the minute paths of the symbols that were asked about.

use std::sync::OnceLock;

use chrono::NaiveTime;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

use super::series::Series;
use crate::path::DayPath;
use crate::sessions::{Session, Sessions};

/// A day. Paths are made on first use, since most symbols are looked at on few days.
pub(super) struct MarketDay {
    pub day: Day,
    pub session: Option<Session>,
    /// Generation of the calendar that the session comes from.
    pub generation: u64,
    entries: Vec<OnceLock<Option<Entry>>>,
}

/// Prices of one symbol on the day.
pub(super) struct Entry {
    /// Close of the last bar before the day; of a first day its open.
    pub previous_close: Paise,
    /// Date of that bar; of a first day the day itself.
    pub previous_day: Day,
    /// Today's minutes; none without a session or a bar.
    pub path: Option<DayPath>,
}

impl MarketDay {
    pub fn new(day: Day, sessions: &dyn Sessions, symbols: usize) -> Self {
        let entries = std::iter::repeat_with(OnceLock::new).take(symbols).collect();
        // Asked before the session: a calendar that comes in between makes the day look old, never the other way
        // round.
        let generation = sessions.generation();
        Self { day, session: sessions.session(day), generation, entries }
    }

    /// The day of a symbol; `None` while it has had no price yet.
    pub fn entry(&self, at: usize, series: &Series) -> Option<&Entry> {
        self.entries.get(at)?.get_or_init(|| self.make(series)).as_ref()
    }

    /// The same as far as it may be told at an instant: of a symbol whose first bar is that of the day nothing is known before its
    /// session opens.
    pub fn entry_at(&self, at: usize, series: &Series, now: Timestamp) -> Option<&Entry> {
        let has_opened = || self.session.as_ref().is_some_and(|session| now >= session.opens());
        self.entry(at, series).filter(|entry| entry.previous_day < self.day || has_opened())
    }

    fn make(&self, series: &Series) -> Option<Entry> {
        let previous = series.previous(self.day);
        let today = self.session.as_ref().and_then(|session| {
            let bar = series.on(self.day)?;
            Some((bar, series.path(bar, session.minutes())))
        });
        let (previous_close, previous_day) = match (previous, &today) {
            (Some(bar), _) => (bar.close, bar.day),
            (None, Some((bar, _))) => (bar.open, bar.day),
            (None, None) => return None,
        };
        Some(Entry { previous_close, previous_day, path: today.map(|(_, path)| path) })
    }
}

/// Returns when the last trade of a day was made: the end of its session, 15:30 where the calendar does not reach.
pub(super) fn end_of(day: Day, sessions: &dyn Sessions) -> Timestamp {
    let usual = NaiveTime::from_hms_opt(15, 30, 0).unwrap_or_default();
    sessions.session(day).map_or_else(|| Timestamp::from_ist(day, usual), |session| session.closes())
}
