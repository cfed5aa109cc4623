//! One run: a fresh store, the call, its report.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use wasmtime::component::{ComponentExportIndex, ResourceTableError};
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::abi;
use crate::abi::latest::{HostError, RunContext, Summary, TaskError, TaskInfo};
use crate::abi::v1::bindings::TaskPre;
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::cpu_permits::CpuPermits;
use crate::gate::Gate;
use crate::grant::Grant;
use crate::host_call_channel::{Driven, HostCallChannel, drive};
use crate::limits::MemoryLimiter;
use crate::outcome::{RunOutcome, Stop};
use crate::recording::{Recorder, Recording};
use crate::services::HostServices;
use crate::state::RunState;
use crate::usage::Usage;
use crate::wasi::{MOST_HANDLES, Wasi};
use crate::work::Output;

/// Most text that a task may end with, whatever its budget, in bytes: it is shown in lists. It held alone before
/// budgets had a bound of their own, and recordings of that time have none.
const MAX_RESULT_BYTES: usize = 64 << 10;

/// Most counters of a summary, likewise.
const MAX_COUNTERS: usize = 1_000;

/// How the text of an exhausted host call fuel begins; the error's type is private to wasmtime.
const FUEL_EXHAUSTED: &str = "too much data is being copied between the host and the guest";

/// Inputs of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRequest {
    /// The context that the task is called with.
    pub context: RunContext,
    /// The capabilities that the run has.
    pub grant: Grant,
    /// The limits of the run.
    pub budget: Budget,
}

/// Report of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// Outcome of the run.
    pub outcome: RunOutcome,
    /// Usage of the budget.
    pub usage: Usage,
    /// Processor time inside the guest.
    pub cpu: Duration,
    /// Processor time of the host for its calls.
    pub host: Duration,
    /// Most bytes of memories and tables together.
    pub peak_memory: u64,
    /// Everything that is needed to replay it.
    pub recording: Recording,
}

/// Result of one guest call with its usage.
pub(crate) struct Guest<T> {
    pub(crate) ended: Result<T, RunOutcome>,
    pub(crate) usage: Usage,
    pub(crate) recorder: Recorder,
    pub(crate) cpu: Duration,
    pub(crate) host: Duration,
    pub(crate) peak_memory: u64,
}

/// Calls `run` of a fresh instance.
pub(crate) async fn run(
    pre: &TaskPre<RunState>,
    permits: &Arc<CpuPermits>,
    request: &RunRequest,
    services: &mut dyn HostServices,
) -> Guest<Result<Summary, TaskError>> {
    let gate = Gate::new(request.grant, request.budget);
    call_run(pre, permits, Some(gate), &request.context, request.budget, services).await
}

/// Calls `run` of a fresh instance whose calls all go to `services`, which stand before a gate of their own.
pub(crate) async fn run_ungated(
    pre: &TaskPre<RunState>,
    permits: &Arc<CpuPermits>,
    context: &RunContext,
    budget: Budget,
    services: &mut dyn HostServices,
) -> Guest<Result<Summary, TaskError>> {
    call_run(pre, permits, None, context, budget, services).await
}

async fn call_run(
    pre: &TaskPre<RunState>,
    permits: &Arc<CpuPermits>,
    gate: Option<Gate>,
    context: &RunContext,
    budget: Budget,
    services: &mut dyn HostServices,
) -> Guest<Result<Summary, TaskError>> {
    let channel = HostCallChannel::new(permits);
    let mut store = new_store(pre.engine(), gate, budget, &channel, Wasi::new(context));
    let guest = async {
        let called = async { pre.instantiate_async(&mut store).await?.call_run(&mut store, context).await };
        let called = called.await;
        end_output(&mut store, called).await
    };
    let driven = drive(guest, &channel, services, &budget).await;
    finish(store, &channel, driven)
}

/// Calls `describe` of a fresh instance that is granted nothing.
pub(crate) async fn describe(
    pre: &TaskPre<RunState>,
    permits: &Arc<CpuPermits>,
    budget: Budget,
) -> Guest<TaskInfo> {
    let channel = HostCallChannel::new(permits);
    let gate = Gate::new(Grant::none(), budget);
    let mut store = new_store(pre.engine(), Some(gate), budget, &channel, Wasi::default());
    let guest = async { pre.instantiate_async(&mut store).await?.call_describe(&mut store).await };
    let driven = drive(guest, &channel, &mut NoServices, &budget).await;
    finish(store, &channel, driven)
}

/// Calls `manifest` of a fresh instance that is granted nothing.
pub(crate) async fn manifest(
    pre: &TaskPre<RunState>,
    export: &ComponentExportIndex,
    permits: &Arc<CpuPermits>,
    budget: Budget,
) -> Guest<String> {
    let channel = HostCallChannel::new(permits);
    let gate = Gate::new(Grant::none(), budget);
    let mut store = new_store(pre.engine(), Some(gate), budget, &channel, Wasi::default());
    let guest = async { abi::call_manifest(pre.instance_pre(), &mut store, export).await };
    let driven = drive(guest, &channel, &mut NoServices, &budget).await;
    finish(store, &channel, driven)
}

/// The outcome of a run whose guest returned.
pub(crate) fn returned(result: Result<Summary, TaskError>, output: &Output) -> RunOutcome {
    let most_bytes = usize::try_from(output.item_bytes).unwrap_or(usize::MAX).min(MAX_RESULT_BYTES);
    let most_counters = usize::try_from(output.counters).unwrap_or(usize::MAX).min(MAX_COUNTERS);
    let bytes = match &result {
        Ok(summary) => summary.counters.iter().map(|it| it.name.len()).sum::<usize>() + summary.text.len(),
        Err(TaskError::Unavailable(text) | TaskError::Invalid(text)) => text.len(),
        Err(TaskError::Denied(_)) => 0,
    };
    match result {
        _ if bytes > most_bytes => RunOutcome::ByteLimit,
        Ok(summary) if summary.counters.len() > most_counters => RunOutcome::ByteLimit,
        Ok(summary) => RunOutcome::Succeeded(summary),
        Err(error) => RunOutcome::TaskFailed(error),
    }
}

/// An outcome that a worker told, held to the same bounds as one of this process.
pub(crate) fn bounded(told: RunOutcome, output: &Output) -> RunOutcome {
    match told {
        RunOutcome::Succeeded(summary) => returned(Ok(summary), output),
        RunOutcome::TaskFailed(error) => returned(Err(error), output),
        RunOutcome::Trapped(text) => RunOutcome::Trapped(text.chars().take(MAX_RESULT_BYTES / 4).collect()),
        RunOutcome::WorkerEnded(_) => RunOutcome::Trapped("the worker told of its own end".to_owned()),
        limit => limit,
    }
}

/// Logs what a guest printed without ending the line, and answers what its call came to. One that the host stopped is
/// asked nothing more.
async fn end_output<T>(store: &mut Store<RunState>, called: wasmtime::Result<T>) -> wasmtime::Result<T> {
    if store.data().is_stopped() {
        return called;
    }
    let ended = store.data_mut().log_printed(true).await;
    match called {
        Ok(value) => ended.map(|()| value),
        Err(trap) => {
            // Why it trapped says more than a limit that its last line met.
            store.data_mut().take_stop();
            Err(trap)
        }
    }
}

fn new_store(
    engine: &Engine,
    gate: Option<Gate>,
    budget: Budget,
    channel: &Arc<HostCallChannel>,
    wasi: Wasi,
) -> Store<RunState> {
    let limiter = MemoryLimiter::new(budget.memory_bytes);
    let mut store = Store::new(engine, RunState::new(gate, limiter, Arc::clone(channel), wasi));
    store.limiter(|state| &mut state.limiter);
    // One call may carry no more than the whole run may; the gate counts the sum.
    store.set_hostcall_fuel(usize::try_from(budget.boundary_bytes).unwrap_or(usize::MAX));
    limit_cpu(&mut store, Duration::from_millis(budget.cpu_ms));
    store
}

/// Makes the store give way at each tick while processor time remains, and stop when it is gone.
fn limit_cpu(store: &mut Store<RunState>, cpu: Duration) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut context| {
        let state = context.data_mut();
        if state.channel().meter().tick() < cpu {
            return Ok(UpdateDeadline::YieldCustom(1, Box::pin(Arc::clone(state.channel()).next_turn())));
        }
        state.stop(Stop::CpuLimit);
        Ok(UpdateDeadline::Interrupt)
    });
}

fn finish<T>(
    mut store: Store<RunState>,
    channel: &HostCallChannel,
    driven: Driven<wasmtime::Result<T>>,
) -> Guest<T> {
    let state = store.data_mut();
    let ended = match driven {
        Driven::WallLimit => Err(RunOutcome::WallLimit),
        Driven::HostLimit => Err(RunOutcome::HostLimit),
        Driven::Ended(Ok(value)) => Ok(value),
        Driven::Ended(Err(error)) => Err(why_stopped(state, &error)),
    };
    Guest {
        ended,
        usage: state.gate.as_ref().map(Gate::usage).unwrap_or_default(),
        recorder: state.gate.as_mut().map(Gate::take_recorder).unwrap_or_default(),
        cpu: channel.meter().used(),
        host: channel.host().used(),
        peak_memory: state.limiter.peak(),
    }
}

fn why_stopped(state: &mut RunState, error: &wasmtime::Error) -> RunOutcome {
    if let Some(stop) = state.take_stop() {
        return stop.outcome();
    }
    if state.limiter.exceeded {
        return RunOutcome::MemoryLimit;
    }
    let sentence = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref() {
        Some(ResourceTableError::Full) => {
            format!("the module holds more than {MOST_HANDLES} WASI handles at once")
        }
        _ => cause.to_string(),
    };
    let text = error.chain().map(sentence).collect::<Vec<_>>().join(": ");
    if text.contains(FUEL_EXHAUSTED) { RunOutcome::ByteLimit } else { RunOutcome::Trapped(text) }
}

/// Answers nothing: for calls of a guest that is granted nothing.
struct NoServices;

#[async_trait]
impl HostServices for NoServices {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        HostReply::Refused(HostError::Denied(call.capability()))
    }
}
