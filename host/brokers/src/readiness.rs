//! What was found of one thing that the day needs: by a broker of its accounts, and by the host of everything else.

use std::borrow::Cow;

use prahari_domain::text::one_line;
use serde::{Deserialize, Serialize};

/// Longest sentence of a check, in characters: brokers may say anything.
const LONGEST: usize = 300;

/// How a check came out, the least severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It is as it should be.
    Ok,
    /// It cannot be proved now.
    NotKnown,
    /// The day goes on; somebody should look.
    Warning,
    /// The day, or a part of it, will not work like this.
    Failed,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Name of what was looked at, such as `clock`.
    pub name: Cow<'static, str>,
    /// How it came out.
    pub outcome: CheckOutcome,
    /// What was found, one sentence without a capital and a stop.
    pub evidence: String,
    /// What somebody has to do, likewise; empty where nothing is to be done.
    pub advice: String,
    /// What should be the same each day, such as an address; none where there is no such thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steady: Option<String>,
}

impl CheckOutcome {
    /// Returns the name in the API and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotKnown => "not_known",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }

    /// Returns the most severe of these; what cannot be proved counts as well as what is as it should be.
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Self {
        outcomes.into_iter().filter(|outcome| *outcome != Self::NotKnown).max().unwrap_or(Self::Ok)
    }
}

impl Check {
    /// It is as it should be.
    pub fn ok(name: &'static str, evidence: impl AsRef<str>) -> Self {
        Self::new(name, CheckOutcome::Ok, evidence.as_ref(), "")
    }

    /// It cannot be proved now.
    pub fn not_known(name: &'static str, evidence: impl AsRef<str>, advice: impl AsRef<str>) -> Self {
        Self::new(name, CheckOutcome::NotKnown, evidence.as_ref(), advice.as_ref())
    }

    /// Somebody should look.
    pub fn warning(name: &'static str, evidence: impl AsRef<str>, advice: impl AsRef<str>) -> Self {
        Self::new(name, CheckOutcome::Warning, evidence.as_ref(), advice.as_ref())
    }

    /// It will not work like this.
    pub fn failed(name: &'static str, evidence: impl AsRef<str>, advice: impl AsRef<str>) -> Self {
        Self::new(name, CheckOutcome::Failed, evidence.as_ref(), advice.as_ref())
    }

    /// A check whose sentences are on one line and not longer than they may be.
    pub fn new(name: &'static str, outcome: CheckOutcome, evidence: &str, advice: &str) -> Self {
        let cut = |text: &str| one_line(text).chars().take(LONGEST).collect();
        Self { name: name.into(), outcome, evidence: cut(evidence), advice: cut(advice), steady: None }
    }

    /// Names what should be the same each day.
    #[must_use]
    pub fn steady(self, value: impl Into<String>) -> Self {
        Self { steady: Some(value.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_what_is_not_known_makes_nothing_worse() {
        use CheckOutcome::{Failed, NotKnown, Ok, Warning};
        for (outcomes, worst) in [
            (vec![], Ok),
            (vec![Ok, NotKnown], Ok),
            (vec![NotKnown], Ok),
            (vec![Warning, NotKnown, Ok], Warning),
            (vec![Ok, Failed, Warning], Failed),
        ] {
            assert_eq!(CheckOutcome::worst(outcomes.clone()), worst, "{outcomes:?}");
        }
    }

    #[test]
    fn whatever_a_broker_says_is_one_line_of_bounded_length() {
        let check = Check::failed("session", "no\n".repeat(1_000), "look");
        assert_eq!(check.evidence.chars().count(), 300);
        assert!(!check.evidence.contains('\n'), "{}", check.evidence);
    }

    #[test]
    fn a_check_reads_back_as_it_was_written() {
        let check = Check::ok("address", "it is 192.0.2.7").steady("192.0.2.7");
        let text = serde_json::to_string(&check).unwrap();
        assert_eq!(serde_json::from_str::<Check>(&text).unwrap(), check);
    }
}
