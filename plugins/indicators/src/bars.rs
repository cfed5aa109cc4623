//! One bar of trading, and weekly bars made of daily ones.

/// One bar: its prices in one unit (the indicators do not care which), volume in shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// IST calendar date as days since 1970-01-01; of a weekly bar the Monday.
    pub day: i32,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Shares traded.
    pub volume: f64,
}

impl Bar {
    /// Distance between open and close.
    pub fn body(&self) -> f64 {
        (self.close - self.open).abs()
    }

    /// Distance between high and low.
    pub fn range(&self) -> f64 {
        self.high - self.low
    }

    /// Distance from the body down to the low.
    pub fn lower_shadow(&self) -> f64 {
        self.open.min(self.close) - self.low
    }

    /// Distance from the body up to the high.
    pub fn upper_shadow(&self) -> f64 {
        self.high - self.open.max(self.close)
    }

    /// Whether it closed below its open.
    pub fn is_red(&self) -> bool {
        self.close < self.open
    }

    /// Whether it closed above its open.
    pub fn is_green(&self) -> bool {
        self.close > self.open
    }

    /// This bar carried on by a later one: the first open, both extremes, the last close, the volumes added.
    pub fn joined(self, later: &Bar) -> Self {
        Self {
            high: self.high.max(later.high),
            low: self.low.min(later.low),
            close: later.close,
            volume: self.volume + later.volume,
            ..self
        }
    }
}

/// The Monday of the week that holds this day.
pub fn week_start(day: i32) -> i32 {
    // 1970-01-01 was a Thursday, three days after a Monday.
    day.saturating_sub(day.wrapping_add(3).rem_euclid(7))
}

/// The weekly bars of daily ones (oldest first). The last one is the week so far.
pub fn weekly(daily: &[Bar]) -> Vec<Bar> {
    let same_week = |a: &Bar, b: &Bar| week_start(a.day) == week_start(b.day);
    daily.chunk_by(same_week).filter_map(week).collect()
}

fn week(days: &[Bar]) -> Option<Bar> {
    let (first, rest) = days.split_first()?;
    let monday = Bar { day: week_start(first.day), ..*first };
    Some(rest.iter().fold(monday, Bar::joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-01-06, a Monday.
    const MONDAY: i32 = 20_094;

    fn bar(day: i32, open: f64, close: f64, volume: f64) -> Bar {
        Bar { day, open, high: open.max(close) + 1.0, low: open.min(close) - 1.0, close, volume }
    }

    #[test]
    fn a_week_starts_on_monday() {
        assert_eq!(week_start(MONDAY), MONDAY);
        assert_eq!(week_start(MONDAY + 6), MONDAY);
        assert_eq!(week_start(MONDAY - 1), MONDAY - 7);
        assert_eq!(week_start(0), -3);
    }

    #[test]
    fn days_of_a_week_become_one_bar_and_holidays_leave_no_gap() {
        let days = [
            bar(MONDAY + 2, 100.0, 104.0, 10.0),
            bar(MONDAY + 4, 104.0, 98.0, 20.0),
            bar(MONDAY + 7, 98.0, 99.0, 5.0),
        ];
        let weeks = weekly(&days);
        let first = Bar { day: MONDAY, open: 100.0, high: 105.0, low: 97.0, close: 98.0, volume: 30.0 };
        assert_eq!(weeks.first(), Some(&first));
        assert_eq!(weeks.get(1).map(|week| (week.day, week.volume)), Some((MONDAY + 7, 5.0)));
        assert_eq!(weeks.len(), 2);
    }

    #[test]
    fn no_days_make_no_weeks() {
        assert!(weekly(&[]).is_empty());
    }
}
