//! Which rules the schedule of a task may have: part of what a task is, and checked whenever somebody saves a schedule.

use std::collections::BTreeSet;

use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Serialize};

use crate::Rule;
use crate::clock_time::{self, text};

/// What the plain rules of a task's schedule may be. A script or a cron expression may say the same and is held to
/// the pace only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleBounds {
    /// The kinds of plain rules that it may have. Without `each_minute` a script may not run it each minute either.
    pub kinds: BTreeSet<RuleKind>,
    /// The first time of day of a rule with one time, IST.
    #[serde(with = "clock_time")]
    pub earliest: NaiveTime,
    /// The last time of day of a rule with one time, IST.
    #[serde(with = "clock_time")]
    pub latest: NaiveTime,
    /// The minute of the hour at which an hourly rule begins and ends; any when nothing is said.
    #[serde(default)]
    pub minute: Option<u32>,
    /// Hours of an ordinary day in which the task can do something; at any time when none are named. A schedule outside of
    /// them is pointed out before it is saved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub useful: Vec<UsefulHours>,
}

/// Hours of the day, IST, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsefulHours {
    /// First time of day.
    #[serde(with = "clock_time")]
    pub from: NaiveTime,
    /// Last time of day.
    #[serde(with = "clock_time")]
    pub until: NaiveTime,
}

/// A kind of plain rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// One time of the day.
    At,
    /// Each hour between two times.
    Hourly,
    /// Each minute between two times.
    EachMinute,
}

impl RuleKind {
    const fn sentence(self) -> &'static str {
        match self {
            Self::At => "at one time of the day",
            Self::Hourly => "hourly from a start to an end",
            Self::EachMinute => "each minute from a start to an end",
        }
    }
}

impl RuleBounds {
    /// Returns whether the task may run each minute.
    pub fn are_continuous(&self) -> bool {
        self.kinds.contains(&RuleKind::EachMinute)
    }

    /// Returns what of a plain rule does not fit, in words that follow the name of the task; nothing when it fits,
    /// or is a script or a cron expression.
    pub(crate) fn misfit(&self, rule: &Rule) -> Option<String> {
        let kind = match rule {
            Rule::At { .. } => RuleKind::At,
            Rule::Hourly { .. } => RuleKind::Hourly,
            Rule::EachMinute { .. } => RuleKind::EachMinute,
            Rule::Script(_) | Rule::Cron { .. } => return None,
        };
        if !self.kinds.contains(&kind) {
            let always = ["by a script", "by a cron expression"];
            let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.sentence()).chain(always).collect();
            return Some(format!("it runs {}", kinds.join(", or ")));
        }
        match rule {
            Rule::At { time } => self.misfit_of_time(*time),
            Rule::Hourly { start, end } => self.misfit_of_hours(*start, *end),
            Rule::EachMinute { start, end } => (start >= end)
                .then(|| format!("its start {} is not before its end {}", text(*start), text(*end))),
            Rule::Script(_) | Rule::Cron { .. } => None,
        }
    }

    fn misfit_of_time(&self, time: NaiveTime) -> Option<String> {
        if time.second() != 0 {
            return Some(format!("{time} is not a whole minute"));
        }
        let fits = (self.earliest..=self.latest).contains(&time);
        (!fits).then(|| {
            let (earliest, latest) = (text(self.earliest), text(self.latest));
            format!("{} is not between {earliest} and {latest}", text(time))
        })
    }

    fn misfit_of_hours(&self, start: NaiveTime, end: NaiveTime) -> Option<String> {
        if let Some(minute) = self.minute
            && (start.minute(), end.minute()) != (minute, minute)
        {
            let (start, end) = (text(start), text(end));
            return Some(format!(
                "it runs at {minute} minutes past the hour only, not from {start} to {end}"
            ));
        }
        (start > end).then(|| format!("its start {} is after its end {}", text(start), text(end)))
    }
}
