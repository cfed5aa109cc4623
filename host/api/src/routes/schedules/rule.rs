//! The rules of a schedule, and what it waits for, as they stand in requests and answers.

use std::borrow::Cow;

use chrono::NaiveTime;
use chrono_tz::Tz;
use prahari_schedule::{
    After, MAX_AFTER, MAX_CRON_BYTES, MAX_RULES, MAX_SCRIPT_BYTES, Rule, Then, india, parse_time, parse_zone,
    time_text,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;
use crate::view::TaskName;

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

impl From<NaiveTime> for TimeOfDay {
    fn from(time: NaiveTime) -> Self {
        Self(time)
    }
}

/// A time zone by its name, such as `Asia/Kolkata`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneName(Tz);

impl Default for ZoneName {
    fn default() -> Self {
        Self(india())
    }
}

impl Serialize for ZoneName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for ZoneName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        parse_zone(&text).map(Self).map_err(de::Error::custom)
    }
}

impl PartialSchema for ZoneName {
    fn schema() -> RefOr<Schema> {
        let object: Object = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(40))
            .description(Some("A time zone of the IANA database."))
            .examples(["Asia/Kolkata"])
            .build();
        object.into()
    }
}

impl ToSchema for ZoneName {}

impl From<Tz> for ZoneName {
    fn from(zone: Tz) -> Self {
        Self(zone)
    }
}

/// When a task is due on a trading day. Times are those of an ordinary day; on a special session they move with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RuleView {
    /// One run a day.
    At {
        /// Time of the run (IST).
        time: TimeOfDay,
    },
    /// One run each hour.
    Hourly {
        /// Time of the first run (IST).
        time: TimeOfDay,
        /// Last time, if the hours meet it.
        end_time: TimeOfDay,
    },
    /// Each minute, as one slot with many ticks.
    EachMinute {
        /// First minute (IST), included.
        time: TimeOfDay,
        /// End (IST), not included.
        end_time: TimeOfDay,
    },
    /// Times that a script returns.
    Script {
        /// A Rhai script that defines `fn slots(day)` and answers that day's times.
        #[schema(max_length = 4096)]
        script: String,
    },
    /// Times of a cron expression, on trading days only. They do not move with special sessions.
    Cron {
        /// Minute, hour, day of the month, month and day of the week, such as `30 9 * * MON-FRI`.
        #[schema(max_length = 256)]
        expression: String,
        /// The time zone whose clocks it means; that of the exchange when nothing is said.
        #[serde(default)]
        #[schema(value_type = String, max_length = 40, example = "Asia/Kolkata")]
        zone: ZoneName,
    },
}

/// What a schedule waits for: the slots of other tasks on the same day that are due when its own is, or earlier. A
/// task without such a slot is not waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AfterView {
    /// Tasks that have to end first.
    #[schema(min_items = 1, max_items = 8)]
    tasks: Vec<TaskName>,
    /// Latest time (IST) until which the slot waits; it moves with special sessions.
    latest: TimeOfDay,
    /// What happens to a slot that still waits at its latest time.
    then: ThenView,
}

/// What happens to a slot that has waited as long as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThenView {
    /// It runs on what there is, and says so.
    Run,
    /// It is skipped, with the reason.
    Skip,
}

// The document states the limits as numbers, because attributes take no constants.
const _: () = assert!(MAX_SCRIPT_BYTES == 4096 && MAX_CRON_BYTES == 256 && MAX_AFTER == 8 && MAX_RULES == 8);

impl From<RuleView> for Rule {
    fn from(view: RuleView) -> Self {
        match view {
            RuleView::At { time } => Self::At { time: time.0 },
            RuleView::Hourly { time, end_time } => Self::Hourly { start: time.0, end: end_time.0 },
            RuleView::EachMinute { time, end_time } => Self::EachMinute { start: time.0, end: end_time.0 },
            RuleView::Script { script } => Self::Script(script),
            RuleView::Cron { expression, zone } => Self::Cron { expression, zone: zone.0 },
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
            Rule::Cron { expression, zone } => {
                Self::Cron { expression: expression.clone(), zone: ZoneName(*zone) }
            }
        }
    }
}

impl From<AfterView> for After {
    fn from(view: AfterView) -> Self {
        let then = match view.then {
            ThenView::Run => Then::Run,
            ThenView::Skip => Then::Skip,
        };
        Self { tasks: view.tasks.into_iter().map(|task| task.0).collect(), latest: view.latest.0, then }
    }
}

impl From<&After> for AfterView {
    fn from(after: &After) -> Self {
        let then = match after.then {
            Then::Run => ThenView::Run,
            Then::Skip => ThenView::Skip,
        };
        Self {
            tasks: after.tasks.iter().copied().map(TaskName).collect(),
            latest: TimeOfDay(after.latest),
            then,
        }
    }
}

/// The rules of a request: one in `rule`, or one and more in `rules`.
///
/// # Errors
/// When both are given, or none, or too many.
pub fn rules_of(rule: Option<RuleView>, rules: Option<Vec<RuleView>>) -> Result<Vec<Rule>, Problem> {
    let rules = match (rule, rules) {
        (Some(rule), None) => vec![rule],
        (None, Some(rules)) => rules,
        _ => return Err(Problem::invalid("rules: give either rule or rules")),
    };
    if !(1..=MAX_RULES).contains(&rules.len()) {
        return Err(Problem::invalid(format!("rules: give 1 to {MAX_RULES} rules")));
    }
    Ok(rules.into_iter().map(Rule::from).collect())
}

/// Distinguishes a field that is null from one that is absent.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
