//! The calendar as a document: what an operator brings, what a version in the database keeps, and what ships with the
//! program (`data/nse-calendar.json`). Every part names where it comes from.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveTime;
use serde::de::{DeserializeOwned, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::json;
use crate::time::Day;

use super::{CalendarError, Phase};

/// The longest text that is read as a calendar, in bytes. A year is about 3 kB, and there are 64 at most.
pub const MOST_BYTES: usize = 240 * 1024;

/// Everything that is known of the exchange's days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDocument {
    /// The day on which it was compiled: a later one is newer.
    pub as_of: Day,
    /// Source of the data.
    pub source: String,
    /// The years whose list of holidays is published.
    #[serde(deserialize_with = "years")]
    pub years: BTreeMap<i32, Year>,
    /// Hours that hang on those of the exchange.
    pub hours: Hours,
    /// The phases of a day, each set from a date on, in the order of these dates.
    pub regimes: Vec<Regime>,
}

/// The days of one year that are not ordinary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Where the list comes from, such as the number of the exchange's circular.
    pub source: String,
    /// Days without trading; those on weekends may be named too.
    pub holidays: Vec<Holiday>,
    /// Days on which money and shares are not settled though there may be trading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settlement_holidays: Vec<Holiday>,
    /// Sessions on days that are closed otherwise, or at other hours, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special_sessions: Vec<SpecialSession>,
}

/// A day and why it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The date in India.
    pub date: Day,
    /// Name, one line.
    pub name: String,
    /// Where this one comes from, when not from where the year does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// A session of its own hours: `open` and `close`, or all its `phases`. One with neither has no published hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialSession {
    /// The date in India.
    pub date: Day,
    /// Name, one line.
    pub name: String,
    /// Time (IST) at which continuous trading begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<ClockTime>,
    /// Time (IST) at which continuous trading ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<ClockTime>,
    /// All phases, in order, of shares outside the closing auction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<Vec<Window>>,
    /// Those of shares in the closing auction, when they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_auction: Option<Vec<Window>>,
    /// Where it comes from, when not from where the year does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// Hours that hang on those of the exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// When brokers take after-market orders around an ordinary day.
    pub after_market: AfterMarket,
    /// When the trading-day window of signals begins.
    pub signal_window_starts: ClockTime,
    /// From when on signals were written on a trading day, in documents of earlier releases: read, and of no meaning any more.
    #[serde(default, skip_serializing, deserialize_with = "left_out")]
    analysis_writes_from: (),
}

fn left_out<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| ())
}

/// The hours of after-market orders around an ordinary day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterMarket {
    /// Time (IST) in the evening from which after-market orders are accepted.
    pub starts: ClockTime,
    /// Time (IST) in the morning until which after-market orders are accepted.
    pub ends: ClockTime,
    /// Source of the hours.
    pub source: String,
}

/// The phases in force from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// First day on which it holds.
    pub from: Day,
    /// The name that people see.
    pub name: String,
    /// Source of the entry.
    pub source: String,
    /// The phases of an ordinary day, in order, of shares outside the closing auction.
    pub ordinary: Vec<Window>,
    /// Those of shares in the closing auction; the same when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing_auction: Option<Vec<Window>>,
}

impl Regime {
    /// The phases of an ordinary day, for a share in the closing auction or for others.
    pub(super) fn windows(&self, closing_auction: bool) -> &[Window] {
        match &self.closing_auction {
            Some(windows) if closing_auction => windows,
            _ => &self.ordinary,
        }
    }
}

/// A phase of a day, its start included, its end not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The phase of the exchange.
    pub phase: Phase,
    /// Start time (IST), included.
    pub starts: ClockTime,
    /// End time (IST), not included.
    pub ends: ClockTime,
    /// Time (IST) from which the exchange may end the phase at any moment; a later order may come too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_stop_from: Option<ClockTime>,
}

/// A time of day, written `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime(pub NaiveTime);

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%H:%M"))
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = NaiveTime::parse_from_str(&text, "%H:%M");
        time.map(Self).map_err(|_| D::Error::custom(format!("{text:?} is not a time such as 09:15")))
    }
}

/// A document that names only what it changes: a year that it names is that year as a whole, and the same holds for the
/// hours and for the list of regimes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amendment {
    as_of: Option<Day>,
    source: Option<String>,
    #[serde(default, deserialize_with = "years")]
    years: BTreeMap<i32, Year>,
    hours: Option<Hours>,
    regimes: Option<Vec<Regime>>,
}

impl CalendarDocument {
    /// Reads a whole document.
    ///
    /// # Errors
    /// [`CalendarError::Format`] names the entry that cannot be read.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        parse(text)
    }

    /// This document with what another text changes: the years, the hours and the regimes that it names.
    ///
    /// # Errors
    /// [`CalendarError::Format`] names the entry that cannot be read.
    pub fn amended(&self, text: &str) -> Result<Self, CalendarError> {
        let Amendment { as_of, source, years, hours, regimes } = parse(text)?;
        let mut amended = self.clone();
        amended.as_of = as_of.unwrap_or(self.as_of);
        amended.source = source.unwrap_or(amended.source);
        amended.years.extend(years);
        amended.hours = hours.unwrap_or(amended.hours);
        amended.regimes = regimes.unwrap_or(amended.regimes);
        Ok(amended)
    }

    /// The document as text, the same for the same content.
    ///
    /// # Errors
    /// Never: everything in it has a form in JSON.
    pub fn to_text(&self) -> Result<String, CalendarError> {
        let format = |error: serde_json::Error| CalendarError::format("", error.to_string());
        serde_json::to_string_pretty(self).map_err(format)
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, CalendarError> {
    if text.len() > MOST_BYTES {
        return Err(CalendarError::TooLong { bytes: text.len() });
    }
    // What is no JSON is told by the reader below, with its place.
    if let Ok(document) = serde_json::from_str(text) {
        check_lists(&document, "", false)?;
    }
    json::read(text).map_err(|unread| CalendarError::format(&unread.entry, unread.sentence))
}

/// The fields that are lists. Everywhere else a list would be read as the fields of an object, in the order of this
/// program.
const LISTS: [&str; 7] = [
    "holidays",
    "settlement_holidays",
    "special_sessions",
    "regimes",
    "ordinary",
    "closing_auction",
    "phases",
];

/// Refuses a list where an object is expected. As deep as the reader of JSON goes, which is 128.
fn check_lists(value: &Value, path: &str, may_be_list: bool) -> Result<(), CalendarError> {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Array(_) if !may_be_list => {
            Err(CalendarError::format(path, "a list stands where an object is expected".to_owned()))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(place, item)| check_lists(item, &format!("{path}[{place}]"), false)),
        Value::Object(fields) => fields
            .iter()
            .try_for_each(|(name, value)| check_lists(value, &below(name), LISTS.contains(&name.as_str()))),
        _ => Ok(()),
    }
}

/// Years by number; one that is named twice is refused, because it is not known which is meant.
fn years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<i32, Year>, D::Error> {
    struct Years;

    impl<'de> Visitor<'de> for Years {
        type Value = BTreeMap<i32, Year>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("years by their numbers")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut years = BTreeMap::new();
            while let Some((number, year)) = map.next_entry::<i32, Year>()? {
                if years.insert(number, year).is_some() {
                    return Err(A::Error::custom(format!("the year {number} is named twice")));
                }
            }
            Ok(years)
        }
    }

    deserializer.deserialize_map(Years)
}
