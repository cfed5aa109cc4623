//! The history of one symbol with its indicators, and what was known of it at the close of a given session.
//!
//! Indicators are computed once for the whole history; a [`View`] lends the part up to one session. All of them look backward
//! only, so a view of an old session holds nothing that was not known then, at the cost of an index.

use prahari_indicators::{Bar, ema, ema_step, rsi, week_start, weekly};

/// Bars that a verdict may look at. Reaching further back only in a backtest would give another verdict for the same
/// session than the scan gave on that day.
pub const VERDICT_BARS: usize = 850;

/// Length of the weekly trend's average (reference: weekly close above weekly EMA50).
const WEEKLY_TREND_LENGTH: usize = 50;

/// Daily bars of one symbol, oldest first, with their indicators.
#[derive(Debug, Clone)]
pub struct Series {
    bars: Vec<Bar>,
    rsi: Vec<Option<f64>>,
    ema9: Vec<Option<f64>>,
    ema50: Vec<Option<f64>>,
    ema200: Vec<Option<f64>>,
    weeks: Vec<Bar>,
    weekly_ema50: Vec<Option<f64>>,
    /// For each daily bar, its week so far and the number of weeks before it.
    running_weeks: Vec<(Bar, usize)>,
}

impl Series {
    /// Computes every indicator of the bars, which must be in the order of their days.
    pub fn new(bars: Vec<Bar>, rsi_period: usize) -> Self {
        let closes: Vec<f64> = bars.iter().map(|bar| bar.close).collect();
        let weeks = weekly(&bars);
        let weekly_closes: Vec<f64> = weeks.iter().map(|week| week.close).collect();
        Self {
            rsi: rsi(&closes, rsi_period),
            ema9: ema(&closes, 9),
            ema50: ema(&closes, 50),
            ema200: ema(&closes, 200),
            weekly_ema50: ema(&weekly_closes, WEEKLY_TREND_LENGTH),
            running_weeks: running_weeks(&bars),
            weeks,
            bars,
        }
    }

    /// The bars, oldest first.
    pub fn bars(&self) -> &[Bar] {
        &self.bars
    }

    /// What was known at the close of the bar with this index; `None` past the end.
    pub fn at(&self, index: usize) -> Option<View<'_>> {
        let last = self.bars.get(index)?;
        Some(View { series: self, index, last })
    }

    /// What is known at the newest close; `None` of an empty series.
    pub fn latest(&self) -> Option<View<'_>> {
        self.at(self.bars.len().checked_sub(1)?)
    }
}

/// A symbol at the close of one session.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    series: &'a Series,
    index: usize,
    last: &'a Bar,
}

impl<'a> View<'a> {
    /// The session's bar.
    pub fn last(&self) -> &'a Bar {
        self.last
    }

    /// The bars up to this session, at most [`VERDICT_BARS`], oldest first.
    pub fn bars(&self) -> &'a [Bar] {
        self.recent(VERDICT_BARS)
    }

    /// The newest `count` bars up to this session, fewer when there are not as many.
    pub fn recent(&self, count: usize) -> &'a [Bar] {
        window(&self.series.bars, self.index, count)
    }

    /// The index values of the newest `count` bars.
    pub fn recent_rsi(&self, count: usize) -> &'a [Option<f64>] {
        window(&self.series.rsi, self.index, count)
    }

    /// Wilder's index at this session.
    pub fn rsi(&self) -> Option<f64> {
        self.value(&self.series.rsi)
    }

    /// The 9-session average at this session.
    pub fn ema9(&self) -> Option<f64> {
        self.value(&self.series.ema9)
    }

    /// The 50-session average at this session.
    pub fn ema50(&self) -> Option<f64> {
        self.value(&self.series.ema50)
    }

    /// The 200-session average at this session.
    pub fn ema200(&self) -> Option<f64> {
        self.value(&self.series.ema200)
    }

    /// Calendar days from the oldest bar of [`View::bars`] to this session.
    pub fn span_days(&self) -> i32 {
        self.bars().first().map_or(0, |first| self.last.day.saturating_sub(first.day))
    }

    /// The weeks that ended before this session's week, at most `count`, oldest first.
    pub fn full_weeks(&self, count: usize) -> &'a [Bar] {
        let end = self.weeks_before();
        self.series.weeks.get(end.saturating_sub(count)..end).unwrap_or_default()
    }

    /// The week of this session up to its close.
    pub fn running_week(&self) -> Option<&'a Bar> {
        self.series.running_weeks.get(self.index).map(|(week, _)| week)
    }

    /// The weekly 50-week average with the running week's close so far; `None` with fewer than 50 full weeks.
    pub fn weekly_ema50(&self) -> Option<f64> {
        let previous = self.weeks_before().checked_sub(1)?;
        let average = self.series.weekly_ema50.get(previous).copied().flatten()?;
        Some(ema_step(average, self.last.close, WEEKLY_TREND_LENGTH))
    }

    fn weeks_before(&self) -> usize {
        self.series.running_weeks.get(self.index).map_or(0, |(_, before)| *before)
    }

    fn value(&self, values: &[Option<f64>]) -> Option<f64> {
        values.get(self.index).copied().flatten()
    }
}

fn window<T>(values: &[T], index: usize, count: usize) -> &[T] {
    let end = index.saturating_add(1).min(values.len());
    values.get(end.saturating_sub(count)..end).unwrap_or_default()
}

fn running_weeks(bars: &[Bar]) -> Vec<(Bar, usize)> {
    let mut running: Option<(Bar, usize)> = None;
    let step = |bar: &Bar| {
        let monday = week_start(bar.day);
        let next = match running {
            Some((week, before)) if week.day == monday => (week.joined(bar), before),
            Some((_, before)) => (Bar { day: monday, ..*bar }, before + 1),
            None => (Bar { day: monday, ..*bar }, 0),
        };
        running = Some(next);
        next
    };
    bars.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{bar, falling_walk};

    /// 2025-01-06, a Monday.
    const MONDAY: i32 = 20_094;

    #[test]
    fn a_view_shows_its_week_so_far_and_the_full_weeks_before() {
        let days = [MONDAY, MONDAY + 4, MONDAY + 7, MONDAY + 8, MONDAY + 11];
        let bars = days.iter().enumerate().map(|(index, day)| bar(*day, 100.0 + index as f64)).collect();
        let series = Series::new(bars, 10);
        let view = series.at(3).unwrap();
        let running = view.running_week().unwrap();
        assert_eq!((running.day, running.close), (MONDAY + 7, 103.0));
        assert_eq!(view.full_weeks(10).iter().map(|week| week.close).collect::<Vec<_>>(), [101.0]);
    }

    #[test]
    fn a_view_equals_the_newest_one_of_a_series_that_ends_there() {
        let bars = falling_walk(420);
        let whole = Series::new(bars.clone(), 10);
        for index in [249, 300, 355, 419] {
            let cut = Series::new(bars[..=index].to_vec(), 10);
            let (old, new) = (whole.at(index).unwrap(), cut.latest().unwrap());
            assert_eq!((old.rsi(), old.ema9(), old.ema200()), (new.rsi(), new.ema9(), new.ema200()));
            assert_eq!((old.weekly_ema50(), old.span_days()), (new.weekly_ema50(), new.span_days()));
            assert_eq!((old.bars(), old.full_weeks(50)), (new.bars(), new.full_weeks(50)));
            assert_eq!(old.running_week(), new.running_week());
        }
    }

    #[test]
    fn an_empty_series_has_no_view() {
        assert!(Series::new(Vec::new(), 10).latest().is_none());
    }
}
