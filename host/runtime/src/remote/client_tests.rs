//! What the daemon makes of a worker that lies: the peer of each test says over a socket what no guest could.

use tokio::io::AsyncWriteExt;

use super::*;
use crate::abi::latest::{Capability, HostError, RunContext, Side, Summary, Trigger, broker};
use crate::config::WorkerProgram;
use crate::grant::Grant;
use crate::recording::Answerer;
use crate::scripted::{Scripted, empty_host};

/// A worker whose process only waits, and the end of its line at which a test speaks for it.
fn worker() -> (Worker, UnixStream) {
    let program = WorkerProgram { program: "/bin/sleep".into(), args: vec!["1000".to_owned()] };
    let (process, _) = Process::start(&program).unwrap();
    let (line, peer) = UnixStream::pair().unwrap();
    let line = tokio::sync::Mutex::new(line);
    (
        Worker { process, module: ModuleHash::of(b"module"), wanted: Grant::all(), settings: Ok(None), line },
        peer,
    )
}

fn request(grant: Grant, budget: Budget) -> RunRequest {
    let context = RunContext {
        run_id: 1,
        user_id: 7,
        task: "sell_monitor".to_owned(),
        day: 20_090,
        due_at: 3,
        now: 4,
        trigger: Trigger::Scheduled,
    };
    RunRequest { context, grant, budget }
}

async fn say(peer: &mut UnixStream, frame: &FromWorker) {
    peer.write_all(&protocol::frame(frame).unwrap()).await.unwrap();
}

async fn hear(peer: &mut UnixStream) -> ToWorker {
    protocol::read(peer, protocol::LARGEST_FRAME_BYTES).await.unwrap()
}

async fn ask(peer: &mut UnixStream, call: HostCall) -> HostReply {
    say(peer, &FromWorker::Call(1, call)).await;
    match hear(peer).await {
        ToWorker::Reply(1, reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn done() -> FromWorker {
    let outcome = RunOutcome::Succeeded(Summary { text: "all is well".to_owned(), counters: Vec::new() });
    FromWorker::Done(Done { outcome, cpu_micros: 5, peak_memory: 6 })
}

fn place(count: usize) -> HostCall {
    let request = broker::OrderRequest {
        symbol: "INFY".to_owned(),
        side: Side::Buy,
        quantity: 1,
        kind: broker::OrderKind::Market,
        variety: broker::Variety::Regular,
        product: broker::Product::Delivery,
        purpose: broker::Purpose::Entry,
        signal_id: None,
        rsi: None,
        retry_of: None,
    };
    HostCall::Place { requests: vec![request; count] }
}

#[tokio::test]
async fn a_call_that_was_not_granted_is_denied_and_never_reaches_the_services() {
    let (worker, mut peer) = worker();
    let grant = Grant::all().without(Capability::BrokerTrade);
    let mut services = Scripted::new(empty_host);
    let peer = async {
        hear(&mut peer).await;
        let reply = ask(&mut peer, place(1)).await;
        assert_eq!(reply, HostReply::Refused(HostError::Denied(Capability::BrokerTrade)));
        say(&mut peer, &done()).await;
    };
    let (report, ()) = tokio::join!(worker.run(request(grant, Budget::default()), &mut services), peer);
    assert_eq!(report.outcome.name(), "succeeded");
    assert_eq!((report.usage.calls, report.usage.orders, report.peak_memory), (1, 0, 6));
    assert!(services.calls.is_empty());
    let recorded = report.recording.calls().unwrap();
    assert!(matches!(recorded[0].answer, Some((Answerer::Gate, _))));
}

#[tokio::test]
async fn orders_beyond_the_budget_are_cut_off_and_one_call_too_many_stops_the_run() {
    let (worker, mut peer) = worker();
    let budget = Budget { orders: 2, host_calls: 2, ..Budget::default() };
    let mut services = Scripted::new(|call: &HostCall| match call {
        HostCall::Place { requests } => HostReply::Placed(vec![Ok("order".to_owned()); requests.len()]),
        other => empty_host(other),
    });
    let peer = async {
        hear(&mut peer).await;
        let HostReply::Placed(answers) = ask(&mut peer, place(5)).await else { panic!() };
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
        ask(&mut peer, HostCall::Universe).await;
        assert!(matches!(ask(&mut peer, HostCall::Universe).await, HostReply::Failed(_)));
        // The run is over, whatever it says of it.
        say(&mut peer, &done()).await;
    };
    let run = worker.run(request(Grant::all(), budget), &mut services);
    let (report, ()) = tokio::join!(run, peer);
    assert_eq!(report.outcome, RunOutcome::CallLimit);
    assert_eq!(services.calls, [place(2), HostCall::Universe]);
}

#[tokio::test]
async fn a_worker_that_goes_on_after_the_end_of_its_run_is_killed_and_nothing_is_done() {
    let (worker, mut peer) = worker();
    let mut services = Scripted::new(empty_host);
    let peer = async {
        hear(&mut peer).await;
        assert!(matches!(ask(&mut peer, HostCall::Universe).await, HostReply::Failed(_)));
        say(&mut peer, &FromWorker::Call(2, place(1))).await;
    };
    let budget = Budget { host_calls: 0, ..Budget::default() };
    let (report, ()) = tokio::join!(worker.run(request(Grant::all(), budget), &mut services), peer);
    let reason = "it went on with a run that was stopped".to_owned();
    assert_eq!(report.outcome, RunOutcome::WorkerEnded(reason.clone()));
    assert!(services.calls.is_empty());
    assert_eq!(worker.ended().await, WorkerEnd { reason, asked: false });
}

#[tokio::test]
async fn giant_frames_and_garbage_are_the_end_of_the_worker() {
    let limit = Budget::default().boundary_bytes + SMALL_FRAME_BYTES;
    let giant = format!("it sent a frame of 4294967295 bytes where at most {limit} are allowed");
    for (bytes, reason) in [
        (&[0xff; 4][..], giant.as_str()),
        (&[3, 0, 0, 0, 9, 9, 9], "it sent 3 bytes that are no message"),
        (&[1, 0, 0, 0, 0], "it was ready twice"),
    ] {
        let (worker, mut peer) = worker();
        let mut services = Scripted::new(empty_host);
        let peer = async {
            hear(&mut peer).await;
            peer.write_all(bytes).await.unwrap();
        };
        let run = worker.run(request(Grant::all(), Budget::default()), &mut services);
        let (report, ()) = tokio::join!(run, peer);
        assert_eq!(report.outcome, RunOutcome::WorkerEnded(reason.to_owned()));
        assert!(services.calls.is_empty());
        assert_eq!(worker.ended().await.reason, reason);
    }
}

#[tokio::test]
async fn a_worker_that_does_not_end_its_run_at_the_wall_limit_is_killed() {
    let (worker, mut peer) = worker();
    let mut services = Scripted::new(empty_host);
    let budget = Budget { wall_ms: 10, ..Budget::default() };
    let run = worker.run(request(Grant::all(), budget), &mut services);
    let (report, _) = tokio::join!(run, hear(&mut peer));
    let RunOutcome::WorkerEnded(reason) = report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!(reason, "it did not end its run at the time limit");
}

#[tokio::test]
async fn what_a_worker_tells_of_its_run_is_bounded() {
    let (worker, mut peer) = worker();
    let mut services = Scripted::new(empty_host);
    let peer = async {
        hear(&mut peer).await;
        let outcome = RunOutcome::Succeeded(Summary { text: "x".repeat(1 << 20), counters: Vec::new() });
        say(&mut peer, &FromWorker::Done(Done { outcome, cpu_micros: 0, peak_memory: 0 })).await;
    };
    let run = worker.run(request(Grant::all(), Budget::default()), &mut services);
    let (report, ()) = tokio::join!(run, peer);
    assert_eq!(report.outcome, RunOutcome::ByteLimit);
}

#[tokio::test]
async fn a_worker_that_is_killed_ends_its_run_with_the_signal() {
    let (worker, mut peer) = worker();
    let mut services = Scripted::new(empty_host);
    let peer = async {
        hear(&mut peer).await;
        let pid = nix::unistd::Pid::from_raw(i32::try_from(worker.pid()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
        drop(peer);
    };
    let run = worker.run(request(Grant::all(), Budget::default()), &mut services);
    let (report, ()) = tokio::join!(run, peer);
    assert_eq!(report.outcome, RunOutcome::WorkerEnded("it was ended by SIGKILL".to_owned()));
}

/// Waits until a process is this program, so that what it ignores is ignored.
async fn becomes(pid: u32, name: &str) {
    let is_there =
        || std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name);
    let waiting = async {
        while !is_there() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
}

#[tokio::test]
async fn a_worker_that_ignores_its_stop_is_killed_after_the_patience_that_it_was_given() {
    let stubborn = ["-c", "trap '' TERM; exec sleep 1000"].map(str::to_owned);
    let program = WorkerProgram { program: "/bin/sh".into(), args: stubborn.into() };
    let (process, _line) = Process::start(&program).unwrap();
    becomes(process.pid(), "sleep").await;
    let end = process.stop(Duration::from_secs(1)).await;
    assert_eq!(end.reason, "it was stopped and did not end within 1 s, so it was killed");
}

#[tokio::test]
async fn a_worker_that_ends_at_its_stop_is_not_killed() {
    let (worker, _peer) = worker();
    becomes(worker.process.pid(), "sleep").await;
    let end = worker.process.stop(Duration::from_secs(1_000)).await;
    assert!(end.asked && !end.reason.contains("killed"), "{}", end.reason);
}
