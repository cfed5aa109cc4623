//! The daily and weekly bars of one symbol, each in one piece of memory.

use std::sync::Arc;

use chrono::{Datelike, Days};
use prahari_domain::instruments::Candle;
use prahari_domain::time::{Day, day_number};

use crate::path::DayPath;
use crate::seeded_hash::SeededHash;

/// Daily and weekly bars of one symbol.
pub(crate) struct Series {
    daily: Arc<[Candle]>,
    weekly: Arc<[Candle]>,
    draw: SeededHash,
}

impl Series {
    /// Creates a series from daily bars sorted by day; `draw` is the seed of the symbol's minute paths.
    pub fn new(daily: Vec<Candle>, draw: SeededHash) -> Self {
        let mut weekly: Vec<Candle> = Vec::with_capacity(daily.len() / 5 + 1);
        for bar in &daily {
            let week = monday(bar.day);
            match weekly.last_mut().filter(|last| last.day == week) {
                Some(last) => extend(last, bar),
                None => weekly.push(Candle { day: week, ..*bar }),
            }
        }
        Self { daily: daily.into(), weekly: weekly.into(), draw }
    }

    /// Returns the daily bars, the oldest first.
    pub fn daily(&self) -> &Arc<[Candle]> {
        &self.daily
    }

    /// The weekly bars, the last one perhaps of a week that is not over.
    pub fn weekly(&self) -> &Arc<[Candle]> {
        &self.weekly
    }

    /// Returns how many daily bars are before `day`.
    pub fn before(&self, day: Day) -> usize {
        self.daily.partition_point(|bar| bar.day < day)
    }

    /// Returns how many weekly bars are of weeks before the one of `day`.
    pub fn weeks_before(&self, day: Day) -> usize {
        let week = monday(day);
        self.weekly.partition_point(|bar| bar.day < week)
    }

    /// The last bar before `day`.
    pub fn previous(&self, day: Day) -> Option<&Candle> {
        self.before(day).checked_sub(1).and_then(|at| self.daily.get(at))
    }

    /// The bar of `day`.
    pub fn on(&self, day: Day) -> Option<&Candle> {
        self.daily.get(self.before(day)).filter(|bar| bar.day == day)
    }

    /// The daily bars from the Monday of `day` to just before the bar with index `to`, as one.
    pub fn week_so_far(&self, day: Day, to: usize) -> Option<Candle> {
        let week = monday(day);
        let bars = self.daily.get(self.before(week)..to)?;
        let (first, rest) = bars.split_first()?;
        let mut candle = Candle { day: week, ..*first };
        rest.iter().for_each(|bar| extend(&mut candle, bar));
        Some(candle)
    }

    /// The minutes of a day's bar.
    pub fn path(&self, bar: &Candle, minutes: usize) -> DayPath {
        let day = u64::from(day_number(bar.day).unsigned_abs());
        DayPath::new(bar, minutes, self.draw.with(day))
    }
}

/// The Monday of a day's week.
pub(crate) fn monday(day: Day) -> Day {
    let since = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(since)).unwrap_or(day)
}

/// Makes a longer candle reach over a later one.
pub(crate) fn extend(candle: &mut Candle, later: &Candle) {
    candle.high = candle.high.max(later.high);
    candle.low = candle.low.min(later.low);
    candle.close = later.close;
    candle.volume = candle.volume.saturating_add(later.volume);
}
