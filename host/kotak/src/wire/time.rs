//! The broker's times: IST without a zone, in several forms.

use chrono::{NaiveDate, NaiveTime};
use prahari_domain::time::Timestamp;

/// First second that is taken for a time: 2015. Smaller numbers are something else.
const FIRST: i64 = 1_420_000_000;

/// Last second that is taken for a time: 2100.
const LAST: i64 = 4_102_444_800;

/// Reads `02-Nov-2026 09:20:11`, also with a blank too many; none when it is something else, or far from our years.
pub(crate) fn ist(text: &str) -> Option<Timestamp> {
    let (day, time) = text.trim().split_once(char::is_whitespace)?;
    let time: String = time.chars().filter(|c| !c.is_whitespace()).collect();
    let forms = ["%d-%b-%Y", "%Y/%m/%d"];
    let day = forms.iter().find_map(|form| NaiveDate::parse_from_str(day, form).ok())?;
    let time = NaiveTime::parse_from_str(&time, "%H:%M:%S").ok()?;
    let read = Timestamp::from_ist(day, time);
    (FIRST..LAST).contains(&(read.0 / 1_000)).then_some(read)
}

/// Reads a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size; the broker's
/// fields change between them. None when it is none of them.
pub(crate) fn epoch(number: i64) -> Option<Timestamp> {
    [1_i64, 1_000, 1_000_000, 1_000_000_000].into_iter().find_map(|in_a_second| {
        let seconds = number.checked_div(in_a_second)?;
        let part = number.checked_rem(in_a_second)?;
        let millis = part.checked_mul(1_000)?.checked_div(in_a_second)?;
        (FIRST..LAST).contains(&seconds).then(|| Timestamp(seconds * 1_000 + millis))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_all_their_forms() {
        for text in ["02-Nov-2026 09:20:11", " 02-Nov-2026  09:20: 11 ", "2026/11/02 09:20:11"] {
            assert_eq!(ist(text).unwrap().to_string(), "2026-11-02 09:20:11.000", "{text}");
        }
        for text in ["02-Nov-2014 09:20:11", "31-Dec-+262142 23:59:59", "01-Jan-2101 00:00:00"] {
            assert_eq!(ist(text), None, "{text}");
        }
        for text in ["", "NA", "02-11-2026 09:20:11", "2026-11-02", "31-Feb-2026 09:20:11", "02-Nov-2026"] {
            assert_eq!(ist(text), None, "{text}");
        }
        let nanos = epoch(1_793_591_411_123_456_789).unwrap();
        assert_eq!(
            (nanos, epoch(1_793_591_411)),
            (Timestamp(1_793_591_411_123), Some(Timestamp(1_793_591_411_000)))
        );
        assert_eq!((epoch(1_793_591_411_123_456), epoch(1_793_591_411_123)), (Some(nanos), Some(nanos)));
        assert_eq!((epoch(0), epoch(-1), epoch(i64::MAX)), (None, None, None));
    }
}
