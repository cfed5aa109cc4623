//! Dates, the order of bounds, and how long a range of dates may be.

use std::borrow::Cow;

use chrono::Days;
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

/// How many dates one request may ask for.
#[derive(Debug, Clone, Copy)]
pub struct DateSpan {
    /// Number of dates when the request names no first one.
    pub usual: u64,
    /// Most dates of one range.
    pub most: u64,
}

impl DateSpan {
    /// The first and the last date that a request asks for, both included. The last is today when it is not named. A first date
    /// after today has nothing to tell, and is no fault.
    ///
    /// # Errors
    /// When they are in the wrong order, or too many.
    pub fn dates(self, today: Day, from: Option<Date>, through: Option<Date>) -> Result<(Day, Day), Problem> {
        range(("from", from), ("through", through))?;
        let last = through.map_or_else(|| from.map_or(today, |from| from.0.max(today)), |day| day.0);
        let before = |dates: u64| last.checked_sub_days(Days::new(dates - 1)).unwrap_or(last);
        let first = from.map_or_else(|| before(self.usual), |day| day.0);
        if first < before(self.most) {
            return Err(Problem::invalid(format!("through: it is {} days or more after from", self.most)));
        }
        Ok((first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_dates_ends_today_and_has_a_most() {
        let span = DateSpan { usual: 7, most: 31 };
        let date = |text: &str| Some(Date(text.parse().unwrap()));
        let dates = |from: &str, through: &str| {
            let named = |text: &str| if text.is_empty() { None } else { date(text) };
            let (first, last) =
                span.dates("2025-03-10".parse().unwrap(), named(from), named(through)).ok()?;
            Some((first.to_string(), last.to_string()))
        };
        for (from, through, expected) in [
            ("", "", Some(("2025-03-04", "2025-03-10"))),
            ("", "2025-03-08", Some(("2025-03-02", "2025-03-08"))),
            ("2025-03-09", "", Some(("2025-03-09", "2025-03-10"))),
            ("2025-03-12", "", Some(("2025-03-12", "2025-03-12"))),
            ("2025-01-01", "2025-01-31", Some(("2025-01-01", "2025-01-31"))),
            ("2025-01-01", "2025-02-01", None),
            ("2025-01-01", "", None),
            ("2025-03-09", "2025-03-08", None),
        ] {
            let expected = expected.map(|(first, last)| (first.to_owned(), last.to_owned()));
            assert_eq!(dates(from, through), expected, "{from:?} {through:?}");
        }
    }

    #[test]
    fn a_date_has_one_form() {
        for text in ["2025-1-2", "+12025-01-02", "2025-02-30", "today", ""] {
            let error = serde_json::from_value::<Date>(text.into()).unwrap_err().to_string();
            assert_eq!(error, format!("{text:?} is not a date such as 2025-03-07"));
        }
    }
}
