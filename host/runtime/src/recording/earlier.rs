//! Runs as hosts recorded them that bounded neither their own work nor what a run leaves behind. They are replayed
//! without such bounds: what was possible then has to be possible in the replay.

use serde::{Deserialize, Serialize};

use super::RecordedRun;
use crate::abi::latest::RunContext;
use crate::budget::Budget;
use crate::grant::Grant;
use crate::hash::ModuleHash;
use crate::outcome::RunOutcome;
use crate::usage::Usage;
use crate::work::{HostWork, Output};

#[derive(Serialize, Deserialize)]
pub(super) struct EarlierRun {
    pub(super) module: ModuleHash,
    pub(super) context: RunContext,
    pub(super) grant: Grant,
    pub(super) budget: EarlierBudget,
    pub(super) usage: EarlierUsage,
    pub(super) outcome: RunOutcome,
    pub(super) cpu_micros: u64,
    pub(super) peak_memory: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EarlierBudget {
    pub(super) cpu_ms: u64,
    pub(super) wall_ms: u64,
    pub(super) memory_bytes: u64,
    pub(super) host_calls: u32,
    pub(super) boundary_bytes: u64,
    pub(super) log_bytes: u64,
    pub(super) orders: u32,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EarlierUsage {
    pub(super) calls: u32,
    pub(super) orders: u32,
    pub(super) log_bytes: u64,
    pub(super) boundary_bytes: u64,
}

impl From<EarlierRun> for RecordedRun {
    fn from(run: EarlierRun) -> Self {
        let EarlierRun { module, context, grant, budget, usage, outcome, cpu_micros, peak_memory } = run;
        let (budget, usage) = (budget.into(), usage.into());
        Self { module, context, grant, budget, usage, outcome, cpu_micros, peak_memory, cause: None }
    }
}

impl From<EarlierBudget> for Budget {
    fn from(budget: EarlierBudget) -> Self {
        let EarlierBudget { cpu_ms, wall_ms, memory_bytes, host_calls, boundary_bytes, log_bytes, orders } =
            budget;
        let (work, output) = (HostWork::unbounded(), Output::unbounded());
        Self { cpu_ms, wall_ms, memory_bytes, host_calls, boundary_bytes, log_bytes, orders, work, output }
    }
}

impl From<EarlierUsage> for Usage {
    fn from(usage: EarlierUsage) -> Self {
        let EarlierUsage { calls, orders, log_bytes, boundary_bytes } = usage;
        Self { calls, orders, log_bytes, boundary_bytes, ..Self::default() }
    }
}
