//! What a task may do and use: set by an operator, for everybody or for one user.

use std::collections::BTreeSet;

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_runtime::{Budget, Grant, capability_name};
use prahari_store::RunFootprint;
use serde::{Deserialize, Serialize};

use super::limits::{DayLimits, RunLimits, check};
use super::task_limits::TaskLimits;
use crate::tasks::TaskManifest;

/// The most that an operator may allow: above them the host itself gives no more.
const MOST_CPU_MS: u64 = 300_000;
const MOST_MEMORY_BYTES: u64 = 512 << 20;
const MOST_CALLS: u32 = 1_000_000;
const MOST_ORDERS_PER_DAY: u32 = 10_000;

/// What a task of a user may do and use. What is left out has no limit of its own; the user's risk limits hold anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The names of the capabilities that it is granted, as the WIT has them.
    pub capabilities: BTreeSet<String>,
    /// The only symbols that it may buy. What is held of others may be sold.
    #[serde(default)]
    pub symbols: Option<BTreeSet<Symbol>>,
    /// The most money in one of its buys, in paise.
    #[serde(default)]
    pub max_order_value_paise: Option<Paise>,
    /// The most orders that it may place on a trading date, sells too.
    #[serde(default)]
    pub orders_per_day: Option<u32>,
    /// Processor time of one run, in milliseconds.
    pub cpu_ms: u64,
    /// Memory of one run, in bytes.
    pub memory_bytes: u64,
    /// Host calls of one run.
    pub calls: u32,
    /// What else one run may cost the host and leave behind.
    pub per_run: RunLimits,
    /// Limits of what all runs of a date may leave behind.
    pub per_day: DayLimits,
}

/// Reasons why an allowance cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowanceError {
    /// A capability that there is not.
    #[error("there is no capability {0:?}")]
    UnknownCapability(String),
    /// A number out of its bounds.
    #[error("{name}: {found} is not between {least} and {most}")]
    OutOfBounds {
        /// Name of the limit.
        name: &'static str,
        /// Value that was given.
        found: u64,
        /// Smallest allowed value.
        least: u64,
        /// Largest allowed value.
        most: u64,
    },
}

impl Default for Allowance {
    /// Nothing is granted, and the usual limits.
    fn default() -> Self {
        Self::of(&TaskLimits::default(), BTreeSet::new())
    }
}

impl Allowance {
    /// Returns what holds for a task while no operator has said anything: what its accepted manifest asks for.
    pub fn default_of(manifest: &TaskManifest) -> Self {
        Self::of(&manifest.limits, manifest.capabilities.clone())
    }

    fn of(limits: &TaskLimits, capabilities: BTreeSet<String>) -> Self {
        let TaskLimits { cpu_ms, memory_bytes, calls, per_run, per_day, .. } = *limits;
        Self {
            capabilities,
            symbols: None,
            max_order_value_paise: None,
            orders_per_day: None,
            cpu_ms,
            memory_bytes,
            calls,
            per_run,
            per_day,
        }
    }

    /// Reads an allowance from JSON. Limits that it does not name are taken from `default`: it was written
    /// before they existed.
    ///
    /// # Errors
    /// When it is no allowance.
    pub(super) fn read(text: &str, default: &Self) -> Result<Self, serde_json::Error> {
        let mut read = serde_json::to_value(default)?;
        merge(&mut read, serde_json::from_str(text)?);
        serde_json::from_value(read)
    }

    /// Checks every bound.
    ///
    /// # Errors
    /// With the first that is not kept.
    pub fn validate(&self) -> Result<(), AllowanceError> {
        let known = |name: &String| Grant::ALL.iter().any(|capability| capability_name(*capability) == name);
        if let Some(unknown) = self.capabilities.iter().find(|name| !known(name)) {
            return Err(AllowanceError::UnknownCapability(unknown.chars().take(64).collect()));
        }
        let bounded = [
            ("cpu_ms", self.cpu_ms, 1, MOST_CPU_MS),
            ("memory_bytes", self.memory_bytes, 1 << 16, MOST_MEMORY_BYTES),
            ("calls", u64::from(self.calls), 1, u64::from(MOST_CALLS)),
            (
                "orders_per_day",
                u64::from(self.orders_per_day.unwrap_or(0)),
                0,
                u64::from(MOST_ORDERS_PER_DAY),
            ),
        ];
        check(bounded)?;
        self.per_run.validate()?;
        self.per_day.validate()?;
        if let Some(value) = self.max_order_value_paise.filter(|value| value.0 < 0) {
            let found = value.0.unsigned_abs();
            return Err(AllowanceError::OutOfBounds {
                name: "max_order_value_paise",
                found,
                least: 0,
                most: u64::MAX,
            });
        }
        Ok(())
    }

    /// Returns whether it gives less than another one in any respect.
    pub fn is_narrower_than(&self, other: &Self) -> bool {
        let less = |own: Option<i128>, other: Option<i128>| match (own, other) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(own), Some(other)) => own < other,
        };
        let fewer_symbols = match (&self.symbols, &other.symbols) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(own), Some(other)) => !own.is_superset(other),
        };
        let value = |of: &Self| of.max_order_value_paise.map(|value| i128::from(value.0));
        let orders = |of: &Self| of.orders_per_day.map(i128::from);
        fewer_symbols
            || !self.capabilities.is_superset(&other.capabilities)
            || less(value(self), value(other))
            || less(orders(self), orders(other))
            || self.cpu_ms < other.cpu_ms
            || self.memory_bytes < other.memory_bytes
            || self.calls < other.calls
            || any_less(&self.per_run.numbers(), &other.per_run.numbers())
            || any_less(&self.per_day.numbers(), &other.per_day.numbers())
    }

    /// The capabilities as the gate knows them.
    pub fn grant(&self) -> Grant {
        let named = |name: &str| self.capabilities.contains(name);
        Grant::ALL.into_iter().filter(|capability| named(capability_name(*capability))).collect()
    }

    /// The budget of a run of a task with these limits, with the numbers that are set here in their places, on a
    /// day whose runs have left `used` behind.
    pub fn budget(&self, limits: &TaskLimits, used: &RunFootprint) -> Budget {
        let budget = Budget {
            cpu_ms: self.cpu_ms,
            memory_bytes: self.memory_bytes,
            host_calls: self.calls,
            ..limits.budget()
        };
        self.per_run.budget(budget, &self.per_day, used)
    }

    /// The most bytes of the database that all runs of a date can come to hold for one user, but for their own rows
    /// and the journal, whose entries the risk limits bound: what the limits allow, and a quarter of it for the
    /// database's own pages. Everything but the state goes by the retention rule.
    pub fn most_bytes_per_day(&self) -> u64 {
        let (run, day) = (&self.per_run, &self.per_day);
        let items = u64::from(day.notifications).saturating_add(day.signals.into());
        let parts = [
            day.decision_bytes,
            day.log_bytes,
            items.saturating_mul(run.item_bytes),
            day.recording_bytes,
            run.state_bytes,
        ];
        let all = parts.into_iter().fold(0, u64::saturating_add);
        all.saturating_add(all / 4)
    }

    /// Returns whether a recording of this size is kept on a day whose runs have left `used` behind.
    pub(crate) fn keeps_recording(&self, bytes: u64, used: &RunFootprint) -> bool {
        let day = used.recording_bytes.saturating_add(bytes);
        bytes <= self.per_run.recording_bytes && day <= self.per_day.recording_bytes
    }
}

fn any_less(own: &[u64], other: &[u64]) -> bool {
    own.iter().zip(other).any(|(own, other)| own < other)
}

/// Puts what is said into what is there, object by object.
pub(super) fn merge(there: &mut serde_json::Value, said: serde_json::Value) {
    use serde_json::Value::Object;
    match (there, said) {
        (Object(there), Object(said)) => {
            for (name, value) in said {
                merge(there.entry(name).or_insert(serde_json::Value::Null), value);
            }
        }
        (there, said) => *there = said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::tests::manifest;

    #[test]
    fn what_an_operator_set_before_there_was_a_limit_keeps_its_numbers_and_gets_the_default_of_the_others() {
        let text = r#"{"capabilities":["log"],"cpu_ms":5,"memory_bytes":70000,"calls":9}"#;
        for task in ["sell_monitor", "analysis"] {
            let of_task = Allowance::default_of(&manifest(task));
            let read = Allowance::read(text, &of_task).unwrap();
            let numbers = (read.cpu_ms, read.memory_bytes, read.calls, read.orders_per_day);
            assert_eq!(numbers, (5, 70_000, 9, None));
            assert_eq!((read.per_run, read.per_day), (of_task.per_run, of_task.per_day));
            let written = serde_json::to_string(&of_task).unwrap();
            assert_eq!(Allowance::read(&written, &of_task).unwrap(), of_task);
        }
        let part = r#"{"capabilities":[],"cpu_ms":5,"memory_bytes":70000,"calls":9,"per_day":{"signals":3}}"#;
        let monitor = Allowance::default_of(&manifest("sell_monitor"));
        let read = Allowance::read(part, &monitor).unwrap();
        assert_eq!((read.per_day.signals, read.per_day.notifications), (3, 100));
        assert!(Allowance::read(r#"{"capabilities":[],"later":1}"#, &monitor).is_err());
    }

    #[test]
    fn a_run_finds_what_the_day_has_left_and_no_more_than_a_run_may() {
        let allowance = Allowance::default_of(&manifest("sell_monitor"));
        let fresh = allowance.budget(&TaskLimits::default(), &RunFootprint::default());
        assert_eq!(fresh, Budget::default());
        let used = RunFootprint {
            decisions: 39_999,
            decision_bytes: (3 << 20) - 7,
            notifications: 95,
            log_bytes: (2 << 20) - 9,
            signals: 5_001,
            order_changes: 9_900,
            ..RunFootprint::default()
        };
        let late = allowance.budget(&TaskLimits::default(), &used);
        let output = late.output;
        assert_eq!((output.decisions, output.decision_bytes, output.notifications), (1, 7, 5));
        assert_eq!((output.kept_log_bytes, output.signals, late.work.order_changes), (9, 0, 100));
        assert_eq!(late.log_bytes, fresh.log_bytes, "a full day does not stop a run that logs");
    }

    #[test]
    fn every_limit_has_bounds() {
        let usual = Allowance::default_of(&manifest("sell_monitor"));
        assert_eq!(usual.validate(), Ok(()));
        let written = serde_json::to_value(&usual).unwrap();
        for part in ["per_run", "per_day"] {
            for name in written[part].as_object().unwrap().keys() {
                let mut large = written.clone();
                large[part][name] = u32::MAX.into();
                let large: Allowance = serde_json::from_value(large).unwrap();
                let error = large.validate().unwrap_err().to_string();
                assert!(error.starts_with(&format!("{part}.{name}: ")), "{error}");
            }
        }
    }

    #[test]
    fn less_of_any_limit_is_narrower() {
        let usual = Allowance::default_of(&manifest("sell_monitor"));
        let written = serde_json::to_value(&usual).unwrap();
        for part in ["per_run", "per_day"] {
            for name in written[part].as_object().unwrap().keys() {
                let mut less = written.clone();
                less[part][name] = 0.into();
                let less: Allowance = serde_json::from_value(less).unwrap();
                assert!(less.is_narrower_than(&usual) && !usual.is_narrower_than(&less), "{part}.{name}");
            }
        }
    }
}
