//! The minutes of the running day.

use prahari_domain::instruments::Candle;
use prahari_domain::time::{Day, Timestamp};

use super::daily::prices;
use super::wire::Chart;
use crate::market::MinuteBar;
use crate::sessions::Session;

const MINUTE_MS: i64 = 60_000;

/// The minutes of a share's day that were over when they were fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tape {
    pub day: Day,
    /// The real time at which it was asked for.
    pub asked_at: Timestamp,
    minutes: Vec<MinuteBar>,
}

/// The day up to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SoFar {
    /// The day's bar so far.
    pub bar: Candle,
    /// End of the last minute in which something was traded.
    pub at: Timestamp,
}

impl Tape {
    /// The minutes of an answer in which something was traded, within the session.
    pub fn of(chart: &Chart, session: &Session, asked_at: Timestamp) -> Self {
        let mut minutes: Vec<MinuteBar> = Vec::with_capacity(chart.rows.len());
        for row in &chart.rows {
            let at = minute_of(Timestamp(row.at.saturating_mul(1_000)));
            let is_over = at.plus_millis(MINUTE_MS) <= asked_at;
            let is_next = minutes.last().is_none_or(|last| last.at < at);
            if session.index_of(at).is_none() || !is_over || !is_next {
                continue;
            }
            if let Some(([open, high, low, close], volume)) = prices(row).filter(|(_, volume)| *volume > 0) {
                minutes.push(MinuteBar { at, open, high, low, close, volume });
            }
        }
        Self { day: session.day, asked_at, minutes }
    }

    /// Returns whether it has all that could be known at an instant of its day: it was fetched after the last whole
    /// minute.
    pub fn reaches(&self, now: Timestamp) -> bool {
        self.asked_at >= minute_of(now)
    }

    /// The day as it was known at an instant; `None` before the end of the first minute with a trade.
    pub fn so_far(&self, now: Timestamp) -> Option<SoFar> {
        let over = self.minutes.partition_point(|minute| minute.at.plus_millis(MINUTE_MS) <= now);
        let minutes = self.minutes.get(..over)?;
        let (first, last) = (minutes.first()?, minutes.last()?);
        let bar = Candle {
            day: self.day,
            open: first.open,
            high: minutes.iter().map(|minute| minute.high).max().unwrap_or(first.high),
            low: minutes.iter().map(|minute| minute.low).min().unwrap_or(first.low),
            close: last.close,
            volume: minutes.iter().fold(0, |sum, minute| sum.saturating_add(minute.volume)),
        };
        Some(SoFar { bar, at: last.at.plus_millis(MINUTE_MS) })
    }

    /// The minute that an instant falls in; none when nothing was traded in it.
    pub fn minute(&self, instant: Timestamp) -> Option<MinuteBar> {
        let wanted = minute_of(instant);
        let at = self.minutes.binary_search_by_key(&wanted, |minute| minute.at).ok()?;
        self.minutes.get(at).copied()
    }
}

/// The whole minute that an instant falls in.
pub(super) fn minute_of(instant: Timestamp) -> Timestamp {
    instant.plus_millis(-instant.0.rem_euclid(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;

    use super::super::wire::Row;
    use super::*;
    use crate::sessions::Sessions;
    use crate::sessions::tests::Weekdays;

    fn at(minute: i64) -> Timestamp {
        Timestamp::start_of("2025-01-03".parse().unwrap()).plus_minutes(minute)
    }

    /// Minutes since midnight, each with its price in rupees and its volume.
    fn tape(rows: &[(i64, f64, f64)], asked_at: Timestamp) -> Tape {
        let row = |(minute, price, volume): &(i64, f64, f64)| {
            let price = Some(*price);
            Row {
                at: at(*minute).0 / 1_000,
                open: price,
                high: price,
                low: price,
                close: price,
                volume: Some(*volume),
            }
        };
        let chart = Chart { rows: rows.iter().map(row).collect(), ..Chart::default() };
        Tape::of(&chart, &Weekdays.session("2025-01-03".parse().unwrap()).unwrap(), asked_at)
    }

    const NINE_FIFTEEN: i64 = 9 * 60 + 15;

    #[test]
    fn a_minute_is_seen_when_it_is_over_and_not_before() {
        let rows =
            [(NINE_FIFTEEN, 100.0, 5.0), (NINE_FIFTEEN + 1, 102.0, 1.0), (NINE_FIFTEEN + 2, 99.0, 0.0)];
        let tape = tape(&rows, at(NINE_FIFTEEN + 5));
        assert_eq!(tape.so_far(at(NINE_FIFTEEN + 1).plus_millis(-1)), None);
        let first = tape.so_far(at(NINE_FIFTEEN + 1)).unwrap();
        assert_eq!((first.bar.close, first.bar.volume, first.at), (Paise(10_000), 5, at(NINE_FIFTEEN + 1)));
        // Nothing was traded in the third minute: the price is as old as it is.
        let later = tape.so_far(at(NINE_FIFTEEN + 30)).unwrap();
        assert_eq!((later.bar.high, later.bar.volume, later.at), (Paise(10_200), 6, at(NINE_FIFTEEN + 2)));
        assert_eq!(tape.minute(at(NINE_FIFTEEN + 2)), None);
        assert_eq!(tape.minute(at(NINE_FIFTEEN + 1).plus_millis(59_999)).unwrap().close, Paise(10_200));
    }

    #[test]
    fn the_minute_that_ran_when_it_was_fetched_is_not_in_it() {
        let rows =
            [(NINE_FIFTEEN - 1, 90.0, 5.0), (NINE_FIFTEEN, 100.0, 5.0), (NINE_FIFTEEN + 1, 102.0, 1.0)];
        let tape = tape(&rows, at(NINE_FIFTEEN + 1).plus_millis(30_000));
        assert_eq!(tape.so_far(at(NINE_FIFTEEN + 60)).unwrap().bar.open, Paise(10_000));
        assert_eq!(tape.minute(at(NINE_FIFTEEN + 1)), None);
        assert!(tape.reaches(at(NINE_FIFTEEN + 1)) && !tape.reaches(at(NINE_FIFTEEN + 2)));
    }
}
