//! Times of day as people write them: `HH:MM`, IST.

#[cfg(test)]
use chrono::TimeDelta;
use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Deserializer, Serializer};

const FORMAT: &str = "%H:%M";

/// The time this many hours and minutes after midnight.
#[cfg(test)]
pub(crate) fn clock(hours: i64, minutes: i64) -> NaiveTime {
    NaiveTime::MIN + TimeDelta::minutes(hours * 60 + minutes)
}

/// Reads `HH:MM`, exactly as it is written: chrono alone would take blanks and single digits too.
///
/// # Errors
/// One sentence, when it is no such time.
pub fn parse(written: &str) -> Result<NaiveTime, String> {
    let time = NaiveTime::parse_from_str(written, FORMAT).ok().filter(|time| text(*time) == written);
    time.ok_or_else(|| format!("{written:?} is not a time such as 09:15"))
}

/// Formats a time as `HH:MM`.
pub fn text(time: NaiveTime) -> String {
    time.format(FORMAT).to_string()
}

/// Returns the minutes since midnight.
pub(crate) fn minutes(time: NaiveTime) -> i64 {
    i64::from(time.hour() * 60 + time.minute())
}

pub(crate) fn serialize<S: Serializer>(time: &NaiveTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.format(FORMAT))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
