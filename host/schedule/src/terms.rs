//! What a task says of its schedule: the rules that it begins with, and the bounds of those that it may be given.

use chrono::NaiveTime;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};

use crate::clock_time;
use crate::{Rule, RuleBounds, Schedule};

/// Most rules that a task may begin with.
pub const MOST_RULES: usize = 1;

/// Most tasks that one may wait for.
const MOST_AWAITED: usize = 8;

/// The part of a task's manifest that is about its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleTerms {
    /// When it is due while no operator has said anything else.
    pub rules: Vec<Rule>,
    /// What its rules may be.
    pub bounds: RuleBounds,
    /// What its slots wait for; nothing when nothing is said.
    #[serde(default)]
    pub after: Option<After>,
}

/// Slots that others of the same day go before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The tasks whose slots of the day have to have ended.
    pub tasks: Vec<Task>,
    /// Until when the slot waits, IST.
    #[serde(with = "clock_time")]
    pub latest: NaiveTime,
    /// What becomes of the slot then.
    pub otherwise: Otherwise,
}

/// What becomes of a slot whose wait was in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It runs on what there is.
    Run,
    /// It is skipped.
    Skip,
}

impl ScheduleTerms {
    /// The schedule that a task begins with; none when the terms name no rule, which [`Self::misfit`] does not let pass.
    pub fn schedule(&self, task: Task, description: &str) -> Option<Schedule> {
        let rule = self.rules.first()?.clone();
        Some(Schedule { task, rule, enabled: true, description: description.to_owned() })
    }

    /// What is wrong with the terms of a task in themselves, in one sentence.
    pub fn misfit(&self, task: Task) -> Option<String> {
        if !(1..=MOST_RULES).contains(&self.rules.len()) {
            return Some(format!("rules: {} of them; name 1 to {MOST_RULES}", self.rules.len()));
        }
        if self.bounds.earliest > self.bounds.latest {
            return Some("bounds: earliest is after latest".to_owned());
        }
        if self.bounds.minute.is_some_and(|minute| minute > 59) {
            return Some("bounds: minute is not between 0 and 59".to_owned());
        }
        if let Some(misfit) = self.rules.iter().find_map(|rule| self.bounds.misfit(rule)) {
            return Some(format!("rules: {misfit}"));
        }
        let after = self.after.as_ref()?;
        if !(1..=MOST_AWAITED).contains(&after.tasks.len()) {
            return Some(format!("after: {} tasks; name 1 to {MOST_AWAITED}", after.tasks.len()));
        }
        after.tasks.contains(&task).then(|| "after: a task cannot wait for itself".to_owned())
    }
}
