//! Guests built for WASI: what they get, what they do not get, and that their runs replay.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

mod support;

use std::path::Path;

use prahari_runtime::abi::latest::{Capability, log};
use prahari_runtime::replay::replay;
use prahari_runtime::scripted::{Scripted, empty_host};
use prahari_runtime::{Budget, EncodedRecording, HostCall, Recording, RunOutcome, RunReport, RunRequest};
use support::guests::encode;
use support::{TestHost, request};
use wit_parser::Resolve;

/// A guest of `tests/wasi`, as a component that imports its part of WASI.
fn wasi_component(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = root.join("tests/wasi");
    let mut resolve = Resolve::default();
    resolve.push_path(root.join("../../wit/prahari-task@1.1.0")).unwrap();
    let wit = std::fs::read_to_string(tests.join("wasi.wit")).unwrap();
    let package = resolve.push_str("wasi.wit", &wit).unwrap();
    let text = std::fs::read_to_string(tests.join(name).with_extension("wat")).unwrap();
    encode(&text, &resolve, package)
}

/// Runs a guest of `tests/wasi`, checks that its replay is the same, and answers what it asked and how it went.
async fn run(name: &str, request: RunRequest) -> (Vec<HostCall>, RunReport) {
    let host = TestHost::new();
    let module = host.runtime.load(&wasi_component(name)).await.unwrap();
    let mut services = Scripted::new(empty_host);
    let report = host.runtime.run(&module, request, &mut services).await;
    let replayed = replay(&host.runtime, &module, &report.recording).await.unwrap();
    assert!(replayed.is_same(), "{:?}", replayed.differences);
    (services.calls, report)
}

/// What the guest kept in its state.
async fn seen(name: &str, request: RunRequest) -> Vec<u8> {
    let (calls, report) = run(name, request).await;
    assert!(report.outcome.is_success(), "{:?}", report.outcome);
    match calls.as_slice() {
        [HostCall::SetState { entries }] => entries[0].value.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn number(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

#[tokio::test]
async fn the_clock_is_the_runs_own_and_waiting_takes_no_time() {
    let request = request(Budget::default());
    let now = u64::try_from(request.context.now).unwrap();
    let seen = seen("keeps_what_it_sees", request).await;
    let nanoseconds = u64::from(u32::from_le_bytes(seen[8..12].try_into().unwrap()));
    assert_eq!(number(&seen, 0) * 1_000 + nanoseconds / 1_000_000, now);
    assert_eq!((number(&seen, 16), number(&seen, 24)), (now * 1_000_000, now * 1_000_000));
}

#[tokio::test]
async fn random_numbers_belong_to_the_run() {
    let numbers = async |request| {
        let seen = seen("keeps_what_it_sees", request).await;
        [32, 40, 48, 56, 64].map(|at| number(&seen, at))
    };
    let first = numbers(request(Budget::default())).await;
    assert!(first.iter().all(|number| first.iter().filter(|it| *it == number).count() == 1), "{first:?}");
    assert_eq!(numbers(request(Budget::default())).await, first);
    let mut other_run = request(Budget::default());
    other_run.context.run_id += 1;
    let mut other_user = request(Budget::default());
    other_user.context.user_id += 1;
    for other in [other_run, other_user] {
        let drawn = numbers(other).await;
        assert!(drawn.iter().all(|number| !first.contains(number)), "{drawn:?}");
    }
}

#[tokio::test]
async fn environment_files_input_and_sockets_are_not_there() {
    let seen = seen("wants_everything", request(Budget::default())).await;
    assert_eq!(seen[..4], [0; 4], "environment, arguments, folders and the working folder are empty");
    let (error, closed, access_denied) = (1, 1, 1);
    assert_eq!((seen[8], seen[12]), (error, closed), "standard input is at its end");
    assert_eq!((seen[24], seen[28]), (error, access_denied), "there are no sockets");
}

#[tokio::test]
async fn what_is_printed_is_logged_line_by_line_in_its_order() {
    let (calls, report) = run("prints", request(Budget::default())).await;
    let line = |level, message: &str| HostCall::Log { level, message: message.to_owned() };
    let expected = [
        line(log::Level::Info, "hello, world"),
        line(log::Level::Debug, "hello"),
        line(log::Level::Warn, "warned"),
        line(log::Level::Info, "the end"),
    ];
    assert_eq!(calls, expected);
    assert!(report.outcome.is_success(), "{:?}", report.outcome);
    assert_eq!(report.usage.log_bytes, 30);
}

#[tokio::test]
async fn without_the_log_what_is_printed_is_dropped() {
    let mut request = request(Budget::default());
    request.grant = request.grant.without(Capability::Log);
    let (calls, report) = run("prints", request).await;
    assert_eq!(calls, []);
    assert!(report.outcome.is_success(), "{:?}", report.outcome);
}

#[tokio::test]
async fn exit_stops_the_run_and_what_was_printed_is_kept() {
    let (calls, report) = run("exits", request(Budget::default())).await;
    assert_eq!(calls, [HostCall::Log { level: log::Level::Info, message: "leaving".to_owned() }]);
    let RunOutcome::Trapped(text) = report.outcome else { panic!("{:?}", report.outcome) };
    assert!(text.contains("the module called exit instead of returning"), "{text}");
}

#[tokio::test]
async fn printing_without_end_meets_the_limit_of_the_log() {
    let (_, report) = run("print_flood", request(Budget::default())).await;
    assert_eq!(report.outcome, RunOutcome::LogLimit);
}

#[tokio::test]
async fn what_has_no_empty_answer_or_is_too_much_stops_the_run() {
    for (name, expected) in [
        (
            "looks_up",
            "the module called wasi:sockets/instance-network instance-network, which a task does not have",
        ),
        ("handle_flood", "the module holds more than 1000 WASI handles at once"),
        ("timer_flood", "the module holds more than 1000 WASI handles at once"),
        (
            "zero_flood",
            "the module called wasi:io/streams [method]output-stream.write-zeroes, which a task does not have",
        ),
        (
            "splices",
            "the module called wasi:io/streams [method]output-stream.blocking-splice, which a task does not have",
        ),
        ("random_flood", "the module asked for 18446744073709551615 random bytes at once; 65536 are allowed"),
    ] {
        let (_, report) = run(name, request(Budget::default())).await;
        let RunOutcome::Trapped(text) = report.outcome else { panic!("{:?}", report.outcome) };
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn printing_without_end_and_without_the_log_meets_the_limit_of_calls() {
    let mut request = request(Budget { host_calls: 500, ..Budget::default() });
    request.grant = request.grant.without(Capability::Log);
    let (calls, report) = run("print_flood", request).await;
    assert_eq!((calls.len(), report.outcome), (0, RunOutcome::CallLimit));
    assert_eq!(report.usage.calls, 500);
}

#[tokio::test]
async fn waiting_for_ages_and_reading_without_measure_end_at_once() {
    for name in ["waits_for_ages", "reads_much"] {
        let (calls, report) = run(name, request(Budget { wall_ms: 20_000, ..Budget::default() })).await;
        assert!(report.outcome.is_success(), "{name}: {:?}", report.outcome);
        assert_eq!(calls, []);
    }
}

#[tokio::test]
async fn polling_without_end_meets_the_limit_of_processor_time() {
    let host = TestHost::new();
    let module = host.runtime.load(&wasi_component("poll_flood")).await.unwrap();
    let budget = Budget { cpu_ms: 50, ..Budget::default() };
    let report = host.runtime.run(&module, request(budget), &mut Scripted::new(empty_host)).await;
    assert_eq!(report.outcome, RunOutcome::CpuLimit);
}

/// Runs of guests of `tests/wasi` that a host recorded when it answered WASI by functions of its own.
const EARLIER: [(&str, &[u8]); 8] = [
    ("exits", include_bytes!("recordings/wasi-exits.bin")),
    ("handle_flood", include_bytes!("recordings/wasi-handle_flood.bin")),
    ("keeps_what_it_sees", include_bytes!("recordings/wasi-keeps_what_it_sees.bin")),
    ("looks_up", include_bytes!("recordings/wasi-looks_up.bin")),
    ("print_flood", include_bytes!("recordings/wasi-print_flood.bin")),
    ("prints", include_bytes!("recordings/wasi-prints.bin")),
    ("random_flood", include_bytes!("recordings/wasi-random_flood.bin")),
    ("wants_everything", include_bytes!("recordings/wasi-wants_everything.bin")),
];

#[tokio::test]
async fn runs_from_before_the_library_answered_replay_without_difference() {
    let host = TestHost::new();
    for (name, data) in EARLIER {
        let encoded = EncodedRecording { data: data.to_vec(), replies: Vec::new() };
        let recording = Recording::decode(&encoded).unwrap();
        let module = host.runtime.load(&wasi_component(name)).await.unwrap();
        let replayed = replay(&host.runtime, &module, &recording).await.unwrap();
        assert!(replayed.is_same(), "{name}: {:?}", replayed.differences);
        assert_eq!(replayed.report.usage, recording.run.usage, "{name}");
    }
}
