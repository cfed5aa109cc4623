//! Runs on wasmtime alone: the raw limit of everything that runs tasks.

use std::time::Duration;

use prahari_app::clock::Stopwatch;
use prahari_runtime::abi::latest::{RunContext, Trigger};
use prahari_runtime::measure::{Bare, LOG_ONCE};

use super::line::median;
use crate::exit::Failure;

/// Runs in one measurement: few, so that on a busy machine most measurements lie between two interruptions.
pub const RUNS: u32 = 10;

/// Measurements for a median.
const ROUNDS: usize = 500;

/// A bare run of one host call, with its context.
pub struct BareRun {
    bare: Bare,
    context: RunContext,
}

impl BareRun {
    /// Compiles the guest module.
    pub fn new() -> Result<Self, Failure> {
        let bare = Bare::new(LOG_ONCE).map_err(Failure::work)?;
        Ok(Self { bare, context: context() })
    }

    /// The time of one run, mean of a few.
    pub fn time(&self) -> Result<Duration, Failure> {
        let stopwatch = Stopwatch::start();
        for _ in 0..RUNS {
            self.bare.run(&self.context).map_err(Failure::work)?;
        }
        Ok(stopwatch.elapsed() / RUNS)
    }

    /// The usual time of one run.
    pub fn usual(&self) -> Result<Duration, Failure> {
        let mut times = (0..ROUNDS).map(|_| self.time()).collect::<Result<Vec<_>, _>>()?;
        Ok(median(&mut times))
    }
}

/// Returns a run context; the guest does not use it.
pub fn context() -> RunContext {
    RunContext {
        run_id: 1,
        user_id: 1,
        task: super::world::TASK.to_string(),
        day: 0,
        due_at: 0,
        now: 0,
        trigger: Trigger::Scheduled,
    }
}
