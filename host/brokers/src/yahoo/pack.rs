//! A year's bars as few bytes: each number is the difference to the one before. The same bars give the same bytes.

use chrono::Datelike;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, day_from_number, day_number};

use super::cache::{BarCacheError, KeptYear};

/// A bar by its differences: days, open from the close before, high, low and close from the open; and the volume.
type Packed = (i32, i64, i64, i64, i64, u64);

/// The years of `now` that are not as in `before`. One whose bars only became more is not restated.
pub(super) fn changed_years(before: &[Candle], now: &[Candle]) -> Result<Vec<KeptYear>, BarCacheError> {
    let mut changed = Vec::new();
    for bars in now.chunk_by(|a, b| a.day.year() == b.day.year()) {
        let Some(year) = bars.first().map(|bar| bar.day.year()) else { continue };
        let old = of_year(before, year);
        if old == bars {
            continue;
        }
        changed.push(KeptYear { year, restated: !bars.starts_with(old), bytes: pack_year(bars)? });
    }
    Ok(changed)
}

fn of_year(bars: &[Candle], year: i32) -> &[Candle] {
    let from = bars.partition_point(|bar| bar.day.year() < year);
    let to = bars.partition_point(|bar| bar.day.year() <= year);
    bars.get(from..to).unwrap_or_default()
}

fn pack_year(bars: &[Candle]) -> Result<Vec<u8>, BarCacheError> {
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
    postcard::to_stdvec(&packed).map_err(|error| BarCacheError(error.to_string()))
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

    #[test]
    fn bars_come_back_as_they_went_in_and_damaged_bytes_do_not() {
        let bars = [bar("2025-01-01", 10_000), bar("2025-01-02", 9_000), bar("2025-12-31", 50_000)];
        let bytes = pack_year(&bars).unwrap();
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
        let changed = changed_years(&old, &more).unwrap();
        assert_eq!(
            changed.iter().map(|year| (year.year, year.restated)).collect::<Vec<_>>(),
            [(2025, false)]
        );
        let other = [bar("2024-12-31", 50), old[1]];
        let changed = changed_years(&old, &other).unwrap();
        assert_eq!(changed.iter().map(|year| (year.year, year.restated)).collect::<Vec<_>>(), [(2024, true)]);
        assert_eq!(changed_years(&old, &old).unwrap(), []);
    }
}
