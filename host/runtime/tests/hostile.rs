//! Guests that mean harm: each ends with its named outcome, and leaves the host as it was.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use prahari_runtime::replay::replay;
use prahari_runtime::scripted::{Scripted, empty_host};
use prahari_runtime::{
    Budget, HostCall, HostReply, HostServices, HostWork, LoadError, Module, RunOutcome, RunReport, Runtime,
};
use support::{TestHost, component, request};

/// Small enough for quick tests.
fn small() -> Budget {
    Budget { cpu_ms: 100, wall_ms: 20_000, ..Budget::default() }
}

async fn run(name: &str, budget: Budget) -> RunReport {
    let host = TestHost::new();
    let module = host.hostile(name).await;
    host.runtime.run(&module, request(budget), &mut Scripted::new(answer)).await
}

fn answer(call: &HostCall) -> HostReply {
    match call {
        HostCall::AfterMarketOpen => HostReply::AfterMarketOpen(true),
        HostCall::Universe => HostReply::Universe(vec!["INFY".to_owned()]),
        other => empty_host(other),
    }
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_processor_limit() {
    let report = run("loop_in_run", small()).await;
    assert_eq!(report.outcome, RunOutcome::CpuLimit);
    let cpu = report.cpu.as_millis();
    assert!((100..150).contains(&cpu), "it used {cpu} ms of 100");
}

#[tokio::test]
async fn an_endless_start_function_ends_while_loading() {
    let error = TestHost::new().runtime.load(&component("hostile", "loop_in_start")).await.unwrap_err();
    assert!(matches!(error, LoadError::Describe(RunOutcome::CpuLimit)), "{error}");
}

#[tokio::test]
async fn an_endless_realloc_under_a_host_call_ends_at_the_processor_limit() {
    assert_eq!(run("loop_in_realloc", small()).await.outcome, RunOutcome::CpuLimit);
}

#[tokio::test]
async fn growing_memory_ends_at_the_memory_limit() {
    let budget = Budget { memory_bytes: 10 << 20, ..small() };
    let report = run("memory_bomb", budget).await;
    assert_eq!(report.outcome, RunOutcome::MemoryLimit);
    assert!(report.peak_memory <= budget.memory_bytes);
    assert!(report.peak_memory > budget.memory_bytes / 2);
}

#[tokio::test]
async fn growing_a_table_ends_at_the_memory_limit() {
    let budget = Budget { memory_bytes: 256 << 10, ..small() };
    let report = run("table_bomb", budget).await;
    assert_eq!(report.outcome, RunOutcome::MemoryLimit);
    assert!(report.peak_memory <= budget.memory_bytes);
}

#[tokio::test]
async fn a_table_larger_than_its_slot_ends_at_the_memory_limit_too() {
    assert_eq!(run("table_bomb", small()).await.outcome, RunOutcome::MemoryLimit);
}

#[tokio::test]
async fn two_memories_share_one_limit() {
    let host = TestHost::new();
    let alone = host.hostile("grow_half").await;
    let both = with_second_memory(component("hostile", "grow_half"), 640);
    let both = host.runtime.load(&both).await.unwrap();
    let services = &mut Scripted::new(answer);
    assert_eq!(host.runtime.run(&alone, request(small()), services).await.outcome.name(), "succeeded");
    assert_eq!(host.runtime.run(&both, request(small()), services).await.outcome, RunOutcome::MemoryLimit);
}

#[tokio::test]
async fn endless_recursion_traps() {
    let RunOutcome::Trapped(reason) = run("deep_recursion", small()).await.outcome else {
        panic!("it did not trap");
    };
    assert!(reason.contains("call stack exhausted"), "{reason}");
}

#[tokio::test]
async fn a_flood_of_calls_ends_at_the_call_limit() {
    let report = run("call_flood", Budget { host_calls: 500, ..small() }).await;
    assert_eq!(report.outcome, RunOutcome::CallLimit);
    assert_eq!(report.usage.calls, 500);
}

#[tokio::test]
async fn a_string_beyond_the_memory_traps() {
    let RunOutcome::Trapped(reason) = run("huge_string", small()).await.outcome else {
        panic!("it did not trap");
    };
    assert!(reason.contains("out of bounds"), "{reason}");
}

#[tokio::test]
async fn a_list_beyond_the_memory_traps() {
    let RunOutcome::Trapped(reason) = run("huge_list", small()).await.outcome else {
        panic!("it did not trap");
    };
    assert!(reason.contains("out of bounds"), "{reason}");
}

#[tokio::test]
async fn one_call_that_multiplies_its_bytes_ends_at_the_byte_limit() {
    assert_eq!(run("repeated_string", small()).await.outcome, RunOutcome::ByteLimit);
}

#[tokio::test]
async fn many_large_calls_end_at_the_byte_limit() {
    let work = HostWork::unbounded();
    let budget = Budget { boundary_bytes: 8 << 20, cpu_ms: 5_000, work, ..small() };
    let report = run("byte_flood", budget).await;
    assert_eq!(report.outcome, RunOutcome::ByteLimit);
    assert_eq!(report.usage.calls, 8);
}

#[tokio::test]
async fn many_large_calls_are_refused_and_nothing_of_them_is_kept() {
    let budget = Budget { host_calls: 50, cpu_ms: 5_000, ..small() };
    let report = run("byte_flood", budget).await;
    assert_eq!((report.outcome, report.usage.refused), (RunOutcome::CallLimit, 50));
    assert!(report.usage.boundary_bytes < 50 * 200, "{:?}", report.usage);
}

#[tokio::test]
async fn calls_that_take_the_host_too_long_end_at_the_hosts_own_limit_and_a_replay_ends_there_too() {
    let host = TestHost::new();
    let module = host.hostile("call_flood").await;
    let budget = Budget { work: HostWork { host_ms: 20, ..HostWork::default() }, ..small() };
    let report = host.runtime.run(&module, request(budget), &mut Busy).await;
    assert_eq!(report.outcome, RunOutcome::HostLimit);
    assert!(report.host >= Duration::from_millis(20), "{:?}", report.host);
    assert!(report.usage.calls < 20, "{:?}", report.usage);
    let replayed = replay(&host.runtime, &module, &report.recording).await.unwrap();
    assert!(replayed.is_same(), "{:?}", replayed.differences);
}

/// Takes some milliseconds of the processor for each answer.
struct Busy;

#[async_trait]
impl HostServices for Busy {
    #[expect(clippy::disallowed_methods, reason = "it takes real time")]
    async fn call(&mut self, call: &HostCall) -> HostReply {
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(3) {
            std::hint::spin_loop();
        }
        answer(call)
    }
}

#[tokio::test]
async fn a_flood_of_log_lines_ends_at_the_log_limit() {
    let report = run("log_flood", Budget { log_bytes: 10_000, ..small() }).await;
    assert_eq!(report.outcome, RunOutcome::LogLimit);
    assert_eq!(report.usage.calls, 11);
}

#[tokio::test]
async fn a_huge_summary_ends_at_the_byte_limit() {
    assert_eq!(run("huge_result", small()).await.outcome, RunOutcome::ByteLimit);
}

#[tokio::test]
async fn nothing_is_left_of_a_run_that_trapped() {
    let host = TestHost::new();
    let module = host.hostile("call_after_trap").await;
    for _ in 0..3 {
        let report = host.runtime.run(&module, request(small()), &mut Scripted::new(answer)).await;
        assert_eq!(report.outcome.name(), "trapped");
    }
}

#[tokio::test]
async fn a_service_that_never_answers_ends_at_the_wall_limit() {
    let host = TestHost::new();
    let module = host.hostile("call_flood").await;
    let report = host.runtime.run(&module, request(Budget { wall_ms: 50, ..small() }), &mut Silent).await;
    assert_eq!(report.outcome, RunOutcome::WallLimit);
    let calls = report.recording.calls().unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].answer, None);
}

#[tokio::test]
async fn a_reply_that_does_not_belong_to_the_call_ends_the_run_only() {
    let host = TestHost::new();
    let module = host.hostile("call_flood").await;
    let report =
        host.runtime.run(&module, request(small()), &mut Scripted::new(|_| HostReply::Notified)).await;
    let expected = "the host failed: a call that is answered with AfterMarketOpen was answered with Notified";
    assert_eq!(report.outcome, RunOutcome::Trapped(expected.to_owned()));
}

/// Endless loops on every thread, and beside them a healthy guest that is due every 20 ms.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn healthy_runs_stay_on_time_beside_endless_loops() {
    let host = TestHost::new();
    let healthy = host.guest("log_once").await;
    let endless = host.hostile("loop_in_run").await;
    let budget = Budget { cpu_ms: 1_000, ..small() };
    let loops: Vec<_> = (0..4)
        .map(|_| {
            let (runtime, module) = (Arc::clone(&host.runtime), Arc::clone(&endless));
            tokio::spawn(async move {
                runtime.run(&module, request(budget), &mut Scripted::new(answer)).await.outcome
            })
        })
        .collect();
    let runtime = Arc::clone(&host.runtime);
    let lateness = tokio::spawn(async move { lateness_of(&runtime, &healthy, 50).await }).await.unwrap();
    for endless in loops {
        assert_eq!(endless.await.unwrap(), RunOutcome::CpuLimit);
    }
    // One that only stopped the loops at their limit would make it a second.
    assert!(lateness < Duration::from_millis(100), "the healthy guest was {lateness:?} late");
}

/// Runs the module this often, every 20 ms, and says how late the latest one ended.
async fn lateness_of(runtime: &Runtime, module: &Module, count: u32) -> Duration {
    let mut due = tokio::time::interval(Duration::from_millis(20));
    let mut latest = Duration::ZERO;
    for _ in 0..count {
        let due_at = due.tick().await;
        let report = runtime.run(module, request(small()), &mut Scripted::new(answer)).await;
        assert!(report.outcome.is_success(), "{:?}", report.outcome);
        latest = latest.max(due_at.elapsed());
    }
    latest
}

#[tokio::test]
async fn an_effect_under_way_at_the_wall_limit_is_waited_for() {
    let host = TestHost::new();
    let module = host.hostile("byte_flood").await;
    let mut services = Slow::default();
    let report = host
        .runtime
        .run(&module, request(Budget { wall_ms: 200, work: HostWork::unbounded(), ..small() }), &mut services)
        .await;
    assert_eq!(report.outcome, RunOutcome::WallLimit);
    assert_eq!(services.finished, 1);
}

/// Answers long after the wall limit of its test.
#[derive(Default)]
struct Slow {
    finished: u32,
}

#[async_trait]
impl HostServices for Slow {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        let mut ticks = tokio::time::interval(Duration::from_millis(400));
        ticks.tick().await;
        ticks.tick().await;
        self.finished += 1;
        answer(call)
    }
}

/// Never answers.
struct Silent;

#[async_trait]
impl HostServices for Silent {
    async fn call(&mut self, _: &HostCall) -> HostReply {
        std::future::pending().await
    }
}

/// Appends a second core module with a memory of its own, of this many pages, and an instance of it.
fn with_second_memory(mut component: Vec<u8>, pages: u32) -> Vec<u8> {
    let module = wat::parse_str(format!("(module (memory {pages}))")).unwrap();
    let index = core_modules(&component);
    component.push(1);
    component.push(u8::try_from(module.len()).unwrap());
    component.extend(module);
    // Core instance section: one instance, of that module, without arguments.
    component.extend([2, 4, 1, 0, index, 0]);
    component
}

/// How many core modules the component itself holds.
fn core_modules(component: &[u8]) -> u8 {
    let mut depth = 0;
    let mut modules = 0;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            wasmparser::Payload::Version { encoding, .. } => {
                depth += 1;
                modules += u8::from(depth == 2 && encoding == wasmparser::Encoding::Module);
            }
            wasmparser::Payload::End(_) => depth -= 1,
            _ => {}
        }
    }
    modules
}
