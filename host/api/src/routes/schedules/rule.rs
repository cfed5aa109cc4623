//! The rule of a schedule as it stands in requests and answers.

use std::borrow::Cow;

use chrono::NaiveTime;
use prahari_schedule::{MAX_SCRIPT_BYTES, Rule, parse_time, time_text};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A time of day in India, such as `09:15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(NaiveTime);

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time_text(self.0))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        parse_time(&text).map(Self).map_err(de::Error::custom)
    }
}

impl PartialSchema for TimeOfDay {
    fn schema() -> RefOr<Schema> {
        let object: Object = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"))
            .description(Some("A time of day in India."))
            .examples(["09:15"])
            .build();
        object.into()
    }
}

impl ToSchema for TimeOfDay {}

/// When a task is due on a trading day. Times are those of an ordinary day; on a special session they move with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleView {
    /// Once.
    At {
        /// When.
        time: TimeOfDay,
    },
    /// Each hour.
    Hourly {
        /// First time.
        time: TimeOfDay,
        /// Last time, if the hours meet it.
        end_time: TimeOfDay,
    },
    /// Each minute, as one slot with many ticks.
    EachMinute {
        /// First minute.
        time: TimeOfDay,
        /// End, not included.
        end_time: TimeOfDay,
    },
    /// By a script.
    Script {
        /// A Rhai script that defines `fn slots(day)` and answers that day's times.
        #[schema(max_length = 4096)]
        script: String,
    },
}

// The document states the limit as a number, because attributes take no constants.
const _: () = assert!(MAX_SCRIPT_BYTES == 4096);

impl From<RuleView> for Rule {
    fn from(view: RuleView) -> Self {
        match view {
            RuleView::At { time } => Self::At { time: time.0 },
            RuleView::Hourly { time, end_time } => Self::Hourly { start: time.0, end: end_time.0 },
            RuleView::EachMinute { time, end_time } => Self::EachMinute { start: time.0, end: end_time.0 },
            RuleView::Script { script } => Self::Script(script),
        }
    }
}

impl From<&Rule> for RuleView {
    fn from(rule: &Rule) -> Self {
        let time = |time: &NaiveTime| TimeOfDay(*time);
        match rule {
            Rule::At { time: at } => Self::At { time: time(at) },
            Rule::Hourly { start, end } => Self::Hourly { time: time(start), end_time: time(end) },
            Rule::EachMinute { start, end } => Self::EachMinute { time: time(start), end_time: time(end) },
            Rule::Script(script) => Self::Script { script: script.clone() },
        }
    }
}
