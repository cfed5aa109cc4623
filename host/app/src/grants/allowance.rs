//! What a task may do and use: set by an operator, for everybody or for one user.

use std::collections::BTreeSet;

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::tasks::Task;
use prahari_runtime::{Budget, Grant, capability_name};
use serde::{Deserialize, Serialize};

use super::{default_budget, default_grant};

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
}

/// Why an allowance cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowanceError {
    /// A capability that there is not.
    #[error("there is no capability {0:?}")]
    UnknownCapability(String),
    /// A number out of its bounds.
    #[error("{name}: {found} is not between {least} and {most}")]
    OutOfBounds {
        /// Of what.
        name: &'static str,
        /// The number.
        found: u64,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
}

impl Allowance {
    /// What holds for a task while no operator has said anything.
    pub fn default_of(task: Task) -> Self {
        let Budget { cpu_ms, memory_bytes, host_calls, .. } = default_budget(task);
        Self {
            capabilities: default_grant(task)
                .capabilities()
                .map(|capability| capability_name(capability).to_owned())
                .collect(),
            symbols: None,
            max_order_value_paise: None,
            orders_per_day: None,
            cpu_ms,
            memory_bytes,
            calls: host_calls,
        }
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
        for (name, found, least, most) in bounded {
            if !(least..=most).contains(&found) {
                return Err(AllowanceError::OutOfBounds { name, found, least, most });
            }
        }
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

    /// Whether it gives less than another one in any respect.
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
    }

    /// The capabilities as the gate knows them.
    pub fn grant(&self) -> Grant {
        let named = |name: &str| self.capabilities.contains(name);
        Grant::ALL.into_iter().filter(|capability| named(capability_name(*capability))).collect()
    }

    /// The budget of a task's run, with the numbers that are set here.
    pub fn budget(&self, task: Task) -> Budget {
        Budget {
            cpu_ms: self.cpu_ms,
            memory_bytes: self.memory_bytes,
            host_calls: self.calls,
            ..default_budget(task)
        }
    }
}
