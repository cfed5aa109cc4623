//! What a task says of its schedule: the rules that it begins with, and the bounds of those that it may be given.

use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};

use crate::{After, MAX_RULES, Rule, RuleBounds, Schedule};

/// Most stretches of useful hours that a task may name.
const MAX_USEFUL: usize = 8;

/// The part of a task's manifest that is about its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleTerms {
    /// When it is due while no operator has said anything else.
    pub rules: Vec<Rule>,
    /// Bounds of the rules.
    pub bounds: RuleBounds,
    /// What its slots wait for; nothing when nothing is said.
    #[serde(default)]
    pub after: Option<After>,
}

impl ScheduleTerms {
    /// The schedule that a task begins with; none when the terms name no rule, which [`Self::misfit`] does not let
    /// pass.
    pub fn schedule(&self, task: Task, description: &str) -> Option<Schedule> {
        let first = self.rules.first()?.clone();
        Some(Schedule {
            rules: self.rules.clone(),
            after: self.after.clone(),
            description: description.to_owned(),
            ..Schedule::of(task, first)
        })
    }

    /// Returns what is wrong with the terms of a task in themselves, in one sentence.
    pub fn misfit(&self, task: Task) -> Option<String> {
        if !(1..=MAX_RULES).contains(&self.rules.len()) {
            return Some(format!("rules: {} of them; name 1 to {MAX_RULES}", self.rules.len()));
        }
        if self.bounds.earliest > self.bounds.latest {
            return Some("bounds: earliest is after latest".to_owned());
        }
        if self.bounds.useful.len() > MAX_USEFUL {
            return Some(format!("bounds: useful has more than {MAX_USEFUL} entries"));
        }
        if self.bounds.useful.iter().any(|hours| hours.from > hours.until) {
            return Some("bounds: useful hours end before they begin".to_owned());
        }
        if self.bounds.minute.is_some_and(|minute| minute > 59) {
            return Some("bounds: minute is not between 0 and 59".to_owned());
        }
        if let Some(misfit) = self.rules.iter().find_map(|rule| self.bounds.misfit(rule)) {
            return Some(format!("rules: {misfit}"));
        }
        let after = self.after.as_ref()?;
        if let Some(fault) = after.fault() {
            return Some(format!("after: {fault}"));
        }
        after.tasks.contains(&task).then(|| "after: a task cannot wait for itself".to_owned())
    }
}
