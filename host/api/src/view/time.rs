//! Dates, and the order of bounds.

use std::borrow::Cow;

use prahari_domain::time::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;

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
        let object: Object = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("A date in India."))
            .examples(["2025-03-07"])
            .build();
        object.into()
    }
}

impl ToSchema for Date {}

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
    fn a_date_has_one_form() {
        for text in ["2025-1-2", "+12025-01-02", "2025-02-30", "today", ""] {
            let error = serde_json::from_value::<Date>(text.into()).unwrap_err().to_string();
            assert_eq!(error, format!("{text:?} is not a date such as 2025-03-07"));
        }
    }
}
