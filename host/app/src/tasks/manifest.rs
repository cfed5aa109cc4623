//! What a task is: a document that its component exports or an operator gives, and that counts once an operator has
//! accepted it.

use std::collections::BTreeSet;

use prahari_domain::json::{self, Unread};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::text::is_plain;
use prahari_runtime::{Grant, capability_name};
use prahari_schedule::{LatePolicy, Schedule, ScheduleTerms};
use prahari_store::Role;
use serde::{Deserialize, Serialize};

use crate::grants::{Allowance, AllowanceError, TaskLimits};

/// Most bytes of a manifest as text: ten times what one with every field has.
pub const MOST_MANIFEST_BYTES: usize = 16 << 10;

/// Most characters of a title.
const MOST_TITLE: usize = 60;

/// Most characters of a description, which is also that of the schedule.
const MOST_DESCRIPTION: usize = 200;

/// Highest rank that a manifest may give.
const MOST_RANK: u32 = 10_000;

/// Most further attempts of a slot that a manifest may ask for.
const MOST_RETRIES: usize = 5;

/// Longest time between two attempts of a slot, in minutes.
const MOST_RETRY_MINUTES: u32 = 120;

/// Everything that the host knows of a task beyond its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskManifest {
    /// Name of the task.
    pub name: Task,
    /// Title, for people.
    pub title: String,
    /// Description, one line.
    pub description: String,
    /// Whether it runs once for all users instead of once for each.
    pub shared: bool,
    /// Users who may see and start the task.
    pub audience: Audience,
    /// To which strategy its orders belong; it sees and touches those of no other. Every task that names none is of `rebound`.
    #[serde(default)]
    pub strategy: StrategyName,
    /// Another task whose components it may run as well: what such a component says of its own task does not count here. So one
    /// component serves two strategies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module_of: Option<Task>,
    /// Rank: of tasks that are due at the same instant, the lower rank runs first; equal ranks go by name.
    pub rank: u32,
    /// Default schedule and its bounds.
    pub schedule: ScheduleTerms,
    /// Late policy: how late a slot may start.
    pub late: LatePolicy,
    /// How long after a run that ended as `unavailable` its slot is tried again, in minutes: one entry for each further
    /// attempt, none shorter than the one before. A task that may trade has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry_after_minutes: Vec<u32>,
    /// What it asks to be granted, by the names that the WIT has for capabilities.
    pub capabilities: BTreeSet<String>,
    /// What it asks to use; a document names only what differs from the defaults.
    #[serde(default, deserialize_with = "TaskLimits::difference")]
    pub limits: TaskLimits,
    /// What becomes of old runs of it that were a plain success of their slot and touched no order.
    #[serde(default)]
    pub plain_runs: PlainRuns,
}

/// Users who may see and start a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Every user may see and start it.
    Everyone,
    /// Only admins may see and start it.
    Admins,
}

/// What becomes of old runs of which there is nothing to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlainRuns {
    /// Rows of plain successes are kept as long as all others.
    #[default]
    Kept,
    /// Rows of plain successes are pruned by the rule for plain ticks.
    Thinned,
}

/// Reasons why a text is not the manifest of a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The manifest is longer than allowed; holds its size in bytes.
    #[error("the manifest has {0} bytes; at most {MOST_MANIFEST_BYTES} are allowed")]
    TooLong(usize),
    /// No JSON, or a field that is missing, unknown or of another type.
    #[error("the manifest does not read: {0}")]
    Document(String),
    /// A field whose value cannot be meant.
    #[error("the manifest of {task}: {field}: {detail}")]
    Field {
        /// The task.
        task: Task,
        /// Name of the field.
        field: &'static str,
        /// What is wrong, one sentence.
        detail: String,
    },
}

impl TaskManifest {
    /// Reads and checks a document.
    ///
    /// # Errors
    /// With the first thing that is wrong, in one sentence.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        if text.len() > MOST_MANIFEST_BYTES {
            return Err(ManifestError::TooLong(text.len()));
        }
        // A list of its values in their order would read as well, and nobody could tell what is what.
        if text.trim_start().starts_with('[') {
            return Err(ManifestError::Document("it is an object, not a list".to_owned()));
        }
        let read: Self = json::read(text).map_err(|Unread { entry, sentence }| {
            let sentence = if entry.is_empty() { sentence } else { format!("{entry}: {sentence}") };
            let sentence: String = sentence.chars().take(300).collect();
            ManifestError::Document(prahari_domain::text::one_line(&sentence).into_owned())
        })?;
        read.check()?;
        Ok(read)
    }

    /// The schedule that it begins with.
    ///
    /// # Errors
    /// When it names no rule, which a manifest that was read does.
    pub fn default_schedule(&self) -> Result<Schedule, ManifestError> {
        self.schedule.schedule(self.name, &self.description).ok_or(ManifestError::Field {
            task: self.name,
            field: "schedule",
            detail: "it names no rule".to_owned(),
        })
    }

    /// Returns whether it asks to place orders.
    pub fn trades(&self) -> bool {
        self.capabilities.contains(capability_name(prahari_runtime::abi::latest::Capability::BrokerTrade))
    }

    /// Returns whether it asks to publish signals.
    pub fn publishes(&self) -> bool {
        self.capabilities.contains(capability_name(prahari_runtime::abi::latest::Capability::SignalsPublish))
    }

    /// Whether a component whose own manifest is that of `task` may be a version of its module.
    pub fn runs_components_of(&self, task: Task) -> bool {
        task == self.name || self.module_of == Some(task)
    }

    /// Returns whether only admins may see it and start it.
    pub fn is_for_admins(&self) -> bool {
        self.audience == Audience::Admins
    }

    /// Returns whether somebody with this role may see it and start it.
    pub fn is_open_to(&self, role: Role) -> bool {
        !self.is_for_admins() || role == Role::Admin
    }

    /// Returns how long after the run of this attempt, which ended as `unavailable`, its slot is tried again, in minutes; none when
    /// that was the last attempt.
    pub fn retry_after(&self, attempt: u32) -> Option<u32> {
        let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
        self.retry_after_minutes.get(index).copied()
    }

    /// Returns what it asks to be granted, as the gate knows it.
    pub fn grant(&self) -> Grant {
        Allowance::default_of(self).grant()
    }

    fn check(&self) -> Result<(), ManifestError> {
        let wrong = |field, detail| Err(ManifestError::Field { task: self.name, field, detail });
        for (field, text, most) in
            [("title", &self.title, MOST_TITLE), ("description", &self.description, MOST_DESCRIPTION)]
        {
            if text.is_empty() || text.chars().count() > most || !is_plain(text) {
                return wrong(field, format!("one line of 1 to {most} characters"));
            }
        }
        if self.shared && !self.is_for_admins() {
            return wrong("audience", "a shared task runs for everybody, so it is for admins".to_owned());
        }
        if self.rank > MOST_RANK {
            return wrong("rank", format!("{} is more than {MOST_RANK}", self.rank));
        }
        if let Some(misfit) = self.schedule.misfit(self.name) {
            return wrong("schedule", misfit);
        }
        if !self.late.is_bounded() {
            return wrong("late", "the delay is not between nothing and a day".to_owned());
        }
        if let Some(misfit) = self.misfit_of_retries() {
            return wrong("retry_after_minutes", misfit);
        }
        match self.check_limits() {
            Ok(()) => Ok(()),
            Err(error @ AllowanceError::UnknownCapability(_)) => wrong("capabilities", error.to_string()),
            Err(error) => wrong("limits", error.to_string()),
        }
    }

    /// Returns what is wrong with the further attempts that it asks for, in one sentence.
    fn misfit_of_retries(&self) -> Option<String> {
        let delays = &self.retry_after_minutes;
        if delays.is_empty() {
            return None;
        }
        if self.trades() {
            return Some("a task that may trade is not tried again: its orders may be under way".to_owned());
        }
        if self.schedule.bounds.are_continuous() {
            return Some("a task that runs each minute has its next tick".to_owned());
        }
        if delays.len() > MOST_RETRIES || !delays.iter().all(|delay| (1..=MOST_RETRY_MINUTES).contains(delay))
        {
            return Some(format!("at most {MOST_RETRIES} delays of 1 to {MOST_RETRY_MINUTES} minutes"));
        }
        if !delays.is_sorted() {
            return Some("a delay is shorter than the one before".to_owned());
        }
        let last = delays.iter().map(|delay| i64::from(*delay) * 60_000).sum::<i64>();
        match self.late {
            LatePolicy::Window { millis } | LatePolicy::Continue { millis } if last > millis => {
                Some(format!(
                    "the last attempt would begin {} s after the slot is due, which may start {} s late at most",
                    last / 1000,
                    millis / 1000
                ))
            }
            _ => None,
        }
    }

    fn check_limits(&self) -> Result<(), AllowanceError> {
        self.limits.validate()?;
        Allowance::default_of(self).validate()
    }
}
