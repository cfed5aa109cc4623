//! Instants and dates.

use std::borrow::Cow;

use chrono::DateTime;
use chrono_tz::Asia::Kolkata;
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;

/// An instant: RFC 3339, answered in IST with milliseconds, read with any offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Timestamp);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = DateTime::from_timestamp_millis(self.0.0).unwrap_or_default().with_timezone(&Kolkata);
        serializer.collect_str(&at.format("%Y-%m-%dT%H:%M:%S%.3f%:z"))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text).map_err(|_| {
            de::Error::custom(format!("{text:?} is not an instant such as 2025-03-07T09:15:00+05:30"))
        })?;
        Ok(Self(Timestamp(at.timestamp_millis())))
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        text(KnownFormat::DateTime, "RFC 3339, in IST.", "2025-03-07T09:15:00.000+05:30")
    }
}

impl ToSchema for Instant {}

/// A calendar date such as `2025-03-07`; of an order or a run it is its trading date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub Day);

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        Self(day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        // Shorter and longer forms parse too, but what is kept as text would not sort by them.
        let day = Some(&text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        day.map(Self).ok_or_else(|| de::Error::custom(format!("{text:?} is not a date such as 2025-03-07")))
    }
}

impl PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        text(KnownFormat::Date, "A date in India.", "2025-03-07")
    }
}

impl ToSchema for Date {}

fn text(format: KnownFormat, description: &str, example: &str) -> RefOr<Schema> {
    let object: Object = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .description(Some(description))
        .examples([example])
        .build();
    object.into()
}

/// The bounds of a time, in order.
///
/// # Errors
/// When the first is not before the last; `from` and `to` name the parameters.
pub fn range<T: PartialOrd>(from: (&str, Option<T>), to: (&str, Option<T>)) -> Result<(), Problem> {
    match (from.1, to.1) {
        (Some(first), Some(last)) if first > last => {
            Err(Problem::invalid(format!("{} is after {}", from.0, to.0)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_answered_in_ist_and_read_with_any_offset() {
        let open = Instant(Timestamp(1_735_789_500_000));
        assert_eq!(serde_json::to_string(&open).unwrap(), r#""2025-01-02T09:15:00.000+05:30""#);
        for text in ["2025-01-02T09:15:00+05:30", "2025-01-02T03:45:00.000Z"] {
            assert_eq!(serde_json::from_value::<Instant>(text.into()).unwrap(), open);
        }
        let error = serde_json::from_value::<Instant>("noon".into()).unwrap_err().to_string();
        assert_eq!(error, "\"noon\" is not an instant such as 2025-03-07T09:15:00+05:30");
    }

    #[test]
    fn a_date_has_one_form() {
        for text in ["2025-1-2", "+12025-01-02", "2025-02-30", "today", ""] {
            let error = serde_json::from_value::<Date>(text.into()).unwrap_err().to_string();
            assert_eq!(error, format!("{text:?} is not a date such as 2025-03-07"));
        }
    }
}
