//! The manifest of a task, as it is answered. What each field is for stands in docs/PLUGIN-GUIDE.md.

use prahari_app::grants::TaskLimits;
use prahari_app::tasks::{Audience, PlainRuns, TaskManifest};
use prahari_schedule::{LatePolicy, Rule, RuleBounds, RuleKind, ScheduleTerms, UsefulHours};
use serde::Serialize;
use utoipa::ToSchema;

use super::grants::{TaskDayLimits, TaskRunLimits};
use super::schedules::{AfterView, TimeOfDay, ZoneName};
use crate::view::{StrategyLabel, TaskName};

/// What a task is, with every limit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ManifestBody {
    /// Name of the task.
    name: TaskName,
    /// Title, for people.
    title: String,
    /// Description, one line.
    description: String,
    /// Whether it runs once for all users instead of once for each.
    shared: bool,
    /// Users who may see and start it.
    audience: ManifestAudience,
    /// To which strategy its orders belong.
    strategy: StrategyLabel,
    /// Another task whose components it may run as well; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    module_of: Option<TaskName>,
    /// Rank: of tasks that are due at the same instant, the lower rank runs first.
    rank: u32,
    /// The schedule that it begins with, and the bounds of others.
    schedule: ManifestSchedule,
    /// How late a slot may start.
    late: ManifestLate,
    /// How long after a run that ended as `unavailable` its slot is tried again, in minutes: one entry for each further attempt;
    /// left out when there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retry_after_minutes: Vec<u32>,
    /// The capabilities that it asks for, such as `broker-trade`.
    capabilities: Vec<String>,
    /// What it asks to use.
    limits: ManifestLimits,
    /// What becomes of old runs of which there is nothing to say.
    plain_runs: ManifestPlainRuns,
}

/// Users who may see and start a task.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ManifestAudience {
    /// Every user.
    Everyone,
    /// Admins only.
    Admins,
}

/// What becomes of old runs that were a plain success of their slot and touched no order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ManifestPlainRuns {
    /// They are kept as long as all others.
    Kept,
    /// They are pruned by the rule for plain ticks.
    Thinned,
}

/// The schedule of a manifest.
#[derive(Debug, Serialize, ToSchema)]
struct ManifestSchedule {
    /// When the task is due while no operator has said anything else.
    rules: Vec<ManifestRule>,
    /// Bounds of the rules that it may be given.
    bounds: ManifestBounds,
    /// What its slots wait for; null when they wait for nothing.
    #[schema(required)]
    after: Option<AfterView>,
}

/// A rule of a manifest: an object with the kind as its one field. Times are those of an ordinary day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ManifestRule {
    /// Once on each trading day.
    At {
        /// Time of the run (IST).
        time: TimeOfDay,
    },
    /// Each hour.
    Hourly {
        /// Time of the first run (IST).
        start: TimeOfDay,
        /// Last time, if the hours meet it.
        end: TimeOfDay,
    },
    /// Each minute, as one slot.
    EachMinute {
        /// First minute (IST), included.
        start: TimeOfDay,
        /// End (IST), not included.
        end: TimeOfDay,
    },
    /// A Rhai script that defines `fn slots(day)`.
    Script(String),
    /// A cron expression.
    Cron {
        /// Minute, hour, day of the month, month and day of the week.
        expression: String,
        /// The time zone whose clocks it means.
        zone: ZoneName,
    },
}

/// What the rules of a task may be.
#[derive(Debug, Serialize, ToSchema)]
struct ManifestBounds {
    /// The kinds of plain rules that it may have.
    kinds: Vec<ManifestRuleKind>,
    /// The first time of day of a rule with one time (IST).
    earliest: TimeOfDay,
    /// The last time of day of a rule with one time (IST).
    latest: TimeOfDay,
    /// The minute of the hour at which an hourly rule begins and ends; null for any.
    #[schema(required)]
    minute: Option<u32>,
    /// Hours in which the task can do something; left out when it can at any time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    useful: Vec<ManifestHours>,
}

/// A kind of plain rule.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ManifestRuleKind {
    /// One time of the day.
    At,
    /// Each hour between two times.
    Hourly,
    /// Each minute between two times.
    EachMinute,
}

/// Hours of an ordinary day (IST), both ends included.
#[derive(Debug, Serialize, ToSchema)]
struct ManifestHours {
    /// First time of day.
    from: TimeOfDay,
    /// Last time of day.
    until: TimeOfDay,
}

/// How late a slot may start: the word, or an object with the kind as its one field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ManifestLate {
    /// Within a window; it is missed afterwards.
    Window {
        /// Longest delay, in milliseconds.
        millis: i64,
    },
    /// With the ticks that are still to come.
    Continue {
        /// Longest delay of one tick, in milliseconds.
        millis: i64,
    },
    /// As long as the next session has not opened.
    UntilNextOpen,
}

/// What a task asks to use.
#[derive(Debug, Serialize, ToSchema)]
struct ManifestLimits {
    /// Processor time of one run, in milliseconds.
    cpu_ms: u64,
    /// Time of one run by the wall clock, in milliseconds.
    wall_ms: u64,
    /// Memory of one run, in bytes.
    memory_bytes: u64,
    /// Host calls of one run.
    calls: u32,
    /// Bytes of all calls and replies of one run.
    boundary_bytes: u64,
    /// Orders that one run may place.
    orders: u32,
    /// What else one run may cost the host and leave behind.
    per_run: TaskRunLimits,
    /// What all runs of a date may leave behind.
    per_day: TaskDayLimits,
}

impl From<&TaskManifest> for ManifestBody {
    fn from(manifest: &TaskManifest) -> Self {
        Self {
            name: TaskName(manifest.name),
            title: manifest.title.clone(),
            description: manifest.description.clone(),
            shared: manifest.shared,
            audience: match manifest.audience {
                Audience::Everyone => ManifestAudience::Everyone,
                Audience::Admins => ManifestAudience::Admins,
            },
            strategy: StrategyLabel(manifest.strategy),
            module_of: manifest.module_of.map(TaskName),
            rank: manifest.rank,
            schedule: (&manifest.schedule).into(),
            late: manifest.late.into(),
            retry_after_minutes: manifest.retry_after_minutes.clone(),
            capabilities: manifest.capabilities.iter().cloned().collect(),
            limits: manifest.limits.into(),
            plain_runs: match manifest.plain_runs {
                PlainRuns::Kept => ManifestPlainRuns::Kept,
                PlainRuns::Thinned => ManifestPlainRuns::Thinned,
            },
        }
    }
}

impl From<&ScheduleTerms> for ManifestSchedule {
    fn from(terms: &ScheduleTerms) -> Self {
        Self {
            rules: terms.rules.iter().map(ManifestRule::from).collect(),
            bounds: (&terms.bounds).into(),
            after: terms.after.as_ref().map(AfterView::from),
        }
    }
}

impl From<&Rule> for ManifestRule {
    fn from(rule: &Rule) -> Self {
        match rule {
            Rule::At { time } => Self::At { time: (*time).into() },
            Rule::Hourly { start, end } => Self::Hourly { start: (*start).into(), end: (*end).into() },
            Rule::EachMinute { start, end } => {
                Self::EachMinute { start: (*start).into(), end: (*end).into() }
            }
            Rule::Script(script) => Self::Script(script.clone()),
            Rule::Cron { expression, zone } => {
                Self::Cron { expression: expression.clone(), zone: (*zone).into() }
            }
        }
    }
}

impl From<&RuleBounds> for ManifestBounds {
    fn from(bounds: &RuleBounds) -> Self {
        let kind = |kind: &RuleKind| match kind {
            RuleKind::At => ManifestRuleKind::At,
            RuleKind::Hourly => ManifestRuleKind::Hourly,
            RuleKind::EachMinute => ManifestRuleKind::EachMinute,
        };
        let hours = |UsefulHours { from, until }: &UsefulHours| ManifestHours {
            from: (*from).into(),
            until: (*until).into(),
        };
        Self {
            kinds: bounds.kinds.iter().map(kind).collect(),
            earliest: bounds.earliest.into(),
            latest: bounds.latest.into(),
            minute: bounds.minute,
            useful: bounds.useful.iter().map(hours).collect(),
        }
    }
}

impl From<LatePolicy> for ManifestLate {
    fn from(late: LatePolicy) -> Self {
        match late {
            LatePolicy::Window { millis } => Self::Window { millis },
            LatePolicy::Continue { millis } => Self::Continue { millis },
            LatePolicy::UntilNextOpen => Self::UntilNextOpen,
        }
    }
}

impl From<TaskLimits> for ManifestLimits {
    fn from(limits: TaskLimits) -> Self {
        let TaskLimits { cpu_ms, wall_ms, memory_bytes, calls, boundary_bytes, orders, per_run, per_day } =
            limits;
        let (per_run, per_day) = (per_run.into(), per_day.into());
        Self { cpu_ms, wall_ms, memory_bytes, calls, boundary_bytes, orders, per_run, per_day }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn manifest() -> Value {
        json!({
            "name": "gap_watch",
            "title": "Gap watch",
            "description": "Tells which shares opened far below their previous close",
            "shared": false,
            "audience": "everyone",
            "module_of": "sell_monitor",
            "rank": 100,
            "schedule": {
                "rules": [
                    { "at": { "time": "09:30" } },
                    { "hourly": { "start": "10:15", "end": "14:15" } },
                    { "script": "fn slots(day) { \"15:00\" }" },
                    { "cron": { "expression": "30 9 * * MON-FRI" } },
                ],
                "bounds": {
                    "kinds": ["at", "hourly"], "earliest": "09:15", "latest": "15:30", "minute": 15,
                    "useful": [{ "from": "09:15", "until": "15:30" }],
                },
                "after": { "tasks": ["premarket_retry"], "latest": "09:45", "then": "run" },
            },
            "late": { "window": { "millis": 1_200_000 } },
            "retry_after_minutes": [2, 5],
            "capabilities": ["decision", "log", "market"],
            "limits": { "cpu_ms": 900, "per_day": { "signals": 3 } },
        })
    }

    #[test]
    fn a_manifest_is_answered_as_it_was_accepted() {
        let mut plain = manifest();
        for (name, value) in [
            ("late", json!("until_next_open")),
            ("plain_runs", json!("thinned")),
            ("audience", json!("admins")),
        ] {
            plain[name] = value;
        }
        let fields = plain.as_object_mut().unwrap();
        fields.remove("module_of");
        fields.remove("retry_after_minutes");
        for document in [manifest(), plain] {
            let accepted = TaskManifest::read(&document.to_string()).unwrap();
            let answered = serde_json::to_value(ManifestBody::from(&accepted)).unwrap();
            assert_eq!(answered, serde_json::to_value(&accepted).unwrap());
        }
    }
}
