//! What the gate, the limits and the record cost: a run with one host call through them, and the same component run
//! on bare wasmtime, measured by turns in one process.
//!
//! Prints the medians, their ratio, and what encoding the recording costs.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use prahari_runtime::abi::latest::{RunContext, Trigger};
use prahari_runtime::measure::{Bare, LOG_ONCE};
use prahari_runtime::{
    Budget, Compiler, Grant, HostCall, HostReply, HostServices, Module, RunRequest, Runtime, RuntimeConfig,
    SharedReplies,
};

type Failure = Box<dyn std::error::Error>;

/// Runs in one measurement: few, so that on a busy machine most measurements lie between two interruptions.
const RUNS: u32 = 10;
/// Measurements of each kind.
const ROUNDS: usize = 2_001;

fn main() -> Result<(), Failure> {
    if std::env::args().nth(1).as_deref() == Some("compile") {
        prahari_runtime::compile_stdin_to_stdout();
        return Ok(());
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure())
}

async fn measure() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let compiler = Compiler::new(std::env::current_exe()?, &["compile"]);
    let runtime = Runtime::new(RuntimeConfig::new(folder.path(), compiler))?;
    let module = runtime.load(LOG_ONCE).await?;
    let bare = Bare::new(LOG_ONCE)?;
    let (mut gated_times, mut bare_times, mut encode_times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        gated_times.push(gated(&runtime, &module).await);
        bare_times.push(plain(&bare)?);
        encode_times.push(encoding(&runtime, &module).await?);
    }
    let (gated, bare) = (median(&mut gated_times), median(&mut bare_times));
    println!("gated run    {:>8.2} us", micros(gated));
    println!("bare run     {:>8.2} us", micros(bare));
    println!("ratio        {:>8.2}", gated.as_secs_f64() / bare.as_secs_f64());
    println!("recording    {:>8.2} us", micros(median(&mut encode_times)));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
async fn gated(runtime: &Runtime, module: &Module) -> Duration {
    let start = Instant::now();
    for _ in 0..RUNS {
        let report = runtime.run(module, request(), &mut Answering).await;
        assert!(report.outcome.is_success());
    }
    start.elapsed() / RUNS
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn plain(bare: &Bare) -> Result<Duration, Failure> {
    let context = request().context;
    let start = Instant::now();
    for _ in 0..RUNS {
        bare.run(&context)?;
    }
    Ok(start.elapsed() / RUNS)
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
async fn encoding(runtime: &Runtime, module: &Module) -> Result<Duration, Failure> {
    let report = runtime.run(module, request(), &mut Answering).await;
    let shared = SharedReplies::default();
    let start = Instant::now();
    for _ in 0..RUNS {
        std::hint::black_box(report.recording.encode(&shared)?);
    }
    Ok(start.elapsed() / RUNS)
}

struct Answering;

#[async_trait]
impl HostServices for Answering {
    async fn call(&mut self, _: &HostCall) -> HostReply {
        HostReply::Logged
    }
}

fn request() -> RunRequest {
    let context = RunContext {
        run_id: 1,
        user_id: 7,
        task: "sell_monitor".to_owned(),
        day: 20_090,
        due_at: 1_735_789_500_000,
        now: 1_735_789_500_012,
        trigger: Trigger::Scheduled,
    };
    RunRequest { context, grant: Grant::all(), budget: Budget::default() }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
