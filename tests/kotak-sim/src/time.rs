//! Times as the broker prints them. All times of the fake are milliseconds since the epoch; all texts are IST.

use chrono::{DateTime, NaiveDateTime};

/// Milliseconds since the epoch.
pub type Millis = i64;

/// The last time that the fake can have: the end of 2099 in IST.
pub const LATEST: Millis = 4_102_424_999_999;

const IST_AHEAD: Millis = 19_800_000;
const DAY: Millis = 86_400_000;

/// The time that `text` names in IST, written `2026-11-02 09:20:11`; `None` for anything else.
pub fn ist(text: &str) -> Option<Millis> {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(naive.and_utc().timestamp_millis() - IST_AHEAD)
}

/// The number of the IST day, counted from 1 January 1970.
pub(crate) fn day_of(at: Millis) -> i64 {
    (at + IST_AHEAD).div_euclid(DAY)
}

/// When a day begins in IST.
pub(crate) fn start_of(day: i64) -> Millis {
    day * DAY - IST_AHEAD
}

/// Whether a day is a Saturday or Sunday.
pub(crate) fn is_weekend(day: i64) -> bool {
    // Day 0 was a Thursday.
    (day + 3).rem_euclid(7) >= 5
}

/// `02-Nov-2026 09:20:11`.
pub(crate) fn stamp(at: Millis) -> String {
    format(at, "%d-%b-%Y %H:%M:%S")
}

/// `02-Nov-2026`.
pub(crate) fn date(at: Millis) -> String {
    format(at, "%d-%b-%Y")
}

/// `09:20:11`.
pub(crate) fn clock_time(at: Millis) -> String {
    format(at, "%H:%M:%S")
}

/// `2026/11/02 09:20:11`.
pub(crate) fn slashed(at: Millis) -> String {
    format(at, "%Y/%m/%d %H:%M:%S")
}

/// `2026-11-02 09:20:11.000`.
pub(crate) fn dashed(at: Millis) -> String {
    format(at, "%Y-%m-%d %H:%M:%S%.3f")
}

/// `Mon, 02 Nov 2026 03:50:11 GMT`, as heads of HTTP have it.
pub(crate) fn http_date(at: Millis) -> String {
    // The formats here are of IST, and this one is not.
    format(at - IST_AHEAD, "%a, %d %b %Y %H:%M:%S GMT")
}

/// `2026-11-02`.
pub(crate) fn dashed_date(at: Millis) -> String {
    format(at, "%Y-%m-%d")
}

/// `2026-11-02T09:20:11+0530`.
pub(crate) fn with_offset(at: Millis) -> String {
    format!("{}+0530", format(at, "%Y-%m-%dT%H:%M:%S"))
}

/// `261102`, as order numbers begin.
pub(crate) fn short_date(at: Millis) -> String {
    format(at, "%y%m%d")
}

/// Seconds since the epoch.
pub(crate) fn seconds(at: Millis) -> i64 {
    at.div_euclid(1000)
}

fn format(at: Millis, pattern: &str) -> String {
    match DateTime::from_timestamp_millis(at + IST_AHEAD) {
        Some(time) => time.format(pattern).to_string(),
        None => "NA".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_ist_as_the_broker_writes_them() {
        let at = ist("2026-11-02 09:20:11").unwrap();
        assert_eq!(ist("2099-12-31 23:59:59"), Some(LATEST - 999));
        assert_eq!(seconds(at), 1_793_591_411);
        assert_eq!(stamp(at), "02-Nov-2026 09:20:11");
        assert_eq!(slashed(at), "2026/11/02 09:20:11");
        assert_eq!(short_date(at), "261102");
        assert_eq!(with_offset(at), "2026-11-02T09:20:11+0530");
        assert_eq!(start_of(day_of(at)), ist("2026-11-02 00:00:00").unwrap());
        assert!(!is_weekend(day_of(at)) && is_weekend(day_of(at) - 1) && is_weekend(day_of(at) - 2));
    }
}
