//! What the manifest of a task asks to use: the program's defaults, with the numbers that the manifest names in
//! their places.

use prahari_runtime::Budget;
use serde::{Deserialize, Deserializer, Serialize};

use super::limits::{DayLimits, RunLimits, check};
use super::{AllowanceError, allowance};

/// What a run of a task, and all its runs of a date, may use while no operator has said anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskLimits {
    /// Processor time of one run, in milliseconds.
    pub cpu_ms: u64,
    /// Time of one run by the wall clock, in milliseconds.
    pub wall_ms: u64,
    /// Memory of one run, in bytes.
    pub memory_bytes: u64,
    /// Host calls of one run.
    pub calls: u32,
    /// Bytes of all calls and replies of one run.
    pub boundary_bytes: u64,
    /// Orders that one run may place.
    pub orders: u32,
    /// What else one run may cost the host and leave behind.
    pub per_run: RunLimits,
    /// Limits of what all runs of a date may leave behind.
    pub per_day: DayLimits,
}

/// The most that a manifest may ask for where an allowance has no bound of its own.
const MOST_WALL_MS: u64 = 300_000;
const MOST_BOUNDARY_BYTES: u64 = 512 << 20;
const MOST_ORDERS: u32 = 1_000;

impl Default for TaskLimits {
    fn default() -> Self {
        let budget = Budget::default();
        Self {
            cpu_ms: budget.cpu_ms,
            wall_ms: budget.wall_ms,
            memory_bytes: budget.memory_bytes,
            calls: budget.host_calls,
            boundary_bytes: budget.boundary_bytes,
            orders: budget.orders,
            per_run: RunLimits::default(),
            per_day: DayLimits::default(),
        }
    }
}

impl TaskLimits {
    /// Reads a difference to the defaults: what it does not name is as they have it.
    ///
    /// # Errors
    /// When it names what there is not, or a value that does not fit.
    pub fn difference<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let said = serde_json::Value::deserialize(deserializer)?;
        let mut read = serde_json::to_value(Self::default()).map_err(serde::de::Error::custom)?;
        allowance::merge(&mut read, said);
        serde_json::from_value(read).map_err(serde::de::Error::custom)
    }

    /// Checks the bounds that an allowance does not check.
    ///
    /// # Errors
    /// With the first that is not kept.
    pub fn validate(&self) -> Result<(), AllowanceError> {
        check([
            ("wall_ms", self.wall_ms, 1, MOST_WALL_MS),
            ("boundary_bytes", self.boundary_bytes, 1 << 10, MOST_BOUNDARY_BYTES),
            ("orders", self.orders.into(), 0, MOST_ORDERS.into()),
        ])
    }

    /// The budget of a run while nothing of the day is used.
    pub(super) fn budget(&self) -> Budget {
        Budget {
            cpu_ms: self.cpu_ms,
            wall_ms: self.wall_ms,
            memory_bytes: self.memory_bytes,
            host_calls: self.calls,
            boundary_bytes: self.boundary_bytes,
            orders: self.orders,
            ..Budget::default()
        }
    }
}
