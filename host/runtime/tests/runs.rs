//! Ordinary runs: what goes in, what comes out, what is recorded, and that a replay finds no difference.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

mod support;

use prahari_runtime::abi::latest::{Capability, TaskKind, log};
use prahari_runtime::replay::{Difference, replay};
use prahari_runtime::scripted::{Scripted, empty_host};
use prahari_runtime::{Budget, EncodedRecording, HostCall, Output, Recording, RunOutcome, SharedReplies};
use support::{TestHost, component, config, request};

#[tokio::test]
async fn a_module_describes_itself_when_it_is_loaded() {
    let module = TestHost::new().guest("log_once").await;
    assert_eq!(module.info().name, "sell_monitor");
    assert_eq!(module.info().version, "1.2.0");
    assert_eq!(module.info().kind, TaskKind::Continuous);
}

#[tokio::test]
async fn a_call_reaches_the_services_and_the_run_is_reported() {
    let host = TestHost::new();
    let module = host.guest("log_once").await;
    let mut services = Scripted::new(empty_host);
    let report = host.runtime.run(&module, request(Budget::default()), &mut services).await;
    assert_eq!(report.outcome.name(), "succeeded");
    let expected = HostCall::Log { level: log::Level::Info, message: "sell_monitor".to_owned() };
    assert_eq!(services.calls, [expected]);
    assert_eq!((report.usage.calls, report.usage.log_bytes), (1, 12));
    // One page, and the one-element table through which the encoder's adapter calls the import.
    assert_eq!(report.peak_memory, (64 << 10) + 8);
    assert!(!report.cpu.is_zero());
}

#[tokio::test]
async fn a_denied_capability_never_reaches_the_services() {
    let host = TestHost::new();
    let module = host.guest("log_once").await;
    let mut services = Scripted::new(empty_host);
    let mut request = request(Budget::default());
    request.grant = request.grant.without(Capability::Log);
    let report = host.runtime.run(&module, request, &mut services).await;
    assert_eq!(report.outcome.name(), "succeeded");
    assert!(services.calls.is_empty());
    assert_eq!(report.usage.calls, 1);
}

#[tokio::test]
async fn a_recording_is_read_back_and_replays_without_difference() {
    let host = TestHost::new();
    let module = host.guest("log_once").await;
    let mut services = Scripted::new(empty_host);
    let report = host.runtime.run(&module, request(Budget::default()), &mut services).await;
    let recording = Recording::decode(&report.recording.encode(&SharedReplies::default()).unwrap()).unwrap();
    assert_eq!(recording, report.recording);
    assert_eq!(recording.run.module, module.hash());
    assert_eq!(recording.calls().unwrap().len(), 1);
    let replayed = replay(&host.runtime, &module, &recording).await.unwrap();
    assert!(replayed.is_same(), "{:?}", replayed.differences);
    assert_eq!(replayed.calls, 1);
}

#[tokio::test]
async fn a_replay_of_another_module_lists_the_differences() {
    let host = TestHost::new();
    let recorded = host.guest("log_once").await;
    let mut services = Scripted::new(empty_host);
    let report = host.runtime.run(&recorded, request(Budget::default()), &mut services).await;
    let quiet = host.guest("quiet").await;
    let replayed = replay(&host.runtime, &quiet, &report.recording).await.unwrap();
    assert!(matches!(
        replayed.differences.as_slice(),
        [Difference::Call { index: 0, expected: Some(_), got: None }]
    ));
    let trapping = host.hostile("call_after_trap").await;
    let replayed = replay(&host.runtime, &trapping, &report.recording).await.unwrap();
    assert!(matches!(
        replayed.differences.as_slice(),
        [Difference::Call { .. }, Difference::Outcome { got: RunOutcome::Trapped(_), .. }]
    ));
}

/// A run of `leaves_much`, as a host recorded it that had no bounds on what a run leaves behind.
const OF_FORMAT_2: &[u8] = include_bytes!("recordings/leaves_much-format-2.bin");

#[tokio::test]
async fn a_run_from_before_there_were_bounds_replays_as_it_was() {
    let host = TestHost::new();
    let module = host.guest("leaves_much").await;
    let encoded = EncodedRecording { data: OF_FORMAT_2.to_vec(), replies: Vec::new() };
    assert_eq!(encoded.data[0], 2);
    let recording = Recording::decode(&encoded).unwrap();
    assert_eq!((recording.run.outcome.name(), recording.run.usage.calls), ("succeeded", 32));
    let replayed = replay(&host.runtime, &module, &recording).await.unwrap();
    assert!(replayed.is_same(), "{:?}", replayed.differences);
    assert_eq!(replayed.report.usage.refused, 0);
}

#[tokio::test]
async fn a_replay_applies_the_bounds_that_were_in_force() {
    let host = TestHost::new();
    let module = host.guest("leaves_much").await;
    let wide = Output {
        item_bytes: 64 << 10,
        notifications: 30,
        decisions: 3_000,
        counters: 500,
        ..Output::default()
    };
    let mut reports = Vec::new();
    for output in [wide, Output::default()] {
        let budget = Budget { output, ..Budget::default() };
        let report = host.runtime.run(&module, request(budget), &mut Scripted::new(empty_host)).await;
        let recording = report.recording.encode(&SharedReplies::default()).unwrap();
        let recording = Recording::decode(&recording).unwrap();
        assert_eq!(recording.run.budget, budget);
        let replayed = replay(&host.runtime, &module, &recording).await.unwrap();
        assert!(replayed.is_same(), "{:?}", replayed.differences);
        assert_eq!(replayed.report.usage, report.usage);
        reports.push(report);
    }
    let [wide, usual] = reports.as_slice() else { panic!("two reports") };
    // Only the state is beyond the wide bounds.
    assert_eq!((wide.outcome.name(), wide.usage.refused), ("succeeded", 1));
    // Today each message is too long, and so is the summary; there are too many decisions and changes of the state.
    assert_eq!((usual.outcome.clone(), usual.usage.refused), (RunOutcome::ByteLimit, 32));
}

#[tokio::test]
async fn runs_beyond_the_allowed_number_wait_for_their_turn() {
    let folder = tempfile::tempdir().unwrap();
    let few = prahari_runtime::RuntimeConfig { concurrent_runs: 2, ..config(folder.path()) };
    let runtime = prahari_runtime::Runtime::new(few).unwrap();
    let module = runtime.load(&component("guests", "log_once")).await.unwrap();
    let run = async || {
        runtime
            .run(&module, request(Budget::default()), &mut Scripted::new(empty_host))
            .await
            .outcome
            .is_success()
    };
    let (a, b, c, d, e) = tokio::join!(run(), run(), run(), run(), run());
    assert!(a && b && c && d && e);
}
