//! A year's bars as few bytes: each number is the difference to the one before. The same bars give the same bytes. Behind
//! them stands what the company did, where it did something: bytes from before that was kept end with the bars.

use chrono::Datelike;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, day_from_number, day_number};

use super::cache::{BarCacheError, KeptYear};
use super::events::{Event, What};

/// A bar by its differences: days, open from the close before, high, low and close from the open; and the volume.
type Packed = (i32, i64, i64, i64, i64, u64);

/// What is known of a share: its bars, and what the company did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct History<'a> {
    /// Oldest first.
    pub bars: &'a [Candle],
    /// Oldest first.
    pub events: &'a [Event],
}

/// The years of `now` that are not as in `before`. One whose bars only became more is not restated.
pub(super) fn changed_years(before: History<'_>, now: History<'_>) -> Result<Vec<KeptYear>, BarCacheError> {
    let mut changed = Vec::new();
    for bars in now.bars.chunk_by(|a, b| a.day.year() == b.day.year()) {
        let Some(year) = bars.first().map(|bar| bar.day.year()) else { continue };
        let (old, events) = (of_year(before.bars, year), events_of(now, year));
        if old == bars && events_of(before, year) == events {
            continue;
        }
        changed.push(KeptYear { year, restated: !bars.starts_with(old), bytes: pack_year(bars, &events)? });
    }
    Ok(changed)
}

/// The events that are kept with the bars of a year: its own, and those of a year without bars with the one before it.
fn events_of(history: History<'_>, year: i32) -> Vec<Event> {
    let kept_with = |day: Day| {
        let at = history.bars.partition_point(|bar| bar.day.year() <= day.year()).saturating_sub(1);
        history.bars.get(at).map(|bar| bar.day.year())
    };
    history.events.iter().filter(|event| kept_with(event.day) == Some(year)).copied().collect()
}

fn of_year(bars: &[Candle], year: i32) -> &[Candle] {
    let from = bars.partition_point(|bar| bar.day.year() < year);
    let to = bars.partition_point(|bar| bar.day.year() <= year);
    bars.get(from..to).unwrap_or_default()
}

/// The bars of a year alone, as [`unpack_year`] reads them.
///
/// # Errors
/// When they cannot be encoded.
pub(crate) fn pack_bars(bars: &[Candle]) -> Result<Vec<u8>, BarCacheError> {
    pack_year(bars, &[])
}

fn pack_year(bars: &[Candle], events: &[Event]) -> Result<Vec<u8>, BarCacheError> {
    let (mut day, mut close) = (0, 0);
    let packed: Vec<Packed> = bars
        .iter()
        .map(|bar| {
            let number = day_number(bar.day);
            let open = bar.open.0;
            let packed = (
                number - day,
                open - close,
                bar.high.0 - open,
                bar.low.0 - open,
                bar.close.0 - open,
                bar.volume,
            );
            (day, close) = (number, bar.close.0);
            packed
        })
        .collect();
    let failed = |error: postcard::Error| BarCacheError(error.to_string());
    let mut bytes = postcard::to_stdvec(&packed).map_err(failed)?;
    if !events.is_empty() {
        let events: Vec<(i32, What)> =
            events.iter().map(|event| (day_number(event.day), event.what)).collect();
        bytes.extend(postcard::to_stdvec(&events).map_err(failed)?);
    }
    Ok(bytes)
}

/// What the company did in a year, as it was kept with its bars.
///
/// # Errors
/// When the bytes are not those of a year.
pub(super) fn unpack_events(bytes: &[u8]) -> Result<Vec<Event>, BarCacheError> {
    let damaged = || BarCacheError("the kept actions of a year cannot be read".to_owned());
    let (_, rest) = postcard::take_from_bytes::<Vec<Packed>>(bytes).map_err(|_| damaged())?;
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    let packed: Vec<(i32, What)> = postcard::from_bytes(rest).map_err(|_| damaged())?;
    let event = |(number, what)| Some(Event { day: day_from_number(number)?, what });
    packed.into_iter().map(event).collect::<Option<Vec<Event>>>().ok_or_else(damaged)
}

/// The bars of a year as they were kept, oldest first.
///
/// # Errors
/// When the bytes are not those of a year's bars.
pub fn unpack_year(bytes: &[u8]) -> Result<Vec<Candle>, BarCacheError> {
    let damaged = || BarCacheError("the kept bars of a year cannot be read".to_owned());
    let packed: Vec<Packed> = postcard::from_bytes(bytes).map_err(|_| damaged())?;
    let (mut number, mut close) = (0_i32, 0_i64);
    let mut bars = Vec::with_capacity(packed.len());
    for (days, open, high, low, end, volume) in packed {
        number = number.checked_add(days).ok_or_else(damaged)?;
        let day: Day = day_from_number(number).ok_or_else(damaged)?;
        let open = close.saturating_add(open);
        let price = |difference: i64| Paise(open.saturating_add(difference));
        let bar =
            Candle { day, open: Paise(open), high: price(high), low: price(low), close: price(end), volume };
        close = bar.close.0;
        let is_next = bars.last().is_none_or(|last: &Candle| last.day < day);
        if bar.low.0 <= 0 || bar.high < bar.low || !is_next {
            return Err(damaged());
        }
        bars.push(bar);
    }
    Ok(bars)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(day: &str, close: i64) -> Candle {
        let day = day.parse().unwrap();
        Candle {
            day,
            open: Paise(close - 3),
            high: Paise(close + 9),
            low: Paise(close - 5),
            close: Paise(close),
            volume: 7,
        }
    }

    fn of(bars: &[Candle]) -> History<'_> {
        History { bars, events: &[] }
    }

    fn split(day: &str) -> Event {
        let ratio = prahari_domain::actions::Ratio::new(2, 1).unwrap();
        Event { day: day.parse().unwrap(), what: What::Shares(ratio) }
    }

    #[test]
    fn what_the_company_did_comes_back_with_its_year_and_damaged_bytes_do_not() {
        let bars = [bar("2025-01-01", 10_000), bar("2025-01-02", 9_000)];
        let events = [split("2025-01-02"), Event { day: bars[1].day, what: What::Dividend(147) }];
        let bytes = pack_year(&bars, &events).unwrap();
        assert_eq!(
            (unpack_year(&bytes).unwrap(), unpack_events(&bytes).unwrap()),
            (bars.to_vec(), events.to_vec())
        );
        let alone = pack_year(&bars, &[]).unwrap();
        assert_eq!((bytes.starts_with(&alone), unpack_events(&alone)), (true, Ok(Vec::new())));
        for cut in (0..bytes.len()).filter(|cut| *cut != alone.len()) {
            assert!(unpack_events(&bytes[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn an_action_is_kept_with_the_bars_of_its_year_and_is_no_restatement() {
        let bars = [bar("2024-12-31", 100), bar("2025-01-01", 100)];
        let events = [split("2024-06-03"), split("2026-01-01")];
        let now = History { bars: &bars, events: &events };
        let changed = changed_years(of(&bars), now).unwrap();
        let told: Vec<_> = changed
            .iter()
            .map(|year| (year.year, year.restated, unpack_events(&year.bytes).unwrap()))
            .collect();
        assert_eq!(told, [(2024, false, vec![events[0]]), (2025, false, vec![events[1]])]);
        assert_eq!(changed_years(now, now).unwrap(), []);
    }

    #[test]
    fn bars_come_back_as_they_went_in_and_damaged_bytes_do_not() {
        let bars = [bar("2025-01-01", 10_000), bar("2025-01-02", 9_000), bar("2025-12-31", 50_000)];
        let bytes = pack_year(&bars, &[]).unwrap();
        assert_eq!(unpack_year(&bytes).unwrap(), bars);
        assert!(bytes.len() < 60, "{}", bytes.len());
        for cut in 0..bytes.len() {
            assert!(unpack_year(&bytes[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn only_years_that_changed_are_kept_again_and_more_of_one_is_no_restatement() {
        let old = [bar("2024-12-31", 100), bar("2025-01-01", 100)];
        let more = [old[0], old[1], bar("2025-01-02", 100)];
        let changed = changed_years(of(&old), of(&more)).unwrap();
        assert_eq!(
            changed.iter().map(|year| (year.year, year.restated)).collect::<Vec<_>>(),
            [(2025, false)]
        );
        let other = [bar("2024-12-31", 50), old[1]];
        let changed = changed_years(of(&old), of(&other)).unwrap();
        assert_eq!(changed.iter().map(|year| (year.year, year.restated)).collect::<Vec<_>>(), [(2024, true)]);
        assert_eq!(changed_years(of(&old), of(&old)).unwrap(), []);
    }
}
