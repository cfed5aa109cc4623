//! A fresh instance, its run and one host call, through the gate.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prahari_app::clock::Stopwatch;
use prahari_runtime::measure::LOG_ONCE;
use prahari_runtime::{Budget, Grant, HostCall, HostReply, HostServices, Module, RunRequest, Runtime};

use super::bare::{BareRun, RUNS, context};
use super::line::{Line, median, micros};
use crate::exit::Failure;
use crate::wiring;

pub const NAME: &str = "fresh instance + run + one host call, through the gate";

/// Gated and bare measurements by turns, so that both see the same machine.
const ROUNDS: usize = 1_001;

/// Most that gate, limits and record may cost.
const MOST_TIMES_RAW: f64 = 2.0;

/// Measures the median of both.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let (runtime, _) = wiring::modules(&[]).await?;
    let module = runtime.load(LOG_ONCE).await.map_err(Failure::work)?;
    let bare = BareRun::new()?;
    let (mut gated_times, mut bare_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        gated_times.push(gated(&runtime, &module).await?);
        bare_times.push(bare.time()?);
    }
    let (gated, bare) = (median(&mut gated_times), median(&mut bare_times));
    Ok(vec![Line {
        name: NAME,
        bar: "<= 2 x raw",
        value: micros(gated),
        raw: Some(micros(bare)),
        unit: "us",
        pass: gated.as_secs_f64() <= MOST_TIMES_RAW * bare.as_secs_f64(),
    }])
}

async fn gated(runtime: &Arc<Runtime>, module: &Module) -> Result<Duration, Failure> {
    let request = || RunRequest { context: context(), grant: Grant::all(), budget: Budget::default() };
    let stopwatch = Stopwatch::start();
    for _ in 0..RUNS {
        let report = runtime.run(module, request(), &mut Answering).await;
        if !report.outcome.is_success() {
            return Err(Failure::work(report.outcome.detail()));
        }
    }
    Ok(stopwatch.elapsed() / RUNS)
}

struct Answering;

#[async_trait]
impl HostServices for Answering {
    async fn call(&mut self, _: &HostCall) -> HostReply {
        HostReply::Logged
    }
}
